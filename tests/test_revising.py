"""A changed text is the next revision, once; what may be none of the article waits for a person."""

import threading

import pytest
from django.db import connection

from sources.models import Article, Draft, Original, Revision, Story, Way
from sources.originals import keep_original
from sources.refusals import BadDetail, NothingToImport
from sources.revising import Doubtful, add_revision, discard_draft, hold
from tests.conftest import make_revision, revise
from tests.test_likeness import ARTICLE, ERROR, OTHER, PAYWALL

pytestmark = pytest.mark.django_db

NOTED = f"{ARTICLE}\n\nCorrection: the crews were five."


@pytest.fixture
def article(story):
    return make_revision(story, text=ARTICLE, url="https://times.example/1").article


def original_of(text, charset="utf-8"):
    return keep_original(
        text.encode(charset), filename="", media_type="text/plain", charset=charset,
        uploaded_by=None,
    )  # fmt: skip


def put(article, text, *, dropped=None, original=None, headline="", made_by=None, **options):
    return add_revision(
        article,
        original=original or original_of(text),
        text=text,
        dropped=dropped,
        headline=headline,
        way=Way.PASTE,
        made_by=made_by,
        **options,
    )


def numbers(article):
    return list(article.revisions.order_by("number").values_list("number", flat=True))


def test_changed_text_is_the_next_revision_and_the_older_stays(article, cast):
    imported = put(article, NOTED, headline="New headline", made_by=cast.reviewer)
    revision = imported.revision
    assert (imported.created, revision.number, revision.text) == (True, 2, NOTED)
    assert (revision.way, revision.created_by) == (Way.PASTE, cast.reviewer)
    assert revision.headline == Article.objects.get().headline == "New headline"
    older = article.revisions.get(number=1)
    assert (older.text, older.headline) == (ARTICLE, "Harbour deal")


def test_without_a_headline_the_old_one_stays(article):
    assert put(article, NOTED).revision.headline == "Harbour deal"
    assert Article.objects.get().headline == "Harbour deal"


def test_same_text_in_another_encoding_is_no_revision(article):
    again = put(article, ARTICLE, original=original_of(ARTICLE, "utf-16"))
    assert (again.created, again.revision.number) == (False, 1)
    assert numbers(article) == [1]


@pytest.mark.parametrize(
    ("option", "made"), [({}, False), ({"live": True}, True), ({"confirmed": True}, True)]
)
def test_earlier_text_makes_a_revision_only_if_the_outlet_put_it_back(article, option, made):
    put(article, NOTED)
    back = put(article, ARTICLE, **option)
    assert (back.created, back.revision.number) == (made, 3 if made else 1)
    assert numbers(article) == ([1, 2, 3] if made else [1, 2])


@pytest.mark.parametrize("text", [PAYWALL, ERROR, OTHER])
def test_doubtful_text_writes_nothing_until_it_is_confirmed(article, text):
    with pytest.raises(Doubtful, match="revision 1") as refusal:
        put(article, text, headline="Changed", live=True)
    assert refusal.value.article == article
    assert (numbers(article), Article.objects.get().headline) == ([1], "Harbour deal")
    assert put(article, text, confirmed=True).revision.number == 2


def test_stub_that_stood_once_is_doubtful_when_it_comes_back(article):
    put(article, PAYWALL, confirmed=True)
    put(article, ARTICLE, confirmed=True)
    with pytest.raises(Doubtful):
        put(article, PAYWALL, live=True)


@pytest.mark.parametrize("text", ["", "\n \n", "Related news\n\nLeave a comment"])
def test_empty_new_text_is_refused(article, text):
    with pytest.raises(NothingToImport, match="nothing to import"):
        put(article, text, original=original_of("some bytes"), confirmed=True)
    assert numbers(article) == [1]


def test_headline_that_cannot_be_stored_is_refused(article):
    with pytest.raises(BadDetail, match="longer than 500"):
        put(article, NOTED, headline="x" * 501)
    assert numbers(article) == [1]


