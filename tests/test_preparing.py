"""What the optional model makes of a text is computed once, stored, and asked for again."""

import numpy
import pytest

from annotations.finding.preparing import STORED, model_and_trouble, ranker_of
from annotations.finding.ranking.meaning import load_meaning
from annotations.finding.story_sentences import story_sentences
from annotations.models import SentenceVectors
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db


def test_ranker_knows_the_storys_sentences(study, story, revision, gazette):
    sentences = story_sentences(study, story)
    ranker, _ = ranker_of(sentences)
    texts = [sentence.text for sentence in sentences]
    best = ranker.rank(["Ministers signed the harbour accord."], texts, limit=1)[0]
    assert texts[best.number] == "The ministers signed the harbour accord on Monday."


def test_story_without_sentences_has_a_ranker_too(study, story):
    ranker, _ = ranker_of(story_sentences(study, story))
    assert ranker.rank(["Signed."], []) == []


@pytest.mark.skipif(load_meaning()[0] is not None, reason="the optional model is installed")
def test_model_that_is_not_installed_is_no_trouble():
    assert model_and_trouble()[0] == ""
    assert "installed, but" in model_and_trouble()[1] or not model_and_trouble()[1]


def test_model_that_is_switched_off_is_no_trouble(settings, study, story, revision):
    settings.MEANING = False
    assert model_and_trouble() == ("", "")
    ranker_of(story_sentences(study, story))
    assert not SentenceVectors.objects.exists()


@pytest.mark.skipif(load_meaning()[0] is None, reason="the optional model is not installed")
def test_vectors_are_stored_once_and_read_again(study, story, revision, gazette):
    sentences = story_sentences(study, story)
    ranker_of(sentences)
    rows = dict(SentenceVectors.objects.values_list("revision", "vectors"))
    assert set(rows) == {revision.pk, gazette.pk}
    # What is stored is what is used: other vectors, another order.
    damaged = numpy.frombuffer(rows[revision.pk], STORED)[::-1].tobytes()
    SentenceVectors.objects.filter(revision=revision).update(vectors=damaged)
    ranker_of(sentences)
    assert bytes(SentenceVectors.objects.get(revision=revision).vectors) == damaged
    SentenceVectors.objects.filter(revision=revision).update(vectors=damaged[:-4])
    make_revision(story, outlet="C", text="They met.")
    ranker_of(story_sentences(study, story))
    assert bytes(SentenceVectors.objects.get(revision=revision).vectors) == bytes(rows[revision.pk])
    assert SentenceVectors.objects.count() == 3
