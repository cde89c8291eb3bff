"""Forms of adjudication: a step of a story, a ruling on a card, and the rule for many."""

from django import forms

from annotations.forms.tagging import CodingForm
from annotations.models import Card
from annotations.rulings.alike import LEAST, Rule
from annotations.rulings.card_page import SHOWS
from annotations.texts.anchoring import AnchorError, occurrence_of

RIGHT = "right"  # one or several, by how many are chosen
UNDO = "undo"  # not a ruling of its own: takes the last one back
KINDS = [RIGHT, "merged", "nobody", "discuss", "reopen", UNDO]
SHOWN_CHOICES = [*SHOWS.items()]


class StepForm(forms.Form):
    """What a moderator does with a story as a whole."""

    step = forms.ChoiceField(
        choices=[(name, name) for name in ("open", "lay", "close", "reopen")],
        error_messages={"required": "Say what is to be done with the story."},
    )


class ShowForm(forms.Form):
    """Which cards are shown; without a choice the open ones."""

    show = forms.ChoiceField(choices=SHOWN_CHOICES, required=False)


class CardForm(forms.Form):
    """A ruling on a card, with what the moderator saw when they made it."""

    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in KINDS],
        error_messages={"required": "Choose the tag that is right, or another ruling."},
    )
    version = forms.IntegerField(min_value=0)
    chosen = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "Choose among the tags on the card."}
    )
    reason = forms.CharField(max_length=2000, required=False)
    guideline = forms.BooleanField(required=False)
    ruling = forms.IntegerField(required=False)

    def __init__(self, *args, count: int, **kwargs) -> None:
        """`count`: how many tags the card has; they are chosen by their numbers, from 1."""
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(number, number) for number in range(1, count + 1)]

    def clean_reason(self) -> str:
        # A browser sends every line end as \r\n.
        return self.cleaned_data["reason"].replace("\r\n", "\n")

    def clean_chosen(self) -> list[int]:
        return [int(number) for number in self.cleaned_data["chosen"]]

    def problem(self) -> str:
        """Return the first error in words."""
        return _first_error(self)


class MergeForm(CodingForm):
    """A moderator's own tag: words that overlap the card, by offsets or quoted, and a coding."""

    start = forms.IntegerField(min_value=0, required=False)
    end = forms.IntegerField(min_value=0, required=False)
    exact = forms.CharField(
        strip=False, error_messages={"required": "Select or quote the words of the merged tag."}
    )

    def __init__(self, *args, card: Card, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.card = card

    def clean(self) -> dict:
        """Find words that are quoted without a place: the first that overlap the card."""
        given = super().clean()
        if self.errors:
            return given
        given["exact"] = given["exact"].replace("\r\n", "\n")
        if given.get("start") is None or given.get("end") is None:
            given |= self._found(given["exact"].strip())
        return given

    def _found(self, exact: str) -> dict:
        text = self.card.revision.text
        # The earliest place that can reach into the card.
        begin = max(0, self.card.start - len(exact) + 1)
        try:
            place = occurrence_of(text[begin : self.card.end + len(exact) - 1], exact)
        except AnchorError as refusal:
            raise forms.ValidationError(
                f"{refusal} Quote words that overlap the card, exactly as they are printed."
            ) from refusal
        return {"start": begin + place.start, "end": begin + place.end, "exact": exact}

    def problem(self) -> str:
        """Return the first error in words."""
        return _first_error(self)


class AlikeForm(forms.Form):
    """The rule by which cards are ruled on at once, and what the moderator saw of them."""

    coders = forms.IntegerField(
        min_value=LEAST,
        max_value=100,
        label="Reviewers at least",
        error_messages={"min_value": "One reviewer alone agrees with nobody: ask for 2 or more."},
    )
    whole = forms.BooleanField(
        required=False, label="Target, polarity, voice and speaker are the same too"
    )
    seen = forms.CharField(required=False, max_length=64)

    def rule(self) -> Rule:
        """Return the rule; only of a valid form."""
        return Rule(self.cleaned_data["coders"], self.cleaned_data["whole"])


def _first_error(form: forms.Form) -> str:
    return next(error for errors in form.errors.values() for error in errors)
