"""Forms of outcomes: what the list is narrowed to, and an answer."""

from django import forms

from annotations.models import Study
from annotations.rulings.outcomes import Outcome
from annotations.rulings.replying import LONGEST
from sources.models import Story


class OutcomeFilterForm(forms.Form):
    """What one's own outcomes are narrowed to."""

    story = forms.ModelChoiceField(Story.objects.none(), required=False, empty_label="all stories")
    outcome = forms.ChoiceField(choices=[("", "any outcome"), *Outcome.choices], required=False)

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        ruled = study.adjudications.filter(ruled_at__isnull=False).values("story")
        self.fields["story"].queryset = study.stories.filter(pk__in=ruled).order_by("title", "pk")


class ReplyForm(forms.Form):
    """One answer on a card."""

    text = forms.CharField(
        label="Your answer",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Once per card, up to 2,000 characters; it stays as it is sent.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
