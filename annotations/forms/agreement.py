"""Which tags an agreement is about, and which of the cases behind a figure to see. By GET."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from annotations.agreement.selection import Selection, Unit
from annotations.forms.concepts import DAY
from annotations.forms.stories import StoryField
from annotations.measuring.agreement_page import QUESTIONS, Names

# A day more on either side is still one in every time zone.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
SHOW = {
    "": "all that anybody tagged",
    "agreed": "where they agree",
    "differing": "where they differ",
    "first": "tagged by {first} alone",
    "second": "tagged by {second} alone",
}


class SelectionForm(forms.Form):
    """A story, an outlet, a code, a pair of reviewers, days, and what is counted."""

    story = StoryField()
    outlet = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    code = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    pair = forms.ChoiceField(required=False, label="Reviewers")
    since = forms.DateField(required=False, label="Tagged from", widget=DAY, validators=DAYS)
    until = forms.DateField(required=False, label="to", widget=DAY, validators=DAYS)
    unit = forms.ChoiceField(
        required=False,
        label="Noticed, counted in",
        choices=[(unit.value, f"{unit.value}s") for unit in Unit],
    )

    def __init__(self, data, *, names: Names, **kwargs) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        people = sorted(names.person)
        pairs = [(one, other) for one in people for other in people if one < other]
        self.fields["story"].offer(list(names.story.items()), "all stories")
        self._choices("outlet", "all outlets", names.outlet.items())
        codes = [
            (pk, f"– {code.name}" if code.parent_id else code.name)
            for pk, code in names.code.items()
        ]
        self._choices("code", "all that count as bias", codes)
        named = [(f"{one}-{other}", names.of("pair", f"{one}-{other}")) for one, other in pairs]
        self._choices("pair", "all", sorted(named, key=lambda pair: pair[1].casefold()))

    def _choices(self, field: str, empty: str, choices) -> None:
        self.fields[field].choices = [("", empty), *choices]

    def clean(self) -> dict:
        """Say what is wrong with the days."""
        given = super().clean()
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", "The last day is before the first.")
        return given

    @property
    def chosen(self) -> Selection:
        """Return the selection of a valid form."""
        given = dict(self.cleaned_data)
        pair = given["pair"] and tuple(map(int, given["pair"].split("-")))
        return Selection(
            story=given["story"],
            outlet=given["outlet"],
            code=given["code"],
            pair=pair or None,
            since=given["since"],
            until=given["until"],
            unit=Unit(given["unit"] or Unit.SENTENCE),
        )


class CasesForm(SelectionForm):
    """Also which question the cases are seen by, and which of them to see.

    `codes` are two codes of the table of codes against codes, 0 for none.
    """

    question = forms.ChoiceField(
        required=False, choices=[(key, title) for key, (title, _) in QUESTIONS.items()]
    )
    show = forms.ChoiceField(required=False)
    codes = forms.RegexField(r"\A\d{1,18}-\d{1,18}\Z", required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, names: Names, **kwargs) -> None:
        super().__init__(data, names=names, **kwargs)
        first, _, second = data.get("pair", "").partition("-")
        is_pair = first.isdecimal() and second.isdecimal()
        named = {
            "first": names.person.get(int(first), "") if is_pair else "",
            "second": names.person.get(int(second), "") if is_pair else "",
        }
        self.fields["show"].choices = [
            (key, label.format(**named))
            for key, label in SHOW.items()
            if named["second"] or key not in named
        ]
