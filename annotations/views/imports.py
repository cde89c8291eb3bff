"""Import: bring articles in as drafts, look at them, and confirm."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.access import article_for, sees_outlets, story_for, study_for
from annotations.forms.imports import WAYS, DraftForm
from annotations.forms.library import details_initial
from annotations.revisions.carries import revised
from annotations.tags.counting import waiting_batches
from annotations.team.veiling import letter_outlets
from annotations.views.library import outlets_of
from sources.cleaning import DROP
from sources.confirming import discard_drafts, import_drafts, preview
from sources.fetching import FetchProblem
from sources.importing import draft_articles, import_draft
from sources.likeness import words_changed
from sources.models import Draft
from sources.reading import UnreadableUpload
from sources.refusals import ImportRefused
from sources.revising import discard_draft
from sources.words import words

DRAFTS_PER_PAGE = 50
MOST_IN_ONE_GO = 500  # drafts that one press of a button imports
PROBLEMS_SHOWN = 8


@require_http_methods(["GET", "POST"])
def article_import(request, key, story_id):
    """Take a paste, files, or an address; what can be read waits as drafts.

    With `article` it is a new text of that.
    """
    study = sees_outlets(study_for(request.user, key))
    story = story_for(study, story_id)
    article = _article_asked(request, study, story)
    way = request.POST.get("way") if request.method == "POST" else None
    forms = _forms(request, way, article)
    if way in forms and forms[way].is_valid():
        try:
            upload = _read(forms[way], article)
        except (UnreadableUpload, FetchProblem) as refusal:
            forms[way].add_error(None, str(refusal))
        else:
            given = {"story": story, "article": article, "created_by": request.user}
            drafts = draft_articles(upload.readings, way=forms[way].way, **given)
            _tell_all(request, upload.problems)
            return redirect(_place_of(study, drafts))
    context = {
        "study": study,
        "story": story,
        "article": article,
        "outlets": outlets_of(study),
        "batches": waiting_batches(study, request.user).filter(story=story),
        **{f"{name}_form": form for name, form in forms.items()},
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/article_import.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def drafts(request, key, batch):
    """List the drafts of one upload; import those that are complete, or discard all."""
    study = sees_outlets(study_for(request.user, key))
    waiting = _waiting(study, request.user).filter(batch=batch)
    complete = waiting.filter(~Q(outlet_name="") | Q(article__isnull=False))
    first = waiting.first()
    if first is None:
        return _gone(request, study)
    if request.method == "POST":
        if request.POST.get("action") == "discard":
            number = discard_drafts(waiting)
            messages.success(request, f"Discarded {number} draft{'' if number == 1 else 's'}.")
        else:
            _import_many(request, study, complete[:MOST_IN_ONE_GO])
        if waiting.all().exists():
            return redirect("drafts", study.key, batch)
        return redirect("story", study.key, first.story_id)
    page = Paginator(waiting, DRAFTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "story": first.story,
        "batch": batch,
        "is_held": first.created_by_id is None,
        "page": page,
        "previews": preview(list(page)),
        "complete": complete.count(),
    }
    return render(request, "annotations/drafts.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def draft(request, key, batch, draft_id):
    """Look through a draft line by line, correct its details, and import it."""
    study = sees_outlets(study_for(request.user, key))
    draft = _waiting(study, request.user).filter(batch=batch, pk=draft_id).first()
    if draft is None:
        return _gone(request, study)
    [looked] = preview([draft], url=request.POST.get("url"))
    form = DraftForm(
        request.POST or None, initial=details_initial(draft), preview=looked, label_suffix=""
    )
    if request.method == "POST" and form.is_valid():
        try:
            imported = import_draft(draft, **form.choice(), imported_by=request.user)
        except ImportRefused as refusal:
            form.refuse(refusal)
        else:
            _tell_imported(request, study, imported)
            _follow_up(study, [imported.revision] if imported.created else [])
            return redirect(_place_after(study, draft, request.user, request.POST.get("then")))
    others = _waiting(study, request.user).filter(batch=batch).exclude(pk=draft.pk).count()
    status = 422 if request.method == "POST" else 200
    context = {"study": study, "draft": draft, "preview": looked, "form": form}
    context |= {"outlets": outlets_of(study), "others": others, **_rows(form)}
    return render(request, "annotations/draft.html", context, status=status)


@require_POST
def draft_discard(request, key, batch, draft_id):
    """Throw a draft away; a draft that is gone already is gone."""
    study = sees_outlets(study_for(request.user, key))
    draft = _waiting(study, request.user).filter(batch=batch, pk=draft_id).first()
    if draft is None:
        return _gone(request, study)
    discard_draft(draft)
    messages.success(request, f"Discarded the draft “{draft}”.")
    return redirect(_place_after(study, draft, request.user))


def _article_asked(request, study, story):
    """Return the article that is to get a new text, or None."""
    asked = request.GET.get("article")
    if asked is None:
        return None
    article = article_for(study, int(asked)) if asked.isdecimal() else None
    if article is None or article.story_id != story.pk:
        raise Http404("No such article in this story")
    return article


def _forms(request, way, article):
    """Return a form for each way in; the one that was sent is bound."""
    forms = {}
    for name, form in WAYS.items():
        bound = (request.POST, request.FILES) if name == way else ()
        initial = {"url": article.url} if article and name == "address" else None
        forms[name] = form(*bound, auto_id=f"{name}-%s", label_suffix="", initial=initial)
    return forms


def _read(form, article):
    """Return what a form holds. Raises UnreadableUpload, also for many texts of one `article`."""
    upload = form.read()
    if article and len(upload.readings) > 1:
        number = len(upload.readings)
        raise UnreadableUpload(f"These are {number} texts; an article gets one at a time.")
    return upload


def _waiting(study, user):
    """Return the drafts of the study that are the user's to confirm: their own, and those held."""
    drafts = Draft.objects.filter(Q(created_by=user) | Q(created_by=None), story__studies=study)
    return drafts.select_related("story", "article", "original").defer("original__data")


