import datetime
import re
import uuid

import pytest
from django.urls import reverse

from annotations.language.speaking import record_speaker
from annotations.models import Annotation, Code
from sources.models import Story
from tests.conftest import make_revision, revise

pytestmark = pytest.mark.django_db

TIMES = "“Serevia is not our enemy,” Prime Minister Okafor said. “We sail at noon,” Brand said."
GAZETTE = (
    "“Serevia is not our adversary,” Okafor claimed. Nobody moved.\n\n"
    "“We sail at noon tomorrow,” Ilsa Brand told us. He wants “peace in our harbour for good”."
)


@pytest.fixture
def url(study, story):
    return reverse("quotations", args=[study.key, story.pk])


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def times(story):
    return make_revision(story, text=TIMES)


@pytest.fixture
def quoted(story, times):
    """Two outlets: an altered, a shortened, and a quotation that one of them has alone."""
    return times, make_revision(story, outlet="Gazette", text=GAZETTE)


@pytest.fixture
def altered_code(study):
    return Code.objects.create(
        codebook=study.codebook,
        key="quote_snippet",
        name="Altered quotation",
        definition="Other words between the marks.",
        colour="#005e4d",
        position=9,
    )


def words_of(revision, exact, **more):
    start = revision.text.index(exact)
    place = {"revision": revision.pk, "start": start, "end": start + len(exact), "exact": exact}
    return place | more


def test_anonymous_is_sent_to_the_login(client, url):
    assert "login" in client.get(url).url


def test_outsider_sees_nothing_and_writes_nothing(client_of, cast, url, quoted, altered_code):
    outsider = client_of(cast.outsider)
    assert outsider.get(url).status_code == 404
    assert outsider.post(url, words_of(quoted[0], "We sail at noon,")).status_code == 404
    assert not Annotation.objects.exists()


def test_empty_pages_say_what_is_missing(reviewer, url, story):
    assert "This story has no articles yet" in reviewer.get(url).content.decode()
    first = make_revision(story, text="Nobody speaks.")
    assert "No quotations found" in reviewer.get(url).content.decode()
    revise(first, "“We sail at noon,” Okafor said.")
    page = reviewer.get(url).content.decode()
    assert "this story has one article only" in page
    assert "In one outlet only" in page


def test_altered_comes_first_and_each_version_has_its_own_source(reviewer, url, quoted):
    page = reviewer.get(url).content.decode()
    assert re.findall(r'id="class-(\w+)"', page) == ["altered", "shortened"]
    altered = page[page.index('id="class-altered"') : page.index('id="class-shortened"')]
    assert re.findall(r"<(ins|del) [^>]*>([^<]*)<", altered) == [
        ("del", "enemy"), ("ins", "adversary"),
    ]  # fmt: skip
    assert re.findall(r'class="verb">(\w+)</span> *\n', altered) == ["said", "claimed"]
    assert re.findall(r'class="speaker">([^<]*)<', altered) == ["Prime Minister Okafor", "Okafor"]
    assert f"articles={quoted[1].article_id}#span-{quoted[1].pk}-1-30" in altered


def test_versions_stand_in_the_order_of_publication(reviewer, url, quoted):
    for revision, day in zip(quoted, (2, 1), strict=True):
        revision.article.published_at = datetime.datetime(2026, 3, day, tzinfo=datetime.UTC)
        revision.article.save(update_fields=["published_at"])
    page = reviewer.get(url).content.decode()
    assert page.index("2026-03-01") < page.index("2026-03-02")
    assert re.search(r"<h3[^>]*>Gazette and The Harbour Times</h3>", page)


def test_many_versions_are_folded_behind_the_first(reviewer, url, story):
    for number in range(10):
        make_revision(story, outlet=f"Paper {number}", text="“We sail at noon,” Brand said.")
    page = reviewer.get(url).content.decode()
    assert "<summary>2 more</summary>" in page
    assert page.count('<li class="version') == 10


def test_words_of_a_quotation_are_escaped(reviewer, url, story):
    for outlet in ("Times", "Gazette"):
        make_revision(story, outlet=outlet, text="“We <b>sail</b> at noon today,” Brand said.")
    page = reviewer.get(url).content.decode()
    assert "<b>sail</b>" not in page
    assert "We &lt;b&gt;sail&lt;/b&gt; at noon" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("likeness=shortened", "class-shortened", "class-altered"),
        ("speaker=Okafor", "class-altered", "class-shortened"),
        ("outlet=0&speaker=Nobody", "No utterance", "class-altered"),
        ("likeness=nonsense&outlet=x", "class-altered", "No utterance"),
    ],
)
def test_page_is_narrowed(reviewer, url, quoted, query, shown, hidden):
    page = reviewer.get(f"{url}?{query}").content.decode()
    assert shown in page
    assert hidden not in page


