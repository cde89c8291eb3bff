"""The form that makes a token."""

from datetime import timedelta

from django import forms
from django.utils import timezone

NEVER = ""
LASTS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), (NEVER, "until it is revoked")]


class TokenForm(forms.Form):
    """What a token is for, what it may, and how long."""

    name = forms.CharField(
        max_length=100,
        label="What is it for?",
        help_text="Such as “notebook on the office machine”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lasts = forms.ChoiceField(choices=LASTS, initial="90", required=False, label="It works for")
    may_write = forms.BooleanField(
        required=False,
        label="It may tag in my name",
        help_text="Without this it can only read what you can read.",
    )

    def expires_at(self):
        """Return when the token ends; None: never."""
        lasts = self.cleaned_data["lasts"]
        return timezone.now() + timedelta(days=int(lasts)) if lasts else None
