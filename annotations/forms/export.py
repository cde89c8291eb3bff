"""What to take away, and in which form."""

from django import forms

from annotations.export.choosing import Choice
from annotations.forms.stories import StoryField
from annotations.models import Annotation, Fact, Status, Study
from annotations.rulings.gold import gold_for, rulings_for
from annotations.tags.counting import taggers_of

FORMS = {"safe": "for a spreadsheet (safe)", "lossless": "for a program (lossless)"}


class ExportForm(forms.Form):
    """Which rows of `study`; every field may be left out. `form` is the cells' form."""

    story = StoryField()
    status = forms.ChoiceField(
        choices=[("", "any status"), *Status.choices],
        required=False,
        help_text="Narrows the annotations; the other tables have no status.",
    )
    layer = forms.ChoiceField(
        required=False,
        help_text="Whose annotations. Gold has a file of its own.",
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
        self.fields["story"].offer_of(study, "all stories")
        names = taggers_of(Annotation.objects.seen_in(study))
        coders = [(name, f"{name}’s tags") for name in names]
        self.fields["layer"].choices = [("", "every coder’s tags"), *coders]

    @property
    def lossless(self) -> bool:
        return self.cleaned_data["form"] == "lossless"

    def choice(self) -> Choice:
        """Return which annotations are asked for."""
        story = self.cleaned_data["story"]
        return Choice(
            story=story.pk if story else None,
            status=self.cleaned_data["status"],
            layer=self.cleaned_data["layer"],
        )

    def annotations(self):
        """Return the annotations asked for that stand and that the reader may see."""
        return self.choice().annotations(self.study)

    def gold(self):
        """Return the gold tags asked for that the reader may see."""
        return self._in_story(
            gold_for(self.study, self.study.role), "ruling__card__adjudication__story"
        )

    def rulings(self):
        """Return the rulings on cards asked for that the reader may see."""
        return self._in_story(rulings_for(self.study, self.study.role), "card__adjudication__story")

    def facts(self):
        """Return the facts asked for."""
        return self._in_story(Fact.objects.filter(study=self.study), "story")

    def _in_story(self, rows, path: str):
        story = self.cleaned_data["story"]
        return rows.filter(**{path: story}) if story else rows
