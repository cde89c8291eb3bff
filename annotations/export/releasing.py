"""Making releases, at once or by a worker, and keeping their files in the database in pieces."""

import logging
import tempfile
from typing import BinaryIO

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.export.exporting import ExportMismatch
from annotations.export.keeping import Note, keep
from annotations.export.release_files import rows_to_write, write_release
from annotations.export.releases import CHUNK_BYTES, is_open
from annotations.measuring.agreement_runs import QUICK, SMALL, basis_of
from annotations.models import Release, Study
from annotations.tasks import release_later, workers_alive
from sources.models import Revision

MOST_STARTS = 3  # by workers that were stopped in the middle
OURS = "An error of Parallax stopped this. Its log says more; make the release again."
STOPPED = "The worker was stopped in the middle of this several times, as when memory runs out."

logger = logging.getLogger(__name__)


def order_release(study: Study, *, pseudonyms: bool, made_by: User, now: bool = False) -> Release:
    """Make a release of the study, or have a worker make it if that takes too long.

    One that is under way and would hold the same is returned instead. `now` makes it here in any
    case, and without a worker so are releases of some size.
    """
    same = {"study": study, "pseudonyms": pseudonyms, "with_texts": study.texts_released}
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # of two orders at once, one makes it
        release = Release.objects.filter(**same, finished_at=None, failed_at=None).first()
        if release is None or not is_open(release):
            total = rows_to_write(study)
            release = Release.objects.create(**same, made_by=made_by, total=total)
            now = now or _effort(study) <= (QUICK if workers_alive() else SMALL)
            if not now:
                release_later(release.pk)
    if now:
        make_release(release)
    return release


def _effort(study: Study) -> int:
    """Return how long a release takes, in tags."""
    texts = Revision.objects.filter(article__story__studies=study).count()
    return basis_of(study).effort + texts


def make_release(release: Release) -> None:
    """Write the release and store it in pieces; one that is finished is left as it is.

    Begins anew if it was begun before. What goes wrong is said in the release; only errors of
    ours are raised too.
    """
    release.refresh_from_db()
    if release.finished_at:
        return
    release.started_at, release.failed_at, release.done = timezone.now(), None, 0
    release.total = rows_to_write(release.study)
    release.save(update_fields=["started_at", "failed_at", "done", "total"])
    note = Note(release)
    try:
        with tempfile.TemporaryFile() as file:
            manifest = write_release(
                release.study,
                file,
                with_texts=release.with_texts,
                pseudonyms=release.pseudonyms,
                note=note,
            )
            counts = {name: fact.rows for name, fact in manifest.files.items()}
            _store(release, file, counts)
    except ExportMismatch as mismatch:
        fail(release, f"{mismatch} Have your administrator restore that text from a backup.")
    except OSError as error:
        why = f"The file could not be written: {error.strerror or error}. Have your administrator"
        fail(release, f"{why} see to it; then make the release again.")
        raise
    except Exception:
        fail(release, OURS)
        logger.exception("Release %s failed", release.pk)
        raise
    finally:
        note.close()


def fail(release: Release, why: str) -> None:
    """Say in the release, if it is still there, why it could not be made."""
    Release.objects.filter(pk=release.pk).update(failed_at=timezone.now(), said=why[:500])


def delete_release(release: Release) -> None:
    """Delete the release and its file."""
    release.delete()


def _store(release: Release, file: BinaryIO, counts: dict[str, int | None]) -> None:
    """Put the file's pieces into the database and mark the release as finished, all at once."""
    with transaction.atomic():
        there = Release.objects.select_for_update().filter(pk=release.pk).first()
        if there is None or there.finished_at:
            return  # it was deleted meanwhile, or somebody else was quicker
        release.size, release.sha256 = keep(file, release.chunks, CHUNK_BYTES)
        release.counts = counts
        release.done, release.said, release.failed_at = release.total, "", None
        release.finished_at = timezone.now()
        release.save()
