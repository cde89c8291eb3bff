"""What people make of proposed facts: accept, dismiss, split, merge, and take it back.

A proposal that somebody settled stays, so that the same group is not proposed again. The new
ones that a person made of it point to it as their origin; to undo is to delete them again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotations.facts.stating import (
    STATEMENT_LIMIT,
    FactRefused,
    QuotedSpan,
    set_report,
    state_fact,
)
from annotations.finding.proposals import is_quoted, last_step
from annotations.models import Fact, Proposal, ProposedSpan, Report, ReportStatus, Study
from annotations.revisions.carries import revised
from sources.models import Article, Story

State = Proposal.State


class ProposalRefused(ValueError):
    """What was asked makes no sense for this proposal; the message says what to do."""


class ProposalConflict(ProposalRefused):
    """The proposal is not as it was seen, or what came of it changed since."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of an acceptance. `left` are cells that had been set already and stay."""

    proposal: Proposal
    fact: Fact
    set: list[Report]
    left: list[Report]


@dataclass(frozen=True, slots=True)
class Undone:
    """What a step was, and the proposals that are open again."""

    step: str
    reopened: list[Proposal]


def accept(
    proposal: Proposal,
    *,
    statement: str,
    spans: Collection[int],
    partial: Collection[int] = (),
    fact: Fact | None = None,
    version: int,
    reviewer: User,
) -> Accepted:
    """State the proposal as a fact, or as `fact`, reported by the articles of `spans`.

    These sentences (keys of the proposal's) become the quotes; the cells of the articles in
    `partial` are partial. A cell that is set already stays as it is. Raises FactRefused for the
    statement, ProposalRefused if no sentence is chosen, ProposalConflict if another version
    stands. Nothing is written then.
    """
    with transaction.atomic():
        current = _locked(proposal, version)
        chosen = _chosen(current, spans)
        if fact is None:
            known = Fact.objects.filter(study=current.study_id, story=current.story_id)
            before = set(known.values_list("pk", flat=True))
            fact = state_fact(current.study, current.story, statement, author=reviewer)
            is_new = fact.pk not in before
        elif (fact.study_id, fact.story_id) == (current.study_id, current.story_id):
            is_new = False
        else:
            raise ProposalRefused("This fact is another story's.")
        made, left = _report(fact, chosen, partial, reviewer)
        current.fact, current.statement = fact, fact.statement
        _settle([current], State.ACCEPTED, reviewer)
        # The fact and the cells bear the moment of the acceptance: so `undo` knows them again.
        moment = current.settled_at
        Report.objects.filter(pk__in=[report.pk for report in made]).update(set_at=moment)
        if is_new:
            Fact.objects.filter(pk=fact.pk).update(created_at=moment)
    return Accepted(current, fact, made, left)


def reword(proposal: Proposal, statement: str, *, version: int, reviewer: User) -> Proposal:
    """Keep other words for the statement. Raises FactRefused if empty or too long."""
    statement = checked(statement)
    with transaction.atomic():
        current = _locked(proposal, version)
        if current.statement != statement:
            current.statement, current.made_by = statement, reviewer
            current.version += 1
            current.save(update_fields=["statement", "made_by", "version"])
        return current


def dismiss(proposal: Proposal, *, version: int, reviewer: User) -> Proposal:
    """Say that these sentences report no common fact; the group is not proposed again."""
    with transaction.atomic():
        current = _locked(proposal, version)
        _settle([current], State.DISMISSED, reviewer)
        return current


def restore(proposal: Proposal, *, version: int) -> Proposal:
    """Open a dismissed proposal again, or an accepted one whose fact was withdrawn."""
    with transaction.atomic():
        current = _locked(proposal, version, states=(State.DISMISSED, State.ACCEPTED))
        if current.fact_id is not None:
            raise ProposalRefused("Its fact stands. Withdraw the fact, or undo the acceptance.")
        _reopen([current])
        return current


def split(
    proposal: Proposal, *, statement: str, spans: Collection[int], version: int, reviewer: User
) -> list[Proposal]:
    """Part the sentences `spans` from the others; return the proposals of both, theirs first.

    They keep the statement; the others get one of their own.
    """
    with transaction.atomic():
        current = _locked(proposal, version)
        kept = _chosen(current, spans)
        every = current.spans.select_related("revision__article")
        rest = [span for span in every if span not in kept]
        if not rest:
            raise ProposalRefused("Untick the sentences that are to be a proposal of their own.")
        _settle([current], State.SPLIT, reviewer)
        return [
            _made([current], kept, reviewer, checked(statement)),
            _made([current], rest, reviewer),
        ]


