"""The queue: who sees it, what it narrows to, and every answer of a ruling."""

import pytest
from django.urls import reverse

from annotations.models import Annotation, Decision, Membership, Role, Status
from annotations.rulings.ruling import rule
from annotations.tags.tagging import edit_annotation, remove_annotation
from tests.conftest import make_study

# Not random: both test processes must collect the same names.
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(study):
    return reverse("queue", args=[study.key])


@pytest.fixture
def annotation(tag, revision):
    return tag(revision, WORDS, note="Strong words.")


@pytest.fixture
def moderating(client_of, cast):
    return client_of(cast.moderator)


@pytest.fixture
def post_ruling(moderating, study):
    """Post a ruling on an annotation: post_ruling(annotation, "accept", …fields)."""

    def post_ruling(annotation, ruling, headers=HTMX, client=moderating, **fields):
        fields = {"ruling": ruling, "version": annotation.version, "after": 0} | fields
        url = reverse("rule", args=[study.key, annotation.pk])
        return client.post(url, fields, headers=headers)

    return post_ruling


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
def test_queue_is_for_moderators(client_of, cast, address, annotation, who, status):
    assert client_of(getattr(cast, who)).get(address).status_code == status


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("reviewer", 403)])
def test_others_cannot_rule(post_ruling, client_of, cast, study, annotation, who, status):
    client = client_of(getattr(cast, who))
    assert post_ruling(annotation, "accept", client=client).status_code == status
    many = client.post(reverse("rule_many", args=[study.key]), {"ruling": "accept"})
    assert many.status_code == status
    assert not Decision.objects.exists()


def test_anonymous_visitor_logs_in_first(client, address):
    assert client.get(address).url.startswith(reverse("login"))


def test_annotation_of_another_study_is_not_found(moderating, annotation, cast):
    make_study("other", "Other", users=[(cast.moderator, Role.MODERATOR)])
    url = reverse("rule", args=["other", annotation.pk])
    assert moderating.post(url, {"ruling": "accept", "version": 1}).status_code == 404


def test_card_shows_the_words_in_their_passage(moderating, address, annotation, tag, revision):
    tag(revision, "suffocation of the strait", code="damage")
    page = moderating.get(address)
    card = next(c for c, _ in page.context["cards"] if c.annotation == annotation)
    assert card.excerpt.before.endswith("Critics spoke of a ")
    assert [other.span.exact for other in card.neighbours] == ["suffocation of the strait"]
    assert "Also tagged here" in page.text
    assert f"#span-{revision.pk}-{annotation.span.start}-{annotation.span.end}" in page.text
    assert "Charged words." in page.text


def test_html_in_words_and_notes_is_shown_not_run(moderating, address, tag, revision):
    tag(revision, WORDS, note="<script>alert(1)</script>")
    assert "<script>alert" not in moderating.get(address).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Critics", "accord", WORDS}),
        ("status=accepted", {"Monday"}),
        ("status=any", {"Critics", "accord", WORDS, "Monday"}),
        ("code={damage}", {"Critics"}),
        ("reviewer=colleague", {"accord"}),
        ("voice=attributed", {WORDS}),
        ("outlet={gazette}", {"accord"}),
        ("q=suffocation", {WORDS}),
        ("q=opposition", {WORDS}),
        ("story={story}&q=MILITARY", {WORDS}),
    ],
)
def test_filters_keep_what_they_name(
    moderating, address, tag, revision, gazette, codes, cast, query, expected
):
    tag(revision, WORDS, voice="attributed", speaker="The opposition")
    tag(revision, "Critics", code="damage")
    tag(gazette, "accord", annotator=cast.colleague)
    rule(tag(revision, "Monday"), "accept", version=1, moderator=cast.moderator)
    query = query.format(
        damage=codes["damage"].pk,
        gazette=gazette.article.outlet_id,
        story=revision.article.story_id,
    )
    page = moderating.get(f"{address}?{query}")
    assert {card.annotation.span.exact for card, _ in page.context["cards"]} == expected
    assert page.context["matching"] == len(expected)


def test_what_filters_keep_is_counted_as_far_as_its_limit(
    moderating, address, tag, revision, monkeypatch
):
    tag(revision, WORDS), tag(revision, "Critics")
    monkeypatch.setattr("annotations.rulings.queue.COUNTED", 2)
    assert "All 2 that match" in moderating.get(f"{address}?q=i").text
    tag(revision, "Monday", note="i")
    assert "All of the more than" in moderating.get(f"{address}?q=i").text


