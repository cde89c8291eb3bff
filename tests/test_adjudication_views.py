"""The pages of adjudication: who gets them, what they tell, and what they leave untold."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import (
    Adjudication,
    Assignment,
    Card,
    CardReply,
    CardRuling,
    Membership,
    Status,
)
from annotations.rulings.adjudicating import open_adjudication, rule_card
from annotations.rulings.claiming import claim_card
from annotations.tags.tagging import remove_annotation
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"
OVERVIEW = "/studies/press/adjudication/"


@pytest.fixture
def tags(tag, revision, cast):
    return [
        tag(revision, WORDS),
        tag(revision, "a military suffocation of", annotator=cast.colleague, note="Longer."),
        tag(revision, "Cold War", annotator=cast.colleague),
    ]


@pytest.fixture
def opened(study, story, cast, tags):
    return open_adjudication(study, story, moderator=cast.moderator)


@pytest.fixture
def card(opened):
    return opened.cards.order_by("start").first()


@pytest.fixture
def page(client_of, cast):
    """The moderator's client."""
    return client_of(cast.moderator)


def address_of(card):
    return f"/studies/press/cards/{card.pk}/"


def desk_of(story):
    return f"/studies/press/stories/{story.pk}/adjudication/"


def number_of(page, card, words):
    """Return the number under which the tag on some words is chosen."""
    rows = page.get(address_of(card)).context["page"].rows
    return next(row.number for row in rows if row.words == words)


def post(page, card, **given):
    card.refresh_from_db()
    return page.post(address_of(card), {"version": card.version} | given)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("outsider", 404),
        ("reviewer", 403),
        ("moderator", 200),
        ("owner", 200),
        ("administrator", 200),
    ],
)
def test_moderators_alone_get_the_pages(client_of, cast, card, story, who, status):
    client = client_of(getattr(cast, who))
    pages = (OVERVIEW, desk_of(story), f"{desk_of(story)}alike/", address_of(card))
    assert [client.get(page).status_code for page in pages] == [status] * 4


def test_anonymous_is_sent_to_the_login(client, card, story):
    for page in (OVERVIEW, desk_of(story), address_of(card)):
        assert client.get(page).status_code == 302


def test_card_of_another_study_is_not_found(client_of, cast, card, page):
    assert page.get(f"/studies/other/cards/{card.pk}/").status_code == 404


def test_overview_says_how_far_each_story_is(page, opened, story, study, cast):
    Assignment.objects.create(study=study, story=story, coder=cast.reviewer)
    html = page.get(OVERVIEW).content.decode()
    assert "2 open · 0 ruled" in html
    assert "0 of 1" in html


def test_cards_are_laid_from_the_overview(page, tags, story):
    response = page.post(desk_of(story), {"step": "open"}, follow=True)
    assert "2 cards laid." in response.content.decode()
    assert Card.objects.count() == 2


def test_reviewers_are_nameless_until_the_card_is_ruled(page, card, tags, cast):
    html = page.get(address_of(card)).content.decode()
    body = html[html.index('id="card"') :]
    told = [cast.reviewer.username, cast.colleague.username, *(str(tag.pk) for tag in tags)]
    assert not [one for one in told if re.search(rf"\b{one}\b", body)]
    assert {"Coder 1", "Coder 2"} == set(re.findall(r"Coder \d", body))
    post(page, card, kind="nobody", reason="No.")
    ruled = page.get(address_of(card)).content.decode()
    assert cast.reviewer.username in ruled


def test_reviewers_stand_in_an_order_of_each_cards_own(page, tag, revision, cast, study, story):
    for words in (
        "Critics",
        "Monday",
        "accord",
        "ministers",
        "mentality",
        "strait",
        "said",
        "deal",
    ):
        tag(revision, words)
        tag(revision, words, annotator=cast.colleague)
    cards = open_adjudication(study, story, moderator=cast.moderator).cards.all()
    pages = [page.get(address_of(one)).context["page"] for one in cards]
    firsts = [one.rows[0].tag.annotation.annotator for one in pages]
    assert set(firsts) == {cast.reviewer, cast.colleague}
    again = [page.get(address_of(one)).context["page"] for one in cards]
    assert [one.rows[0].tag.annotation.annotator for one in again] == firsts


def test_passage_is_the_text_to_the_letter(page, card):
    html = page.get(address_of(card)).content.decode()
    passage = re.findall(r'<p class="passage" data-start="(\d+)">(.*?)</p>', html, re.DOTALL)[-1]
    plain = re.sub(r"<[^>]+>", "", passage[1])
    assert HARBOUR[int(passage[0]) :].startswith(plain)
    assert WORDS in plain


