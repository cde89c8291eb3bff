"""The form that starts a watch."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.utils import timezone

HOURS = {6: "every 6 hours", 12: "every 12 hours", 24: "once a day", 72: "every 3 days"}


class WatchForm(forms.Form):
    """How often, and until when; a day counts to its end, in UTC as all days here."""

    every_hours = forms.TypedChoiceField(
        label="How often", choices=HOURS.items(), coerce=int, initial=24
    )
    until = forms.DateField(
        label="Until",
        required=False,
        help_text="Empty: until it is stopped.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="watch-%s", label_suffix="", **kwargs)

    def clean_until(self) -> datetime | None:
        """Return the end of the day."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.now().date():
            raise forms.ValidationError("This day is over. Choose a later one.")
        if day.year > 9990:
            raise forms.ValidationError("Choose an earlier day, or leave it empty.")
        return datetime.combine(day + timedelta(days=1), time(), UTC)