def remove(
    proposal: Proposal, *, statement: str, spans: Collection[int], version: int, reviewer: User
) -> Proposal:
    """Keep the sentences `spans` only; return the proposal of these."""
    with transaction.atomic():
        current = _locked(proposal, version)
        kept = _chosen(current, spans)
        if len(kept) == current.spans.count():
            raise ProposalRefused("Untick the sentences that are to be removed.")
        _settle([current], State.SPLIT, reviewer)
        return _made([current], kept, reviewer, checked(statement))


def merge(
    proposal: Proposal,
    others: Collection[int],
    *,
    statement: str,
    version: int,
    reviewer: User,
) -> Proposal:
    """Make one of the proposal and `others` (keys of open ones of its story)."""
    with transaction.atomic():
        rows = _open(proposal).filter(pk__in=[proposal.pk, *others]).order_by("pk")
        merged = list(rows.select_for_update(of=("self",)))
        current = next((row for row in merged if row.pk == proposal.pk), None)
        if current is None or current.version != version:
            raise _conflict(proposal)
        if len(merged) < 2:
            raise ProposalRefused("Choose at least one other proposal to merge with.")
        if len(merged) < len({proposal.pk, *others}):
            raise ProposalConflict("One of them was settled meanwhile. Reload and choose again.")
        _settle(merged, State.MERGED, reviewer)
        spans = list(
            ProposedSpan.objects.filter(proposal__in=merged).select_related("revision__article")
        )
        return _made(merged, spans, reviewer, checked(statement))


def undo(study: Study, story: Story, *, actor: User) -> Undone:
    """Take back the actor's last step in the story: what stood before it is open again.

    Raises ProposalRefused if there is none, and ProposalConflict if what came of it is not as the
    step left it: somebody's work would be lost.
    """
    with transaction.atomic():
        step = list(last_step(study, story, actor).select_for_update(of=("self",)))
        if not step:
            raise ProposalRefused("There is nothing to undo in this story.")
        state = State(step[0].state)
        if state == State.ACCEPTED:
            _take_back(step[0])
        elif state in (State.SPLIT, State.MERGED):
            _unmake(step, actor)
        _reopen(step)
    return Undone(state.value, step)


def checked(statement: str) -> str:
    """Return the statement in one line. Raises FactRefused if it is empty or too long."""
    statement = " ".join(statement.split())
    if not statement:
        raise FactRefused("State the fact in a sentence.")
    if len(statement) > STATEMENT_LIMIT:
        raise FactRefused(
            f"The statement has {len(statement)} characters; {STATEMENT_LIMIT} is the limit."
        )
    return statement


def _open(proposal: Proposal) -> QuerySet[Proposal]:
    """Return the open proposals of the same story and study."""
    return Proposal.objects.filter(
        study=proposal.study_id, story=proposal.story_id, state=State.OPEN
    )


def _locked(
    proposal: Proposal, version: int, states: Collection[State] = (State.OPEN,)
) -> Proposal:
    """Return the proposal, locked, if it is as it was seen."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("study", "story", "fact")
    current = rows.filter(pk=proposal.pk).first()
    if current is None or current.version != version or current.state not in states:
        raise _conflict(proposal)
    return current


def _conflict(proposal: Proposal) -> ProposalConflict:
    """Return the refusal that says what became of a proposal since it was seen."""
    row = Proposal.objects.select_related("settled_by").filter(pk=proposal.pk).first()
    if row is None:
        return ProposalConflict("The texts changed and the proposals were made anew. Reload.")
    if row.state == State.OPEN:
        return ProposalConflict(
            "Somebody changed this proposal since you opened it. Look at it again."
        )
    return ProposalConflict(
        f"{row.settled_by} settled this proposal since you opened it: {row.state}."
    )


def _chosen(current: Proposal, spans: Collection[int]) -> list[ProposedSpan]:
    chosen = list(current.spans.filter(pk__in=spans).select_related("revision__article"))
    if not chosen:
        raise ProposalRefused("Tick at least one sentence.")
    return chosen


def _report(
    fact: Fact, spans: Iterable[ProposedSpan], partial: Collection[int], reviewer: User
) -> tuple[list[Report], list[Report]]:
    """Set the unchecked cells of the sentences' articles; return these, and those set already."""
    # The fact's row is what holds all of its cells.
    Fact.objects.select_for_update().get(pk=fact.pk)
    standing = {report.article_id: report for report in fact.reports.select_related("article")}
    by_article: dict[Article, list[ProposedSpan]] = defaultdict(list)
    for span in spans:
        by_article[span.revision.article].append(span)
    made, left = [], []
    for article, members in by_article.items():
        if article.pk in standing:
            left.append(standing[article.pk])
            continue
        report = set_report(
            fact,
            article,
            status=ReportStatus.PARTIAL if article.pk in partial else ReportStatus.REPORTED,
            quotes=[
                QuotedSpan(span.start, span.end, _words(span), revision=span.revision_id)
                for span in members
            ],
            version=None,
            reviewer=reviewer,
        )
        if report:
            made.append(report)
        newest = article.revisions.order_by("-number")[0]
        if newest.pk not in {span.revision_id for span in members}:
            revised(newest)  # words of an older text: have them followed to the newest
    return made, left


