"""Assignments: moderators say who codes which story, by hand or balanced, and see how far it is."""

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotations.access import study_for
from annotations.forms.assignments import BalanceForm, UndoForm, parts_of
from annotations.models import Assignment, Role
from annotations.plans import planned_anew
from annotations.team.assigning import (
    AssignRefused,
    Changed,
    PartsBegun,
    PlanChanged,
    assign_balanced,
    change_parts,
    replace_coders,
    take_back_batch,
)
from annotations.team.assignments import (
    Balance,
    balance_of,
    last_batch,
    may_code,
    needing_coder,
    parts_in,
    people_of,
    progress_by,
    stories_with_size,
)
from annotations.team.balancing import meetings
from annotations.team.taking_part import PartRefused, reopen_for_coder

STORIES_PER_PAGE = 25


@require_http_methods(["GET", "POST"])
@planned_anew()
def assignments(request, key):
    """Show who codes which story, and how far they are; POST changes it by hand.

    Only what was changed on the page changes: `was` are the parts that it showed.
    """
    study = study_for(request.user, key, Role.MODERATOR)
    if request.method == "GET":
        return _page(request, study)
    ticked, was = parts_of(request.POST.getlist("part")), parts_of(request.POST.getlist("was"))
    add, remove, sure = ticked - was, was - ticked, "sure" in request.POST
    try:
        changed = change_parts(study, add=add, remove=remove, sure=sure, moderator=request.user)
    except PartsBegun as refusal:
        kept = [("part", part) for part in ticked] + [("was", part) for part in was]
        context = {"study": study, "parts": refusal.parts, "kept": kept, "page": _number(request)}
        return render(request, "annotations/assignments_sure.html", context, status=409)
    except AssignRefused as refusal:
        return _page(request, study, str(refusal), 422)
    messages.success(request, _said(changed))
    return _back(study, _number(request))


@require_http_methods(["GET", "POST"])
def assignments_balance(request, key):
    """Plan parts evenly; POST shows the plan, and assigns it once it was shown."""
    study = study_for(request.user, key, Role.MODERATOR)
    initial = {"each": study.coders_per_story, "which": "all", "seed": _seed(study)}
    form = BalanceForm(request.POST or None, study=study, initial=initial)
    context, status = {"study": study, "form": form}, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            wish, status = form.wish(), 200
            try:
                if request.POST.get("do") == "assign":
                    digest = request.POST.get("digest", "")
                    given = assign_balanced(study, wish, digest=digest, moderator=request.user)
                    messages.success(request, _said(given))
                    return _back(study)
            except AssignRefused as refusal:
                context["problem"] = str(refusal)
                status = 409 if isinstance(refusal, PlanChanged) else 422
            context |= _plan(study, balance_of(study, wish), wish.coders)
    return render(request, "annotations/assignments_balance.html", context, status=status)


@require_POST
def assignments_undo(request, key):
    """Take back what was assigned last."""
    study = study_for(request.user, key, Role.MODERATOR)
    form = UndoForm(request.POST)
    try:
        if not form.is_valid():
            raise AssignRefused("Load the page again.")
        count = take_back_batch(study, form.cleaned_data["at"])
    except AssignRefused as refusal:
        return _page(request, study, str(refusal), 409)
    messages.success(request, f"{_parts(count)} taken back.")
    return _back(study)


@require_POST
def assignments_replace(request, key):
    """Give the parts that need a coder to others."""
    study = study_for(request.user, key, Role.MODERATOR)
    try:
        changed = replace_coders(study, seed=_seed(study), moderator=request.user)
    except AssignRefused as refusal:
        return _page(request, study, str(refusal), 422)
    messages.success(request, _said(changed))
    return _back(study)


@require_POST
def assignment_reopen(request, key, assignment_id):
    """Open a part that its coder said is done."""
    study = study_for(request.user, key, Role.MODERATOR)
    parts = parts_in(study).select_related("coder", "story")
    part = get_object_or_404(parts, pk=assignment_id)
    try:
        reopen_for_coder(part)
    except PartRefused as refusal:
        return _page(request, study, str(refusal), 409)
    messages.success(request, f"“{part.story}” is open again for {part.coder}.")
    return _back(study, _number(request))


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of the matrix; `part` is None where the person has none of the story."""

    name: str
    person: object
    part: Assignment | None
    is_fixed: bool  # nobody can be given a part here, and there is none to take

    @property
    def looks(self) -> str:
        """Return the part's state as a class of the stylesheet; "" without a part."""
        return self.part.state.replace(" ", "-") if self.part else ""


def _page(request, study, problem="", status=200):
    people = people_of(study)
    page = Paginator(stories_with_size(study), STORIES_PER_PAGE).get_page(_number(request))
    parts = {
        (part.story_id, part.coder_id): part for part in parts_in(study).filter(story__in=page)
    }
    by_story, by_coder = progress_by(study, "story", list(page)), progress_by(study, "coder")
    rows = [
        (story, by_story.get(story.pk), [_cell(story, person, parts) for person in people])
        for story in page
    ]
    context = {
        "study": study,
        "page": page,
        "rows": rows,
        "people": [(person, by_coder.get(person.pk), may_code(person)) for person in people],
        "shown": sorted(parts),
        "orphans": list(needing_coder(study)),
        "batch": last_batch(study),
        "problem": problem,
    }
    return render(request, "annotations/assignments.html", context, status=status)


def _cell(story, person, parts) -> Cell:
    part = parts.get((story.pk, person.pk))
    return Cell(f"{story.pk}-{person.pk}", person, part, part is None and not may_code(person))


def _plan(study, balance: Balance, coders) -> dict:
    """Return what the preview shows of a plan: what each person gets, and how often two meet."""
    names = {person.pk: person.get_username() for person in people_of(study)}
    new, after = balance.plan.parts, [*balance.existing, *balance.plan.parts]
    rows = []
    for coder in sorted(coders, key=names.__getitem__):
        own = [story for story, who in new if who == coder]
        all_own = [story for story, who in after if who == coder]
        words = [sum(balance.words.get(story, 0) for story in some) for some in (own, all_own)]
        rows.append((names[coder], len(own), words[0], len(all_own), words[1]))
    meets = Counter(meetings(after, coders).values())
    return {
        "balance": balance,
        "plan_rows": rows,
        "short": len(balance.plan.short),
        "new_parts": len(new),
        "meets": sorted(meets.items()),
    }


def _seed(study) -> int:
    """Return a seed that is another one after each assigning, and the same on each look."""
    return study.assignments.count()


def _number(request) -> str:
    """Return the page of the matrix that is meant."""
    return request.POST.get("page") or request.GET.get("page") or "1"


def _said(changed: Changed) -> str:
    if not changed.given and not changed.taken:
        return "Nothing to change: it was so already."
    said = [f"{_parts(changed.given)} given"] if changed.given else []
    said += [f"{_parts(changed.taken)} taken back"] if changed.taken else []
    return ", ".join(said) + "."


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count} parts"


def _back(study, number="1"):
    response = redirect(f"{reverse('assignments', args=[study.key])}?page={number}")
    response.status_code = 303
    return response
