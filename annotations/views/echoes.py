"""Echoes: where the wording of a phrase occurs again, and tagging many of them at once."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations.access import story_for, study_for
from annotations.codebook.codes import code_called
from annotations.forms.echoes import EchoesForm, TagEchoesForm
from annotations.language.echoes import (
    Scope,
    Search,
    SearchTooLong,
    complete,
    in_order,
    page_of,
    search,
    visible_studies,
)
from annotations.language.echoing import tag_echoes
from annotations.language.rewording import PhraseRefused, phrase_of
from annotations.models import Polarity, Voice
from annotations.tags.tagging import TagRefused, known_code
from annotations.tags.undoing import UndoRefused, standing_in, undo_batch
from sources.indexing import index_texts, texts_waiting

AT_ONCE = 200  # texts that a page indexes before it looks
SECONDS = 1.0  # that it takes for that at most


@require_safe
def echoes(request, key):
    """Show where a phrase occurs again, in context. Constant number of queries."""
    study = study_for(request.user, key)
    context = _context(request, study, request.GET)
    status = 422 if context["problem"] else 200
    return render(request, "annotations/echoes.html", context, status=status)


@require_POST
def echoes_tag(request, key):
    """Tag the ticked echoes alike, all or none."""
    study = study_for(request.user, key)
    form = TagEchoesForm(request.POST)
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    try:
        if not form.is_valid():
            raise TagRefused(" ".join(error for errors in form.errors.values() for error in errors))
        given = form.cleaned_data
        code = known_code(code_called(study.codebook_id, given["code"]), given["code"])
        coding = {name: given[name] for name in ("target", "polarity", "voice", "speaker", "note")}
        batch = form.batch_of_code()
        ticked = form.ticked(request.POST.getlist("echo"))
        done = tag_echoes(study, ticked, batch=batch, code=code, annotator=request.user, **coding)
    except (TagRefused, ValidationError) as refusal:
        problem = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else refusal
        context = _context(request, study, query) | {"tag_problem": str(problem)}
        context |= {"given": form.data, "ticked": set(request.POST.getlist("echo"))}
        return render(request, "annotations/echoes.html", context, status=422)
    messages.success(request, _said(done, code))
    query["tagged"] = str(batch)
    return redirect(f"{reverse('echoes', args=[study.key])}?{query.urlencode()}")


@require_POST
def echoes_undo(request, key):
    """Take back what one action tagged, in whichever stories."""
    study = study_for(request.user, key)
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    query.pop("tagged", None)
    try:
        batch = uuid.UUID(request.POST.get("batch", ""))
    except ValueError as error:
        raise Http404("No such action") from error
    try:
        undone = undo_batch(study, batch, actor=request.user)
    except UndoRefused as refusal:
        messages.error(request, str(refusal))
    else:
        stories = {one.span.revision.article.story_id for one in undone}
        messages.success(request, f"Undid {_many(len(undone), 'tag')} in {_stories(len(stories))}.")
    return redirect(f"{reverse('echoes', args=[study.key])}?{query.urlencode()}")


def _context(request, study, data) -> dict:
    """What the page of a query shows."""
    form = EchoesForm(data)
    form.is_valid()
    asked = form.cleaned_data
    story = story_for(study, asked["story"]) if asked.get("story") else None
    context = {
        "study": study,
        "form": form,
        "story": story,
        "problem": " ".join(error for errors in form.errors.values() for error in errors),
        "query": _kept(data),
        "undoable": _undoable(study, request.user, data.get("tagged", "")),
        "data": data,
    }
    if not asked.get("q") or context["problem"]:
        return context
    visible, pks = visible_studies(request.user)
    whole = asked["scope"] == "library"
    scope = Scope(pks if whole else (study.pk,), story.pk if asked["scope"] == "story" else None)
    try:
        phrase = phrase_of(asked["q"])
        context["waiting"] = _index(scope)
        found = search(phrase, scope, study.veil)
    except PhraseRefused as refusal:
        return context | {"problem": str(refusal)}
    except SearchTooLong:
        return context | {"too_long": True}
    context |= {"phrase": phrase, "found": found, "asked": asked}
    return context | _shown(study, visible, found, asked, data.get("after", ""))


def _shown(study, visible, found: Search, asked: dict, after: str) -> dict:
    """The page of the echoes that the filters keep."""
    kept = [
        echo
        for echo in found.echoes
        if asked["outlet"] in (None, echo.place.outlet) and asked["likeness"] in ("", echo.likeness)
    ]
    page, more = page_of(in_order(kept, asked["sort"]), after)
    complete(page, study, visible)
    return {
        "page": page,
        "kept": len(kept),
        "next": page[-1].key if more else "",
        "begun": bool(after),
        "may_tag": any(echo.study == study.key for echo in page),
        "codes": study.codebook.codes.filter(marks_spans=True, retired_at=None).select_related(
            "parent"
        ),
        "polarities": Polarity.choices,
        "voices": Voice.choices,
        "batch": uuid.uuid4(),
    }


def _index(scope: Scope) -> int:
    """Index what the scope lacks, if that is little; return how many texts are left out."""
    if not texts_waiting():
        return 0
    stories = scope.stories()
    index_texts(stories, most=AT_ONCE, seconds=SECONDS)
    return texts_waiting(stories)


def _undoable(study, user, tagged: str):
    """Return the batch that was just tagged and how many tags of it stand, or None."""
    try:
        batch = uuid.UUID(tagged)
    except ValueError:
        return None
    count = standing_in(study, batch, user).count()
    return {"batch": batch, "count": count} if count else None


def _kept(data) -> str:
    """Return the query of the page, without what only it knows."""
    query = data.copy()
    for name in ("after", "tagged"):
        query.pop(name, None)
    return query.urlencode()


def _said(done, code) -> str:
    told = [f"{_many(done.tags, 'echo', 'echoes')} tagged as {code} in {_stories(done.stories)}"]
    if not done.tags:
        told = ["Nothing new was tagged"]
    if done.skipped:
        told.append(f"{done.skipped} had this tag of yours already")
    return "; ".join(told) + "."


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _stories(count: int) -> str:
    return _many(count, "story", "stories")
