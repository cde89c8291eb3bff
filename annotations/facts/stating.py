"""Stating facts, and setting how each article reports them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from annotations.models import (
    Fact,
    Membership,
    Report,
    ReportStatus,
    Role,
    Span,
    Stance,
    Study,
)
from annotations.tags.tagging import keep_span
from annotations.texts.anchoring import quote_at, shortened
from sources.models import Article, Revision, Story

STATEMENT_LIMIT = 500  # characters
QUOTED = (ReportStatus.REPORTED, ReportStatus.PARTIAL)  # the two that stand on the outlet's words


class FactRefused(ValueError):
    """The fact cannot stand as worded; the message says what to do."""


class FactConflict(FactRefused):
    """Somebody reworded the fact since it was opened. `current` is what stands now."""

    def __init__(self, current: Fact) -> None:
        super().__init__(
            "Somebody reworded this fact since you opened it. Your wording is kept in the form: "
            "compare it with what stands now and save again."
        )
        self.current = current


class ReportRefused(ValueError):
    """The cell cannot be set as asked; the message says what to do."""


class ReportConflict(ReportRefused):
    """Somebody set the cell since it was opened. `current` stands now; None is unchecked."""

    def __init__(self, current: Report | None) -> None:
        super().__init__(
            "Somebody set this cell since you opened it. What you entered is kept in the form: "
            "compare it with what stands now and save again."
        )
        self.current = current


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """The words at [start, end) of a revision that report a fact; None is the article's newest.

    Words quoted from an older revision stay there when the cell is set again.
    """

    start: int
    end: int
    exact: str
    stance: str = Stance.ASSERTED
    speaker: str = ""
    revision: int | None = None


def state_fact(
    study: Study,
    story: Story,
    statement: str,
    *,
    happened_on: date | None = None,
    author: User,
) -> Fact:
    """Return the fact of that statement, put last in the story if nobody stated it before.

    One that was stated before keeps its day, if it has one. Raises FactRefused if the statement
    is empty or longer than 500 characters.
    """
    statement = _checked_statement(statement)
    last = Fact.objects.filter(study=study, story=story).aggregate(last=Max("position"))["last"]
    fact, is_new = Fact.objects.get_or_create(
        study=study,
        story=story,
        statement=statement,
        defaults={
            "position": 0 if last is None else last + 1,
            "happened_on": happened_on,
            "created_by": author,
        },
    )
    if happened_on and not is_new and fact.happened_on is None:
        return edit_fact(fact, statement, happened_on=happened_on, version=fact.version)
    return fact


def state_quoted_fact(
    study: Study,
    statement: str,
    *,
    revision: Revision,
    quote: QuotedSpan,
    happened_on: date | None = None,
    author: User,
) -> Fact:
    """State a fact that `quote`, of `revision`, reports: its cell is reported in those words.

    Twice is once. Raises as `state_fact` and `set_report` do, ReportConflict if
    the fact was stated before and the cell holds something else; nothing is
    written then.
    """
    article = revision.article
    with transaction.atomic():
        fact = state_fact(study, article.story, statement, happened_on=happened_on, author=author)
        set_report(
            fact,
            article,
            status=ReportStatus.REPORTED,
            quotes=[replace(quote, revision=revision.pk)],
            version=None,
            reviewer=author,
        )
    return fact


def edit_fact(fact: Fact, statement: str, *, happened_on: date | None = None, version: int) -> Fact:
    """Reword the fact and date it, None for an unknown day; its cells stay as they are.

    `version` is the one the editor saw: raises FactConflict if another stands
    now, and FactRefused as `state_fact` does or if another fact says the same.
    """
    statement = _checked_statement(statement)
    with transaction.atomic():
        current = Fact.objects.select_for_update().filter(pk=fact.pk).first()
        if current is None:
            raise FactRefused("This fact was withdrawn meanwhile.")
        if (current.statement, current.happened_on) == (statement, happened_on):
            return current
        if current.version != version:
            raise FactConflict(current)
        others = Fact.objects.filter(study=fact.study_id, story=fact.story_id, statement=statement)
        if others.exclude(pk=fact.pk).exists():
            raise FactRefused("Another fact of this story already says the same.")
        current.statement, current.happened_on = statement, happened_on
        current.version += 1
        current.updated_at = timezone.now()
        current.save(update_fields=["statement", "happened_on", "version", "updated_at"])
        return current


def may_withdraw(fact: Fact, user: User) -> bool:
    """Return whether `user` moderates the study, or stated the fact and nobody else set a cell."""
    if user.is_superuser:
        return True
    if fact.created_by_id == user.pk and not fact.reports.exclude(set_by=user.pk).exists():
        return True
    moderators = Membership.objects.filter(study=fact.study_id, role__gte=Role.MODERATOR)
    return moderators.filter(user=user.pk).exists()


def withdraw_fact(fact: Fact, *, editor: User) -> None:
    """Delete the fact with its cells. Raises PermissionDenied unless `may_withdraw`."""
    with transaction.atomic():
        current = Fact.objects.select_for_update().filter(pk=fact.pk).first()
        if current is None:
            return
        if not may_withdraw(current, editor):
            raise PermissionDenied("Others have set cells of this fact; ask a moderator.")
        current.delete()


def move_fact(fact: Fact, *, position: int) -> None:
    """Put the fact at `position`, from 0, among the facts of its story.

    A position beyond the ends is the first or the last. The same move twice is one.
    """
    with transaction.atomic():
        siblings = Fact.objects.select_for_update().filter(study=fact.study_id, story=fact.story_id)
        order = [sibling for sibling in siblings if sibling.pk != fact.pk]
        order.insert(max(0, min(position, len(order))), fact)
        for number, sibling in enumerate(order):
            sibling.position = number
        Fact.objects.bulk_update(order, ["position"])


def set_report(
    fact: Fact,
    article: Article,
    *,
    status: str,
    quotes: Iterable[QuotedSpan] = (),
    note: str = "",
    version: int | None,
    reviewer: User,
) -> Report | None:
    """Set the cell of `fact` and `article`; an empty status makes it unchecked again (None).

    `version` is the one the reviewer saw, None if the cell was unchecked then:
    raises ReportConflict if another stands now. Raises ReportRefused if status
    and quotes do not go together, AnchorError if the words are not in their
    revision. What changes nothing writes nothing.
    """
    newest = article.revisions.defer("text").first()
    if newest is None:
        raise ReportRefused("This article has no text yet.")
    placed = (replace(quote, revision=quote.revision or newest.pk) for quote in quotes)
    cell = _Cell(status, note.strip(), frozenset(placed))
    _check_cell(fact, article, cell)
    with transaction.atomic():
        # The fact's row is the lock: a cell that is unchecked has no row to hold.
        if not Fact.objects.select_for_update().filter(pk=fact.pk).exists():
            raise ReportRefused("This fact was withdrawn. Reload the page.")
        current = Report.objects.filter(fact=fact, article=article).first()
        if (current is None and not status) or (current and _stands(current) == cell):
            return current
        if version != (current.version if current else None):
            raise ReportConflict(current)
        if current and not status:
            current.delete()
            return None
        return _keep(current or Report(fact=fact, article=article), cell, reviewer)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell holds, or is to hold."""

    status: str
    note: str
    quotes: frozenset[QuotedSpan]


