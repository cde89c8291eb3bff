"""Forms of the echoes: what is sought and where, and the echoes to tag."""

import uuid
from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from annotations.forms.tagging import LONGEST, CodingForm
from annotations.language.echoing import Ticked
from annotations.language.rewording import LABELS, Likeness
from annotations.language.rewording import LONGEST as LONGEST_PHRASE

SCOPES = [
    ("story", "this story"),
    ("study", "the stories of this study"),
    ("library", "all stories that I may see"),
]
SORTS = [("best", "the likest first"), ("outlet", "by outlet"), ("date", "by date")]


class EchoesForm(forms.Form):
    """A phrase, where to look for its echoes, and which of them to show."""

    q = forms.CharField(label="Words", required=False, strip=True)
    scope = forms.ChoiceField(label="In", choices=SCOPES, required=False)
    sort = forms.ChoiceField(label="Order", choices=SORTS, required=False)
    story = forms.IntegerField(required=False, min_value=1, max_value=LONGEST)
    outlet = forms.IntegerField(required=False, min_value=1, max_value=LONGEST)
    likeness = forms.TypedChoiceField(
        choices=LABELS.items(), coerce=lambda value: Likeness(int(value)), required=False
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="", auto_id="echoes-%s")
        self.fields["q"].widget = forms.TextInput(
            {"type": "search", "maxlength": LONGEST_PHRASE, "autocomplete": "off", "dir": "auto"}
        )
        if not data.get("story"):
            self.fields["scope"].choices = SCOPES[1:]

    def clean_scope(self) -> str:
        """Return the narrowest scope there is where none is given."""
        return self.cleaned_data["scope"] or self.fields["scope"].choices[0][0]

    def clean_sort(self) -> str:
        return self.cleaned_data["sort"] or "best"


class TagEchoesForm(CodingForm):
    """A code for the ticked echoes. `query` is the page's, to go back to."""

    batch = forms.UUIDField()
    query = forms.CharField(required=False)

    def ticked(self, values: Sequence[str]) -> list[Ticked]:
        """Return the ticked echoes; only of a valid form. Raises ValidationError.

        The ids come of the batch and the code: sent twice, it is the same tags.
        """
        return [self._ticked(value) for value in values]

    def batch_of_code(self) -> uuid.UUID:
        """Return the batch of what this page tags with this code."""
        return uuid.uuid5(self.cleaned_data["batch"], self.cleaned_data["code"])

    def _ticked(self, value: str) -> Ticked:
        place, _, exact = value.partition(" ")
        numbers = place.split("-")
        if len(numbers) != 3 or not all(n.isdecimal() and len(n) < 10 for n in numbers):
            raise forms.ValidationError("An echo is not told as this page tells it. Load it again.")
        revision, start, end = map(int, numbers)
        return Ticked(uuid.uuid5(self.batch_of_code(), place), revision, start, end, exact)
