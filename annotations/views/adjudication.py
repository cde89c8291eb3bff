"""Adjudication of stories: the overview, a story's cards, and rules for many at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.access import adjudication_for, open_for, story_for, study_for
from annotations.forms.adjudication import AlikeForm, ShowForm, StepForm
from annotations.models import Adjudication, Role
from annotations.rulings import adjudicating
from annotations.rulings.adjudications import (
    last_batch,
    listed_cards,
    parts_of,
    story_rows,
    with_rows,
)
from annotations.rulings.alike import LEAST, alike_in, digest_of, rule_alike, take_back_batch
from annotations.rulings.card_page import deck_of
from annotations.rulings.claiming import claim_next
from annotations.rulings.laying import lay_cards, plan_of
from annotations.rulings.recording import CardRefused

ROWS = 50  # cards or stories on a page
SAMPLE = 50  # cards that the preview of a rule shows


@require_safe
def adjudication(request, key):
    """List the study's stories and how far the ruling on each is. Constant number of queries."""
    study = study_for(request.user, key, Role.MODERATOR)
    stories = Paginator(study.stories.order_by("title", "pk"), ROWS)
    page = stories.get_page(request.GET.get("page"))
    context = {"study": study, "page": page, "rows": story_rows(study, page)}
    return render(request, "annotations/adjudication.html", context)


@require_http_methods(["GET", "POST"])
def story_adjudication(request, key, story_id):
    """Show a story's cards; open, lay anew, close or reopen its adjudication."""
    study = study_for(request.user, key, Role.MODERATOR)
    story = story_for(study, story_id)
    open_for(study, story)
    if request.method == "GET":
        return _show(request, study, story)
    form = StepForm(request.POST)
    try:
        if not form.is_valid():
            raise CardRefused("Say what is to be done with the story.")
        said = _take(form.cleaned_data["step"], study, story, request.user)
    except CardRefused as refusal:
        return _show(request, study, story, str(refusal))
    messages.success(request, said)
    return _to(reverse("story_adjudication", args=[study.key, story.pk]))


@require_POST
def card_next(request, key, story_id):
    """Claim the next card that nobody else is on, and go there."""
    study = study_for(request.user, key, Role.MODERATOR)
    story = story_for(study, story_id)
    open_for(study, story)
    subject = adjudication_for(study, story)
    try:
        card = claim_next(subject, moderator=request.user)
    except CardRefused as refusal:
        return _show(request, study, story, str(refusal))
    if card:
        return _to(reverse("card", args=[study.key, card.pk]))
    messages.info(request, "No card is open that another moderator is not on.")
    return _to(reverse("story_adjudication", args=[study.key, story.pk]))


@require_http_methods(["GET", "POST"])
def alike(request, key, story_id):
    """Show what a rule would settle, and apply it once that is confirmed."""
    study = study_for(request.user, key, Role.MODERATOR)
    story = story_for(study, story_id)
    open_for(study, story)
    subject = adjudication_for(study, story)
    asked = request.POST if request.method == "POST" else request.GET
    begin = {"coders": max(LEAST, study.coders_per_story), "whole": True}
    form = AlikeForm(asked if "coders" in asked else begin, label_suffix="")
    problem = ""
    if request.method == "POST" and form.is_valid():
        seen = {"seen": form.cleaned_data["seen"], "moderator": request.user}
        try:
            count = len(rule_alike(subject, form.rule(), **seen))
            messages.success(request, f"{_cards(count)} ruled by the rule.")
            return _to(reverse("story_adjudication", args=[study.key, story.pk]))
        except CardRefused as refusal:
            problem = str(refusal)
    found = alike_in(subject, form.rule(), request.user) if form.is_valid() else []
    context = {
        "study": study,
        "story": story,
        "form": form,
        "found": found[:SAMPLE],
        "count": len(found),
        "rest": len(found) - SAMPLE,
        "seen": digest_of(found),
        "deck": deck_of(subject),
        "problem": problem,
    }
    status = 422 if problem or not form.is_valid() else 200
    return render(request, "annotations/adjudication_alike.html", context, status=status)


@require_POST
def alike_undo(request, key, story_id, batch):
    """Take back all that a rule settled at once, but for what was ruled on since."""
    study = study_for(request.user, key, Role.MODERATOR)
    story = story_for(study, story_id)
    open_for(study, story)
    try:
        undone = take_back_batch(adjudication_for(study, story), batch, moderator=request.user)
    except CardRefused as refusal:
        return _show(request, study, story, str(refusal))
    left = f" {_cards(undone.left)} left alone: ruled on since." if undone.left else ""
    messages.success(request, f"{_cards(undone.count)} open again.{left}")
    return _to(reverse("story_adjudication", args=[study.key, story.pk]))


def _take(step: str, study, story, moderator) -> str:
    """Take a step with the story; return what was done, in words."""
    if step == "open":
        subject = adjudicating.open_adjudication(study, story, moderator=moderator)
        return f"{_cards(subject.cards.count())} laid."
    subject = adjudication_for(study, story)
    if step == "lay":
        plan = lay_cards(subject, moderator=moderator)
        again = len(plan.changed) + len(plan.moved)
        return f"{_cards(len(plan.new))} new, {again} laid again, {len(plan.emptied)} emptied."
    if step == "close":
        adjudicating.close_adjudication(subject, moderator=moderator)
        return "The story is adjudicated. Its reviewers see the outcome."
    adjudicating.reopen_adjudication(subject, moderator=moderator)
    return "The story is open again. Everything ruled so far stays."


def _show(request, study, story, problem: str = ""):
    subject = Adjudication.objects.filter(study=study, story=story).first()
    form = ShowForm(request.GET)
    show = form.cleaned_data["show"] if form.is_valid() and "show" in request.GET else "open"
    context = {
        "study": study,
        "story": story,
        "here": "adjudication",
        "address": reverse("story_adjudication", args=[study.key, story.pk]),
        "adjudication": subject,
        "parts": parts_of(study, story),
        "problem": problem,
    }
    if subject:
        found = listed_cards(subject, show).values_list("pk", flat=True)
        page = Paginator(found, ROWS).get_page(request.GET.get("page"))
        context |= {
            "deck": deck_of(subject, show),
            "page": page,
            "cards": with_rows(list(page)),
            "touched": 0 if subject.ruled_at else len(plan_of(subject).touched),
            "batch": last_batch(subject, request.user),
        }
    status = 422 if problem else 200
    return render(request, "annotations/adjudication_story.html", context, status=status)


def _to(address: str):
    response = redirect(address)
    response.status_code = 303
    return response


def _cards(count: int) -> str:
    return "1 card" if count == 1 else f"{count} cards"
