"""Forms of the queue: its filters, a ruling, and a ruling on many."""

from dataclasses import fields

from django import forms
from django.http import QueryDict

from annotations.forms.stories import StoryField
from annotations.models import Code, Ruling, Status, Study, Voice
from annotations.rulings.queue import Filters, to_rule_on
from annotations.tags.counting import outlets_in, taggers_of
from annotations.team.veiling import outlet_name

UNDO = "undo"  # not a ruling: takes the last one back


class QueueFilterForm(forms.Form):
    """What the queue is narrowed to. An unknown value is an error, so that nothing is
    ruled on that was not meant."""

    status = forms.ChoiceField(choices=[*Status.choices, ("any", "Any")])
    story = StoryField(coerce=str, empty_value="")
    outlet = forms.ChoiceField(required=False)
    code = forms.ChoiceField(required=False)
    reviewer = forms.ChoiceField(required=False)
    voice = forms.ChoiceField(required=False, choices=[("", "All"), *Voice.choices])
    q = forms.CharField(
        label="Words",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "in quote, note, target"}),
    )

    def __init__(self, data: QueryDict, *, study: Study) -> None:
        """Four queries, for the choices."""
        data = data.copy()
        data.setdefault("status", Status.PENDING)
        super().__init__(data, label_suffix="", auto_id="by-%s")
        names = taggers_of(to_rule_on(study))
        self.fields["story"].offer(study.stories.values_list("pk", "title"), "All")
        outlets = ((outlet.pk, outlet_name(study, outlet)) for outlet in outlets_in(study))
        self._offer("outlet", outlets)
        self.codes = list(study.codebook.codes.select_related("parent"))
        self._offer("code", ((code.pk, _indented(code)) for code in self.codes))
        self._offer("reviewer", ((name, name) for name in names))

    def _offer(self, name: str, choices) -> None:
        self.fields[name].choices = [("", "All"), *choices]

    def filters(self) -> Filters:
        """Return the filters; only of a valid form."""
        return Filters(**{field.name: self.cleaned_data[field.name] for field in fields(Filters)})


class RulingForm(forms.Form):
    """A ruling on one annotation, with what the moderator saw when they made it."""

    ruling = forms.ChoiceField(choices=[*Ruling.choices, (UNDO, "undo")])
    version = forms.IntegerField(min_value=0)
    after = forms.IntegerField(min_value=0, required=False)
    code = forms.ModelChoiceField(Code.objects.none(), required=False)
    reason = forms.CharField(max_length=2000, required=False)
    decision = forms.IntegerField(required=False)
    filters = forms.CharField(required=False, strip=False)
    next = forms.UUIDField(required=False)

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].queryset = study.codebook.codes.all()

    def problem(self) -> str:
        """Return the first error in words."""
        return next(error for errors in self.errors.values() for error in errors)


class BulkForm(forms.Form):
    """A ruling on the chosen cards or on all that match; `confirmed` is how many that was."""

    scope = forms.ChoiceField(choices=[("chosen", "chosen"), ("matching", "matching")])
    ruling = forms.ChoiceField(
        choices=[choice for choice in Ruling.choices if choice[0] != Ruling.RECODE]
    )
    reason = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"list": "reasons", "autocomplete": "off"}),
    )
    filters = forms.CharField(required=False, strip=False)
    confirmed = forms.IntegerField(required=False)

    def versions(self) -> dict[str, int]:
        """Return the version of each chosen annotation, from values like `uuid:version`.

        What has not that shape is passed over.
        """
        pairs = (value.partition(":") for value in self.data.getlist("chosen"))
        return {
            forms.UUIDField().to_python(id): int(version)
            for id, _, version in pairs
            if is_uuid(id) and version.isdecimal()
        }


def is_uuid(value: str) -> bool:
    """Tell whether a text is an id, in any of its spellings."""
    try:
        return forms.UUIDField().to_python(value) is not None
    except forms.ValidationError:
        return False


def _indented(code: Code) -> str:
    return f"\u2003{code.name}" if code.parent_id else code.name
