"""Prepare a story's sentences to be ranked, and keep what the optional model makes of them."""

from collections.abc import Iterable, Sequence

import numpy
from django.conf import settings

from annotations.finding.ranking import Ranker
from annotations.finding.ranking.meaning import ABSENT, OFF, Meaning, load_meaning
from annotations.finding.story_sentences import StorySentence
from annotations.models import SentenceVectors
from sources.models import Revision
from sources.sentences import sentences_of

STORED, STORED_BYTES = "<f2", 2  # little-endian, 16 bits


def model_and_trouble() -> tuple[str, str]:
    """Return the name of the model that compares by meaning, "" without, and what is wrong with it.

    Nothing is wrong with one that is not installed or switched off.
    """
    meaning, reason = load_meaning(wanted=settings.MEANING)
    return (meaning.name if meaning else ""), ("" if reason in (ABSENT, OFF) else reason)


def ranker_of(sentences: Sequence[StorySentence]) -> tuple[Ranker, str]:
    """Return the ranker of a story's sentences, and in words why it does without the model.

    What the model makes of a text is stored, so that it is asked once for each.
    """
    meaning, reason = meaning_of(sentences)
    return Ranker([sentence.text for sentence in sentences], meaning), reason


def meaning_of(sentences: Sequence[StorySentence]) -> tuple[Meaning | None, str]:
    """Return the model, which knows the sentences, or None and why there is none."""
    meaning, reason = load_meaning(wanted=settings.MEANING)
    if meaning and sentences:
        _learn(meaning, sentences)
    return meaning, reason


def _learn(meaning: Meaning, sentences: Iterable[StorySentence]) -> None:
    """Have the model know the sentences: as stored, or else computed and stored now."""
    languages = {sentence.revision: sentence.language for sentence in sentences}
    # Where a text is cut depends on its language, which an editor may correct.
    names = {pk: f"{meaning.name}, {language}" for pk, language in languages.items()}
    wanted = Revision.objects.filter(pk__in=names).only("text").order_by("pk")
    kept = {
        row.revision_id: bytes(row.vectors)
        for row in SentenceVectors.objects.filter(revision__in=names)
        if row.model == names[row.revision_id]
    }
    width = STORED_BYTES * meaning.of([]).shape[1]
    for revision in wanted:
        places = sentences_of(revision.text, languages[revision.pk])
        texts = [revision.text[start:end] for start, end in places]
        stored = kept.get(revision.pk, b"")
        if len(stored) != width * len(texts):
            stored = meaning.of(texts).astype(STORED).tobytes()
            _keep(SentenceVectors(revision=revision, model=names[revision.pk], vectors=stored))
        vectors = numpy.frombuffer(stored, STORED).astype(numpy.float32)
        # Also what was computed just now, so that the order is the same the next time.
        meaning.known |= dict(zip(texts, vectors.reshape(len(texts), -1), strict=True))


def _keep(row: SentenceVectors) -> None:
    """Store the row in the place of another of the same text and model; two at once are one."""
    SentenceVectors.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["revision", "model"],
        update_fields=["vectors"],
    )
