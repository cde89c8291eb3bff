"""Outcomes: coders see what became of their tags and answer once; moderators read the answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from annotations.access import study_for
from annotations.forms.outcomes import OutcomeFilterForm, ReplyForm
from annotations.models import Card, CardTag, Role
from annotations.plans import planned_anew
from annotations.rulings.outcomes import (
    cards_with,
    counts_of,
    replied_cards,
    shown,
    tags_of,
    told,
)
from annotations.rulings.replying import ReplyRefused, reply_to

CARDS_PER_PAGE = 20
LISTS = ("outcomes", "replies")


@require_safe
@planned_anew()
def outcomes(request, key):
    """List one's own tags in ruled stories with what became of them. Constant queries."""
    study = study_for(request.user, key)
    form = OutcomeFilterForm(request.GET, study=study)
    every = tags_of(told(study, study.role), request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    if story := asked.get("story"):
        every = every.filter(card__adjudication__story=story)
    counts, outcome = counts_of(every), asked.get("outcome") or None
    kept = every.filter(outcome=outcome) if outcome else every
    pages = Paginator(cards_with(kept if asked else kept.none()), CARDS_PER_PAGE)
    # To count the cards anew would take as long in a large study as all the rest.
    pages.count = counts.cards.get(outcome, 0) if asked else 0
    page = pages.get_page(request.GET.get("page"))
    context = {
        "study": study,
        "form": form,
        "counts": counts.tags,
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "page": page,
        "cards": shown(list(page), every, request.user),
        "list": "outcomes",
        "query": request.GET.urlencode(),
        "reply_form": ReplyForm(auto_id=False),
    }
    return render(request, "annotations/outcomes.html", context)


@require_safe
def replies(request, key):
    """List the cards with answers, for moderators. Constant number of queries."""
    study = study_for(request.user, key, Role.MODERATOR)
    found = replied_cards(study, study.role)
    page = Paginator(found, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "page": page,
        "cards": shown(list(page), CardTag.objects.none(), request.user),
        "list": "replies",
        "query": request.GET.urlencode(),
        "reply_form": ReplyForm(auto_id=False),
    }
    return render(request, "annotations/replies.html", context)


@require_http_methods(["GET", "POST"])
def card_reply(request, key, card_id):
    """Answer on a card of one's own, or as a moderator; once."""
    study = study_for(request.user, key)
    cards = told(study, study.role)
    mine = tags_of(cards, request.user)
    if study.role < Role.MODERATOR:
        cards = cards.filter(pk__in=mine.values("card"))
    card = get_object_or_404(cards.select_related("adjudication__story"), pk=card_id)
    form, status = ReplyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                reply_to(card, form.cleaned_data["text"], author=request.user)
            except ReplyRefused as refusal:
                form.add_error("text", str(refusal))
            else:
                messages.success(request, "Your answer was sent.")
                return _back(request, study, card)
    place = Card.objects.select_related("adjudication__story", "revision__article__outlet")
    [ruled] = shown([place.defer("revision__text").get(pk=card.pk)], mine, request.user)
    context = {"study": study, "ruled": ruled, "reply_form": form}
    context |= {name: request.POST.get(name, "") for name in ("list", "query")}
    return render(request, "annotations/card_reply.html", context, status=status)


def _back(request, study, card):
    """Go back to the list from which the answer came, at the card; else to the card alone."""
    page, query = request.POST.get("list"), QueryDict(request.POST.get("query", "")).urlencode()
    if page in LISTS:
        address = f"{reverse(page, args=[study.key])}?{query}#card-{card.pk}"
    else:
        address = reverse("card_reply", args=[study.key, card.pk])
    response = redirect(address)
    response.status_code = 303
    return response