def test_unknown_filter_keeps_nothing_and_says_so(moderating, address, annotation, study):
    page = moderating.get(f"{address}?story=99999")
    assert "No tag matches" in page.text
    many = {"scope": "matching", "ruling": "accept", "filters": "story=99999", "confirmed": 1}
    moderating.post(reverse("rule_many", args=[study.key]), many)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("after", ["nonsense", NOBODYS_ID, ""])
def test_stale_page_begins_at_the_top(moderating, address, annotation, after):
    assert len(moderating.get(address, {"after": after}).context["cards"]) == 1


def test_pages_follow_on_though_cards_were_ruled(moderating, address, tag, revision, cast):
    places = ("Critics", "Monday", WORDS, "strait")
    ids = [tag(revision, words).pk for words in places for _ in range(10)]
    first = moderating.get(address).context
    seen = [card.annotation for card, _ in first["cards"]]
    assert len(seen) == 25
    for annotation in seen:
        rule(annotation, "accept", version=1, moderator=cast.moderator)
    second = moderating.get(f"{address}?{first['more']}").context
    rest = [card.annotation for card, _ in second["cards"]]
    assert len(rest) == len(ids) - 25
    assert not second["more"]
    assert {a.pk for a in seen + rest} == set(ids)


def test_pages_show_every_card_once_in_reading_order(moderating, address, tag, revision, gazette):
    sentence = "The ministers signed the harbour accord on Monday."
    nested = [tag(revision, sentence[:end]) for end in range(14, 0, -1)]
    same = [tag(revision, WORDS) for _ in range(12)]
    other = [tag(gazette, "accord") for _ in range(4)]
    seen, query = [], "status=any"
    for _ in range(2):
        page = moderating.get(f"{address}?{query}").context
        seen += [card.annotation.pk for card, _ in page["cards"]]
        query = page["more"]
    assert not query
    by_pk = [sorted(a.pk for a in tags) for tags in (same, other)]
    assert seen == [a.pk for a in nested] + by_pk[0] + by_pk[1]


def test_empty_queue_says_why(moderating, address, annotation, post_ruling):
    Annotation.objects.update(removed_at="2026-01-01T00:00Z")
    assert "Nothing to rule on yet" in moderating.get(address).text
    Annotation.objects.update(removed_at=None)
    post_ruling(annotation, "accept")
    assert "All ruled." in moderating.get(address).text


def test_queue_takes_a_constant_number_of_queries(
    moderating, address, tag, revision, gazette, django_assert_max_num_queries, cast
):
    for number in range(12):
        one = tag(revision if number % 2 else gazette, "accord")
        rule(one, "reject", reason=f"No {number}", version=1, moderator=cast.moderator)
        rule(one, "reopen", version=1, moderator=cast.moderator)
    with django_assert_max_num_queries(17) as few:
        moderating.get(f"{address}?reviewer=reviewer&q=accord")
    for _ in range(10):
        tag(revision, "accord", annotator=cast.colleague)
    with django_assert_max_num_queries(len(few)):
        moderating.get(f"{address}?q=accord")


def test_htmx_ruling_returns_the_card_and_the_counts(post_ruling, annotation):
    answer = post_ruling(annotation, "accept")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<article class="ruling-card"')
    assert 'data-status="accepted"' in answer.text
    assert "<b>0</b> of 1 pending" in answer.text
    assert 'id="queue-undo" hx-swap-oob="true"' in answer.text
    assert "HX-Request" in answer["Vary"]


def test_plain_ruling_goes_on_to_the_next_card(post_ruling, address, annotation, tag, revision):
    next_one = tag(revision, "Critics")
    answer = post_ruling(
        annotation, "accept", headers={}, filters="voice=outlet", next=str(next_one.pk)
    )
    assert answer.status_code == 303
    assert answer.url == f"{address}?voice=outlet#card-{next_one.pk}"


