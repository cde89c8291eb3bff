"""Forms of the codebook: what it says of a code, the end of a code's use, and files."""

from django import forms
from django.forms import formset_factory

from annotations.codebook.codifying import EDITABLE, RULES, CodeRefused
from annotations.codebook.retiring import MOST_PARTS
from annotations.models import Code, CodebookRevision

LABELS = {
    "include": "Include",
    "exclude": "Exclude",
    "colour": "Colour",
    "hotkey": "Hot-key",
    "asks_target": "Asks for a target and a polarity",
    "marks_spans": "Marks words of an article",
    "counts_as_bias": "Counts as bias",
}
LONGEST_REASON = CodebookRevision._meta.get_field("reason").max_length


class ReasonForm(forms.Form):
    """Why the codebook changes: its change log keeps it."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        label="Why",
        help_text="For the change log; may be empty.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def refuse(self, refusal: CodeRefused) -> None:
        """Show what the action refused, at its field if the form has it."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class CodeForm(ReasonForm, forms.ModelForm):
    """What the codebook says of a code. Reads fields only: `edit_code` writes."""

    class Meta:
        model = Code
        fields = EDITABLE
        labels = LABELS
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "hotkey": forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
        } | {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("definition", "include", "exclude", "examples", "sources")
        }

    field_order = [*EDITABLE, "reason"]

    def clean_hotkey(self) -> str:
        return self.cleaned_data["hotkey"].lower()


class NewCodeForm(CodeForm):
    class Meta(CodeForm.Meta):
        fields = ("name", "key", "parent", *EDITABLE[1:], *RULES)

    reason = None
    field_order = Meta.fields

    def __init__(self, *args, codebook, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = codebook.codes.filter(parent=None, retired_at=None)
        self.fields["parent"].empty_label = "none: an upper code"
        self.fields["key"].help_text = "Names the code in exports: a-z, 0-9, - and _."


class KeyForm(ReasonForm):
    key = forms.SlugField(max_length=50, label="New key", help_text="a-z, 0-9, - and _")
    field_order = ["key", "reason"]


class MergeForm(ReasonForm):
    into = forms.ModelChoiceField(Code.objects.none(), label="Merge into", empty_label="Choose…")
    field_order = ["into", "reason"]

    def __init__(self, *args, code, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = code.codebook.codes.filter(retired_at=None).exclude(pk=code.pk)
        self.fields["into"].queryset = others.exclude(parent=code).select_related("parent")


class PartForm(forms.ModelForm):
    """One of the codes that a code is split into; an empty one is passed over."""

    class Meta:
        model = Code
        fields = ("name", "key", "definition", "colour", "hotkey")
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "hotkey": forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
            "definition": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"hotkey": "Hot-key"}

    def clean_hotkey(self) -> str:
        return self.cleaned_data["hotkey"].lower()


PartFormSet = formset_factory(
    PartForm, extra=0, min_num=MOST_PARTS, max_num=MOST_PARTS, absolute_max=MOST_PARTS
)


class CodebookFileForm(forms.Form):
    """A file with codes, or the same pasted."""

    file = forms.FileField(
        required=False,
        label="File",
        help_text="CSV (commas, semicolons or tabs) or JSON, in UTF-8.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json"}),
    )
    text = forms.CharField(
        required=False, strip=False, label="or paste it", widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if not (cleaned.get("file") or cleaned.get("text") or self.errors):
            raise forms.ValidationError("Choose a file, or paste its lines.")
        return cleaned

    def data_of(self) -> bytes:
        """Return the bytes to read; only of a valid form."""
        file = self.cleaned_data["file"]
        return file.read() if file else self.cleaned_data["text"].encode()


class ApplyFileForm(ReasonForm):
    """A file as its preview showed it, and the revision of the codebook that it was for."""

    text = forms.CharField(strip=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    missing = forms.ChoiceField(
        choices=[("keep", "stay as they are"), ("retire", "are retired")],
        initial="keep",
        required=False,
        widget=forms.RadioSelect,
        label="Codes that the file does not name",
    )
    field_order = ["missing", "reason"]
