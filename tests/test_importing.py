"""Articles are stored once, whole or not at all, with the choice made for every line."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import ProtectedError

from sources.importing import (
    AddressTaken,
    draft_articles,
    edit_article,
    import_article,
    import_draft,
    many_at_once,
)
from sources.models import Article, CleanedLine, Draft, Original, Revision, Story, Way
from sources.originals import keep_original
from sources.reading import Details, read_paste, read_upload
from sources.refusals import BadDetail, MissingDetail, NothingToImport
from sources.revising import Doubtful, discard_draft
from tests.test_cleaning import LEAD, MORE

pytestmark = pytest.mark.django_db

TEXT = f"Harbour talks end\nby harbour news\n2023-05-10\n\n{LEAD}\n\nRelated news\n\n{MORE}"
CLEAN = f"Harbour talks end\n\n{LEAD}\n\n{MORE}"
DETAILS = Details(outlet="The Harbour Times", headline="Harbour talks end")


def put(story, text=TEXT, *, dropped=None, data=None, media_type="text/plain", **details):
    """Import a text as the action does for a file that holds nothing else."""
    original = keep_original(
        data or text.encode(),
        filename="talks.txt",
        media_type=media_type,
        charset="utf-8",
        uploaded_by=None,
    )
    told = {"outlet": "The Harbour Times", "headline": "Harbour talks end"} | details
    return import_article(
        story,
        original=original,
        text=text,
        dropped=dropped,
        details=Details(**told),
        way=Way.COMMAND,
        imported_by=None,
    )


def test_import_stores_the_clean_text_and_what_cleaning_said(story, cast):
    imported = put(story)
    revision = imported.revision
    assert imported.created
    assert (revision.text, revision.number, revision.word_count) == (CLEAN, 1, 31)
    assert bytes(revision.original.data) == TEXT.encode()
    lines = revision.cleaned_lines.values_list("number", "verdict", "reason", "dropped")
    assert list(lines) == [
        (1, "drop", "byline", True),
        (2, "drop", "date line", True),
        (6, "drop", "related links", True),
    ]


def test_choice_by_hand_wins_over_the_proposal_and_is_stored(story):
    revision = put(story, dropped={2, 4}).revision
    assert revision.text == f"Harbour talks end\nby harbour news\n\nRelated news\n\n{MORE}"
    lines = {line.number: (line.verdict, line.dropped) for line in revision.cleaned_lines.all()}
    assert lines == {
        1: ("drop", False),
        2: ("drop", True),
        4: ("keep", True),
        6: ("drop", False),
    }


def test_same_text_again_is_the_same_revision(story):
    first = put(story)
    again = put(story, headline="Another headline", data=b"other bytes", outlet="Gazette")
    assert (again.created, again.revision) == (False, first.revision)
    assert (Article.objects.count(), Revision.objects.count()) == (1, 1)


def test_same_text_again_needs_no_outlet(story):
    put(story)
    assert not put(story, outlet="").created


def test_copy_by_another_outlet_under_another_url_is_an_article_of_its_own(story):
    put(story, url="https://times.example/1")
    copy = put(story, url="https://gazette.example/1", outlet="Gazette")
    assert copy.created
    assert Original.objects.count() == 1
    assert not put(story, url="https://gazette.example/1", outlet="Gazette").created


def test_same_text_in_another_story_is_another_article(story):
    assert put(story).created
    assert put(Story.objects.create(title="Another event")).created


def test_changed_text_under_a_known_url_is_the_next_revision(story):
    first = put(story, url="https://times.example/1", byline="Ann Lee").revision
    second = put(story, f"{TEXT}\n\nA note.", url="https://times.example/1", headline="New")
    assert second.created
    assert second.revision.article == first.article
    assert (second.revision.number, second.revision.headline) == (2, "New")
    assert second.revision.way == Way.COMMAND
    article = Article.objects.get()
    assert (article.headline, article.byline) == ("New", "Ann Lee")
    assert Revision.objects.get(number=1).headline == "Harbour talks end"


def test_same_file_with_other_lines_kept_by_hand_is_the_next_revision(story):
    put(story)
    assert put(story, dropped=set()).revision.number == 2
    assert not put(story).created, "the file as it is proposed is known"


def test_other_text_under_a_known_url_is_doubtful_and_changes_nothing(story):
    put(story, url="https://times.example/1")
    with pytest.raises(Doubtful, match="Most words of revision 1 are gone"):
        put(story, "404. This page could not be found.", url="https://times.example/1")
    assert Revision.objects.count() == 1


def test_files_of_an_older_and_a_newer_text_run_again_change_nothing(story):
    texts = (TEXT, f"{TEXT}\n\nA note was added.")
    for text in texts:
        put(story, text, url="https://times.example/1")
    for text in (*texts, *texts):
        assert not put(story, text, url="https://times.example/1").created
    assert Revision.objects.count() == 2


def test_rows_of_one_table_are_articles_each(story):
    table = {"data": b"the table", "media_type": "text/csv"}
    assert put(story, LEAD, **table).created
    assert put(story, MORE, **table).created
    assert Original.objects.count() == 1


@pytest.mark.parametrize("text", ["Related news\n\nLeave a comment", "\n", ""])
def test_nothing_left_is_nothing_to_import(story, text):
    with pytest.raises(NothingToImport):
        put(story, text, data=b"some bytes")
    assert not Article.objects.exists()


def test_missing_outlet_is_asked_for_and_nothing_is_written(story):
    with pytest.raises(MissingDetail) as refusal:
        put(story, outlet=" ")
    assert refusal.value.field == "outlet"
    assert not Article.objects.exists()


def test_missing_headline_is_made_of_the_first_words(story):
    text = f"next steps\n{LEAD}"
    article = put(story, text, headline="").revision.article
    assert article.headline == "The two ministers met in the harbour town on Tuesday and spoke…"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "https://times.example/" + "x" * 2000),
        ("headline", "x" * 501),
        ("outlet", "x" * 201),
        ("language", "English, mostly"),
    ],
)
def test_detail_that_cannot_be_stored_is_named(story, field, value):
    with pytest.raises(BadDetail) as refusal:
        put(story, **{field: value})
    assert refusal.value.field == field
    assert not Article.objects.exists()


def test_stray_white_space_of_details_is_not_stored(story):
    article = put(story, outlet=" The\n Harbour\0 Times ", byline="Ann\u00a0Lee ").revision.article
    assert (article.outlet.name, article.byline) == ("The Harbour Times", "Ann Lee")


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_text_at_once_are_one_article():
    story = Story.objects.create(title="Harbour talks")
    start, created = threading.Barrier(4), []

    def run():
        start.wait()
        created.append(put(story).created)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False, False, False, True]
    assert Revision.objects.count() == 1


def test_same_bytes_are_one_original_under_the_first_name(cast):
    told = {"media_type": "text/plain", "charset": "utf-8", "uploaded_by": cast.owner}
    first = keep_original(b"x", filename="a.txt", **told)
    assert keep_original(b"x", filename="b.txt", **told) == first
    assert Original.objects.get().filename == "a.txt"


def test_readings_become_drafts_of_one_batch_with_proposals(story, cast):
    rows = b"outlet,text\nGazette,Talks go on\n,Talks end\n"
    readings = [*read_upload("rows.csv", rows).readings, read_paste(TEXT)]
    drafts = draft_articles(readings, story=story, way=Way.UPLOAD, created_by=cast.owner)
    assert [draft.position for draft in drafts] == [0, 1, 2]
    assert len({draft.batch for draft in drafts}) == 1
    assert [draft.outlet_name for draft in drafts] == ["Gazette", "", "harbour news"]
    assert drafts[0].original == drafts[1].original
    last = Draft.objects.get(pk=drafts[2].pk)
    assert (last.headline, last.byline) == ("Harbour talks end", "harbour news")
    assert last.published_at == datetime(2023, 5, 10, tzinfo=UTC)
    assert (last.text, last.language) == (TEXT, "en")


def test_details_that_are_told_win_over_proposals_and_long_ones_are_cut(story, cast):
    rows = f'title,language,text\n{"x" * 600},fr,"{TEXT}"\n'.encode()
    [draft] = draft_articles(
        read_upload("rows.csv", rows).readings,
        story=story,
        way=Way.UPLOAD,
        created_by=cast.owner,
    )
    assert draft.headline == "x" * 499 + "…"
    assert draft.language == "fr"


def test_number_of_queries_does_not_grow_with_the_rows(story, cast, django_assert_num_queries):
    rows = b"text\n" + b"".join(f"line {number}\n".encode() for number in range(50))
    readings = read_upload("rows.csv", rows).readings
    with django_assert_num_queries(4):  # savepoints included
        draft_articles(readings, story=story, way=Way.UPLOAD, created_by=cast.owner)


@pytest.fixture
def draft(story, cast):
    [draft] = draft_articles([read_paste(TEXT)], story=story, way=Way.PASTE, created_by=cast.owner)
    return draft


def test_confirmed_draft_is_an_article_and_is_gone(draft, cast):
    imported = import_draft(draft, dropped=None, details=DETAILS, imported_by=cast.owner)
    assert (imported.created, imported.revision.text) == (True, CLEAN)
    assert imported.revision.created_by == cast.owner
    assert not Draft.objects.exists()


def test_draft_that_is_refused_stays(draft, cast):
    with pytest.raises(MissingDetail):
        import_draft(draft, dropped=None, details=Details(), imported_by=cast.owner)
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_draft_confirmed_twice_is_one_article(draft, cast):
    told = {"dropped": None, "details": DETAILS, "imported_by": cast.owner}
    import_draft(draft, **told)
    assert not import_draft(draft, **told).created


def test_corrected_headline_does_not_change_what_was_proposed(draft, cast):
    told = Details(outlet="Gazette", headline=MORE)
    revision = import_draft(draft, dropped=None, details=told, imported_by=cast.owner).revision
    assert revision.article.headline == MORE
    assert revision.text == CLEAN


def test_discarded_draft_takes_its_original_along_unless_it_is_used(draft, story, cast):
    [copy] = draft_articles([read_paste(TEXT)], story=story, way=Way.PASTE, created_by=cast.owner)
    discard_draft(copy)
    assert Original.objects.count() == 1
    discard_draft(draft)
    discard_draft(draft)
    assert not Original.objects.exists()


def test_original_of_a_revision_cannot_be_deleted(story):
    with pytest.raises(ProtectedError):
        put(story).revision.original.delete()


CORRECTION = {
    "headline": " No deal ",
    "outlet_name": "Gazette",
    "url": "https://gazette.example/1",
    "byline": "Bo Chen",
    "published_at": datetime(2023, 5, 11, tzinfo=UTC),
    "language": "en-GB",
}


def test_article_is_corrected_and_its_text_stays(story):
    revision = put(story).revision
    edit_article(revision.article, **CORRECTION)
    article = Article.objects.get()
    assert (article.headline, article.outlet.name) == ("No deal", "Gazette")
    assert Revision.objects.get().headline == "No deal"
    assert article.published_at == CORRECTION["published_at"]
    assert Revision.objects.get().text == CLEAN


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("headline", {"headline": " "}),
        ("outlet", {"outlet_name": ""}),
        ("url", {"url": "file:///x"}),
        ("url", {"url": "https://times.example/taken"}),
    ],
)
def test_correction_that_cannot_be_stored_names_its_field(story, field, change):
    put(story, MORE, url="https://times.example/taken")
    article = put(story).revision.article
    with pytest.raises(BadDetail) as refusal:
        edit_article(article, **CORRECTION | change)
    assert refusal.value.field == field
    assert Article.objects.get(pk=article.pk).headline == "Harbour talks end"


def test_only_lines_that_were_spoken_of_have_a_row(story):
    put(story, f"Harbour talks end\n{LEAD}\n{MORE}")
    assert not CleanedLine.objects.exists()


def test_draft_of_a_known_address_or_file_is_a_new_text_of_its_article(story, cast):
    first = put(story, url="https://times.example/1").revision
    other = put(story, MORE, data=b"the file").revision
    told = {"story": story, "way": Way.UPLOAD, "created_by": cast.owner}
    page = read_upload("a.jsonl", b'{"text": "x", "url": "https://times.example/1"}').readings
    [known, same, new] = draft_articles(
        [*page, replace(read_paste(MORE), original=b"the file"), read_paste(LEAD)], **told
    )
    articles = [draft.article for draft in (known, same, new)]
    assert articles == [first.article, other.article, None]


def test_draft_whose_address_is_taken_meanwhile_is_refused(draft, story, cast):
    put(story, MORE, url="https://times.example/1")
    details = replace(DETAILS, url="https://times.example/1")
    with pytest.raises(AddressTaken) as refusal:
        import_draft(draft, dropped=None, details=details, imported_by=cast.owner)
    assert (refusal.value.field, refusal.value.article) == ("url", Article.objects.get())
    assert Draft.objects.count() == 1


def _commits() -> tuple[str, bool]:
    """Return how commits wait for the disk, and whether this session says so."""
    with connection.cursor() as cursor:
        asked = "SELECT setting, source = 'session' FROM pg_settings WHERE name = %s"
        cursor.execute(asked, ["synchronous_commit"])
        return cursor.fetchone()


def test_imports_of_many_do_not_wait_for_the_disk_and_later_ones_do():
    with many_at_once():
        assert _commits() == ("off", True)
    assert _commits()[1] is False


def test_behind_a_pooler_every_import_waits(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    with many_at_once():
        assert _commits()[1] is False
