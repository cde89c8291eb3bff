"""Looking for the sentences that may report a fact, and saying that it is none of them.

None of this sets a cell: a person does, with `annotations.facts.stating.set_report`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.facts.matrix import matrix_of
from annotations.finding.ranking import Ranker
from annotations.finding.story_sentences import StorySentence, story_sentences
from annotations.finding.suggestions import Offer, offers_of
from annotations.models import Fact, Study, Suggestion, SuggestionRun
from sources.function_words import FUNCTION_WORDS
from sources.models import Revision, Story
from sources.words import words_of

if TYPE_CHECKING:
    from annotations.finding.ranking.meaning import Meaning

AT_MOST = 3  # sentences for a cell
BATCH = 500  # cells that are written together: a killed worker loses no more than these
ALIKE = 0.35  # cosine by the model: more have 7 in 1,000 pairs of sentences of different stories
STEM = 5  # letters in which inflections of a word are alike
NOTHING_SHARED = "No sentence of this article shares a word with the fact."
NO_SENTENCES = "This article has no sentences to choose from."


class SuggestionsChanged(ValueError):
    """Other sentences are offered for the cell by now than the reviewer saw."""

    def __init__(self) -> None:
        super().__init__("The sentences have changed since you opened this cell. Look again.")


def prepare(study: Study, story: Story) -> None:
    """Look for the sentences of a story now, or have a worker do it if that takes too long.

    Without a worker the texts of a small story are read here by the optional model, too.
    """
    # The task calls `suggest`: imported here, since the two modules need each other.
    from annotations.tasks import suggest_later, workers_alive

    found = offers_of(study, story, matrix_of(study, story))
    if found.is_quick or (found.is_small and not workers_alive()):
        _look(study, story, found.stale)
        return
    suggest_later(study.pk, story.pk)


def suggest(
    study: Study, story: Story, *, fact: int | None = None, article: int | None = None
) -> int:
    """Look for sentences for the unchecked cells of a story that lack them; return how many.

    A cell whose basis stands is left as it is. `fact` and `article` narrow it to a row, a column
    or a cell. Twice, or two at once, is as good as once; what a killed one left, the next makes.
    """
    found = offers_of(study, story, matrix_of(study, story))
    offers = [
        offer
        for offer in found.stale
        if fact in (None, offer.cell.fact.pk) and article in (None, offer.cell.article.pk)
    ]
    run = None if fact or article else _begin(study, story, len(offers))
    _look(study, story, offers, run)
    return len(offers)


def _look(
    study: Study,
    story: Story,
    offers: Sequence[Offer],
    run: SuggestionRun | None = None,
) -> None:
    """Look for the sentences of the offers, which are all of one story, and store them."""
    if not offers:
        return
    # Here, so that pages that rank nothing need not wait for numpy.
    from annotations.finding.preparing import meaning_of

    sentences = story_sentences(study, story)
    meaning, _ = meaning_of(sentences)
    ranker = Ranker([sentence.text for sentence in sentences], meaning)
    texts = defaultdict(list)
    for sentence in sentences:
        texts[sentence.revision].append(sentence)
    for at in range(0, len(offers), BATCH):
        batch = offers[at : at + BATCH]
        _store([_made(offer, texts[offer.revision.pk], ranker, meaning) for offer in batch])
        if run:
            _note(run, at + len(batch))


def refuse(fact: Fact, revision: Revision, *, basis: str, reviewer: User) -> Suggestion:
    """Say that none of the sentences offered for a cell reports the fact; twice is once.

    The cell stays unchecked. `basis` is that of the suggestion the reviewer saw: raises
    SuggestionsChanged if another stands now.
    """
    with transaction.atomic():
        current = _locked(fact, revision)
        if current is None or current.basis != basis:
            raise SuggestionsChanged
        if current.refused_at is None:
            current.refused_by, current.refused_at = reviewer, timezone.now()
            current.save(update_fields=["refused_by", "refused_at"])
        return current


def offer_again(fact: Fact, revision: Revision) -> None:
    """Take back that it is none of the sentences, whoever said so; twice is once."""
    with transaction.atomic():
        current = _locked(fact, revision)
        if current and current.refused_at:
            current.refused_by = current.refused_at = None
            current.save(update_fields=["refused_by", "refused_at"])


def _locked(fact: Fact, revision: Revision) -> Suggestion | None:
    kept = Suggestion.objects.select_for_update(of=("self",))
    return kept.filter(fact=fact, revision=revision).first()


def _begin(study: Study, story: Story, total: int) -> SuggestionRun:
    """Note that a story is looked through; of two at once the later one's numbers are shown."""
    run, _ = SuggestionRun.objects.update_or_create(
        study=study,
        story=story,
        kind=SuggestionRun.Kind.SUGGESTIONS,
        defaults={
            "done": 0,
            "total": total,
            "started_at": timezone.now(),
            "finished_at": None if total else timezone.now(),
        },
    )
    return run


