"""Speakers: under which spellings the outlets name them, and what is attributed to them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotations.access import speaker_for, study_for
from annotations.forms.speakers import MergeForm, NewSpeakerForm, SpeakerForm, SpellingsForm
from annotations.language.speakers import attributed_to, speakers_of
from annotations.language.speaking import (
    SpeakerRefused,
    add_spellings,
    delete_speaker,
    describe_speaker,
    may_remove,
    merge_speakers,
    record_speaker,
    remove_spelling,
)
from annotations.plans import planned_anew

PER_PAGE = 50  # spellings that nobody recorded


@require_http_methods(["GET", "POST"])
@planned_anew()
def speakers(request, key):
    """Read who speaks in the study's tags, reports and texts; POST records a speaker."""
    study = study_for(request.user, key)
    form = NewSpeakerForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            speaker = record_speaker(
                study,
                given["name"],
                spellings=form.spellings,
                note=given["note"],
                recorder=request.user,
            )
        except SpeakerRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Recorded {speaker}.")
            return _to(reverse("speakers", args=[key]))
    found = speakers_of(study)
    page = Paginator(found.unrecorded, PER_PAGE).get_page(request.GET.get("page"))
    context = {"study": study, "found": found, "page": page, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/speakers.html", context, status=status)


@require_http_methods(["GET", "POST"])
def speaker(request, key, speaker_id):
    """Read what is attributed to a speaker; rename, respell, merge or delete it."""
    study = study_for(request.user, key)
    subject = speaker_for(study, speaker_id)
    form = SpeakerForm(
        request.POST if "describe" in request.POST else None,
        label_suffix="",
        initial={"name": subject.name, "note": subject.note},
    )
    problem = ""
    if request.method == "POST":
        try:
            answer = _change(request, study, subject, form)
        except SpeakerRefused as refusal:
            problem = str(refusal)
        else:
            if answer:
                return _to(answer)
    context = {
        "study": study,
        "speaker": subject,
        "form": form,
        "spellings_form": SpellingsForm(label_suffix=""),
        "merge_form": MergeForm(study=study, speaker=subject),
        "attributed": attributed_to(study, subject),
        "may_remove": may_remove(subject, request.user),
        "problem": problem,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/speaker.html", context, status=status)


def _change(request, study, subject, form) -> str:
    """Do what the pressed button says; return the address to go to, empty if a form is invalid."""
    here, all_speakers = request.path, reverse("speakers", args=[study.key])
    if "delete" in request.POST:
        delete_speaker(subject, editor=request.user)
        messages.success(request, f"Deleted {subject}. Tags and reports keep what was typed.")
        return all_speakers
    if "remove" in request.POST:
        remove_spelling(subject, request.POST["remove"])
        return here
    if "merge" in request.POST:
        return _merge(request, study, subject)
    if "add" in request.POST:
        spellings = SpellingsForm(request.POST)
        if not spellings.is_valid() or not spellings.spellings:
            raise SpeakerRefused("Tick or type a spelling.")
        add_spellings(subject, spellings.spellings)
        messages.success(request, f"Added to {subject}: {', '.join(spellings.spellings)[:200]}.")
        return all_speakers if "proposed" in request.POST else here
    if not form.is_valid():
        return ""
    described = describe_speaker(subject, **form.cleaned_data)
    messages.success(request, f"Saved {described}.")
    return here


def _merge(request, study, subject) -> str:
    chosen = MergeForm(request.POST, study=study, speaker=subject)
    if not chosen.is_valid():
        raise SpeakerRefused("Choose another speaker of this study.")
    kept = merge_speakers(subject, chosen.cleaned_data["into"], editor=request.user)
    messages.success(request, f"{subject.name} is now a spelling of {kept}.")
    return reverse("speaker", args=[study.key, kept.pk])


def _to(address):
    response = redirect(address)
    response.status_code = 303
    return response
