"""Preparing files for a person: having a worker make them, and removing them."""

import logging
import tempfile
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.export.choosing import Choice, told_to
from annotations.export.documents import export_as
from annotations.export.exporting import ExportMismatch
from annotations.export.keeping import Note, keep, one_moment
from annotations.export.prepared import (
    basis_of,
    choice_of,
    is_open,
    kept,
    outdated,
    stories_told,
)
from annotations.export.releases import CHUNK_BYTES
from annotations.interchange.formats import TABLES
from annotations.models import Membership, PreparedExport, Role, Study
from annotations.tasks import export_later
from annotations.team.blinding import sight_of
from annotations.team.veiling import veil_of

MOST_KEPT = 10  # files of one person in one study
# What makes two files the same but for when they were made.
CHOSEN = ("study_id", "made_by_id", "format", "story_id", "status", "layer")
MOST_STARTS = 3  # by workers that were stopped in the middle
OURS = "An error of Parallax stopped this. Its log says more; prepare the file again."
STOPPED = "The worker was stopped in the middle of this several times, as when memory runs out."
SHUT = (
    "You may not have this file any more: you have left the study, or it hides the outlets from "
    "you now. Ask an owner of the study."
)

logger = logging.getLogger(__name__)


class PreparingRefused(Exception):
    """The file is not made; the message says what to do first."""


class _NotWanted(Exception):
    """Whoever asked has removed the file while it was made."""


class _Shut(Exception):
    """Whoever asked has no right to the file any more."""


def order_export(
    study: Study, key: str, choice: Choice, *, made_by: User, now: bool = False
) -> PreparedExport:
    """Have a worker make a file in the format `key` for the person whose eyes `study` has.

    One that is under way for the same choice is returned instead. `now` makes it here. Raises
    PreparingRefused if they have too many files.
    """
    same: dict[str, Any] = {"study": study, "made_by": made_by, "format": key}
    same |= {"story_id": choice.story, "status": choice.status, "layer": choice.layer}
    outdated().delete()
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # of two orders at once, one makes it
        unfinished = PreparedExport.objects.filter(**same, finished_at=None)
        prepared = next((row for row in unfinished if not row.failed_at and is_open(row)), None)
        if prepared is None:
            unfinished.delete()
            if kept().filter(study=study, made_by=made_by).count() >= MOST_KEPT:
                raise PreparingRefused(
                    f"You have {MOST_KEPT} prepared files of this study. Remove one first."
                )
            total = choice.annotations(study).order_by().count()
            prepared = PreparedExport.objects.create(**same, total=total)
            if not now:
                export_later(prepared.pk)
    if now:
        make_export(prepared)
    return prepared


def carry_out(prepared_id: int, starts: int) -> None:
    """Make a file, unless it was removed meanwhile; not for ever anew if its workers are killed."""
    prepared = PreparedExport.objects.filter(pk=prepared_id).first()
    if prepared is None:
        return
    if starts >= MOST_STARTS:
        _fail(prepared, STOPPED)
    else:
        make_export(prepared)


def make_export(prepared: PreparedExport) -> None:
    """Write the file and store it in pieces; one that is finished or removed is left as it is.

    What goes wrong is said in the row; only errors of ours are raised too.
    """
    begun = {"started_at": timezone.now(), "failed_at": None, "done": 0, "said": ""}
    unfinished = PreparedExport.objects.filter(pk=prepared.pk, finished_at=None)
    if not unfinished.update(**begun):
        return
    try:
        with tempfile.TemporaryFile() as file:
            _write(prepared, file)
            _store(prepared, file)
    except _NotWanted:
        return
    except _Shut:
        _fail(prepared, SHUT)
    except ExportMismatch as mismatch:
        _fail(prepared, f"{mismatch} Have your administrator restore that text from a backup.")
    except ModuleNotFoundError as missing:
        why = f"{missing.name} is not installed where the worker runs. Have your administrator"
        _fail(prepared, f"{why} install it; then prepare the file again.")
    except OSError as error:
        why = f"The file could not be written: {error.strerror or error}. Have your administrator"
        _fail(prepared, f"{why} see to it; then prepare the file again.")
        raise
    except Exception:  # whatever it is, the page says so; then the worker has it
        _fail(prepared, OURS)
        logger.exception("Prepared export %s failed", prepared.pk)
        raise


def remove_export(prepared: PreparedExport) -> None:
    """Remove a file; whoever makes it stops."""
    prepared.delete()


def forget_outdated() -> int:
    """Remove the files that are too old, and return how many."""
    _, removed = outdated().delete()
    return removed.get("annotations.PreparedExport", 0)


def _write(prepared: PreparedExport, file: BinaryIO) -> None:
    """Write the file as its person sees the study at this moment, and note what that was."""
    with one_moment():
        study, role = _seen_by(prepared)
        choice, told = choice_of(prepared), told_to(study, role)
        annotations = choice.annotations(study)
        prepared.told = stories_told(study, choice)
        prepared.gold_in = told["gold_in"] if prepared.format in TABLES else []
        prepared.basis = basis_of(study, role, choice, prepared.format)
        prepared.total = annotations.order_by().count()
        note = Note(prepared)

        def progress(tags: int) -> None:
            note(tags)
            if not note.is_wanted:
                raise _NotWanted

        try:
            export_as(prepared.format, study, annotations, file, **told, progress=progress)
        finally:
            note.close()


def _seen_by(prepared: PreparedExport) -> tuple[Study, Role]:
    """Return the study with the eyes of the file's person, and their role, as they are now.

    Raises _Shut.
    """
    study = Study.objects.select_related("codebook").get(pk=prepared.study_id)
    person = User.objects.get(pk=prepared.made_by_id)
    found = Membership.objects.filter(study=study, user=person).values_list("role", flat=True)
    role = Role.OWNER if person.is_superuser else found.first()
    if role is None or not person.is_active:
        raise _Shut
    role = Role(role)
    study.sight, study.veil = sight_of(study, person, role), veil_of(study, person, role)
    if study.veil:
        raise _Shut
    return study, role


def _store(prepared: PreparedExport, file: BinaryIO) -> None:
    """Keep the file and mark it as finished, all at once; older ones of the same are removed."""
    with transaction.atomic():
        rows = PreparedExport.objects
        there = rows.select_for_update().filter(pk=prepared.pk).first()
        if there is None or there.finished_at:
            return  # it was removed meanwhile, or somebody else was quicker
        prepared.size, _ = keep(file, prepared.chunks, CHUNK_BYTES)
        prepared.done, prepared.said, prepared.failed_at = prepared.total, "", None
        prepared.started_at, prepared.finished_at = there.started_at, timezone.now()
        prepared.save()
        same = {name: getattr(prepared, name) for name in CHOSEN}
        rows.filter(**same, pk__lt=prepared.pk).delete()


def _fail(prepared: PreparedExport, why: str) -> None:
    """Say in the row, if it is still there, why the file could not be made."""
    rows = PreparedExport.objects.filter(pk=prepared.pk)
    rows.update(failed_at=timezone.now(), said=why[:500])
