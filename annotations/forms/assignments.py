"""Forms of the assignments: the matrix, what to balance, and the training stories."""

import re
from collections.abc import Sequence

from django import forms

from annotations.forms.stories import StoryField
from annotations.forms.tagging import LONGEST
from annotations.models import Study
from annotations.team.assignments import Wish, may_code, people_of, real_parts, stories_with_size
from annotations.team.balancing import Part

MOST_CODERS = 50  # of one story
LARGEST_SEED = 2**31 - 1
PART = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
WHICH = [
    ("all", "all stories"),
    ("without", "stories that nobody codes yet"),
    ("chosen", "those ticked below"),
]


class BalanceForm(forms.Form):
    """How many coders for which stories, from among whom; `seed` decides the shuffle."""

    each = forms.IntegerField(label="Coders for a story", min_value=1, max_value=MOST_CODERS)
    coders = forms.TypedMultipleChoiceField(
        label="Who", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    which = forms.ChoiceField(label="Which stories", choices=WHICH, widget=forms.RadioSelect)
    chosen = forms.TypedMultipleChoiceField(
        label="Stories", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    seed = forms.IntegerField(
        label="Seed",
        min_value=0,
        max_value=LARGEST_SEED,
        help_text="The same seed gives the same parts. Change it for another shuffle.",
    )

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, label_suffix="", auto_id="balance-%s", **kwargs)
        people = [person for person in people_of(study) if may_code(person)]
        stories = stories_with_size(study).filter(trains=False)
        self.fields["coders"].choices = [(one.pk, one.get_username()) for one in people]
        self.fields["chosen"].choices = [(one.pk, one.title) for one in stories]
        self.study = study

    def clean(self) -> dict:
        given = super().clean()
        if given.get("which") == "chosen" and not given.get("chosen"):
            self.add_error("chosen", "Tick the stories to assign, or choose all.")
        return given

    def wish(self) -> Wish:
        """Return what is wanted; only of a valid form. At most one query."""
        given = self.cleaned_data
        stories = {pk for pk, _ in self.fields["chosen"].choices}
        if given["which"] == "chosen":
            stories = set(given["chosen"])
        elif given["which"] == "without":
            stories -= set(real_parts(self.study).values_list("story", flat=True))
        return Wish(frozenset(stories), frozenset(given["coders"]), given["each"], given["seed"])


class UndoForm(forms.Form):
    """Which assigning to take back: the moment of it."""

    at = forms.CharField(max_length=40)

    def clean_at(self):
        try:
            return forms.DateTimeField().clean(self.cleaned_data["at"])
        except forms.ValidationError as error:
            raise forms.ValidationError("Load the page again.") from error


class TrainingForm(forms.Form):
    """A story to train on, and whose tags are the gold standard: an expert's, or the gold layer."""

    story = StoryField(label="Story", required=True)
    expert = forms.TypedChoiceField(
        label="Gold standard", coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, label_suffix="", auto_id="training-%s", **kwargs)
        self.people = {person.pk: person for person in people_of(study)}
        self.fields["story"].offer_of(study, "Choose a story")
        self.fields["expert"].choices = [("", "the gold layer of its adjudication")] + [
            (person.pk, f"the tags of {person}") for person in self.people.values()
        ]

    def chosen(self) -> tuple:
        """Return the story and the expert or None; only of a valid form."""
        given = self.cleaned_data
        expert = self.people.get(given["expert"])
        return given["story"], expert


def parts_of(values: Sequence[str]) -> set[Part]:
    """Read parts as a page's boxes name them: story-coder. What is none is passed over."""
    found = (PART.fullmatch(value) for value in values)
    parts = {(int(match[1]), int(match[2])) for match in found if match}
    return {part for part in parts if max(part) <= LONGEST}
