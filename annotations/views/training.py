"""Training: owners choose the stories; coders see, tag by tag, how near they came."""

from collections import Counter
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.access import study_for
from annotations.forms.assignments import TrainingForm
from annotations.models import Assignment, Role, TrainingStory
from annotations.team.assignments import parts_in
from annotations.team.feedback import feedback_on, training_parts
from annotations.team.training import TrainingRefused, add_training, move_training, remove_training

MOVES = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
def training(request, key):
    """Show the training stories, and how each person did; POST by an owner adds a story."""
    study = study_for(request.user, key, Role.MODERATOR)
    if request.method == "POST":
        _check_owner(study)
    form = TrainingForm(request.POST or None, study=study)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            story, expert = form.chosen()
            try:
                add_training(study, story, expert=expert, owner=request.user)
            except TrainingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"“{story}” is a story of training.")
                return _to("training", study.key)
    context = {
        "study": study,
        "form": form,
        "trainings": study.training_stories.select_related("story", "expert"),
        "parts": training_parts(study),
    }
    return render(request, "annotations/training.html", context, status=status)


@require_POST
def training_move(request, key, training_id):
    """Move a story up or down in the order of training."""
    study, row = _training(request, key, training_id)
    move_training(row, by=MOVES.get(request.POST.get("to", ""), 0))
    return _to("training", study.key)


@require_POST
def training_remove(request, key, training_id):
    """Make a story of training an ordinary one."""
    study, row = _training(request, key, training_id)
    remove_training(row)
    messages.success(request, f"“{row.story}” is an ordinary story again.")
    return _to("training", study.key)


@require_safe
def training_feedback(request, key, assignment_id):
    """Show how a part of training compares with the gold standard, to its coder and moderators.

    Only while the part is done: who tries again does not look at the answer.
    """
    study = study_for(request.user, key)
    parts = parts_in(study).select_related("story", "coder")
    if study.role < Role.MODERATOR:
        parts = parts.filter(coder=request.user)
    part = get_object_or_404(parts, pk=assignment_id)
    row = get_object_or_404(TrainingStory, study=study, story=part.story_id)
    part.study = row.study = study
    is_own = part.coder_id == request.user.pk
    if not is_own and study.sight and part.story_id in study.sight.closed:
        raise PermissionDenied("Finish your own part of this story first: the gold tags are here.")
    context = {"study": study, "story": part.story, "part": part, "is_own": is_own}
    context["attempts"] = list(part.attempts.all())
    if part.state != Assignment.State.DONE or not context["attempts"]:
        return render(request, "annotations/training_closed.html", context, status=409)
    feedback = feedback_on(part, row)
    context["last"] = context["attempts"][-1]
    context["feedback"] = feedback
    context["counts"] = sorted(Counter(one.verdict for one in feedback.rows).items())
    context["articles"] = [
        (revision, list(rows)) for revision, rows in groupby(feedback.rows, lambda r: r.revision)
    ]
    return render(request, "annotations/training_feedback.html", context)


def _training(request, key, training_id):
    study = study_for(request.user, key, Role.OWNER)
    rows = TrainingStory.objects.select_related("story")
    return study, get_object_or_404(rows, pk=training_id, study=study)


def _check_owner(study) -> None:
    if study.role < Role.OWNER:
        raise PermissionDenied("Owners of the study choose the training.")


def _to(name, *args):
    response = redirect(name, *args)
    response.status_code = 303
    return response