def test_chosen_tag_is_right(page, card, tags):
    number = number_of(page, card, WORDS)
    response = post(page, card, kind="right", chosen=[number], reason="Shorter.")
    assert response.status_code == 303
    tags[0].refresh_from_db()
    assert tags[0].status == Status.ACCEPTED
    assert CardRuling.objects.get().kind == "one"
    assert response["Location"] == address_of(Card.objects.order_by("start").last())


def test_two_chosen_tags_are_several(page, card):
    post(page, card, kind="right", chosen=[1, 2])
    assert CardRuling.objects.get().kind == "several"


def test_htmx_gets_the_next_card_and_its_address(page, card):
    data = {"version": 1, "kind": "right", "chosen": [1]}
    response = page.post(address_of(card), data, headers={"HX-Request": "true"})
    html = response.content.decode()
    following = Card.objects.order_by("start").last()
    assert response["HX-Push-Url"] == address_of(following)
    assert "<html" not in html
    assert "Cold War" in html
    following.refresh_from_db()
    assert following.claimed_by.username == "moderator"


def test_after_the_last_card_comes_the_story(page, opened):
    *_, last = opened.cards.all()
    for one in opened.cards.all():
        response = post(page, one, kind="nobody", reason="No.")
    assert response["Location"] == desk_of(last.adjudication.story)


@pytest.mark.parametrize("kind", ["nobody", "discuss"])
def test_ruling_without_its_reason_is_refused(page, card, kind):
    response = post(page, card, kind=kind)
    assert response.status_code == 422
    assert not CardRuling.objects.exists()


def test_refused_ruling_keeps_what_was_typed(page, card):
    response = post(page, card, kind="right", reason="Because of this.", guideline="on")
    html = response.content.decode()
    assert response.status_code == 422
    assert "Choose the tag that is right" in html
    assert "Because of this.</textarea>" in html
    assert not CardRuling.objects.exists()


def test_stale_ruling_is_a_conflict_that_shows_what_stands(page, card, cast, tags):
    given = {"version": 1, "chosen": [tags[0].pk], "reason": "Mine.", "moderator": cast.owner}
    rule_card(card, "one", **given)
    response = page.post(address_of(card), {"version": 1, "kind": "nobody", "reason": "Typed."})
    html = response.content.decode()
    assert response.status_code == 409
    assert "owner ruled on this card since" in html
    assert "Mine." in html
    assert "Typed.</textarea>" in html


def test_merged_tag_is_quoted_without_a_place(page, card, study, codes):
    data = {"kind": "merged", "exact": "suffocation of", "code": "loaded", "voice": "attributed"}
    post(page, card, **data, speaker="Critics")
    gold = CardRuling.objects.get().gold.get()
    assert (gold.span.exact, gold.voice, gold.speaker) == (
        "suffocation of",
        "attributed",
        "Critics",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"exact": "Cold War"}, "overlap the card"),
        ({"exact": ""}, "Select or quote the words"),
        ({"exact": WORDS, "code": "threat"}, "asks whom it is about"),
        ({"exact": WORDS, "code": "nothing"}, "There is no code"),
        ({"exact": "Har", "start": 0, "end": 3}, "lie outside the card"),
    ],
)
def test_merged_tag_that_cannot_stand_is_refused(page, card, given, said):
    response = post(page, card, **{"kind": "merged", "code": "loaded"} | given)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not CardRuling.objects.exists()


def test_undo_shows_the_card_again(page, card):
    post(page, card, kind="nobody", reason="No.")
    ruling = CardRuling.objects.get()
    response = post(page, card, kind="undo", ruling=ruling.pk)
    card.refresh_from_db()
    assert response["Location"] == address_of(card)
    assert card.state == Card.State.OPEN


def test_reopened_card_shows_its_earlier_rulings(page, card):
    post(page, card, kind="nobody", reason="It is a quotation.")
    post(page, card, kind="reopen")
    html = page.get(address_of(card)).content.decode()
    assert "It is a quotation." in html
    assert "2 rulings" in html


def test_card_that_another_is_on_says_so_and_is_left_alone(page, card, cast):
    claim_card(card, moderator=cast.owner)
    html = page.get(address_of(card)).content.decode()
    assert "Another moderator is on this card until" in html
    assert cast.owner.username not in html[html.index('id="card"') :]
    assert post(page, card, kind="right", chosen=[1]).status_code == 409
    assert not CardRuling.objects.exists()


def test_next_card_is_one_that_nobody_else_is_on(page, opened, card, cast, story):
    claim_card(card, moderator=cast.owner)
    response = page.post(f"{desk_of(story)}next/")
    assert response["Location"] == address_of(opened.cards.order_by("start").last())


