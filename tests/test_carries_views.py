"""The carries' pages: who reads and who rules, what they show, and every answer of a ruling."""

import pytest
from django.urls import reverse

from annotations.models import Annotation, Carry, CarryDecision, Fact, Report, ReportSpan, Role
from annotations.revisions.carries import carry_to, rule_carry
from annotations.tags.tagging import remove_annotation
from tests.conftest import HARBOUR, make_revision, make_study, revise

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"
OTHER_WORDS = "military strangulation"
CHANGED = HARBOUR.replace(WORDS, OTHER_WORDS).replace("harbour accord", "harbour treaty")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(study):
    return reverse("carries", args=[study.key])


@pytest.fixture
def newer(revision):
    """The newest revision: two of the tagged wordings changed, one stands."""
    return revise(revision, CHANGED)


@pytest.fixture
def tagged(tag, revision, newer):
    """Three tags on the first revision, carried to the newest; the carries in reading order."""
    for words in ("harbour accord", "Critics", WORDS):
        tag(revision, words)
    carry_to(newer)
    return list(Carry.objects.order_by("span__start"))


@pytest.fixture
def moderating(client_of, cast):
    return client_of(cast.moderator)


@pytest.fixture
def post(moderating, study):
    """Post a ruling on a carry: post(carry, "gone", …fields)."""

    def post(carry, ruling, headers=HTMX, client=moderating, query="", **fields):
        fields = {"ruling": ruling, "version": carry.version} | fields
        url = reverse("carry", args=[study.key, carry.pk]) + query
        return client.post(url, fields, headers=headers)

    return post


@pytest.fixture
def undo(post):
    """Take back a carry's newest ruling."""

    def undo(carry, **how):
        return post(carry, "undo", decision=carry.decisions.order_by("-number")[0].pk, **how)

    return undo


def page_of(client, study, carry, query=""):
    return client.get(reverse("carry", args=[study.key, carry.pk]) + query)


@pytest.mark.parametrize(
    ("who", "status"),
    [("outsider", 404), ("reviewer", 200), ("moderator", 200), ("administrator", 200)],
)
def test_members_read_the_carries(client_of, cast, study, address, tagged, who, status):
    client = client_of(getattr(cast, who))
    assert client.get(address).status_code == status
    assert page_of(client, study, tagged[0]).status_code == status


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("reviewer", 403)])
def test_only_moderators_rule(post, client_of, cast, tagged, who, status):
    client = client_of(getattr(cast, who))
    assert post(tagged[0], "gone", client=client).status_code == status
    assert not CarryDecision.objects.exists()


def test_reviewer_is_offered_no_ruling(client_of, cast, study, tagged):
    page = page_of(client_of(cast.reviewer), study, tagged[0]).text
    assert "Place by hand" not in page
    assert 'name="ruling"' not in page


def test_anonymous_visitor_logs_in_first(client, address):
    assert client.get(address).url.startswith(reverse("login"))


def test_carry_of_another_study_is_not_found(moderating, tagged, cast):
    make_study("other", "Other", users=[(cast.moderator, Role.OWNER)])
    url = reverse("carry", args=["other", tagged[0].pk])
    assert moderating.get(url).status_code == 404
    assert moderating.post(url, {"ruling": "gone", "version": 0}).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"harbour accord", WORDS}),
        ("?outcome=kept", {"Critics"}),
        ("?outcome=gone", set()),
        ("?outcome=", {"harbour accord", "Critics", WORDS}),
        ("?ruling=ruled&outcome=", {"Monday"}),
        ("?ruling=any&outcome=kept", {"Monday", "Critics"}),
        ("?story={story}&article={article}", {"harbour accord", WORDS}),
        ("?story=99999", set()),
        ("?ruling=nonsense", set()),
    ],
)
def test_filters_keep_what_they_name(
    moderating, address, tagged, tag, revision, newer, cast, query, expected
):
    tag(revision, "Monday")
    carry_to(newer)
    monday = Carry.objects.get(span__exact="Monday")
    rule_carry(monday, ruling="gone", version=0, moderator=cast.moderator)
    story, article = revision.article.story_id, revision.article_id
    page = moderating.get(address + query.format(story=story, article=article))
    assert {carry.span.exact for carry in page.context["rows"]} == expected


def test_list_shows_the_codes_of_the_own_study_only(
    moderating, address, tagged, tag, revision, codes
):
    other = make_study("other", "Other")
    foreign = tag(revision, WORDS, code="damage")
    Annotation.objects.filter(pk=foreign.pk).update(study=other)
    page = moderating.get(address)
    assert "Loaded language" in page.text
    assert "Text damage" not in page.text


def test_words_that_nobody_speaks_of_any_more_leave_the_queue(moderating, address, tagged, cast):
    for annotation in Annotation.objects.all():
        remove_annotation(annotation, actor=cast.reviewer)
    page = moderating.get(address)
    assert "Nothing to review" in page.text
    assert page.context["progress"].total == 0


