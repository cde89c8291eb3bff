import pytest
from django.urls import reverse

from annotations.facts.stating import QuotedSpan, set_report, state_fact
from annotations.language.speaking import record_speaker, recorded_speakers
from annotations.models import Speaker
from tests.conftest import make_revision, make_study

pytestmark = pytest.mark.django_db

SAID = "“We sail at noon,” Prime Minister A. Okafor said.\n\n“Never,” replied Brand. “No,” he said."


@pytest.fixture
def url(study):
    return reverse("speakers", args=[study.key])


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def okafor(study, cast):
    return record_speaker(study, "Okafor", spellings=["Mr Okafor"], recorder=cast.reviewer)


@pytest.fixture
def okafor_url(study, okafor):
    return reverse("speaker", args=[study.key, okafor.pk])


@pytest.fixture
def met(story, study, cast, revision, tag):
    """Okafor in a tag, in a report and in a quotation, each time spelt otherwise."""
    tag(revision, "accord", voice="attributed", speaker="Okafor")
    fact = state_fact(study, story, "They signed.", author=cast.reviewer)
    quote = QuotedSpan(0, 7, "Harbour", "attributed", "Mr Okafor")
    set_report(
        fact, revision.article, status="reported", quotes=[quote], version=None,
        reviewer=cast.reviewer,
    )  # fmt: skip
    return make_revision(story, outlet="Gazette", text=SAID)


def test_anonymous_is_sent_to_the_login(client, url, okafor_url):
    assert all("login" in client.get(address).url for address in (url, okafor_url))


def test_outsider_sees_nothing_and_writes_nothing(client_of, cast, url, okafor_url):
    outsider = client_of(cast.outsider)
    for address in (url, okafor_url):
        assert outsider.get(address).status_code == 404
        assert outsider.post(address, {"name": "X", "delete": "1"}).status_code == 404
    assert [speaker.name for speaker in Speaker.objects.all()] == ["Okafor"]


def test_speaker_of_another_study_is_not_found(reviewer, study, cast):
    theirs = record_speaker(make_study("other", "Other"), "Spy", recorder=cast.owner)
    assert reviewer.get(reverse("speaker", args=[study.key, theirs.pk])).status_code == 404


def test_empty_page_says_where_names_come_from(reviewer, url, study):
    page = reviewer.get(url).content.decode()
    assert "No speakers recorded yet" in page
    assert "Names appear here" in page


def test_spellings_are_found_counted_and_proposed_as_one(reviewer, url, met):
    found = reviewer.get(url).context["found"]
    counts = {s.words: (s.tags, s.reports, s.quotations) for s in found.unrecorded}
    assert counts == {
        "Okafor": (1, 0, 0), "Mr Okafor": (0, 1, 0), "Prime Minister A. Okafor": (0, 0, 1),
        "Brand": (0, 0, 1),
    }  # fmt: skip
    [group] = found.proposed
    assert group.name == "Prime Minister A. Okafor"
    assert {spelling.words for spelling in group.spellings} == set(counts) - {"Brand"}


def test_proposal_is_recorded_with_the_ticked_spellings(reviewer, url, met, study):
    posted = {"name": "Amara Okafor", "spellings": ["Okafor", "Mr Okafor"], "lines": "AO\r\n A.O. "}
    assert reviewer.post(url, posted).status_code == 303
    assert set(recorded_speakers(study)) == {"Amara Okafor", "Okafor", "Mr Okafor", "AO", "A.O."}


def test_proposal_adds_to_who_is_recorded(reviewer, url, okafor, okafor_url, met, study):
    [group] = reviewer.get(url).context["found"].proposed
    assert (group.speakers, [one.words for one in group.spellings]) == (
        [okafor], ["Prime Minister A. Okafor"],
    )  # fmt: skip
    posted = {"add": "1", "proposed": "1", "spellings": ["Prime Minister A. Okafor"]}
    assert reviewer.post(okafor_url, posted).url == url
    assert recorded_speakers(study)["Prime Minister A. Okafor"] == okafor
    assert reviewer.get(url).context["found"].proposed == []


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_refused_name_is_kept_in_the_form(reviewer, url, name):
    answer = reviewer.post(url, {"name": name, "lines": "kept"})
    assert (answer.status_code, "kept" in answer.content.decode()) == (422, True)
    assert not Speaker.objects.exists()


