"""What to take away, and in which form."""

from django import forms

from annotations.models import Annotation, Fact, Status, Study
from sources.models import Story

FORMS = {"safe": "for a spreadsheet (safe)", "lossless": "for a program (lossless)"}


class ExportForm(forms.Form):
    """Which rows of `study`; every field may be left out. `form` is the cells' form."""

    story = forms.ModelChoiceField(Story.objects.none(), required=False, empty_label="all stories")
    status = forms.ChoiceField(
        choices=[("", "any status"), *Status.choices],
        required=False,
        help_text="Narrows the annotations; the facts have no status.",
    )
    form = forms.ChoiceField(
        label="Cells",
        choices=list(FORMS.items()),
        required=False,
        initial="safe",
        help_text="Safe: a cell that a spreadsheet would run as a formula gets an ' in front.",
    )

    def __init__(self, *args, study: Study, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.study = study
        self.fields["story"].queryset = study.stories.all()

    @property
    def lossless(self) -> bool:
        return self.cleaned_data["form"] == "lossless"

    def annotations(self):
        """Return the annotations asked for that stand."""
        kept = Annotation.objects.in_study(self.study).standing()
        if story := self.cleaned_data["story"]:
            kept = kept.filter(span__revision__article__story=story)
        if status := self.cleaned_data["status"]:
            kept = kept.filter(status=status)
        return kept

    def facts(self):
        """Return the facts asked for."""
        kept = Fact.objects.filter(study=self.study)
        if story := self.cleaned_data["story"]:
            kept = kept.filter(story=story)
        return kept
