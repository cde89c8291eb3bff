"""Founding: a study with its codebook and owner, and the stories it codes."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.models import Codebook, Membership, Role, Study
from sources.models import Story


class KeyTaken(ValueError):
    """Another study has the key; nothing was written."""


def create_study(key: str, name: str, codebook: Codebook, *, owner: User) -> Study:
    """Found a study whose first member is `owner`. Raises KeyTaken."""
    try:
        with transaction.atomic():
            study = Study.objects.create(key=key, name=name, codebook=codebook)
            Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    except IntegrityError as error:
        raise KeyTaken(f"There is a study with the key “{key}” already.") from error
    return study


def add_story(study: Study, title: str) -> Story:
    """Begin a story that `study` codes."""
    with transaction.atomic():
        story = Story.objects.create(title=title)
        study.stories.add(story)
    return story


def rename_story(story: Story, title: str) -> Story:
    """Give a story another title; the same title writes nothing."""
    if story.title != title:
        story.title = title
        story.save(update_fields=["title"])
    return story
