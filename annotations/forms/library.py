"""Forms of the library: studies, stories, and what is said about an article."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify

from annotations.codebook.codebook_files import MOST_BYTES, BadFile, Row, read_file
from annotations.codebook.codebook_plan import plan_import
from annotations.codebook.codebooks import DEFAULT_NAME
from annotations.models import Codebook, Study
from sources.importing import AddressTaken
from sources.models import Article, Draft
from sources.reading import Details
from sources.refusals import BadDetail, ImportRefused

# Where a detail of an import that is refused stands in the form.
FIELD_OF_DETAIL = {"published_at": "published_on"}
LANGUAGE_TAG = RegexValidator(
    r"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", "Write a language tag, such as en or pt-BR."
)


class StudyForm(forms.ModelForm):
    """A new study; the key is proposed from the name where it is left empty."""

    name = forms.CharField(max_length=200)
    key = forms.CharField(
        max_length=50,
        required=False,
        help_text="Stands in addresses and file names. Leave it empty to make it from the name.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    codebook = forms.ModelChoiceField(
        Codebook.objects.exclude(name=DEFAULT_NAME),
        required=False,
        empty_label=f"{DEFAULT_NAME} (comes with Parallax)",
        help_text="The labels that reviewers tag with.",
    )
    file = forms.FileField(
        label="or a codebook of its own, from a file",
        required=False,
        help_text="CSV or JSON, as a codebook page sends it; named after the study.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json"}),
    )

    class Meta:
        model = Study
        fields = ["name", "key", "codebook"]

    def clean_file(self) -> list[Row] | None:
        """Return the codes of the file, all of which can be; None without a file."""
        if not (file := self.cleaned_data["file"]):
            return None
        try:
            rows = read_file(file.read(MOST_BYTES + 1))
        except BadFile as problem:
            raise forms.ValidationError(str(problem)) from problem
        if problems := plan_import(None, rows).problems:
            raise forms.ValidationError(problems)
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file") and cleaned.get("codebook"):
            self.add_error("file", "Choose a codebook or a file, not both.")
        return cleaned

    def clean_key(self) -> str:
        """Return the key that was asked for, or else one that is free."""
        if key := self.cleaned_data["key"]:
            return key
        base = slugify(self.cleaned_data.get("name", ""))[:45].strip("-_").replace("_", "-")
        taken = set(Study.objects.filter(key__startswith=base).values_list("key", flat=True))
        tries = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
        if not base:
            raise forms.ValidationError("Write a key: the name holds none of a-z and 0-9.")
        return next(key for key in tries if key not in taken)


class StoryForm(forms.Form):
    title = forms.CharField(
        max_length=300,
        help_text="The event in a few neutral words; its articles may have several dates.",
    )


class DetailsForm(forms.Form):
    """What is said about an article beside its text.

    `known` is the article that stands in the way, after `refuse` of an AddressTaken.
    """

    known: Article | None = None

    outlet = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"list": "outlets", "autocomplete": "off"}),
    )
    headline = forms.CharField(
        max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    byline = forms.CharField(max_length=300, required=False)
    published_on = forms.DateField(
        label="Published on",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    published_time = forms.TimeField(
        label="at, in UTC",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    url = forms.URLField(
        label="Address of the page", max_length=2000, required=False, assume_scheme="https"
    )
    language = forms.CharField(
        max_length=35,
        required=False,
        validators=[LANGUAGE_TAG],
        help_text="Such as en or pt-BR.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_headline(self) -> str:
        """A headline is one line, wherever it was pasted from."""
        return " ".join(self.cleaned_data["headline"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("published_time") and not cleaned.get("published_on"):
            self.add_error("published_on", "A time needs its date.")
        return cleaned

    def details(self) -> Details:
        """Return the cleaned details; a date without a time is midnight in UTC."""
        cleaned = self.cleaned_data
        on, at = cleaned["published_on"], cleaned["published_time"]
        return Details(
            outlet=cleaned["outlet"],
            headline=cleaned["headline"],
            url=cleaned["url"],
            byline=cleaned["byline"],
            published_at=datetime.combine(on, at or time(), UTC) if on else None,
            language=cleaned["language"],
        )

    def refuse(self, refusal: ImportRefused) -> None:
        """Show what an action refused, at the field it is about if the form has it."""
        field = refusal.field if isinstance(refusal, BadDetail) else ""
        field = FIELD_OF_DETAIL.get(field, field)
        self.add_error(field if field in self.fields else None, str(refusal))
        self.known = refusal.article if isinstance(refusal, AddressTaken) else None


def details_initial(source: Article | Draft) -> dict[str, Any]:
    """Return what is known of an article or a draft as the initial values of a DetailsForm."""
    at = source.published_at.astimezone(UTC) if source.published_at else None
    outlet = source.outlet_name if isinstance(source, Draft) else source.outlet.name
    return {
        "outlet": outlet,
        "headline": source.headline,
        "url": source.url,
        "byline": source.byline,
        "published_on": at and at.date(),
        "published_time": at.time() if at and at.time() != time() else None,
        "language": source.language,
    }
