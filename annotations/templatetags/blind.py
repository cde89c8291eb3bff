"""What a blind reader is told of what they do not see."""

from django import template

from annotations.models import Role, Study
from annotations.team.blinding import until
from sources.models import Story

register = template.Library()


@register.simple_tag
def unseen(study: Study, role: Role, story: Story | None = None) -> str:
    """Return in a sentence what the study's reader does not see yet; "" if they see all."""
    return until(study, role, story.pk if story else None)