def test_taken_spelling_is_refused_with_the_reason(reviewer, url, okafor):
    answer = reviewer.post(url, {"name": "Brand", "lines": "Mr Okafor"})
    assert answer.status_code == 422
    assert "is a spelling of Okafor" in answer.content.decode()


def test_speaker_links_to_all_that_is_theirs(reviewer, okafor_url, okafor, met, cast, study):
    record_speaker(study, "Okafor", spellings=["Prime Minister A. Okafor"], recorder=cast.reviewer)
    page = reviewer.get(okafor_url)
    theirs = page.context["attributed"]
    assert (theirs.tag_count, theirs.report_count, theirs.quotation_count) == (1, 1, 1)
    text = page.content.decode()
    assert "We sail at noon," in text
    assert "They signed." in text
    assert reverse("annotation", args=[study.key, theirs.tags[0].pk]) in text


def test_spellings_are_added_and_removed(reviewer, okafor_url, okafor):
    reviewer.post(okafor_url, {"add": "1", "lines": "A. Okafor"})
    reviewer.post(okafor_url, {"remove": "Mr Okafor"})
    assert sorted(row.spelling for row in okafor.spellings.all()) == ["A. Okafor", "Okafor"]


@pytest.mark.parametrize(
    ("posted", "problem"),
    [
        ({"add": "1", "lines": " "}, "Tick or type a spelling"),
        ({"remove": "Okafor"}, "Rename the speaker first"),
        ({"merge": "1", "into": "x"}, "Choose another speaker"),
        ({"describe": "1", "name": ""}, "Give a name"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(reviewer, okafor_url, posted, problem):
    answer = reviewer.post(okafor_url, posted)
    assert (answer.status_code, problem in answer.content.decode()) == (422, True)


def test_speaker_is_renamed_merged_and_deleted(reviewer, okafor_url, okafor, study, cast, url):
    assert reviewer.post(okafor_url, {"describe": "1", "name": "A. Okafor"}).status_code == 303
    other = record_speaker(study, "Amara", recorder=cast.colleague)
    answer = reviewer.post(okafor_url, {"merge": "1", "into": other.pk})
    assert answer.url == reverse("speaker", args=[study.key, other.pk])
    assert set(recorded_speakers(study)) == {"Amara", "A. Okafor", "Okafor", "Mr Okafor"}
    assert reviewer.post(answer.url, {"delete": "1"}).status_code == 403
    other_recorder = reviewer.get(answer.url).content.decode()
    assert "only they or a moderator" in other_recorder


def test_moderator_deletes_what_others_recorded(client_of, cast, okafor_url, url):
    assert client_of(cast.moderator).post(okafor_url, {"delete": "1"}).url == url
    assert not Speaker.objects.exists()


def test_recorded_speakers_are_offered_and_shown_where_words_are_tagged(
    reviewer, study, story, okafor, met, revision
):
    offered = '<option value="Okafor"></option>'
    annotation = study.annotations.get()
    desk = reviewer.get(reverse("desk", args=[study.key, story.pk])).content.decode()
    page = reviewer.get(reverse("annotation", args=[study.key, annotation.pk])).content.decode()
    assert offered in desk
    assert offered in page
    assert "recorded as" in page


def test_queries_do_not_grow_with_the_spellings(
    reviewer, url, okafor_url, story, study, cast, met, django_assert_max_num_queries
):
    for number in range(5):
        make_revision(story, outlet=f"Paper {number}", text=SAID.replace("Brand", f"B{number}"))
        record_speaker(study, f"Name {number}", spellings=[f"N{number}"], recorder=cast.reviewer)
    with django_assert_max_num_queries(12):
        reviewer.get(url)
    with django_assert_max_num_queries(16):
        reviewer.get(okafor_url)
