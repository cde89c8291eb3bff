"""Tagging on the desk: each answer holds only the passages and panels that changed."""

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations.access import annotation_for, story_for, study_for, tag_for
from annotations.codebook.codes import code_called
from annotations.forms.tagging import EditForm, TagForm
from annotations.models import Annotation, Code
from annotations.revisions.carries import revised
from annotations.revisions.carry_queue import carries_of
from annotations.rulings.outcomes import outcome_of
from annotations.tags.desk import Filters, around, around_new, near_new, opened_at
from annotations.tags.drawing import draw_touched, named_step, step_of
from annotations.tags.marks import count_marks
from annotations.tags.tagging import (
    EditConflict,
    TagRefused,
    edit_annotation,
    known_code,
    remove_annotation,
    tag_span,
)
from annotations.tags.undoing import UndoRefused, steps
from annotations.tags.undoing import redo as redo_step
from annotations.tags.undoing import undo as undo_step
from annotations.team.blinding import own_only
from annotations.team.masking import unmasked
from annotations.texts.anchoring import AnchorError, occurrence_of, shortened

LONGEST_COUNT = 9  # digits
FIELDS = ("target", "polarity", "voice", "speaker", "note")


@require_POST
@vary_on_headers("HX-Request")
def tag(request, key):
    """Tag words of a revision, given by offsets or by which occurrence of the words."""
    form = TagForm(request.POST)
    if not form.is_valid():
        return _refuse(request, study_for(request.user, key), form)
    given = form.cleaned_data
    occurrence = given.pop("occurrence")
    ground = tag_for(request.user, key, given)
    study, revision, tagged = ground.study, ground.revision, None
    try:
        if not ground.mark:  # refused, there already, or given by words without their place
            tagged = _tag_slowly(request.user, ground, given, occurrence or 1)
    except (AnchorError, TagRefused) as refusal:
        form.add_error(None, str(refusal))
        return _refuse(request, study, form, revision)
    if not ground.is_newest:
        _carry(revision)
    code = tagged.code if tagged else ground.code
    said = f"Tagged “{shortened(given['exact'])}” as {code.name}."
    if not request.htmx:
        place = (revision.pk, given["start"], given["end"])
        return _back(request, study, revision.article.story_id, place, said)
    touched = _around(request, study, tagged) if tagged else _around_new(request, ground)
    return _drawn(request, study, [touched], said, named_step(code.name, given["exact"]))


def _tag_slowly(reviewer, ground, given: dict, occurrence: int) -> Annotation:
    """Tag words step by step; raises what speaks against it."""
    code = ground.code or code_called(ground.study.codebook_id, given["code"])  # by a former key
    code = known_code(code, given["code"])
    if given["start"] is None:
        found = occurrence_of(ground.revision.text, given["exact"], occurrence)
        given |= {"start": found.start, "end": found.end}
    elif ground.study.veil:
        words = unmasked(ground.revision.text, given["start"], given["end"], given["exact"])
        given["exact"] = words
    given |= {"revision": ground.revision, "code": code}
    return tag_span(**given, study=ground.study, annotator=reviewer).annotation


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def annotation(request, key, annotation_id):
    """Read one annotation with its history, and edit it if it is one's own."""
    study = study_for(request.user, key)
    subject = annotation_for(study, annotation_id)
    form = EditForm(request.POST or None, initial=_initial(subject))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _edit(request, study, subject, dict(form.cleaned_data))
            except EditConflict as conflict:
                subject, status = conflict.current, 409
                form.add_error(None, str(conflict))
                form.data = form.data.copy()
                form.data["version"] = subject.version
            except TagRefused as refusal:
                form.add_error(None, str(refusal))
    template = "_annotation_form" if request.htmx else "annotation"
    context = _form_context(request, study, subject, form)
    return render(request, f"annotations/{template}.html", context, status=status)


@require_POST
@vary_on_headers("HX-Request")
def annotation_remove(request, key, annotation_id):
    """Take one's own tag off the words; undo brings it back."""
    study = study_for(request.user, key)
    subject = annotation_for(study, annotation_id)
    try:
        removed = remove_annotation(subject, actor=request.user)
    except TagRefused as refusal:
        story_id = subject.span.revision.article.story_id
        return _say_error(request, str(refusal), _desk(study, story_id, request.POST))
    said = f"Removed {subject.code.name} from “{shortened(subject.span.exact)}”."
    return _answer(request, study, [removed], said)


@require_POST
@vary_on_headers("HX-Request")
def undo(request, key, story_id):
    """Take back one's own last step in the story."""
    return _step(request, key, story_id, undo_step, "Undone")


@require_POST
@vary_on_headers("HX-Request")
def redo(request, key, story_id):
    """Bring back the step that was undone last."""
    return _step(request, key, story_id, redo_step, "Redone")


def _step(request, key, story_id, take, word):
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    try:
        changed = take(study, story, actor=request.user)
    except UndoRefused as refusal:
        return _say_error(request, str(refusal), _desk(study, story.pk, request.POST))
    for revision in {one.span.revision for one in changed}:
        _carry(revision)  # what was removed when a newer text came has no carry yet
    return _answer(request, study, changed, f"{word}: {_named(changed)}.")