def _check_cell(fact: Fact, article: Article, cell: _Cell) -> None:
    """Raise ReportRefused for what a cell cannot hold."""
    if article.story_id != fact.story_id:
        raise ReportRefused("This article belongs to another story than the fact.")
    if cell.status and cell.status not in ReportStatus.values:
        known = ", ".join(ReportStatus.values)
        raise ReportRefused(f"“{cell.status}” is not a status. Use one of {known}.")
    if cell.status in QUOTED and not cell.quotes:
        raise ReportRefused("Select the words in which the article reports it.")
    if cell.quotes and cell.status not in QUOTED:
        said = ReportStatus(cell.status).label if cell.status else "unchecked"
        raise ReportRefused(
            f"A cell that is “{said}” has no words. Remove them, or choose “reported” or “partial”."
        )
    places = {(quote.revision, quote.start, quote.end) for quote in cell.quotes}
    if len(places) < len(cell.quotes):
        raise ReportRefused("The same words are given twice. Remove one of the two.")
    for quote in cell.quotes:
        _check_authority(quote)


def _check_authority(quote: QuotedSpan) -> None:
    """Raise ReportRefused unless stance and speaker go together."""
    words = shortened(quote.exact)
    if quote.stance not in Stance.values:
        known = ", ".join(Stance.values)
        raise ReportRefused(f"“{quote.stance}” is not a stance. Use one of {known}.")
    if quote.stance == Stance.ATTRIBUTED and not quote.speaker:
        raise ReportRefused(
            f"Say whom the article attributes “{words}” to; write “unnamed” if it does not say."
        )
    if quote.stance == Stance.ASSERTED and quote.speaker:
        raise ReportRefused(
            f"“{words}” has a speaker, so it is not the outlet's own assertion. "
            "Choose attributed, disputed or denied, or remove the speaker."
        )


def _checked_statement(statement: str) -> str:
    statement = " ".join(statement.split())
    if not statement:
        raise FactRefused("State the fact in a sentence.")
    if len(statement) > STATEMENT_LIMIT:
        raise FactRefused(
            f"The statement has {len(statement)} characters; {STATEMENT_LIMIT} is the limit. "
            "Split it into two facts."
        )
    return statement


def _stands(report: Report) -> _Cell:
    """Return what the cell holds."""
    quotes = (
        QuotedSpan(
            kept.span.start,
            kept.span.end,
            kept.span.exact,
            kept.stance,
            kept.speaker,
            kept.span.revision_id,
        )
        for kept in report.quotes.select_related("span")
    )
    return _Cell(report.status, report.note, frozenset(quotes))


def _keep(report: Report, cell: _Cell, reviewer: User) -> Report:
    """Store the cell with its words; raises AnchorError if they are not there."""
    spans = _spans(report.article, cell.quotes)
    report.status, report.note = cell.status, cell.note
    report.version = report.version + 1 if report.pk else 1
    report.set_by, report.set_at = reviewer, timezone.now()
    report.save()
    report.quotes.all().delete()
    for span, quote in spans:
        report.quotes.create(span=span, stance=quote.stance, speaker=quote.speaker)
    return report


def _spans(article: Article, quotes: Iterable[QuotedSpan]) -> list[tuple[Span, QuotedSpan]]:
    """Return each quote with its span, in reading order; raises AnchorError if one is not there."""
    revisions = article.revisions.in_bulk({quote.revision for quote in quotes})
    spans = []
    for quote in sorted(quotes, key=lambda quote: (quote.revision, quote.start, quote.end)):
        if quote.revision not in revisions:
            raise ReportRefused("These words are of another article.")
        revision = revisions[quote.revision]
        place = quote_at(revision.text, quote.start, quote.end, quote.exact)
        spans.append((keep_span(revision, place), quote))
    return spans
