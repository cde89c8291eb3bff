"""Jobs that make what takes too long for a page: carries, figures, proposals, files."""

import uuid
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.agreement.selection import Selection
from annotations.finding import suggesting
from annotations.models import Intake, Release, Study
from annotations.revisions import carries
from annotations.tasks.queueing import Later, is_queued, waiting
from sources.models import Revision, Story


@app.task(name="carry", retry=Later())
def carry(revision_id: int) -> None:
    """Carry the spans of older revisions of its article to a revision."""
    revision = Revision.objects.filter(pk=revision_id).select_related("article").first()
    if revision:  # an administrator may have deleted it meanwhile
        carries.carry_to(revision, seconds=60)


@app.task(name="suggest", retry=Later())
def suggest(study_id: int, story_id: int) -> None:
    """Look for the sentences that may report the facts of a story."""
    study = Study.objects.filter(pk=study_id).first()
    story = Story.objects.filter(pk=story_id).first()
    if study and story:  # an administrator may have deleted them meanwhile
        suggesting.suggest(study, story)


@app.task(name="propose", retry=Later())
def propose(study_id: int, story_id: int) -> None:
    """Propose facts of a story."""
    # `annotations.finding.proposals` asks here what waits: imported when both are there.
    from annotations.finding import proposing

    study = Study.objects.filter(pk=study_id).first()
    story = Story.objects.filter(pk=story_id).first()
    if study and story:  # an administrator may have deleted them meanwhile
        proposing.propose(study, story)


@app.task(name="agree", retry=Later())
def agree(study_id: int, selection: str) -> None:
    """Compute the agreement of a selection of a study's tags; "" is the whole."""
    # `annotations.measuring.agreement_runs` asks here what waits: imported when both are there.
    from annotations.measuring import agreeing

    study = Study.objects.filter(pk=study_id).first()
    if study:  # an administrator may have deleted it meanwhile
        agreeing.agree(study, Selection.of(selection), gamma=True)


@app.task(name="compute_drift", retry=Later())
def compute_drift(run_id: int) -> None:
    """Compute the drift of a large study."""
    # `annotations.measuring.drift_runs` asks here what waits: imported when both are there.
    from annotations.measuring import drift_runs

    drift_runs.carry_out(run_id)


@app.task(name="make_release", pass_context=True)
def make_release(context: Any, release_id: int) -> None:
    """Make a release; not for ever anew if its workers are stopped each time."""
    # `annotations.export.releases` asks here what waits: imported when both are there.
    from annotations.export import releasing

    release = Release.objects.filter(pk=release_id).select_related("study").first()
    if release is None:  # its owner may have deleted it meanwhile
        return
    if context.job.attempts >= releasing.MOST_STARTS:
        releasing.fail(release, releasing.STOPPED)
    else:
        releasing.make_release(release)


@app.task(name="prepare_export", pass_context=True)
def prepare_export(context: Any, prepared_id: int) -> None:
    """Make a file of annotations for the person who asked for it."""
    # `annotations.export.prepared` asks here what waits: imported when both are there.
    from annotations.export import preparing

    preparing.carry_out(prepared_id, context.job.attempts)


@app.task(name="import_annotations", retry=Later())
def import_annotations(intake_id: str) -> None:
    """Import an uploaded file of annotations."""
    # `annotations.intake.intakes` defers this: imported when both are there.
    from annotations.intake import intakes

    found = Intake.objects.select_related("study__codebook", "made_by").filter(pk=intake_id)
    if intake := found.first():  # an administrator may have deleted it meanwhile
        intakes.carry_out(intake)


def carry_later(revision_id: int) -> None:
    """Have a worker carry spans to a revision; once, however often this is asked."""
    if revision_id not in waiting("carry", "revision_id", ("todo",)):
        carry.defer(revision_id=revision_id)


def suggest_later(study_id: int, story_id: int) -> None:
    """Have a worker look for sentences; once, however often this is asked."""
    if not is_queued("suggest", ("todo",), study_id=study_id, story_id=story_id):
        suggest.defer(study_id=study_id, story_id=story_id)


def propose_later(study_id: int, story_id: int) -> None:
    """Have a worker propose facts; once, however often this is asked."""
    if not is_queued("propose", study_id=study_id, story_id=story_id):
        propose.defer(study_id=study_id, story_id=story_id)


def agree_later(study_id: int, selection: str) -> None:
    """Have a worker compute an agreement; once, however often this is asked."""
    if not is_queued("agree", study_id=study_id, selection=selection):
        agree.defer(study_id=study_id, selection=selection)


def drift_later(run_id: int) -> None:
    """Have a worker compute a drift; once, however often this is asked."""
    if not is_queued("compute_drift", run_id=run_id):
        compute_drift.defer(run_id=run_id)


def release_later(release_id: int) -> None:
    """Have a worker make a release."""
    make_release.defer(release_id=release_id)


def export_later(prepared_id: int) -> None:
    """Have a worker make a file of annotations."""
    prepare_export.defer(prepared_id=prepared_id)


def releases_queued() -> dict[int, bool]:
    """Return the ids of the releases that workers make or are to make, and whether they began."""
    return _queued("make_release", "release_id")


def exports_queued() -> dict[int, bool]:
    """Return the ids of the files that workers make or are to make, and whether they began."""
    return _queued("prepare_export", "prepared_id")


def import_later(intake_id: uuid.UUID) -> None:
    """Have a worker import a file of annotations; once, however often this is asked."""
    if not is_queued("import_annotations", intake_id=str(intake_id)):
        import_annotations.defer(intake_id=str(intake_id))


def _queued(task: str, argument: str) -> dict[int, bool]:
    """Return an argument of a task's jobs that wait or run, and whether they run."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=("todo", "doing"))
    found = jobs.values_list("args", "status")
    return {args[argument]: status == "doing" for args, status in found}