def _named(changed: list[Annotation]) -> str:
    """Return what a step changed, in words."""
    first = changed[0]
    if len(changed) == 1:
        return f"{first.code.name} on “{shortened(first.span.exact)}”"
    stories = len({one.span.revision.article.story_id for one in changed})
    return f"{len(changed)} tags in {stories} {'story' if stories == 1 else 'stories'}"


def _carry(revision):
    """Have the tags on an older revision follow to the newest one."""
    newest = revision.article.revisions.order_by("-number").first()
    if newest != revision:
        revised(newest)


def _edit(request, study, subject: Annotation, given: dict):
    key, version = given.pop("code"), given.pop("version")
    code = known_code(code_called(study.codebook_id, key), key)
    edited = edit_annotation(subject, version=version, coding=given, code=code, actor=request.user)
    said = f"Saved {code.name} on “{shortened(subject.span.exact)}”."
    return _answer(request, study, [edited], said)


def _answer(request, study, changed, said):
    """Answer with what changed around the annotations, or go back to the desk, to the first."""
    span = changed[0].span
    story = span.revision.article.story
    if not request.htmx:
        return _back(request, study, story.pk, (span.revision_id, span.start, span.end), said)
    history = steps(study, story, request.user)
    here = [one for one in changed if one.span.revision.article.story_id == story.pk]
    touched = [_around(request, study, one) for one in here]
    return _drawn(request, study, touched, said, step_of(history.undo), step_of(history.redo))


def _back(request, study, story_id, place, said):
    """Go back to the desk, to the place (revision, start, end), and say there what was done."""
    messages.success(request, said)
    return redirect(_desk(study, story_id, request.POST, place))


def _drawn(request, study, touched, said, undo="", redo=""):
    """Answer with the parts of the desk that changes touched; None is what it does not show."""
    shown = [one for one in touched if one]
    drawn = draw_touched(shown, undo=undo, redo=redo, said=said, reader=request.user, study=study)
    return HttpResponse(drawn)


def _around(request, study, annotation):
    """Return what a change of an annotation touches on the page that asks."""
    addresses = request.POST.get("articles", "")
    return around(study, annotation, addresses, Filters.of(request.POST))


def _around_new(request, ground):
    """Return what a tag that was just made touches, if the page that asks shows its article."""
    addresses = request.POST.get("articles", "")
    is_open, number = opened_at(ground.revision.article_id, addresses)
    if not is_open:
        return None
    if addresses and ground.is_newest != (number is None):
        # It waited, and the page shows another text of the article by now.
        return _around(request, ground.study, annotation_for(ground.study, ground.mark.id))
    # The page says how many tags it shows: to count thousands anew would take longer than to tag.
    told = request.POST.get("tag_count", "")
    is_told = told.isdecimal() and len(told) < LONGEST_COUNT
    study, revision = ground.study, ground.revision
    story = revision.article.story_id
    count = int(told) + 1 if is_told else count_marks(study, story, revision)
    near = near_new(study, revision, ground.mark) if ground.near is None else ground.near
    return around_new(revision, near, ground.mark, count, Filters.of(request.POST))


def _refuse(request, study, form, revision=None):
    """Say what is wrong with a tag; nothing was written. The form keeps its values."""
    problem = " ".join(error for errors in form.errors.values() for error in errors)
    if request.htmx:
        return _error_fragment(request, problem)
    kept = {name: form.data.get(name, "") for name in form.fields if form.data.get(name)}
    context = {"study": study, "form": form, "kept": kept, "revision": revision}
    return render(request, "annotations/tag.html", context, status=422)


def _say_error(request, problem: str, back: str):
    if request.htmx:
        return _error_fragment(request, problem)
    messages.error(request, problem)
    return redirect(back)


def _error_fragment(request, problem: str):
    response = render(request, "annotations/_refusal.html", {"problem": problem}, status=422)
    response["Parallax-Error"] = quote(problem)
    return response


def _desk(study, story_id: int, data, place=()) -> str:
    """Return the desk's address with the columns that were open, at the words of a place."""
    address = reverse("desk", args=[study.key, story_id])
    if opened := data.get("articles"):
        address += "?" + urlencode({"articles": opened}, safe=",@")
    if place:
        address += "#span-" + "-".join(map(str, place))
    return address


def _initial(subject: Annotation) -> dict:
    return {
        "code": subject.code.key,
        **{name: getattr(subject, name) for name in FIELDS},
        "version": subject.version,
    }


def _form_context(request, study, subject, form) -> dict:
    revision, span = subject.span.revision, subject.span
    place = (revision.pk, span.start, span.end)
    return {
        "study": study,
        "annotation": subject,
        "form": form,
        "whereabouts": SimpleLazyObject(lambda: carries_of(study, span)),
        "mine": subject.annotator_id == request.user.pk,
        "codes": Code.objects.filter(
            Q(retired_at=None) | Q(pk=subject.code_id), codebook=study.codebook_id, marks_spans=True
        ),
        "desk": _desk(study, revision.article.story_id, request.GET, place),
        "own_only": own_only(study, revision.article.story_id),
        "ruled": SimpleLazyObject(lambda: outcome_of(study, subject, request.user)),
    }
