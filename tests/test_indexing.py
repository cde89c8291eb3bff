from io import StringIO

import pytest
from django.core.management import call_command

from annotations.tasks import index_texts as task
from sources.indexing import index_texts, texts_waiting
from sources.models import Article, IndexedPassage, Revision, Story, TextToIndex
from sources.passages import passages
from sources.terms import keys_of
from tests.conftest import CORRECTED, make_revision, revise

pytestmark = pytest.mark.django_db


def indexed():
    return list(IndexedPassage.objects.values_list("revision_id", "start", "end", "keys"))


def rows_of(revision):
    text = revision.text
    return [(revision.pk, p.start, p.end, keys_of(text[p.start : p.end])) for p in passages(text)]


def test_new_text_waits_and_is_indexed_passage_by_passage(revision):
    assert texts_waiting() == 1
    assert index_texts() == 1
    assert (texts_waiting(), indexed()) == (0, rows_of(revision))


def test_to_index_twice_changes_nothing(revision):
    index_texts()
    assert index_texts() == 0
    TextToIndex.objects.create(revision=revision)
    index_texts()
    assert indexed() == rows_of(revision)


def test_only_the_newest_revision_is_in_the_index(revision):
    index_texts()
    newest = revise(revision, CORRECTED)
    index_texts()
    assert indexed() == rows_of(newest)


def test_older_revision_that_waits_does_not_come_back(revision):
    newest = revise(revision, CORRECTED)
    index_texts(most=1)
    index_texts()
    assert (indexed(), texts_waiting()) == (rows_of(newest), 0)


def test_revision_before_one_that_was_deleted_takes_its_place(revision):
    newest = revise(revision, CORRECTED)
    index_texts()
    newest.delete()
    index_texts()
    assert indexed() == rows_of(revision)


def test_article_that_is_deleted_leaves_nothing_behind(revision):
    index_texts()
    Revision.objects.all().delete()
    Article.objects.all().delete()
    index_texts()
    assert (indexed(), TextToIndex.objects.count()) == ([], 0)


def test_article_that_moves_to_another_story_is_indexed_there(revision):
    index_texts()
    elsewhere = Story.objects.create(title="Another")
    Article.objects.update(story=elsewhere)
    index_texts()
    assert set(IndexedPassage.objects.values_list("story", flat=True)) == {elsewhere.pk}


def test_one_story_can_be_indexed_before_the_others(revision):
    elsewhere = make_revision(Story.objects.create(title="Another"))
    assert texts_waiting([elsewhere.article.story_id]) == 1
    assert index_texts([elsewhere.article.story_id]) == 1
    assert indexed() == rows_of(elsewhere)
    assert (texts_waiting([elsewhere.article.story_id]), texts_waiting()) == (0, 1)


def test_no_more_texts_are_indexed_than_asked(story):
    for number in range(5):
        make_revision(story, text=f"Text number {number}")
    assert index_texts(most=3) == 3
    assert texts_waiting() == 2


def test_text_of_white_space_is_worked_off(story):
    make_revision(story, text="   \n\n ")
    assert (index_texts(), texts_waiting(), indexed()) == (1, 0, [])


def test_worker_and_command_index_what_waits(story):
    make_revision(story)
    task(timestamp=0)
    assert texts_waiting() == 0
    make_revision(story, text="Another text")
    call_command("index_texts", stdout=(said := StringIO()))
    assert said.getvalue() == "1 texts indexed, 0 left\n"
