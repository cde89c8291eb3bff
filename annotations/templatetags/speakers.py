"""Recorded speakers, for the forms and pages that name one."""

from collections.abc import Iterable

from django import template

from annotations.language import speakers
from annotations.models import Speaker, Study

register = template.Library()


@register.simple_tag
def speakers_to_offer(study: Study, typed: Iterable[str] = ()) -> list[str]:
    """Return the names of the study's recorded speakers and those typed so far. One query."""
    return sorted({*speakers.speaker_names(study), *typed}, key=str.casefold)


@register.simple_tag
def recorded_as(study: Study, spelling: str) -> Speaker | None:
    """Return whom the spelling means, if that is recorded."""
    return speakers.recorded_as(study, spelling)
