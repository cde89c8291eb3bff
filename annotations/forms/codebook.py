"""Forms of the codebook page."""

from django import forms

from annotations.codifying import EDITABLE, RULES, CodeRefused
from annotations.models import Code

LABELS = {
    "include": "Include",
    "exclude": "Exclude",
    "colour": "Colour",
    "hotkey": "Hot-key",
    "asks_target": "Asks for a target and a polarity",
    "marks_spans": "Marks words of an article",
    "counts_as_bias": "Counts as bias",
}


class CodeForm(forms.ModelForm):
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

    def clean_hotkey(self) -> str:
        return self.cleaned_data["hotkey"].lower()

    def refuse(self, refusal: CodeRefused) -> None:
        """Show what the action refused, at its field if the form has it."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class NewCodeForm(CodeForm):
    class Meta(CodeForm.Meta):
        fields = ("name", "key", "parent", *EDITABLE[1:], *RULES)

    def __init__(self, *args, codebook, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = codebook.codes.filter(parent=None)
        self.fields["parent"].empty_label = "none: an upper code"
        self.fields["key"].help_text = "Names the code in exports; it cannot change later."