def _gone(request, study):
    """Say that a draft is not waiting (any more), and what is."""
    context = {"study": study, "batches": waiting_batches(study, request.user)}
    return render(request, "annotations/draft_gone.html", context, status=404)


def _place_of(study, drafts):
    """Return where new drafts are looked at: their list, or the only one itself."""
    if len(drafts) == 1:
        return reverse("draft", args=[study.key, drafts[0].batch, drafts[0].pk])
    return reverse("drafts", args=[study.key, drafts[0].batch])


def _place_after(study, draft, user, then="list"):
    """Return where to go when `draft` is done: the next draft, the list, or the story."""
    others = _waiting(study, user).filter(batch=draft.batch).exclude(pk=draft.pk)
    following = others.filter(position__gt=draft.position).first() or others.first()
    if following is None:
        return reverse("story", args=[study.key, draft.story_id])
    if then == "next":
        return reverse("draft", args=[study.key, draft.batch, following.pk])
    return reverse("drafts", args=[study.key, draft.batch])


def _rows(form):
    """Return the lines that the form asks about as rows, and what becomes of the rest."""
    dropped = form.dropped()
    last = max(form.choosable, default=-1)
    rows = [
        {
            "line": line,
            "words": words(line.text),
            "kept": line.number not in dropped,
            "blank": line.number not in form.choosable,
        }
        for line in form.lines[: last + 1]
    ]
    rest = [line for line in form.lines[last + 1 :] if line.text.strip()]
    kept = [line.text for line in rest if line.number not in dropped]
    return {
        "rows": rows,
        "rest": {"lines": len(rest), "kept": len(kept), "words": words("\n".join(kept))},
        "proposed": sum(line.verdict == DROP for line in form.lines),
        "word_count": sum(row["words"] for row in rows if row["kept"]) + words("\n".join(kept)),
    }


def _import_many(request, study, drafts):
    """Import drafts as proposed, and say what became of them."""
    outcome = import_drafts(drafts, imported_by=request.user)
    _tell_outcome(request, outcome)
    _follow_up(study, outcome.revised)


def _follow_up(study, revisions):
    """Give new outlets their letters, and let the tags of older revisions follow to new ones."""
    letter_outlets(study)
    for revision in revisions:
        if revision.number > 1:
            revised(revision)


def _tell_imported(request, study, imported):
    """Say what an import did, with the way to the desk and to the article's revisions."""
    revision = imported.revision
    article = revision.article
    facts = {"headline": article.headline, "number": revision.number}
    said = "Imported “{headline}”."
    if not imported.created:
        said = "This very text is already here, as revision {number} of “{headline}”;"
        said += " nothing was added."
    elif before := article.revisions.filter(number__lt=revision.number).first():
        said = "Revision {number} of “{headline}”: {added} {words} added, {removed} removed."
        facts["added"], facts["removed"] = words_changed(before.text, revision.text)
        facts["words"] = "word" if facts["added"] == 1 else "words"
    desk = reverse("desk", args=[study.key, article.story_id]) + f"?articles={article.pk}"
    links = format_html('<a href="{}">Open it on the desk</a>', desk)
    if revision.number > 1:
        place = reverse("revisions", args=[study.key, article.pk])
        links = format_html('{} · <a href="{}">See what changed</a>', links, place)
    said = format_html("{} {}", format_html(said, **facts), links)
    messages.success(request, said, "" if imported.created else "stays")


def _tell_outcome(request, outcome):
    """Say what became of many drafts."""
    if number := len(outcome.imported):
        messages.success(request, f"Imported {number} article{'' if number == 1 else 's'}.")
    if number := len(outcome.revised):
        messages.success(request, f"Imported {number} new text{'' if number == 1 else 's'}.")
    if outcome.known:
        messages.info(
            request, f"Already here with the very same text: {outcome.known}. Nothing was added."
        )
    if not (outcome.imported or outcome.revised or outcome.known or outcome.refused):
        messages.warning(request, "No draft is complete yet: each needs its outlet.", "stays")
    _tell_all(request, outcome.refused)


def _tell_all(request, problems):
    """Say the first of the problems one by one, and how many more there are."""
    for problem in problems[:PROBLEMS_SHOWN]:
        messages.warning(request, problem, "stays")
    if (more := len(problems) - PROBLEMS_SHOWN) > 0:
        messages.warning(request, f"And {more} more of the kind.", "stays")
