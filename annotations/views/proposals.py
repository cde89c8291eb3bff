"""Proposed facts: look for them, and settle each."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import proposal_for, story_for, study_for
from annotations.facts.stating import FactRefused
from annotations.finding.proposals import (
    ROWS,
    State,
    cards_of,
    counts_of,
    in_tab,
    last_step,
    others_of,
    standing_of,
)
from annotations.finding.proposing import prepare, propose
from annotations.finding.settling import (
    ProposalConflict,
    ProposalRefused,
    accept,
    dismiss,
    merge,
    remove,
    restore,
    reword,
    split,
    undo,
)
from annotations.forms.proposals import TABS, ProposalForm, TabForm
from annotations.models import Fact
from annotations.team.veiling import outlet_name

KEYS = [
    ("j k", "next and previous proposal"),
    ("↓ ↑", "its sentences"),
    ("Space", "tick or untick the sentence; 1–9 do so by number"),
    ("p", "the article reports it in part"),
    ("a", "accept what is ticked, as a fact"),
    ("e", "edit the statement; Esc leaves it, w saves it"),
    ("f", "the same as a fact that is stated already"),
    ("s", "split: what is unticked becomes a proposal of its own"),
    ("r", "remove what is unticked"),
    ("m", "merge with others"),
    ("d", "dismiss"),
    ("u", "undo your last step"),
]


@require_safe
@vary_on_headers("HX-Request")
def proposals(request, key, story_id):
    """List what the machine proposes as facts of a story. Constant number of queries."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    return _list(request, study, story)


@require_POST
def proposals_find(request, key, story_id):
    """Look for facts to propose: at once, or by a worker if the story is large."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    (propose if "now" in request.POST else prepare)(study, story)
    if request.htmx:
        return _list(request, study, story)
    return _back(request, study, story)


@require_POST
def proposals_undo(request, key, story_id):
    """Take back one's own last step in the story."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    try:
        undone = undo(study, story, actor=request.user)
    except ProposalRefused as refusal:
        if request.htmx:
            return _list(request, study, story, problem=str(refusal), status=409)
        messages.error(request, str(refusal))
        return _back(request, study, story)
    said = f"Open again: “{undone.reopened[0].statement}”"
    if request.htmx:
        return _list(request, study, story, said=said, reopened=undone.reopened)
    messages.success(request, said)
    return _back(request, study, story, f"proposal-{undone.reopened[0].pk}")


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def proposal(request, key, proposal_id):
    """Read one proposal, and what it may be merged with; settle it."""
    study = study_for(request.user, key)
    subject = proposal_for(study, proposal_id)
    if request.method == "GET":
        if request.htmx and "merge" in request.GET:
            context = {"study": study, "others": others_of(subject)}
            return render(request, "annotations/_proposal_others.html", context)
        return _one(request, study, subject)
    form = ProposalForm(request.POST, proposal=subject)
    try:
        if not form.is_valid():
            raise ProposalRefused(form.problem())
        made, said = _carry_out(subject, form.cleaned_data, request.user)
    except ProposalConflict as conflict:
        return _one(request, study, subject, problem=str(conflict), status=409)
    except (ProposalRefused, FactRefused) as refusal:
        return _one(request, study, subject, problem=str(refusal), status=422)
    if request.htmx:
        merged = form.cleaned_data["others"] if form.cleaned_data["action"] == "merge" else []
        return _done(request, study, subject, made, said, merged)
    messages.success(request, said)
    return _back(request, study, subject.story, f"proposal-{made[0].pk}")


def _carry_out(subject, asked: dict, reviewer):
    """Do what is asked; return the proposals that stand in its place now, and what was done."""
    seen = {"version": asked["version"], "reviewer": reviewer}
    ticked = {"statement": asked["statement"], "spans": [span.pk for span in asked["spans"]]}
    match asked["action"]:
        case "accept":
            done = accept(subject, **ticked, partial=asked["partial"], fact=asked["fact"], **seen)
            return [done.proposal], _said(done, subject.study)
        case "reword":
            return [reword(subject, asked["statement"], **seen)], "The wording is saved."
        case "split":
            return split(subject, **ticked, **seen), "Split in two."
        case "remove":
            return [remove(subject, **ticked, **seen)], "The unticked sentences are removed."
        case "merge":
            others = [other.pk for other in asked["others"]]
            return [merge(subject, others, statement=asked["statement"], **seen)], "Merged."
        case "dismiss":
            return [dismiss(subject, **seen)], f"Dismissed: “{subject.statement}”"
    return [restore(subject, version=asked["version"])], f"Open again: “{subject.statement}”"


def _said(done, study) -> str:
    """Return what came of an acceptance, article by article where a cell was set already."""
    said = f"Accepted, {_count(len(done.set), 'cell')} set."
    for report in done.left:
        outlet = outlet_name(study, report.article.outlet)
        status = report.get_status_display().lower()
        said += f" {outlet}: the cell was set as {status} already, and stays."
    return said


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _one(request, study, subject, *, problem="", status=200):
    """Draw one proposal: its page, or its card for htmx, with what was typed if it was refused."""
    subject = proposal_for(study, subject.pk)
    typed = request.POST if problem else None
    context = _head(request, study, subject.story) | {
        "card": cards_of([subject])[0],
        "problem": problem,
        "typed": typed,
        "ticked": {int(pk) for pk in typed.getlist("spans") if pk.isdecimal()} if typed else None,
        "others": others_of(subject) if "merge" in request.GET else None,
    }
    template = "_proposal.html" if request.htmx else "proposal.html"
    return render(request, f"annotations/{template}", context, status=status)


def _done(request, study, subject, made, said, merged):
    """Answer htmx with what stands in the card's place, and what else changed on the page."""
    context = _head(request, study, subject.story) | {
        "cards": cards_of([proposal_for(study, each.pk) for each in made]),
        "merged": merged,
        "said": said,
    }
    return render(request, "annotations/_proposal_settled.html", context)


def _list(request, study, story, *, problem="", said="", reopened=(), status=200):
    context = _head(request, study, story)
    found = in_tab(study, story, context["tab"]).select_related("fact", "settled_by", "story")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "cards": cards_of(list(page)),
        "standing": standing_of(study, story),
        "problem": problem,
        "said": said,
        "reopened": reopened,
        # Only then, so that what cannot be done is not asked for again and again.
        "is_first_look": request.method == "GET",
        "made_anew": request.htmx.target == "proposals-standing",
    }
    template = "_proposals.html" if request.htmx else "proposals.html"
    return render(request, f"annotations/{template}", context, status=status)


def _head(request, study, story) -> dict:
    """Return what stands above the list and a card; of the facts, what is to be chosen from."""
    tab = TabForm(request.GET).chosen()
    counts = counts_of(study, story)
    return {
        "study": study,
        "story": story,
        "tab": tab,
        "tabs": [(state, label, counts[state]) for state, label in TABS],
        "counts": counts,
        "last": last_step(study, story, request.user).first(),
        "facts": Fact.objects.filter(study=study, story=story),
        "question": _question(request, tab),
        "keys": KEYS,
    }


def _question(request, tab: str) -> str:
    """Return what the tab and the page add to an address."""
    asked = {"state": tab} if tab != State.OPEN else {}
    if (number := request.GET.get("page", "")).isdecimal():
        asked["page"] = number
    return f"?{urlencode(asked)}" if asked else ""


def _back(request, study, story, anchor=""):
    address = reverse("proposals", args=[study.key, story.pk])
    address += _question(request, TabForm(request.GET).chosen())
    response = redirect(address + (f"#{anchor}" if anchor else ""))
    response.status_code = 303
    return response
