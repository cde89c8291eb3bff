"""Propose facts: keep groups of sentences that seem to report the same, for people to settle.

Nothing that the machine proposes is a fact. What it proposed before and nobody touched is
replaced; what somebody settled, reworded, split or merged stays, and is not proposed again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Substr
from django.utils import timezone

from annotations.finding.proposals import basis_of, is_quoted
from annotations.finding.story_sentences import StorySentence, story_sentences
from annotations.models import Proposal, ProposedSpan, ReportSpan, Study, SuggestionRun
from annotations.texts.repeating import Familiar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from annotations.finding.grouping import Group
    from sources.models import Story

STAGES = 3  # the texts are read, the sentences compared and grouped


def prepare(study: Study, story: Story) -> None:
    """Propose facts now, or have a worker do it for a story of many words."""
    if basis_of(study, story).is_small:
        propose(study, story)
        return
    # The task calls `propose`: imported here, since the two modules need each other.
    from annotations.tasks import propose_later

    propose_later(study.pk, story.pk)


def propose(study: Study, story: Story) -> SuggestionRun:
    """Propose facts of the story in place of what the machine proposed before and nobody touched.

    Twice is as good as once, and so are two at a time: the one that is stored last stands.
    """
    # Here, so that pages that group nothing need not wait for numpy.
    from annotations.finding.grouping import Sentence, group
    from annotations.finding.preparing import model_and_trouble, ranker_of

    basis = basis_of(study, story)
    run, _ = SuggestionRun.objects.get_or_create(
        study=study, story=story, kind=SuggestionRun.Kind.PROPOSALS
    )
    run.started_at, run.finished_at, run.done, run.total = timezone.now(), None, 0, STAGES
    _, run.said = model_and_trouble()
    run.save(update_fields=["started_at", "finished_at", "said", "done", "total"])
    sentences = story_sentences(study, story)
    given = [
        Sentence(one.article, one.outlet, one.text, is_quoted(one.text, one.language))
        for one in sentences
    ]
    _reached(run, 1)
    ranker, _ = ranker_of(sentences)
    _reached(run, 2)
    return _store(run, basis.digest, sentences, group(given, ranker))


def _reached(run: SuggestionRun, stage: int) -> None:
    SuggestionRun.objects.filter(pk=run.pk).update(done=stage)


@transaction.atomic
def _store(
    run: SuggestionRun, digest: str, sentences: Sequence[StorySentence], groups: Iterable[Group]
) -> SuggestionRun:
    """Store the groups that nobody settled; a proposal of the same sentences stays as it is."""
    run = SuggestionRun.objects.select_for_update().get(pk=run.pk)
    familiar = _familiar(run, sentences)
    wanted: dict[frozenset[tuple[int, int, int]], Group] = {}
    for found in groups:
        if not familiar.knows(sentences[number].text for number in found.members):
            members = (sentences[number] for number in found.members)
            wanted.setdefault(frozenset((s.revision, s.start, s.end) for s in members), found)
    untouched = Proposal.objects.filter(
        study=run.study_id, story=run.story_id, state=Proposal.State.OPEN, made_by=None
    )
    for row in untouched.select_for_update().order_by("pk").prefetch_related("spans"):
        places = frozenset((span.revision_id, span.start, span.end) for span in row.spans.all())
        again = wanted.pop(places, None)
        if again is None:
            row.delete()
        elif again.weight != row.weight:
            row.weight = again.weight
            row.save(update_fields=["weight"])
    _add(run, sentences, wanted.values())
    run.basis, run.finished_at, run.done, run.total = digest, timezone.now(), STAGES, STAGES
    run.save(update_fields=["basis", "finished_at", "done", "total"])
    return run


def _add(run: SuggestionRun, sentences: Sequence[StorySentence], groups: Iterable[Group]) -> None:
    """Store the groups, each with a statement that no other open proposal has, if it can be."""
    own = Proposal.objects.filter(study=run.study_id, story=run.story_id)
    taken = set(own.filter(state=Proposal.State.OPEN).values_list("statement", flat=True))
    proposals, spans = [], []
    for found in groups:
        members = [sentences[number] for number in found.members]
        statement = _statement([member.text for member in members], taken)
        taken.add(statement)
        proposal = Proposal(
            study_id=run.study_id,
            story_id=run.story_id,
            statement=statement,
            weight=found.weight,
        )
        proposals.append(proposal)
        spans += [
            ProposedSpan(proposal=proposal, revision_id=one.revision, start=one.start, end=one.end)
            for one in members
        ]
    Proposal.objects.bulk_create(proposals)
    ProposedSpan.objects.bulk_create(spans)


def _statement(texts: list[str], taken: Collection[str]) -> str:
    """Return the statement to propose; another sentence's where a group that shares it has it."""
    from annotations.finding.grouping import statement_of

    first = statement_of(texts)
    others = (statement_of(texts[skipped:]) for skipped in range(1, len(texts)))
    return next((one for one in (first, *others) if one not in taken), first)


def _familiar(run: SuggestionRun, sentences: Iterable[StorySentence]) -> Familiar:
    """Return what people settled in the story, and what its facts quote. Two queries."""
    texts: dict[int, list[str]] = defaultdict(list)
    for sentence in sentences:
        texts[sentence.article].append(sentence.text)
    familiar = Familiar(texts)
    touched = (
        ProposedSpan.objects.filter(proposal__study=run.study_id, proposal__story=run.story_id)
        .exclude(proposal__state=Proposal.State.OPEN, proposal__made_by=None)
        .annotate(words=Substr("revision__text", F("start") + 1, F("end") - F("start")))
    )
    for members in _grouped(touched.values_list("proposal", "revision__article", "words")):
        familiar.settle(members)
    quotes = ReportSpan.objects.filter(
        report__fact__study=run.study_id, report__fact__story=run.story_id
    )
    for members in _grouped(quotes.values_list("report__fact", "report__article", "span__exact")):
        familiar.quote(members)
    return familiar


def _grouped(rows: Iterable[tuple[int, int, str]]) -> Iterable[list[tuple[int, str]]]:
    """Return (article, words) together by what the rows begin with."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for owner, article, words in rows:
        found[owner].append((article, words))
    return found.values()
