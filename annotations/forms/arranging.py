"""The form of a study's settings. Each field says what it does."""

from django import forms

from annotations.models import BlindUntil, Study
from annotations.team.arranging import SETTINGS, digest_of, settings_of

MOST_CODERS = 50


class SettingsForm(forms.Form):
    """All settings of a study; `seen` is the digest of those that the form was made from."""

    name = forms.CharField(max_length=200, label="Name of the study")
    blind = forms.BooleanField(
        required=False,
        label="Code blind",
        help_text="Reviewers see nobody’s tags but their own, and no rulings, until a story opens. "
        "A moderator who codes a story is blind there until their own part is done.",
    )
    blind_until = forms.ChoiceField(
        choices=[(value, label.capitalize()) for value, label in BlindUntil.choices],
        widget=forms.RadioSelect,
        label="A story opens to a reviewer when",
        help_text="After their own part, others’ tags may still change what a reviewer thinks of "
        "the next story. An adjudicated story opens in either case; one of training never does.",
    )
    outlets_hidden = forms.BooleanField(
        required=False,
        label="Hide the outlets",
        help_text="Who has a story to code sees outlets as A, B, C, in shuffled order: to know the "
        "outlet biases coders.",
    )
    mastheads_masked = forms.BooleanField(
        required=False,
        label="Mask outlets’ names in the texts, too",
        help_text="Each letter of an outlet’s name is shown as a block. Only while the outlets are "
        "hidden. Stored texts, and offsets, stay as they are.",
    )
    coders_per_story = forms.IntegerField(
        min_value=1,
        max_value=MOST_CODERS,
        label="Coders per story",
        help_text="How many reviewers are to code each story. Agreement needs two or more.",
    )
    coders_may_rule = forms.BooleanField(
        required=False,
        label="A moderator who codes a story may rule on it",
        help_text="Only once their own part is done. Off: somebody else rules.",
    )
    pass_mark = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Pass mark of training",
        help_text="Of 100: how near a reviewer has to come to the gold standard of a training "
        "story before real work.",
    )
    licence = forms.CharField(
        required=False,
        max_length=200,
        label="Licence of releases",
        help_text="Under which others may use the annotations, such as CC BY 4.0. It stands in the "
        "README of each release.",
    )
    texts_released = forms.BooleanField(
        required=False,
        label="Releases hold the articles’ texts",
        help_text="Only if you may publish them. Off: a release has the words that were tagged, up "
        "to 32 characters around them, and the articles’ addresses.",
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    confirmed = forms.IntegerField(required=False)

    def __init__(self, *args, study: Study, **kwargs) -> None:
        initial = settings_of(study) | {"seen": digest_of(study)}
        super().__init__(*args, initial=initial, label_suffix="", **kwargs)

    def wanted(self) -> dict:
        """Return the settings that were chosen; only of a valid form."""
        return {name: self.cleaned_data[name] for name in SETTINGS}