def _words(span: ProposedSpan) -> str:
    return span.revision.text[span.start : span.end]


def _settle(proposals: Sequence[Proposal], state: State, reviewer: User) -> None:
    moment = timezone.now()
    for row in proposals:
        row.state, row.settled_by, row.settled_at = state, reviewer, moment
        row.version += 1
        row.save(
            update_fields=["state", "settled_by", "settled_at", "version", "fact", "statement"]
        )


def _reopen(proposals: Iterable[Proposal]) -> None:
    for row in proposals:
        row.state, row.settled_by, row.settled_at, row.fact = State.OPEN, None, None, None
        row.version += 1
        row.save(update_fields=["state", "settled_by", "settled_at", "version", "fact"])


def _made(
    origins: Sequence[Proposal],
    spans: Iterable[ProposedSpan],
    reviewer: User,
    statement: str = "",
) -> Proposal:
    """Store what a person made of the proposals; a sentence that several of them hold once."""
    # Here, so that pages that group nothing need not wait for numpy.
    from annotations.finding.grouping import Sentence, statement_of, weight_of

    places = {(span.revision_id, span.start, span.end): span for span in spans}
    sentences = []
    for span in places.values():
        article, words = span.revision.article, _words(span)
        quoted = is_quoted(words, article.language)
        sentences.append(Sentence(article.pk, article.outlet_id, words, quoted))
    made = Proposal.objects.create(
        study_id=origins[0].study_id,
        story_id=origins[0].story_id,
        statement=statement or statement_of([sentence.text for sentence in sentences]),
        weight=weight_of(sentences),
        made_by=reviewer,
    )
    ProposedSpan.objects.bulk_create(
        ProposedSpan(proposal=made, revision_id=revision, start=start, end=end)
        for revision, start, end in sorted(places)
    )
    made.origins.set(origins)
    return made


def _take_back(current: Proposal) -> None:
    """Make the cells unchecked that the acceptance set, and withdraw the fact if it stated it."""
    fact = Fact.objects.select_for_update().filter(proposals=current).first()
    if fact is None:
        return  # it was withdrawn meanwhile, and its cells with it
    bear_the_moment = Q(set_at=current.settled_at, set_by=current.settled_by_id)
    if fact.created_at != current.settled_at:
        fact.reports.filter(bear_the_moment).delete()
        return
    others = fact.reports.exclude(bear_the_moment)
    if fact.version != 1 or others.exists() or fact.proposals.exclude(pk=current.pk).exists():
        raise ProposalConflict(
            "The fact was worked on since then, so undo would lose that. "
            "Withdraw it on its own page if nothing of it is wanted."
        )
    fact.delete()


def _unmake(origins: Sequence[Proposal], actor: User) -> None:
    """Delete what a split or a merger made of the proposals."""
    made = (
        Proposal.objects.filter(origins__in=[row.pk for row in origins]).order_by("pk").distinct()
    )
    rows = list(Proposal.objects.filter(pk__in=made).select_for_update().order_by("pk"))
    if any(row.state != State.OPEN or row.made_by_id != actor.pk for row in rows):
        raise ProposalConflict("Somebody went on with what came of it. Undo or restore that first.")
    Proposal.objects.filter(pk__in=[row.pk for row in rows]).delete()
