"""The work list: tags whose code was retired, merged or split, to look at one by one or at once."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations.access import study_for
from annotations.codebook.recoding import Recoded, recode, remove_tags
from annotations.codebook.worklist import ITEMS, ended_codes, groups, items, waiting
from annotations.forms.worklist import KEEP, REMOVE, WorklistForm
from annotations.models import Role
from annotations.rulings.ruling import RulingRefused
from annotations.tags.tagging import TagRefused
from annotations.tags.undoing import UndoRefused, standing_in, undo_batch

KEYS = [
    ("1–9", "give the tag that code"),
    ("0", "keep the tag as it is"),
    ("Del", "remove the tag"),
    ("j", "next tag, also ↓"),
    ("k", "previous tag, also ↑"),
    ("x", "tick the tag"),
    ("u", "undo the last step"),
]


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def worklist(request, key):
    """Show the tags of one retired code, and take what is said of them."""
    study = study_for(request.user, key)
    data = request.POST or request.GET
    own = study.role < Role.MODERATOR or "own" in data
    said, problem, batch = "", "", data.get("done", "")
    if request.method == "POST":
        form = WorklistForm(request.POST, study=study)
        try:
            made = uuid.uuid4()
            said = _said(_carry_out(form, study, made, own, request.user))
        except (TagRefused, RulingRefused) as refusal:
            problem = str(refusal)
        else:
            if not request.htmx:
                messages.success(request, said)
                return _back(study, request.POST, own, made)
            batch = str(made)
    context = _context(request.user, study, data.get("code", ""), own, batch)
    context |= {"said": said, "problem": problem}
    template = "annotations/_worklist.html" if request.htmx else "annotations/worklist.html"
    return render(request, template, context, status=422 if problem else 200)


@require_POST
def worklist_undo(request, key):
    """Take back what one step did to tags; rulings that it made stand."""
    study = study_for(request.user, key)
    try:
        undone = undo_batch(study, _batch(request.POST.get("done", "")), actor=request.user)
    except UndoRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Undone: {_tags(len(undone))}.")
    return _back(study, request.POST, "own" in request.POST)


def _carry_out(form: WorklistForm, study, batch, own: bool, user) -> Recoded:
    if not form.is_valid():
        problems = [problem for problems in form.errors.values() for problem in problems]
        raise TagRefused(problems[0])
    asked = form.cleaned_data
    ended = [each for each in ended_codes(study) if each.code.pk == asked["code"]]
    tags = waiting(study, ended, own_of=user if own else None)
    if asked["versions"] is not None:
        tags = tags.filter(pk__in=asked["versions"])
    how = {"study": study, "batch": batch, "versions": asked["versions"], "own": own}
    if asked["act"] == REMOVE:
        return remove_tags(tags, **how, actor=user)
    return recode(tags, code=None if asked["act"] == KEEP else asked["act"], **how, actor=user)


def _context(user, study, code: str, own: bool, batch: str) -> dict:
    own_of = user if own else None
    listed = groups(study, ended_codes(study), own_of=own_of)
    asked = next((group for group in listed if str(group.ended.code.pk) == code), None)
    shown = asked or next((group for group in listed if group.waiting), None)
    tags = waiting(study, [shown.ended], own_of=own_of).with_place() if shown else []
    standing = standing_in(study, _batch(batch), user).count() if batch else 0
    return {
        "study": study,
        "own": own,
        "may_moderate": study.role >= Role.MODERATOR,
        "groups": listed,
        "shown": shown,
        "items": items(study, tags[:ITEMS]),
        "codes": study.codebook.codes.filter(retired_at=None, marks_spans=True),
        "undoable": {"batch": batch, "count": standing} if standing else None,
        "keys": KEYS,
    }


def _batch(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise Http404("No such step") from error


def _said(done: Recoded) -> str:
    parts = [f"Done: {_tags(done.count)}"]
    if done.ruled:
        parts.append(f"{done.ruled} by a new ruling, which undo does not take back")
    if done.refused:
        parts.append(f"{done.refused} left alone: changed since, or without the target it needs")
    return "; ".join(parts) + "."


def _tags(count: int) -> str:
    return f"{count} {'tag' if count == 1 else 'tags'}"


def _back(study, data, own: bool, batch: uuid.UUID | None = None):
    """Go back to the list of the same code, with the step that can be undone."""
    query = {"code": data.get("code", "")} | ({"own": "1"} if own else {})
    query |= {"done": str(batch)} if batch else {}
    response = redirect(f"{reverse('worklist', args=[study.key])}?{urlencode(query)}")
    response.status_code = 303
    return response
