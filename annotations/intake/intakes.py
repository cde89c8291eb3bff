"""A file of annotations on its way in: looked at, decided on, imported, and taken back as one."""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from annotations.export.columns import UNSAFE
from annotations.intake.decisions import Decisions, Outcome
from annotations.intake.importing import import_records
from annotations.interchange.formats import FORMATS, recognise
from annotations.interchange.records import Record, Reject, Unreadable
from annotations.models import Change, Intake, Study
from sources.details import tidy
from sources.models import Way
from sources.normalising import normalise

MOST_REJECTS = 10_000  # that are kept with an intake; all are counted
MOST_NAMES = 200  # of codes, annotators and articles that nobody knows; the commonest
AT_ONCE = 3_000  # records that a request imports itself: about a second
NOTE_EVERY = 1.0  # seconds between two notes of how far it is
LONGEST_SAID = 500

State = Intake.State


class IntakeRefused(ValueError):
    """The intake cannot take this step; the message says why."""


@dataclass(slots=True)
class Rejects:
    """Collects what is rejected, as CSV that a spreadsheet may open."""

    count: int = 0
    _file: io.StringIO = field(default_factory=io.StringIO)

    def add(self, reject: Reject) -> None:
        if self.count < MOST_REJECTS:
            csv.writer(self._file).writerow(reject_row(reject))
        self.count += 1

    @property
    def text(self) -> str:
        head = ",".join(REJECT_COLUMNS) + "\r\n"
        return head + self._file.getvalue() if self.count else ""


REJECT_COLUMNS = ("place", "reason", "row")


def reject_row(reject: Reject) -> list[str]:
    """Return a reject as cells that no spreadsheet runs and every database holds."""
    cells = (normalise(cell) for cell in (reject.place, reject.reason, reject.row))
    return [f"'{cell}" if re.match(UNSAFE, cell) else cell for cell in cells]


def first_rejects(intake: Intake, most: int = 10) -> list[Reject]:
    """Return the first of what was rejected."""
    rows = csv.reader(io.StringIO(intake.rejects, newline=""))
    return [Reject(*row) for row in islice(rows, 1, 1 + most)]


def take_in(study: Study, file: BinaryIO, *, filename: str, made_by: User) -> Intake:
    """Keep a file, and see what it would bring. Raises Unreadable, and then nothing is kept."""
    kind = recognise(file, filename)
    if kind.read is None:
        raise Unreadable(f"We write {kind.title}, but do not read it.")
    file.seek(0)
    intake = Intake(
        study=study,
        filename=tidy(filename)[-255:],
        format=kind.key,
        data=file.read(),
        made_by=made_by,
    )
    intake.decisions = Decisions().stored()
    _look(intake)
    intake.save(force_insert=True)
    return intake


def decide(intake: Intake, decisions: Decisions) -> Intake:
    """Note what the file's names stand for, and see what it would bring now. Raises IntakeRefused.

    A file that was imported and taken back begins anew.
    """
    if intake.state not in (State.LOOKED_AT, State.UNDONE) or not intake.data:
        raise IntakeRefused("This file is imported already.")
    intake.decisions = decisions.stored()
    _look(intake)
    intake.save(update_fields=["decisions", "found", "rejects", "total", "state", "done", "said"])
    return intake


def start(intake: Intake, *, now: bool = False) -> Intake:
    """Import the file: at once if it is small or `now`, else by a worker. Raises IntakeRefused.

    One that was broken off goes on.
    """
    # The task calls `carry_out`: imported here, since the two modules need each other.
    from annotations.tasks import import_later

    with transaction.atomic():
        current = Intake.objects.select_for_update().defer("data").get(pk=intake.pk)
        if current.state == State.DONE:
            raise IntakeRefused("This file is imported already.")
        current.state = State.RUNNING
        current.said = ""
        current.save(update_fields=["state", "said"])
        if not now and current.total > AT_ONCE:
            import_later(intake.pk)
            return current
    return carry_out(Intake.objects.select_related("study", "made_by").get(pk=intake.pk))


def carry_out(intake: Intake) -> Intake:
    """Import the file of an intake. Twice, or after it was broken off, is as good as once."""
    if intake.state != State.RUNNING:
        return intake
    decisions = Decisions.of(intake.decisions)
    rejects = Rejects()
    try:
        with running(intake) as progress:
            outcome = import_records(
                records_of(intake),
                study=intake.study,
                made_by=intake.made_by,
                decisions=decisions,
                id=intake.pk,
                way=Way.UPLOAD,
                progress=progress,
                reject=rejects.add,
            )
            finish(intake, outcome, rejects)
    except Unreadable:
        pass  # the intake says why
    return intake


@contextmanager
def running(intake: Intake) -> Iterator[Callable[[Outcome], None]]:
    """Note how far an import is, and what broke it off. What is imported by then stays."""
    noted = time.monotonic()

    def note(outcome: Outcome) -> None:
        nonlocal noted
        if time.monotonic() - noted >= NOTE_EVERY:
            noted = time.monotonic()
            Intake.objects.filter(pk=intake.pk).update(done=outcome.read)

    try:
        yield note
    except Unreadable as error:
        _fail(intake, str(error))
        raise
    except KeyboardInterrupt:
        _fail(intake, "It was broken off. Import the file again to go on.")
        raise


def begin(
    study: Study, *, filename: str, format: str, decisions: Decisions, made_by: User
) -> Intake:
    """Note that a file is imported which is not kept, such as one of gigabytes."""
    return Intake.objects.create(
        study=study,
        filename=tidy(filename)[-255:],
        format=format,
        data=b"",
        decisions=decisions.stored(),
        state=State.RUNNING,
        made_by=made_by,
    )


