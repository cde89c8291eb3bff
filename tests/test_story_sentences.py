"""The sentences in which facts are looked for: of the newest texts, without what is no article."""

import pytest

from annotations.finding.story_sentences import story_sentences
from annotations.revisions.carries import carry_to
from annotations.tags.tagging import remove_annotation
from tests.conftest import CORRECTED, make_revision, make_study, revise

pytestmark = pytest.mark.django_db


def texts(study, story):
    return [sentence.text for sentence in story_sentences(study, story)]


def test_sentences_are_slices_of_their_revision(study, story, revision, gazette):
    by_pk = {each.pk: each for each in (revision, gazette)}
    found = story_sentences(study, story)
    assert {sentence.revision for sentence in found} == set(by_pk)
    for sentence in found:
        source = by_pk[sentence.revision]
        assert source.text[sentence.start : sentence.end] == sentence.text
        assert (sentence.article, sentence.outlet) == (
            source.article_id,
            source.article.outlet_id,
        )


def test_only_the_newest_text_counts(study, story, revision):
    revise(revision, "One sentence is left.")
    assert texts(study, story) == ["One sentence is left."]


def test_page_furniture_is_left_out(study, story):
    related = "READ MORE: Ministers sign the harbour accord"
    make_revision(story, text=f"The ministers met.\n\n{related}\n\nShare on Facebook\n\nThey left.")
    assert texts(study, story) == ["The ministers met.", "They left."]


def test_sentence_that_is_damaged_for_the_most_part_is_left_out(study, story, revision, tag):
    tag(revision, "Harbour deal divides the strait", code="damage")
    tag(revision, "ministers signed the", code="damage")
    left = texts(study, story)
    assert "Harbour deal divides the strait" not in left
    assert "The ministers signed the harbour accord on Monday." in left


def test_damage_that_was_carried_or_removed_counts_as_it_stands(study, story, revision, tag):
    damage = tag(revision, "Harbour deal divides the strait", code="damage")
    carry_to(revise(revision, CORRECTED))
    assert "Harbour deal divides the strait" not in texts(study, story)
    remove_annotation(damage, actor=damage.annotator)
    assert "Harbour deal divides the strait" in texts(study, story)


def test_damage_tagged_in_another_study_is_not_ours(study, story, revision, tag):
    tag(revision, "Harbour deal divides the strait", code="damage")
    other = make_study(key="other", name="Other study")
    other.stories.add(story)
    assert "Harbour deal divides the strait" in texts(other, story)


def test_language_is_declared_the_outlets_or_guessed(study, story, revision, gazette):
    gazette.article.outlet.language = "en-GB"
    gazette.article.outlet.save(update_fields=["language"])
    found = {each.revision: each.language for each in story_sentences(study, story)}
    assert found == {revision.pk: "en", gazette.pk: "en-GB"}


def test_story_without_articles_has_no_sentences(study, story):
    assert story_sentences(study, story) == []


def test_questions_do_not_grow_with_articles(study, story, django_assert_num_queries):
    for letter in "ABCD":
        make_revision(story, outlet=letter, text=f"Outlet {letter} reports it.")
    with django_assert_num_queries(4):
        assert len(story_sentences(study, story)) == 4