def _note(run: SuggestionRun, done: int) -> None:
    """Keep how far it is, for the page that waits for it."""
    run.done = done
    run.finished_at = timezone.now() if done == run.total else None
    run.save(update_fields=["done", "total", "finished_at"])


def _made(
    offer: Offer, sentences: Sequence[StorySentence], ranker: Ranker, meaning: "Meaning | None"
) -> Suggestion:
    """Return the suggestion for a cell as it will be stored."""
    made = Suggestion(
        fact=offer.cell.fact, revision=offer.revision, basis=offer.basis, reason=offer.reason
    )
    if made.reason:
        return made
    if not sentences:
        made.reason = NO_SENTENCES
        return made
    found = ranker.rank(offer.wordings, [sentence.text for sentence in sentences], AT_MOST)
    for ranked in found:
        sentence = sentences[ranked.number]
        if ranked.matched or _is_like(sentence.text, offer.wordings, meaning):
            made.candidates.append(
                {
                    "start": sentence.start,
                    "end": sentence.end,
                    "score": round(ranked.score, 4),
                    "matched": [
                        [sentence.start + begin, sentence.start + end]
                        for begin, end in ranked.matched
                    ],
                }
            )
    if not made.candidates:
        made.reason = NOTHING_SHARED
    return made


def _is_like(text: str, wordings: Sequence[str], meaning: "Meaning | None") -> bool:
    """Whether a sentence has anything at all of a wording: a word, or what a model makes of it."""
    if _stems(text) & {stem for wording in wordings for stem in _stems(wording)}:
        return True
    if meaning is None:
        return False
    return float((meaning.of(wordings) @ meaning.of([text]).T).max()) >= ALIKE


def _stems(text: str) -> set[str]:
    """Return how the words of `text` begin, but for those that stand in any sentence."""
    return {word[:STEM] for word in map(str.casefold, words_of(text)) if word not in FUNCTION_WORDS}


def _store(made: Iterable[Suggestion]) -> None:
    """Store suggestions in the place of older ones, but not for a fact withdrawn meanwhile.

    A person's “none of these” stays as long as the same sentences are offered.
    """
    rows = {(each.fact_id, each.revision_id): each for each in made}
    facts = {fact for fact, _ in rows}
    with transaction.atomic():
        # In the order of the key, so that two at once cannot wait for each other.
        there = Fact.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=facts)
        stated = set(there.order_by("pk").values_list("pk", flat=True))
        older = Suggestion.objects.filter(
            fact__in=stated, revision__in={revision for _, revision in rows}
        ).exclude(refused_at=None)
        for kept in older.select_for_update(of=("self",)).order_by("pk"):
            new = rows.get((kept.fact_id, kept.revision_id))
            if new and _places(new) == _places(kept):
                new.refused_by_id, new.refused_at = kept.refused_by_id, kept.refused_at
        Suggestion.objects.bulk_create(
            [row for (fact, _), row in sorted(rows.items()) if fact in stated],
            update_conflicts=True,
            unique_fields=["fact", "revision"],
            update_fields=["candidates", "reason", "basis", "refused_by", "refused_at"],
        )


def _places(suggestion: Suggestion) -> set[tuple[int, int]]:
    return {(each["start"], each["end"]) for each in suggestion.candidates}
