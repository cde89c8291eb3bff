"""Forms of the facts matrix: how to look at it, a statement, and a cell with its quotes."""

from django import forms

from annotations.facts.matrix import SORTS, Place
from annotations.facts.stating import STATEMENT_LIMIT, QuotedSpan
from annotations.models import ReportStatus, Span, Stance
from annotations.texts.anchoring import AnchorError, occurrence_of, quote_at

STATUSES = [  # value, label, key
    (ReportStatus.REPORTED.value, "Reported", "r"),
    (ReportStatus.PARTIAL.value, "Partial", "p"),
    (ReportStatus.OMITTED.value, "Omitted", "o"),
    (ReportStatus.NOT_APPLICABLE.value, "Not applicable", "n"),
    ("", "Unchecked", "u"),
]
MAX_QUOTES = 50


class LookForm(forms.Form):
    """How the matrix is looked at. By GET, so that an address shows the same again."""

    baseline = forms.IntegerField(required=False)
    sort = forms.ChoiceField(required=False, choices=list(SORTS.items()))
    plain = forms.BooleanField(required=False)

    def chosen(self) -> dict:
        """Return what is asked for; nonsense counts as not asked."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class StatementForm(forms.Form):
    """A fact in words, and its day; `version` is the one that was opened, when it is reworded."""

    statement = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"required": "State the fact in a sentence."},
        help_text=f"What happened, in neutral words; up to {STATEMENT_LIMIT} characters.",
    )
    happened_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        label="It happened on",
        error_messages={"invalid": "Give the day as YYYY-MM-DD, or leave it empty."},
        help_text="If known. An article published before that day cannot report the fact.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """A new place among the facts, from 0; beyond the ends is the first or the last."""

    position = forms.IntegerField()


class SelectionForm(forms.Form):
    """Words selected on the desk, that a new fact starts from."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    start = forms.IntegerField(widget=forms.HiddenInput)
    end = forms.IntegerField(widget=forms.HiddenInput)
    exact = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean_exact(self) -> str | None:
        return self.cleaned_data["exact"].replace("\r\n", "\n") or None


class ReportForm(forms.Form):
    status = forms.ChoiceField(
        required=False, choices=[(value, label) for value, label, _ in STATUSES]
    )
    note = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")


class QuoteForm(forms.Form):
    """Words of the article: by place, as the script fills it in, or by which occurrence.

    `span` is where they stand in an older text: they stay there as long as nobody selects, types
    or counts anew.
    """

    place: Place | None = None  # of the older words, to be shown

    span = forms.ModelChoiceField(
        Span.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "These words are of another article. Quote them again."},
    )
    start = forms.IntegerField(required=False, widget=forms.HiddenInput)
    end = forms.IntegerField(required=False, widget=forms.HiddenInput)
    exact = forms.CharField(
        required=False,
        strip=False,
        label="Quoted words",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    occurrence = forms.IntegerField(required=False, min_value=1, label="Which occurrence")
    stance = forms.ChoiceField(choices=Stance.choices, required=False)
    speaker = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"}),
    )

    def __init__(self, *args, revision, **kwargs):
        super().__init__(*args, **kwargs)
        self.text = revision.text
        self.fields["span"].queryset = Span.objects.filter(revision__article=revision.article_id)

    def clean(self):
        """Find the words; a row without words is left out."""
        data = super().clean()
        # A browser sends every line end as \r\n; a stored text has only \n.
        exact = data.get("exact", "").replace("\r\n", "\n")
        if not exact.strip() or self.errors:
            return data
        is_placed = data["start"] is not None and data["end"] is not None
        older = None if is_placed or data["occurrence"] else data["span"]
        if older and older.exact.strip() != exact.strip():
            older = None
        try:
            if older:
                place = older
            elif data["occurrence"] or not is_placed:
                place = occurrence_of(self.text, exact.strip(), data["occurrence"] or 1)
            else:
                place = quote_at(self.text, data["start"], data["end"], exact)
        except AnchorError as refusal:
            self.add_error("exact", str(refusal))
        else:
            data["quote"] = QuotedSpan(
                place.start,
                place.end,
                place.exact,
                data["stance"] or Stance.ASSERTED,
                data["speaker"],
                older.revision_id if older else None,
            )
        return data


class BaseQuoteFormSet(forms.BaseFormSet):
    def quotes(self) -> list[QuotedSpan]:
        """Return the words of all rows that have any."""
        return [form.cleaned_data["quote"] for form in self if "quote" in form.cleaned_data]

    def show_places(self, places: dict[int, Place]) -> None:
        """Let the rows that hold words of an older text say what became of them."""
        by_value = {str(span): place for span, place in places.items()}
        for form in self:
            if form["start"].value() in (None, ""):
                form.place = by_value.get(str(form["span"].value()))


QuoteFormSet = forms.formset_factory(
    QuoteForm, formset=BaseQuoteFormSet, extra=1, max_num=MAX_QUOTES, validate_max=True
)
