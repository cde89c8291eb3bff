"""A field for a story of a study: a list to choose from or, of very many, words to type."""

from collections.abc import Callable, Sequence

from django import forms
from django.db.models import QuerySet

from annotations.models import Study
from sources.models import Story

MANY = 300  # a longer list is no help to find a story, and a page that holds it is slow
NAMED = 5  # of the stories that were meant perhaps


class StoryField(forms.TypedChoiceField):
    """One of the stories that are offered; empty is no story.

    Where there are many, a person types the story's number or words of its title, and an address
    that names it by number stays good.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(**({"required": False, "empty_value": None, "coerce": int} | kwargs))

    def offer(self, stories: Sequence[tuple[int, str]] | QuerySet, empty: str) -> None:
        """Offer pairs of a number and a title; `empty` stands for no story. One query at most."""
        self.stories = stories
        few = list(stories[: MANY + 1])
        self.is_typed = len(few) > MANY
        self.choices = [("", empty), *([] if self.is_typed else few)]
        if self.is_typed:
            self.widget = forms.TextInput(attrs={"type": "search", "placeholder": empty})
            self.help_text = "Its number, or words of its title."

    def offer_of(self, study: Study, empty: str) -> None:
        """Offer the stories of a study, and return the story itself. One query, one to clean."""
        stories = study.stories.order_by("title", "pk")
        self.offer(stories.values_list("pk", "title"), empty)
        self.coerce: Callable[[str], object] = lambda pk: Story.objects.get(pk=pk)

    def to_python(self, value: object) -> str:
        """Return the number of the story that is meant, as text."""
        said = super().to_python(value).strip()
        return self._meant(said) if said and self.is_typed else said

    def valid_value(self, value: str) -> bool:
        """Tell whether the number is one that is offered; what was typed was looked up."""
        return self.is_typed or super().valid_value(value)

    def _meant(self, said: str) -> str:
        """Return the number of the one story that was typed. Raises ValidationError."""
        titles = dict(self.stories)
        if said.isdecimal() and int(said) in titles:
            return said
        folded = said.casefold()
        found = {pk: title for pk, title in titles.items() if folded in title.casefold()}
        exact = [pk for pk, title in found.items() if title.casefold() == folded]
        meant = exact if len(exact) == 1 else list(found)
        if len(meant) == 1:
            return str(meant[0])
        if not meant:
            raise forms.ValidationError("No story has this number, or these words in its title.")
        named = ", ".join(f"{pk} “{title}”" for pk, title in list(found.items())[:NAMED])
        raise forms.ValidationError(
            f"{len(found)} stories have these words in their titles: {named}"
            f"{' …' if len(found) > NAMED else '.'} Type the number of one."
        )