def lines_of(*lines):
    return "\n".join([ARTICLE, *lines])


def test_choice_of_a_person_holds_for_the_same_line_in_the_next_text(article):
    first = lines_of("412 shares", "Crews cheered at the quay.", "Related news")
    put(article, first, dropped={2, 3})  # keeps the share count, drops a sentence
    second = put(article, f"A note.\n{first}\nAnother line of words.").revision
    assert "412 shares" in second.text
    assert "Crews cheered" not in second.text
    assert "Related news" not in second.text
    assert "Another line" in second.text
    third = put(article, f"Two notes.\n{first}").revision
    assert "412 shares" in third.text
    assert "Crews cheered" not in third.text


def test_line_dropped_as_a_repetition_takes_no_twin_along(article):
    twin = "Crews waited for the harbour master all day."
    put(article, lines_of(twin, twin), dropped={2})
    text = put(article, lines_of("A note.", twin, twin)).revision.text
    assert text.count(twin) == 1


def test_file_that_came_before_is_known_by_its_bytes(article):
    first, second = lines_of("Crews cheered.", "A note."), lines_of("Two notes.")
    put(article, first, dropped={1})
    put(article, second)
    for text in (first, second, first):
        assert not put(article, text).created
    assert numbers(article) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("live", [False, True])
def test_two_uploads_of_one_revision_at_once_are_one_revision(live):
    article = make_revision(Story.objects.create(title="Harbour"), text=ARTICLE).article
    start, created = threading.Barrier(4), []

    def run():
        start.wait()
        created.append(put(article, NOTED, live=live).created)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False, False, False, True]
    assert numbers(article) == [1, 2]


def wait_for(article, text, **told):
    return hold(
        article,
        **{"original": original_of(text), "text": text, "headline": "", "way": Way.WATCH,
           "because": "Most words are gone.", "made_by": None} | told,
    )  # fmt: skip


def test_held_text_is_a_draft_for_everyone_with_the_details_of_its_article(article):
    held = wait_for(article, PAYWALL)
    draft = Draft.objects.get()
    assert (draft, draft.article, draft.created_by) == (held, article, None)
    assert (draft.headline, draft.url) == ("Harbour deal", "https://times.example/1")
    assert (draft.held_because, draft.way) == ("Most words are gone.", Way.WATCH)
    assert numbers(article) == [1]


def test_same_text_is_held_once_and_a_like_one_takes_its_place(article):
    first = wait_for(article, PAYWALL)
    assert wait_for(article, PAYWALL) == first
    later = wait_for(article, f"{PAYWALL} It is noon.")
    assert list(Draft.objects.all()) == [later]
    assert not Original.objects.filter(pk=first.original_id).exists()
    other = wait_for(article, OTHER)
    assert list(Draft.objects.all()) == [later, other]


def test_texts_held_for_a_story_are_one_batch_in_the_order_they_came(article, gazette):
    one, two = wait_for(article, PAYWALL), wait_for(gazette.article, OTHER)
    assert one.batch == two.batch
    assert [draft.position for draft in (one, two)] == [0, 1]


def test_original_of_a_held_text_goes_with_it_unless_it_is_used(article):
    held = wait_for(article, NOTED)
    put(article, NOTED)
    discard_draft(held)
    assert Revision.objects.get(number=2).original.sha256 == held.original.sha256


def test_headline_is_that_of_the_newest_text_whoever_read_the_article_earlier(article):
    stale = Article.objects.get()
    put(article, NOTED, headline="Two")
    put(stale, f"{NOTED} More.", headline="Harbour deal")
    assert Article.objects.get().headline == "Harbour deal"
    assert put(stale, f"{NOTED} And more.").revision.headline == "Harbour deal"


def test_file_stays_known_when_cleaning_has_learnt_more_since(story):
    text = lines_of("Related news")  # which no line of this revision says was looked at
    revision = make_revision(story, text=text)
    assert not put(revision.article, text, live=True).created
    revise(revision, f"{text}\nA note.")
    assert put(revision.article, text).revision == revision