def test_recorded_speaker_stands_for_every_spelling(reviewer, url, study, cast, quoted):
    spellings = ["Prime Minister Okafor", "Okafor"]
    speaker = record_speaker(study, "A. Okafor", spellings=spellings, recorder=cast.reviewer)
    page = reviewer.get(f"{url}?speaker=A.+Okafor").content.decode()
    assert page.count(f'href="{reverse("speaker", args=[study.key, speaker.pk])}">A. Okafor') == 2
    assert "as “Prime Minister Okafor”" in page


def test_languages_are_said_not_to_be_mixed(reviewer, url, quoted):
    for revision, language in zip(quoted, ("en", "de-AT"), strict=True):
        revision.article.language = language
        revision.article.save(update_fields=["language"])
    page = reviewer.get(url).content.decode()
    assert "Articles in 2 languages (de, en)" in page
    assert "No utterance is quoted by two outlets" in page


def test_altered_quotation_is_tagged_and_the_tag_taken_back(reviewer, url, quoted, altered_code):
    posted = words_of(quoted[0], "Serevia is not our enemy,", speaker="Okafor", at="7-1")
    answer = reviewer.post(f"{url}?likeness=altered", posted | {"id": uuid.uuid4()})
    assert (answer.status_code, answer.url) == (303, f"{url}?likeness=altered#said-7-1")
    tag = Annotation.objects.get()
    assert (tag.code, tag.span.exact, tag.voice, tag.speaker) == (
        altered_code, "Serevia is not our enemy,", "attributed", "Okafor",
    )  # fmt: skip
    page = reviewer.get(url).content.decode()
    assert "✓ tagged" in page
    assert 'name="undo"' in page
    reviewer.post(url, {"undo": tag.pk})
    assert not Annotation.objects.standing().exists()
    assert "✓ tagged" not in reviewer.get(url).content.decode()


def test_same_post_twice_is_one_tag(reviewer, url, quoted, altered_code):
    posted = words_of(quoted[0], "Serevia is not our enemy,", id=uuid.uuid4())
    for _ in range(2):
        assert reviewer.post(url, posted).status_code == 303
    assert Annotation.objects.count() == 1


@pytest.mark.parametrize("change", [{"exact": "other words"}, {"end": "x"}, {"start": 999}])
def test_words_that_are_not_there_are_refused(reviewer, url, quoted, altered_code, change):
    answer = reviewer.post(url, words_of(quoted[0], "Serevia is not our enemy,") | change)
    assert answer.status_code == 422
    assert "Reload the page" in answer.content.decode()
    assert not Annotation.objects.exists()


def test_study_without_the_code_offers_no_tag(reviewer, url, quoted):
    assert "Tag as" not in reviewer.get(url).content.decode()
    answer = reviewer.post(url, words_of(quoted[0], "Serevia is not our enemy,"))
    assert answer.status_code == 422


def test_words_of_another_story_are_not_found(reviewer, url, study, altered_code):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    revision = make_revision(other, text=TIMES)
    assert reviewer.post(url, words_of(revision, "We sail")).status_code == 404


def test_only_the_last_step_is_taken_back(reviewer, url, quoted, altered_code, tag):
    mine = tag(quoted[0], "enemy")
    other = tag(quoted[0], "noon")
    for undo in (mine.pk, "nonsense"):
        answer = reviewer.post(url, {"undo": undo})
        assert answer.status_code == 422
        assert "not your last step any more" in answer.content.decode()
    assert reviewer.post(url, {"undo": other.pk}).status_code == 303
    assert list(Annotation.objects.standing()) == [mine]


def test_only_the_newest_text_counts(reviewer, url, quoted):
    revise(quoted[0], "Nobody speaks any more.")
    assert "No utterance is quoted by two outlets" in reviewer.get(url).content.decode()


def test_articles_that_are_too_many_to_read_are_said(reviewer, url, quoted, monkeypatch):
    monkeypatch.setattr("annotations.language.quotations.READ", 1)
    page = reviewer.get(url).content.decode()
    assert "in 1 article (the newest; 1 older one not read)" in page


def test_queries_do_not_grow_with_the_articles(
    reviewer, url, story, quoted, altered_code, django_assert_max_num_queries
):
    reviewer.post(url, words_of(quoted[0], "Serevia is not our enemy,"))
    for number in range(5):
        make_revision(story, outlet=f"Paper {number}", text=GAZETTE)
    with django_assert_max_num_queries(12):
        reviewer.get(url)
