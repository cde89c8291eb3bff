"""The change log of a codebook, how it stood at a revision, and two revisions compared."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.access import study_for
from annotations.codebook.codebook_history import difference, entries_of, standing_at

REVISIONS_PER_PAGE = 50


@require_safe
def codebook_history(request, key):
    """List the revisions, the newest first, with what each changed; `compare` leads to two."""
    study = study_for(request.user, key)
    numbers = list(study.codebook.revisions.order_by("-number").values_list("number", flat=True))
    page = Paginator(numbers, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "page": page,
        "numbers": numbers,
        "entries": entries_of(study.codebook, page.object_list),
    }
    return render(request, "annotations/codebook_history.html", context)


@require_safe
def codebook_then(request, key, number):
    """Read the codebook as it stood at a revision."""
    study = study_for(request.user, key)
    revision = _revision(study, number)
    context = {
        "study": study,
        "revision": revision,
        "standing": standing_at(study.codebook, number),
    }
    return render(request, "annotations/codebook_then.html", context)


@require_safe
def codebook_diff(request, key):
    """Show in what two revisions differ, given as `old` and `new`."""
    study = study_for(request.user, key)
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    if not all(number.isdecimal() and len(number) < 9 for number in asked):
        raise Http404("No such revisions")
    old, new = (_revision(study, number) for number in sorted(map(int, asked)))
    context = {
        "study": study,
        "old": old,
        "new": new,
        "changes": difference(study.codebook, old.number, new.number),
    }
    return render(request, "annotations/codebook_diff.html", context)


def _revision(study, number: int):
    revisions = study.codebook.revisions.select_related("made_by")
    return get_object_or_404(revisions, number=number)
