"""Speakers: record under which spellings outlets and reviewers name somebody.

What was typed in tags and reports, and what stands in texts, stays as it is: a spelling only
says whom it means. So nothing here can lose a reviewer's words.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from annotations.models import Membership, Role, Speaker, SpeakerSpelling, Study

LIMIT = 200  # characters of a name or a spelling, as of the field in a tag


class SpeakerRefused(ValueError):
    """The speaker cannot stand as asked; the message says what to do."""


def recorded_speakers(study: Study) -> dict[str, Speaker]:
    """Return whom each recorded spelling means. One query."""
    spellings = SpeakerSpelling.objects.filter(study=study).select_related("speaker")
    return {row.spelling: row.speaker for row in spellings}


def record_speaker(
    study: Study, name: str, *, spellings: Iterable[str] = (), note: str = "", recorder: User
) -> Speaker:
    """Record a speaker; the name is one of the spellings. Twice is once, and adds spellings.

    Raises SpeakerRefused for a name that is empty or too long, and for a
    spelling that belongs to another speaker; nothing is written then.
    """
    name = _checked(name)
    with transaction.atomic():
        _lock(study)
        speaker, _ = Speaker.objects.get_or_create(
            study=study, name=name, defaults={"note": note.strip(), "created_by": recorder}
        )
        for spelling in (name, *spellings):
            _give(speaker, spelling)
    return speaker


def describe_speaker(speaker: Speaker, *, name: str, note: str) -> Speaker:
    """Rename the speaker and set the note; the old name stays a spelling, the new one becomes one.

    Raises SpeakerRefused if another speaker has the name.
    """
    name, note = _checked(name), note.strip()
    with transaction.atomic():
        current = _standing(speaker)
        namesakes = Speaker.objects.filter(study=current.study_id, name=name).exclude(pk=current.pk)
        if namesakes.exists():
            raise SpeakerRefused(f"There is another speaker “{name}”. Merge the two instead.")
        _give(current, name)
        if (current.name, current.note) != (name, note):
            current.name, current.note = name, note
            current.save(update_fields=["name", "note"])
    return current


def add_spellings(speaker: Speaker, spellings: Iterable[str]) -> Speaker:
    """Let the speaker be meant by more spellings, all or none. Twice is once.

    Raises SpeakerRefused if one belongs to another speaker.
    """
    with transaction.atomic():
        current = _standing(speaker)
        for spelling in spellings:
            _give(current, spelling)
    return current


def remove_spelling(speaker: Speaker, spelling: str) -> None:
    """Let a spelling mean nobody again. Twice is once.

    Raises SpeakerRefused for the name itself, which is a spelling as long as it is the name.
    """
    with transaction.atomic():
        current = _standing(speaker)
        if spelling == current.name:
            raise SpeakerRefused("This is the speaker's name. Rename the speaker first.")
        current.spellings.filter(spelling=spelling).delete()


def merge_speakers(speaker: Speaker, into: Speaker, *, editor: User) -> Speaker:
    """Give all spellings and the note of `speaker` to `into`, and delete it.

    Raises PermissionDenied unless `may_remove`, and SpeakerRefused if both are
    the same or of two studies.
    """
    if speaker.pk == into.pk or speaker.study_id != into.study_id:
        raise SpeakerRefused("Choose another speaker of this study.")
    with transaction.atomic():
        kept, gone = _standing(into), _standing(speaker)
        _check_may_remove(gone, editor)
        gone.spellings.update(speaker=kept)
        notes = [note for note in (kept.note, gone.note) if note]
        kept.note = "\n".join(dict.fromkeys(notes))[:10_000]
        kept.save(update_fields=["note"])
        gone.delete()
    return kept


def delete_speaker(speaker: Speaker, *, editor: User) -> None:
    """Forget the speaker; tags and reports keep what was typed. Twice is once.

    Raises PermissionDenied unless `may_remove`.
    """
    with transaction.atomic():
        _lock(speaker.study)
        current = Speaker.objects.filter(pk=speaker.pk).first()
        if current is not None:
            _check_may_remove(current, editor)
            current.delete()


def may_remove(speaker: Speaker, user: User) -> bool:
    """Return whether `user` moderates the study or recorded the speaker."""
    if user.is_superuser or speaker.created_by_id == user.pk:
        return True
    moderators = Membership.objects.filter(study=speaker.study_id, role__gte=Role.MODERATOR)
    return moderators.filter(user=user.pk).exists()


def _check_may_remove(speaker: Speaker, editor: User) -> None:
    if not may_remove(speaker, editor):
        raise PermissionDenied("Somebody else recorded this speaker; ask a moderator.")


def _lock(study: Study) -> None:
    """Let nobody else change the study's speakers, lest two get one spelling; tags go on."""
    Study.objects.select_for_update(no_key=True).only("pk").get(pk=study.pk)


def _standing(speaker: Speaker) -> Speaker:
    """Return the speaker as it stands, with the study's speakers locked."""
    _lock(speaker.study)
    current = Speaker.objects.filter(pk=speaker.pk).first()
    if current is None:
        raise SpeakerRefused("This speaker was deleted or merged meanwhile. Reload the page.")
    return current


def _give(speaker: Speaker, spelling: str) -> None:
    """Let the spelling mean the speaker; raises SpeakerRefused if it means another."""
    spelling = _checked(spelling)
    spellings = SpeakerSpelling.objects.select_related("speaker")
    kept, _ = spellings.get_or_create(
        study_id=speaker.study_id, spelling=spelling, defaults={"speaker": speaker}
    )
    if kept.speaker_id != speaker.pk:
        raise SpeakerRefused(
            f"“{spelling}” is a spelling of {kept.speaker}. Remove it there first, or merge "
            "the two speakers."
        )


def _checked(words: str) -> str:
    words = words.strip()
    if not words:
        raise SpeakerRefused("Give a name.")
    if len(words) > LIMIT:
        raise SpeakerRefused(f"“{words[:40]}…” has {len(words)} characters; {LIMIT} is the limit.")
    return words
