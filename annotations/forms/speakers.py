"""Forms with which speakers are recorded, and their spellings kept."""

from django import forms

from annotations.language.speaking import LIMIT
from annotations.models import Speaker, Study

LINES = forms.Textarea(attrs={"rows": 2})


class SpellingsForm(forms.Form):
    """Spellings: ticked in a proposal, or typed, one a line."""

    lines = forms.CharField(required=False, label="Other spellings, one a line", widget=LINES)

    @property
    def spellings(self) -> list[str]:
        typed = self.cleaned_data["lines"].splitlines()
        ticked = self.data.getlist("spellings") if hasattr(self.data, "getlist") else []
        return [words.strip() for words in (*ticked, *typed) if words.strip()]


class SpeakerForm(forms.Form):
    """A speaker as the study names them."""

    name = forms.CharField(max_length=LIMIT, error_messages={"required": "Give a name."})
    note = forms.CharField(required=False, max_length=10_000, widget=LINES)

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")


class NewSpeakerForm(SpeakerForm, SpellingsForm):
    field_order = ["name", "lines", "note"]


class MergeForm(forms.Form):
    """The speaker who takes over the spellings."""

    into = forms.ModelChoiceField(Speaker.objects.none(), label="Merge into")

    def __init__(self, data=None, *, study: Study, speaker: Speaker) -> None:
        super().__init__(data, label_suffix="")
        self.fields["into"].queryset = study.speakers.exclude(pk=speaker.pk)