def test_older_carries_leave_the_queue_when_a_newer_text_comes(
    moderating, study, address, tagged, newer
):
    newest = revise(newer, HARBOUR)
    carry_to(newest)
    assert "Nothing to review" in moderating.get(address).text
    page = page_of(moderating, study, tagged[0])
    assert "Revision 3 has come since" in page.text
    assert "Place by hand" not in page.text


def test_card_faces_both_contexts_with_the_words_marked(moderating, study, tagged):
    page = page_of(moderating, study, tagged[2]).text
    assert '<mark class="carried">military <span class="visually-hidden">[left out: ' in page
    assert '<del class="">suffocation</del>' in page
    assert '<ins class="">strangulation</ins>' in page
    assert "the words changed" in page
    assert f"?articles={tagged[2].revision.article_id}@2" in page


def test_card_cuts_the_context_of_a_very_long_passage(moderating, study, story, tag):
    text = " ".join(f"word{number}" for number in range(900))
    old = make_revision(story, outlet="Echo", text=text)
    tag(old, "word450")
    carry_to(revise(old, text.replace("word449 word450", "word449 words")))
    page = page_of(moderating, study, Carry.objects.get()).text
    assert page.count('<span class="soft">… </span>') == 2
    old_side = page[page.index('<span class="soft">… </span>') :]
    assert len(old_side[: old_side.index("</blockquote>")]) < 3000


def test_card_of_gone_words_shows_where_they_may_have_been(moderating, study, tag, revision):
    tag(revision, "on Monday")
    gone = revise(revision, HARBOUR.replace(" on Monday", ""))
    carry_to(gone)
    Carry.objects.update(outcome="gone", proposed_start=None, proposed_end=None)
    page = page_of(moderating, study, Carry.objects.get()).text
    assert "where it may have been" in page
    assert "accord.</blockquote>" in page
    assert 'data-key="a"' not in page


def test_card_of_gone_words_says_when_their_passage_is_gone_too(moderating, study, tag, revision):
    tag(revision, "Harbour deal")
    carry_to(revise(revision, "Quite another notice, of eleven lorries."))
    page = page_of(moderating, study, Carry.objects.get()).text
    assert "No passage of the new text is like this one" in page


def test_card_shows_the_facts_that_quote_the_words(moderating, study, story, tagged, cast):
    fact = Fact.objects.create(
        study=study, story=story, statement="The accord was signed.", created_by=cast.owner
    )
    article = tagged[0].revision.article
    report = Report.objects.create(fact=fact, article=article, status="partial", set_by=cast.owner)
    ReportSpan.objects.create(report=report, span=tagged[0].span)
    assert "The accord was signed." in page_of(moderating, study, tagged[0]).text


def test_html_in_the_texts_is_shown_not_run(moderating, study, tag, revision):
    tag(revision, "Critics")
    carry_to(revise(revision, HARBOUR.replace("Critics", "<script>alert(1)</script>")))
    Carry.objects.update(outcome="review", start=None, end=None, exact="")
    assert "<script>alert" not in page_of(moderating, study, Carry.objects.get()).text


def test_accepting_goes_on_to_the_next_card(post, tagged, study):
    answer = post(tagged[0], "accepted")
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"].endswith(reverse("carry", args=[study.key, tagged[2].pk]))
    assert 'id="carry-card"' in answer.text
    assert "<b>1</b> of 2 to review" in answer.text
    assert "<html" not in answer.text
    assert Carry.objects.get(pk=tagged[0].pk).exact == "harbour treaty"


def test_plain_form_goes_on_too_and_keeps_the_filters(post, tagged, study):
    answer = post(tagged[0], "gone", headers={}, query="?outcome=")
    assert answer.status_code == 303
    assert answer.url == reverse("carry", args=[study.key, tagged[1].pk]) + "?outcome="


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_last_ruling_leads_back_to_the_list(post, tagged, address, headers):
    post(tagged[0], "accepted")
    answer = post(tagged[2], "gone", headers=headers)
    assert address in (answer.headers.get("HX-Redirect"), answer.headers.get("Location"))


def test_words_are_placed_by_hand(post, tagged):
    start = CHANGED.index("Cold War")
    post(tagged[2], "placed", start=start, end=start + 8, exact="Cold War")
    carry = Carry.objects.get(pk=tagged[2].pk)
    assert (carry.ruling, carry.start, carry.exact) == ("placed", start, "Cold War")


def test_words_are_placed_by_quoting_them(post, tagged):
    post(tagged[2], "placed", headers={}, exact="  strait ", occurrence=2)
    assert Carry.objects.get(pk=tagged[2].pk).start == CHANGED.rindex("strait")


def test_words_over_two_passages_survive_the_browsers_line_ends(post, tagged):
    exact = "strait\r\n\r\nThe ministers"
    start = CHANGED.index("strait")
    post(tagged[2], "placed", start=start, end=start + len(exact) - 2, exact=exact)
    assert Carry.objects.get(pk=tagged[2].pk).exact == exact.replace("\r", "")