@pytest.mark.parametrize(
    ("ruling", "fields", "message"),
    [
        ("reject", {}, "Say why"),
        ("recode", {}, "Choose the code"),
        ("recode", {"code": 99999}, "Select a valid choice"),
        ("praise", {}, "Select a valid choice"),
        ("accept", {"version": "x"}, "whole number"),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_bad_ruling_is_refused_with_its_reason(
    post_ruling, annotation, ruling, fields, message, headers
):
    answer = post_ruling(annotation, ruling, headers=headers, **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert not Decision.objects.exists()


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_conflict_says_what_changed_and_keeps_the_reason(
    post_ruling, annotation, codes, cast, headers
):
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "Milder."}
    edit_annotation(annotation, version=1, coding=coding, code=codes["damage"], actor=cast.reviewer)
    answer = post_ruling(annotation, "reject", headers=headers, reason="Plain words.")
    assert answer.status_code == 409
    for words in ("changed this tag", "<q>Loaded language</q>", "<q>Text damage</q>"):
        assert words in answer.text
    assert "<q>Strong words.</q>, is <q>Milder.</q>" in answer.text
    assert 'value="Plain words."' in answer.text
    assert not Decision.objects.exists()


def test_removed_tag_is_a_conflict_without_actions(post_ruling, annotation, cast):
    remove_annotation(annotation, actor=cast.reviewer)
    answer = post_ruling(annotation, "accept")
    assert answer.status_code == 409
    assert "removed this tag" in answer.text
    assert "ruling-actions" not in answer.text


def test_recoding_from_the_queue(post_ruling, annotation, codes):
    answer = post_ruling(annotation, "recode", code=codes["damage"].pk)
    annotation.refresh_from_db()
    assert annotation.ruled_code == codes["damage"]
    assert "Accept as Loaded language" in answer.text


def test_undo_offers_the_ruling_before(post_ruling, annotation, tag, revision, moderating):
    other = tag(revision, "Critics")
    post_ruling(annotation, "accept")
    post_ruling(other, "reject", reason="Plain words.")
    last = other.decisions.get()
    answer = post_ruling(other, "undo", decision=last.pk)
    other.refresh_from_db()
    assert other.status == Status.PENDING
    assert answer.context["last"].annotation == annotation
    post_ruling(annotation, "undo", headers={}, decision=annotation.decisions.get().pk)
    assert Decision.objects.count() == 4


def test_undo_of_anothers_annotation_is_not_found(post_ruling, annotation, tag, revision):
    other = tag(revision, "Critics")
    post_ruling(other, "accept")
    decision = other.decisions.get().pk
    assert post_ruling(annotation, "undo", decision=decision).status_code == 404


def test_many_are_ruled_on_once_their_number_is_confirmed(
    moderating, study, address, tag, revision, gazette
):
    for words in ("Critics", WORDS):
        tag(revision, words)
    tag(gazette, "accord", voice="attributed")
    many = {"scope": "matching", "ruling": "reject", "filters": "voice=outlet"}
    url = reverse("rule_many", args=[study.key])
    asked = moderating.post(url, many)
    assert (asked.status_code, asked.context["count"]) == (200, 2)
    assert "Reject 2 tags?" in asked.text
    refused = moderating.post(url, many | {"confirmed": 2})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    done = moderating.post(url, many | {"confirmed": 2, "reason": "Plain."})
    assert done.url == f"{address}?voice=outlet"
    assert Annotation.objects.filter(status=Status.REJECTED).count() == 2


def test_other_number_than_confirmed_is_asked_again(moderating, study, tag, revision):
    tag(revision, "Critics")
    many = {"scope": "matching", "ruling": "accept", "confirmed": 5}
    asked = moderating.post(reverse("rule_many", args=[study.key]), many)
    assert asked.status_code == 422
    assert "it is 1 now" in asked.text
    assert not Decision.objects.exists()


def test_chosen_cards_are_ruled_on_as_they_were_seen(moderating, study, tag, revision, codes, cast):
    one, two, three = (tag(revision, words) for words in ("Critics", WORDS, "Monday"))
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "New."}
    edit_annotation(two, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    many = {"scope": "chosen", "ruling": "accept", "confirmed": 2}
    many["chosen"] = [f"{one.pk}:1", f"{two.pk}:1", "nonsense", f"{three.pk}"]
    page = moderating.post(reverse("rule_many", args=[study.key]), many, follow=True)
    assert "1 tag accepted; 1 left alone" in page.text
    assert set(Annotation.objects.filter(status="accepted")) == {one}


@pytest.mark.parametrize("chosen", [[], ["nonsense:1"], [f"{NOBODYS_ID}:1"]])
def test_nothing_selected_is_said(moderating, study, annotation, chosen):
    many = {"scope": "chosen", "ruling": "accept", "chosen": chosen}
    page = moderating.post(reverse("rule_many", args=[study.key]), many, follow=True)
    assert "No tag is selected" in page.text


def test_moderator_of_two_studies_sees_each_alone(moderating, annotation, cast):
    other = make_study("other", "Other", users=[(cast.moderator, Role.MODERATOR)])
    page = moderating.get(reverse("queue", args=[other.key]))
    assert WORDS not in page.text
    assert Membership.objects.filter(user=cast.moderator).count() == 2
