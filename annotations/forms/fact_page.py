"""How one fact is looked at."""

from django import forms

VIEWS = [
    ("", "Differences"),
    ("aligned", "Aligned"),
    ("plain", "Plain words"),
]
ORDERS = [("", "by date"), ("outlet", "by outlet")]


class FactLookForm(forms.Form):
    """The baseline, an article's pk or "statement"; the order; the view. By GET.

    `outlet` is the one of which to say what it left out, where there are many.
    """

    baseline = forms.CharField(required=False, max_length=20)
    order = forms.ChoiceField(required=False, choices=ORDERS)
    view = forms.ChoiceField(required=False, choices=VIEWS)
    outlet = forms.IntegerField(required=False)

    def chosen(self) -> dict:
        """Return what is asked for; nonsense counts as not asked."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}
