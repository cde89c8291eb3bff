"""Forms of word choice: what to count, a concept, a name, a place."""

from urllib.parse import urlencode

from django import forms

from annotations.forms.export import FORMS
from annotations.forms.stories import StoryField
from annotations.language.conceiving import NAME_LIMIT
from annotations.language.scope import Scope
from annotations.language.word_choice import SORTS
from annotations.models import Concept, Study

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ScopeForm(forms.Form):
    """Which articles are counted, and in which order the concepts stand. By GET.

    Nonsense counts as not asked, so that an address always shows something.
    """

    story = StoryField()
    since = forms.DateField(required=False, label="Published from", widget=DAY)
    until = forms.DateField(required=False, label="to", widget=DAY)
    sort = forms.ChoiceField(required=False, label="Order", choices=list(SORTS.items()))
    form = forms.ChoiceField(required=False, choices=list(FORMS.items()))

    def __init__(self, data, *, study: Study) -> None:
        super().__init__(data, label_suffix="")
        self.fields["story"].offer_of(study, "the whole study")
        self.full_clean()

    @property
    def scope(self) -> Scope:
        given = self.cleaned_data
        return Scope(given.get("story"), given.get("since"), given.get("until"))

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or "name"

    @property
    def lossless(self) -> bool:
        return self.cleaned_data.get("form") == "lossless"

    @property
    def query(self) -> str:
        """Return what is asked for as it stands in an address."""
        return urlencode({name: self[name].value() for name in self._asked})

    @property
    def _asked(self) -> list[str]:
        return [name for name, value in self.cleaned_data.items() if value and name != "form"]


class ConceptForm(forms.Form):
    """A concept as the study calls it; `version` is the one that was opened."""

    name = forms.CharField(
        max_length=NAME_LIMIT,
        label="Neutral name",
        help_text="What is spoken of, in words that no outlet would mind: “the office”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(choices=Concept.Kind.choices, initial=Concept.Kind.OTHER)
    note = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What belongs to it and what does not.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")


class NewConceptForm(ConceptForm):
    wordings = forms.CharField(
        required=False,
        label="Names that outlets give it",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, as they stand in the articles. More can be added later.",
    )

    field_order = ["name", "kind", "wordings", "note"]

    def clean_wordings(self) -> list[str]:
        return self.cleaned_data["wordings"].splitlines()


class NameForm(forms.Form):
    wording = forms.CharField(
        max_length=NAME_LIMIT,
        label="Add a name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the words that name it."},
    )


class NamingForm(NameForm):
    """A wording, and the concept it names: one that is there, or a new one by its neutral name."""

    concept = forms.ModelChoiceField(
        Concept.objects.none(), required=False, empty_label="a new concept", label="It names"
    )
    name = forms.CharField(
        required=False, max_length=NAME_LIMIT, label="Neutral name of the new concept"
    )
    kind = forms.ChoiceField(
        choices=Concept.Kind.choices,
        required=False,
        initial=Concept.Kind.OTHER,
        label="Kind of the new concept",
    )

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["concept"].queryset = study.concepts.all()
        self.fields["wording"].label = "Words"

    def clean(self):
        data = super().clean()
        if "concept" in data and not data["concept"] and not data.get("name"):
            self.add_error("name", "Choose a concept, or give the new one a neutral name.")
        return data


class PlaceForm(forms.Form):
    """A place of a name, as half-open code points of a text."""

    name = forms.IntegerField()
    revision = forms.IntegerField()
    start = forms.IntegerField(min_value=0)
    end = forms.IntegerField(min_value=1)


class OtherConceptForm(forms.Form):
    """Another concept of the same study: to merge with, or to move a name to."""

    into = forms.ModelChoiceField(
        Concept.objects.none(),
        error_messages={"invalid_choice": "Choose another concept of this study."},
    )

    def __init__(self, *args, concept: Concept, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        others = Concept.objects.filter(study=concept.study_id).exclude(pk=concept.pk)
        self.fields["into"].queryset = others