def finish(intake: Intake, outcome: Outcome, rejects: Rejects) -> None:
    """Note what became of a file. What an earlier run of it had imported counts as imported."""
    steps = Change.objects.filter(actor=intake.made_by, batch=intake.pk, undone_at=None)
    earlier = max(0, min(steps.count() - outcome.imported, outcome.already_there))
    outcome = replace(
        outcome,
        imported=outcome.imported + earlier,
        already_there=outcome.already_there - earlier,
    )
    intake.found, intake.rejects = _found(outcome), rejects.text
    intake.state, intake.done, intake.total = State.DONE, outcome.read, outcome.read
    intake.finished_at = Now()
    intake.save(update_fields=["found", "rejects", "state", "done", "total", "finished_at", "said"])
    intake.refresh_from_db(fields=["finished_at"])


def undo_intake(intake: Intake, *, actor: User) -> int:
    """Take the annotations of an import off the texts; return how many. Twice is once.

    Those that somebody changed, ruled on or removed since, and those of parts that are done, stay
    as they are. So do articles and reviewers that the import made.
    """
    with transaction.atomic():
        current = Intake.objects.select_for_update().defer("data").get(pk=intake.pk)
        # One that runs may have been killed; if it was not, it goes on with what is left.
        if current.state not in (State.DONE, State.FAILED, State.RUNNING):
            raise IntakeRefused("There is nothing to take back: the file is not imported.")
        given: dict[str, Any] = {
            "actor": current.made_by_id,
            "batch": current.pk,
            "study": current.study_id,
        }
        with connection.cursor() as cursor:
            cursor.execute(TAKE_BACK, given)
            count: int = cursor.fetchone()[0]
        steps = Change.objects.filter(actor=current.made_by_id, batch=current.pk, undone_at=None)
        left = steps.count()
        current.state = State.UNDONE
        current.said = f"Taken back by {actor}."
        if left:
            current.said += (
                f" {left:,} stay, which were changed or ruled on since, or are of parts that "
                "are done."
            )
        current.save(update_fields=["state", "said"])
    return count


def discard(intake: Intake) -> None:
    """Forget a file that was looked at and not imported. Raises IntakeRefused."""
    deleted, _ = Intake.objects.filter(pk=intake.pk, state=State.LOOKED_AT).delete()
    if not deleted and Intake.objects.filter(pk=intake.pk).exists():
        raise IntakeRefused("This file is imported already; it can be taken back.")


# One statement for however many: through the ORM it would be two for each. As `undo` of the desk.
TAKE_BACK = """
WITH step AS (
    SELECT change.id, change.annotation_id, change.before
    FROM annotations_change change
    JOIN annotations_annotation tag ON tag.id = change.annotation_id
    JOIN annotations_span span ON span.id = tag.span_id
    JOIN sources_revision revision ON revision.id = span.revision_id
    JOIN sources_article article ON article.id = revision.article_id
    WHERE change.actor_id = %(actor)s AND change.batch = %(batch)s::uuid
        AND change.undone_at IS NULL AND tag.version = change.number
        AND tag.study_id = %(study)s AND tag.removed_at IS NULL AND tag.status = 'pending'
        AND NOT EXISTS (
            SELECT FROM annotations_assignment part
            WHERE part.study_id = tag.study_id AND part.story_id = article.story_id
                AND part.coder_id = tag.annotator_id
                AND part.state NOT IN ('in progress', 'reopened'))
    ORDER BY tag.id FOR UPDATE OF tag
), tag AS (
    UPDATE annotations_annotation tag
    SET version = step.before, removed_at = now(), updated_at = now()
    FROM step WHERE tag.id = step.annotation_id
    RETURNING step.id
), undone AS (
    UPDATE annotations_change SET undone_at = clock_timestamp()
    WHERE id IN (SELECT id FROM tag)
    RETURNING id
)
SELECT count(*) FROM undone
"""


def records_of(intake: Intake) -> Iterator[Record]:
    """Yield the records of the file that an intake keeps. Raises Unreadable."""
    read = FORMATS[intake.format].read
    if read is None:
        raise Unreadable(f"We do not read {FORMATS[intake.format].title}.")
    yield from read(io.BytesIO(bytes(intake.data)))


def _look(intake: Intake) -> None:
    """See what the file would bring. Raises Unreadable."""
    rejects = Rejects()
    outcome = import_records(
        records_of(intake),
        study=intake.study,
        made_by=intake.made_by,
        decisions=Decisions.of(intake.decisions),
        dry_run=True,
        reject=rejects.add,
    )
    if not outcome.read:
        raise Unreadable("There is nothing in the file: neither annotations nor articles.")
    intake.found, intake.rejects, intake.total = _found(outcome), rejects.text, outcome.read
    intake.state, intake.done, intake.said = State.LOOKED_AT, 0, ""


def _found(outcome: Outcome) -> dict[str, object]:
    """Return the numbers for the database, with the commonest of unknown names."""
    stored = outcome.stored()
    for name in ("unknown_codes", "unknown_annotators", "unknown_articles"):
        stored[name] = dict(getattr(outcome, name).most_common(MOST_NAMES))
    return stored


def _fail(intake: Intake, said: str) -> None:
    intake.state, intake.said = State.FAILED, tidy(said)[:LONGEST_SAID]
    intake.finished_at = Now()
    intake.save(update_fields=["state", "said", "finished_at"])
    intake.refresh_from_db(fields=["finished_at"])
