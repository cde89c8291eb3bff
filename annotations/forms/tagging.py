"""The forms with which a reviewer tags words and edits a tag."""

import uuid

from django import forms

from annotations.models import Polarity, Voice

LONGEST = 2**31 - 1  # PostgreSQL's integer


class SharedFields(dict):
    """Fields that all instances of a form share, since nothing ever changes them.

    Django copies the fields for each instance, which takes a tenth of the time of a tag.
    """

    def __deepcopy__(self, memo: dict) -> "SharedFields":
        return self


class CodingForm(forms.Form):
    """What a reviewer says about a span: the code, by its key, and what goes with it."""

    code = forms.CharField(max_length=50, error_messages={"required": "Choose a code."})
    target = forms.CharField(max_length=200, required=False)
    polarity = forms.ChoiceField(choices=[("", "—"), *Polarity.choices], required=False)
    voice = forms.ChoiceField(choices=Voice.choices, required=False)
    speaker = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"}),
    )
    note = forms.CharField(
        max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_voice(self) -> str:
        return self.cleaned_data["voice"] or Voice.OUTLET

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")


class TagForm(CodingForm):
    """Words of a revision and a code: by offsets, or by which occurrence of the words."""

    id = forms.UUIDField(required=False)
    revision = forms.IntegerField()
    start = forms.IntegerField(required=False, min_value=0, max_value=LONGEST)
    end = forms.IntegerField(required=False, min_value=0, max_value=LONGEST)
    exact = forms.CharField(
        strip=False, error_messages={"required": "Select or give the words to tag."}
    )
    occurrence = forms.IntegerField(min_value=1, required=False)

    def clean_id(self) -> uuid.UUID:
        return self.cleaned_data["id"] or uuid.uuid4()

    def clean_exact(self) -> str:
        # A native form post turns every line end into CRLF.
        return self.cleaned_data["exact"].replace("\r\n", "\n")

    def clean(self) -> dict:
        cleaned = super().clean()
        if (cleaned.get("start") is None) != (cleaned.get("end") is None):
            raise forms.ValidationError("Give both the start and the end, or neither.")
        return cleaned


TagForm.base_fields = SharedFields(TagForm.base_fields)


class EditForm(CodingForm):
    """A new coding of an annotation that stood at `version` when it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)
