"""What a release is to hold."""

from django import forms


class ReleaseForm(forms.Form):
    """How people are named; what else there is to choose, the study's settings say."""

    people = forms.ChoiceField(
        label="Coders and moderators are called",
        choices=[
            ("pseudonyms", "coder-1, coder-2 and so on"),
            ("usernames", "by their usernames"),
        ],
        initial="pseudonyms",
        widget=forms.RadioSelect,
        help_text="One name is one person in all files. What people wrote in notes and reasons "
        "stays as they wrote it.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    @property
    def pseudonyms(self) -> bool:
        """Whether people are to be called by pseudonyms; only of a valid form."""
        return self.cleaned_data["people"] == "pseudonyms"
