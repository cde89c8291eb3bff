"""Founding: a study with its codebook and owner, and the stories it codes."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.codebook.codebook_files import Row
from annotations.codebook.codebooks import load_codebook
from annotations.models import Codebook, Membership, Role, Study
from sources.models import Story


class KeyTaken(ValueError):
    """Another study has the key; nothing was written."""


def create_study(key: str, name: str, codebook: Codebook | Sequence[Row], *, owner: User) -> Study:
    """Found a study whose first member is `owner`. Raises KeyTaken.

    Given rows of a file, which can all be codes, it gets a codebook of its own.
    """
    try:
        with transaction.atomic():
            if not isinstance(codebook, Codebook):
                cells = [row.cells for row in codebook]
                codebook = load_codebook(cells, name=_free_name(name), made_by=owner)
            study = Study.objects.create(key=key, name=name, codebook=codebook)
            Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    except IntegrityError as error:
        raise KeyTaken(f"There is a study with the key “{key}” already.") from error
    return study


def _free_name(name: str) -> str:
    """Return the name of a study's own codebook, with a number if there is one of that name."""
    taken = set(Codebook.objects.filter(name__startswith=name).values_list("name", flat=True))
    tries = (f"{name} {number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(each for each in tries if each not in taken)


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
