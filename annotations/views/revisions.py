"""Revisions of an article: their timeline, the text of one, and the difference of any two."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from annotations.access import article_for, study_for
from annotations.revisions.timeline import parts_of, timeline
from annotations.texts.comparing import compare
from annotations.texts.prose import prose_diff
from annotations.views.library import provenance

REVISIONS_PER_PAGE = 25
VIEWS = ("inline", "side")


@require_safe
def revisions(request, key, article_id):
    """List the revisions of an article; with `old` and `new`, go on to their difference."""
    study = study_for(request.user, key)
    article = article_for(study, article_id)
    chosen = sorted(int(n) for n in _given(request, "old", "new") if n.isdecimal())
    if len(set(chosen)) == 2:
        return redirect("revision_diff", study.key, article.pk, *chosen)
    stored = article.revisions.select_related("created_by", "original").defer("original__data")
    page = Paginator(stored, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    events = timeline(study, article, list(page))
    context = {
        "study": study,
        "article": article,
        "page": page,
        "events": events,
        "newest_of_all": page.number == 1,
        "same_chosen": bool(chosen),
    }
    return render(request, "annotations/revisions.html", context, status=422 if chosen else 200)


@require_safe
def revision(request, key, article_id, number):
    """Read one revision, with its provenance."""
    study = study_for(request.user, key)
    article = article_for(study, article_id)
    context = {"study": study, "article": article, **provenance(article, str(number))}
    return render(request, "annotations/revision.html", context)


@require_safe
def revision_diff(request, key, article_id, old, new):
    """Show how revision number `old` became `new`; ?view=side puts the texts side by side."""
    study = study_for(request.user, key)
    article = article_for(study, article_id)
    if old > new:
        return redirect("revision_diff", study.key, article.pk, new, old)
    either = Q(number=old) | Q(number=new)  # number__in would break on a number beyond all bounds
    both = list(article.revisions.filter(either).order_by("number"))
    if len(both) < 2:
        raise Http404("No such two revisions")
    before, after = both
    prose = prose_diff(before.text, after.text)
    renamed = before.headline != after.headline
    view = request.GET.get("view", "")
    context = {
        "study": study,
        "article": article,
        "both": both,
        "old": before,
        "new": after,
        "prose": prose,
        "parts": parts_of(study, prose, before, after),
        "headline": compare(before.headline, after.headline) if renamed else None,
        "view": view if view in VIEWS else "inline",
    }
    return render(request, "annotations/revision_diff.html", context)


def _given(request, *names):
    return [value for name in names if (value := request.GET.get(name))]