@pytest.mark.parametrize(
    ("ruling", "fields", "message"),
    [
        ("placed", {"exact": "blockade"}, "does not occur"),
        ("placed", {"exact": "strait", "occurrence": 7}, "occurs 2 times"),
        ("placed", {"exact": ""}, "No words are given"),
        ("placed", {"exact": "Strait", "start": 0, "end": 6}, "reads"),
        ("nonsense", {}, "nonsense"),
        ("", {}, "Accept the place, place the words by hand"),
        ("gone", {"version": ""}, "required"),
    ],
)
def test_refused_ruling_keeps_what_was_typed(post, tagged, ruling, fields, message):
    for headers in ({}, HTMX):
        answer = post(tagged[2], ruling, headers=headers, **fields)
        assert (answer.status_code, message in answer.text) == (422, True)
        if exact := fields.get("exact"):
            assert f">{exact}</textarea>" in answer.text
    assert not CarryDecision.objects.exists()


def test_second_moderator_is_told_and_loses_nothing(post, tagged, cast):
    rule_carry(tagged[2], ruling="accepted", version=0, moderator=cast.owner)
    start = CHANGED.index("Cold War")
    answer = post(tagged[2], "placed", start=start, end=start + 8, exact="Cold War")
    assert answer.status_code == 409
    assert f'name="start" value="{start}"' in answer.text
    assert "owner ruled on this carry since you opened it: accepted" in answer.text
    assert ">Cold War</textarea>" in answer.text
    assert 'name="version" value="1"' in answer.text


def test_undo_goes_back_step_by_step(post, undo, tagged, moderating, study):
    post(tagged[0], "accepted")
    post(tagged[2], "gone")
    answer = undo(tagged[2])
    assert f"carries/{tagged[2].pk}/" in answer.headers["HX-Push-Url"]
    assert "Undo: harbour accord" in answer.text
    assert "<b>1</b> of 2 to review" in answer.text
    assert undo(tagged[0], headers={}).status_code == 303
    assert 'value="undo"' not in page_of(moderating, study, tagged[0]).text
    assert set(Carry.objects.values_list("ruling", flat=True)) == {""}


def test_undo_of_what_was_undone_is_told(post, undo, tagged):
    post(tagged[0], "accepted")
    decision = tagged[0].decisions.get()
    post(tagged[0], "undo", decision=decision.pk)
    again = post(tagged[0], "undo", decision=decision.pk)
    assert (again.status_code, "no longer stands" in again.text) == (409, True)


def test_of_very_many_articles_only_the_chosen_one_is_listed(
    moderating, address, tagged, revision, monkeypatch
):
    monkeypatch.setattr("annotations.forms.carries.MANY", 0)
    article = str(revision.article_id)
    plain = moderating.get(address)
    assert [value for value, _ in plain.context["form"]["article"].field.choices] == [""]
    assert "Choose a story to choose one of its articles" in plain.text
    page = moderating.get(address, {"article": article})
    assert [str(value) for value, _ in page.context["form"]["article"].field.choices][1:] == [
        article
    ]
    assert page.context["form"].is_valid()


def test_navigation_counts_what_is_to_review(client_of, cast, study, tagged):
    for who in (cast.reviewer, cast.administrator):
        page = client_of(who).get(reverse("study", args=[study.key]))
        assert page.context["study"].carries_waiting == 2
        assert '2<span class="visually-hidden"> to review</span>' in page.text


def test_annotation_says_where_its_words_stand_now(moderating, study, tagged, cast, newer):
    rule_carry(tagged[2], ruling="accepted", version=0, moderator=cast.owner)
    annotation = Annotation.objects.get(span__exact=WORDS)
    page = moderating.get(reverse("annotation", args=[study.key, annotation.pk])).text
    assert "Tagged on revision 1" in page
    assert f"“{OTHER_WORDS}”" in page
    assert f"@2#span-{newer.pk}-" in page
    assert "owner: accepted" in page


def test_annotation_says_when_the_newest_text_was_not_looked_at(moderating, study, tag, revision):
    annotation = tag(revision, WORDS)
    url = reverse("annotation", args=[study.key, annotation.pk])
    assert "In later texts" not in moderating.get(url).text
    revise(revision, CHANGED)
    assert "Revision 2: not looked at yet" in moderating.get(url).text


def test_pages_take_a_constant_number_of_queries(
    moderating, study, address, tagged, tag, revision, newer, cast, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14) as few:
        moderating.get(address + "?outcome=")
    with django_assert_max_num_queries(22) as card:
        page_of(moderating, study, tagged[2])
    for words in ("Monday", "mentality", "strait", "signed"):
        tag(revision, words)
        tag(revision, WORDS, annotator=cast.colleague)
    carry_to(newer)
    with django_assert_max_num_queries(len(few)):
        moderating.get(address + "?outcome=")
    with django_assert_max_num_queries(len(card)):
        page_of(moderating, study, tagged[2])