def test_claim_is_taken_and_given_up(page, card):
    claim = f"{address_of(card)}claim/"
    html = page.post(claim, headers={"HX-Request": "true"}).content.decode()
    assert "Yours until" in html
    page.post(claim, {"release": "1"})
    card.refresh_from_db()
    assert card.claimed_by is None


def test_moderator_with_a_part_to_code_is_told_to_finish_it(page, study, story, card, cast):
    study.blind = True
    study.save(update_fields=["blind"])
    Assignment.objects.create(study=study, story=story, coder=cast.moderator)
    assert page.get(address_of(card)).status_code == 403
    assert page.get(desk_of(story)).status_code == 403
    assert page.post(f"{address_of(card)}claim/").status_code == 403
    assert "finish your own part first" in page.get(OVERVIEW).content.decode()


def test_moderator_who_tagged_in_the_story_reads_the_card_and_claims_nothing(page, card, tag, cast):
    tag(card.revision, "Critics", annotator=cast.moderator)
    html = page.get(address_of(card)).content.decode()
    assert "another moderator rules on its cards" in html
    assert 'id="card-ruling"' not in html
    claim = page.post(f"{address_of(card)}claim/", headers={"HX-Request": "true"})
    assert "You code this story yourself" in claim.content.decode()
    assert "hx-trigger" not in claim.content.decode()


def test_changed_tags_ask_for_laying_anew(page, opened, story, tags, cast):
    remove_annotation(tags[2], actor=cast.colleague)
    assert "1 tag changed since" in page.get(desk_of(story)).content.decode()
    page.post(desk_of(story), {"step": "lay"})
    assert "changed since" not in page.get(desk_of(story)).content.decode()
    assert opened.cards.count() == 1


def test_story_is_closed_and_reopened(page, opened, story):
    assert page.post(desk_of(story), {"step": "close"}).status_code == 422
    for one in opened.cards.all():
        post(page, one, kind="nobody", reason="No.")
    page.post(desk_of(story), {"step": "close"})
    opened.refresh_from_db()
    assert opened.ruled_at
    assert post(page, opened.cards.first(), kind="reopen").status_code == 422
    page.post(desk_of(story), {"step": "reopen"})
    assert Adjudication.objects.get().ruled_at is None


def test_close_warns_of_parts_that_are_not_done(page, opened, study, story, cast):
    Assignment.objects.create(study=study, story=story, coder=cast.reviewer)
    assert "1 of 1 part is not done yet" in page.get(desk_of(story)).content.decode()


@pytest.mark.parametrize("show", ["open", "discussed", "ruled", "guideline", ""])
def test_story_lists_the_cards_that_a_filter_keeps(page, opened, card, story, show):
    post(page, card, kind="nobody", reason="No.", guideline="on")
    response = page.get(f"{desk_of(story)}?show={show}")
    wanted = {"open": 1, "discussed": 0, "ruled": 1, "guideline": 1, "": 2}
    assert len(response.context["cards"]) == wanted[show]


def test_ruling_on_an_older_text_leads_to_what_changed(page, card, revision):
    post(page, card, kind="nobody", reason="No.")
    newer = revise(revision, f"Noted. {HARBOUR}")
    html = page.get(address_of(card)).content.decode()
    assert f"/articles/{newer.article_id}/revisions/1/2/" in html


def test_replies_are_read_on_the_card(page, card, cast):
    post(page, card, kind="nobody", reason="No.")
    CardReply.objects.create(card=card, author=cast.reviewer, text="I still see it.")
    assert "I still see it." in page.get(address_of(card)).content.decode()


def test_study_with_one_coder_has_its_cards(page, tag, revision, study, story, cast):
    tag(revision, "Critics")
    page.post(desk_of(story), {"step": "open"})
    post(page, Card.objects.get(), kind="right", chosen=[1])
    assert CardRuling.objects.get().gold.count() == 1


def test_tags_of_who_left_stay_on_their_card(page, card, study, cast, tags):
    Membership.objects.filter(study=study, user=cast.colleague).delete()
    assert len(page.get(address_of(card)).context["page"].rows) == 2
    post(page, card, kind="right", chosen=[number_of(page, card, "a military suffocation of")])
    tags[1].refresh_from_db()
    assert tags[1].status == Status.ACCEPTED


def test_pages_take_as_many_queries_however_many_cards(
    page, opened, card, tag, revision, story, study, cast
):
    def counted():
        counts = []
        for address in (OVERVIEW, f"{desk_of(story)}?show=", address_of(card)):
            with CaptureQueriesContext(connection) as queries:
                assert page.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    few = counted()
    for words in ("Critics", "Monday", "accord", "ministers", "Harbour", WORDS):
        tag(revision, words, annotator=cast.owner)
    study.stories.create(title="Another")
    open_adjudication(study, story, moderator=cast.moderator)
    assert counted() == few
