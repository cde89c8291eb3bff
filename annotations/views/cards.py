"""The desk of cards: one card at a time, with its rulings."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, push_url

from annotations.access import card_for, open_for, study_for
from annotations.forms.adjudication import RIGHT, UNDO, CardForm, MergeForm, ShowForm
from annotations.models import Card, CardRuling, Polarity, Role, Voice
from annotations.rulings.adjudicating import rule_card, take_back
from annotations.rulings.card_page import card_page, claim_on, deck_of, last_ruling, rows_of
from annotations.rulings.claiming import claim_card, claim_next, release_card
from annotations.rulings.gilding import Merged
from annotations.rulings.recording import CardConflict, CardRefused
from annotations.tags.tagging import TagRefused, known_code
from annotations.texts.anchoring import AnchorError

KEYS = [
    ("1 – 9", "choose a tag, or choose it no more"),
    ("s", "rule: what is chosen is right, also Enter"),
    ("m", "merged: edit words and code"),
    ("n", "nobody is right: write why, then Enter"),
    ("d", "discuss: write what, then Enter"),
    ("r", "to the reason"),
    ("g", "the guideline needs work"),
    ("o", "reopen"),
    ("j", "next card"),
    ("k", "previous card"),
    ("u", "undo your last ruling"),
    ("Esc", "leave a field"),
    ("?", "these keys"),
]


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def card(request, key, card_id):
    """Show a card, and rule on it; then comes the next one that is free."""
    study = study_for(request.user, key, Role.MODERATOR)
    subject = card_for(study, card_id)
    open_for(study, subject.adjudication.story_id)
    if request.method == "GET":
        return _show(request, study, subject)
    form = CardForm(request.POST, count=subject.tags.count())
    try:
        if not form.is_valid():
            raise CardRefused(form.problem())
        ruling = _carry_out(study, subject, form.cleaned_data, request)
    except CardConflict as conflict:
        return _show(request, study, card_for(study, card_id), str(conflict), 409)
    except (CardRefused, TagRefused, AnchorError) as refusal:
        return _show(request, study, subject, str(refusal), 422)
    return _go_on(request, study, ruling)


@require_POST
@vary_on_headers("HX-Request")
def card_claim(request, key, card_id):
    """Claim a card, renew the claim, or give it up; htmx gets what it says of that."""
    study = study_for(request.user, key, Role.MODERATOR)
    subject = card_for(study, card_id)
    open_for(study, subject.adjudication.story_id)
    problem = ""
    try:
        if "release" in request.POST:
            release_card(subject, moderator=request.user)
        else:
            claim_card(subject, moderator=request.user)
    except CardRefused as refusal:
        problem = str(refusal)
    if request.htmx:
        context = {"study": study, "card": card_for(study, card_id)}
        context["claim"] = claim_on(context["card"], request.user)
        if problem and context["claim"] == "free":
            context |= {"claim": "", "refusal": problem}
        return render(request, "annotations/_card_claim.html", context)
    if problem:
        messages.error(request, problem)
    return _to(study, subject, _shown(request))


def _carry_out(study, subject: Card, asked: dict, request) -> CardRuling:
    """Rule as asked; the tags are chosen by their numbers on the card."""
    kind, moderator = asked["kind"], request.user
    if kind == UNDO:
        ruling = get_object_or_404(CardRuling, pk=asked["ruling"], card=subject)
        return take_back(ruling, moderator=moderator)
    given = {name: asked[name] for name in ("version", "reason", "guideline")}
    if kind == "merged":
        given["merged"] = _merged(study, subject, request.POST)
    if kind == RIGHT:
        rows = {row.number: row.tag.annotation_id for row in rows_of(study, subject)}
        given["chosen"] = [rows[number] for number in asked["chosen"] if number in rows]
        kind = CardRuling.Kind.SEVERAL if len(given["chosen"]) > 1 else CardRuling.Kind.ONE
    return rule_card(subject, kind, **given, moderator=moderator)


def _merged(study, subject: Card, data) -> Merged:
    form = MergeForm(data, card=subject)
    if not form.is_valid():
        raise CardRefused(form.problem())
    said = form.cleaned_data
    code = study.codebook.codes.filter(key=said["code"]).first()
    return Merged(**said | {"code": known_code(code, said["code"])})


def _go_on(request, study, ruling: CardRuling):
    """Answer a ruling with the next card that is free; a card that is open again, with itself."""
    subject = ruling.card
    said = f"Card {deck_of(subject.adjudication).position(subject)}: {ruling.get_kind_display()}."
    show = _shown(request)
    following = subject
    if ruling.kind != CardRuling.Kind.REOPEN and not ruling.takes_back_id:
        state = show if show == Card.State.DISCUSSED else Card.State.OPEN
        given = {"state": state, "after": subject, "moderator": request.user}
        following = claim_next(subject.adjudication, **given)
    if following and request.htmx:
        address = _address(study, following, show)
        page = _show(request, study, card_for(study, following.pk), said=said)
        return push_url(page, address)
    messages.success(request, said)
    if following:
        return _to(study, following, show)
    address = reverse("story_adjudication", args=[study.key, subject.adjudication.story_id])
    if request.htmx:
        return HttpResponseClientRedirect(address)
    response = redirect(address)
    response.status_code = 303
    return response


def _show(request, study, subject: Card, problem: str = "", status: int = 200, said: str = ""):
    """Draw the card: the whole page, or for htmx what a ruling changes of it."""
    deck = deck_of(subject.adjudication, _shown(request))
    before, after = deck.beside(subject)
    page = card_page(study, subject)
    codes_it = not study.coders_may_rule and request.user.pk in page.coders
    codes = study.codebook.codes.filter(marks_spans=True, retired_at=None)
    context = {
        "study": study,
        "story": subject.adjudication.story,
        "card": subject,
        "page": page,
        "claim": "" if codes_it else claim_on(subject, request.user),
        "codes_it": codes_it,
        "deck": deck,
        "position": deck.position(subject),
        "before": before,
        "after": after,
        "question": f"?show={deck.show}" if "show" in request.GET else "",
        "last": last_ruling(subject.adjudication, request.user.pk),
        "codes": codes.select_related("parent"),
        "polarities": Polarity.choices,
        "voices": Voice.choices,
        "keys": KEYS,
        "problem": problem,
        "typed": request.POST if problem else {},
        "chosen": request.POST.getlist("chosen") if problem else [],
        "said": problem or said,
    }
    template = "annotations/_card_ruled.html" if request.htmx else "annotations/card.html"
    return render(request, template, context, status=status)


def _shown(request) -> str:
    """Return which cards the moderator goes through; unknown ones are the open."""
    form = ShowForm(request.GET)
    return form.cleaned_data["show"] if form.is_valid() and "show" in request.GET else "open"


def _address(study, subject: Card, show: str) -> str:
    address = reverse("card", args=[study.key, subject.pk])
    return address if show == "open" else f"{address}?show={show}"


def _to(study, subject: Card, show: str):
    response = redirect(_address(study, subject, show))
    response.status_code = 303
    return response
