"""Forms of imports of annotations: the file, and what the names in it stand for here."""

from typing import Any

from django import forms
from django.conf import settings

from annotations.intake.decisions import LEAVE_OUT, Decisions, Outcome
from annotations.models import Intake

MAKE = "+"  # a reviewer of that name
OF_FILE = ""  # whom the file names
NOBODY = "nobody is named"


class IntakeForm(forms.Form):
    """A file to look at."""

    file = forms.FileField(
        label="File",
        help_text=f"At most {settings.MAX_UPLOAD_BYTES // 1024**2} MB. Larger ones go in by the "
        "command import_annotations.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                "The file is too large for this page. Use the command import_annotations."
            )
        return file


class DecisionsForm(forms.Form):
    """What the file's codes and annotators stand for; a field for each that nobody knows yet."""

    annotator = forms.ChoiceField(label="Whose tags are they?", required=False)
    story = forms.CharField(
        label="Story of articles that are made",
        max_length=300,
        required=False,
        help_text="Where the file names none. It is begun if the study has none of that title.",
        widget=forms.TextInput(attrs={"list": "stories", "autocomplete": "off"}),
    )
    outlet = forms.CharField(
        label="Outlet of articles that are made",
        max_length=200,
        required=False,
        help_text="Where the file names none.",
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        self.intake = intake
        self.made = Decisions.of(intake.decisions)
        found = Outcome.of(intake.found)
        members = list(
            intake.study.memberships.order_by("user__username").values_list(
                "user__username", flat=True
            )
        )
        given = {"annotator": self.made.annotator, "story": self.made.story}
        given["outlet"] = self.made.outlet
        super().__init__(*args, initial=given, label_suffix="", **kwargs)
        named = [(name, name) for name in members]
        self.fields["annotator"].choices = [(OF_FILE, "of those whom the file names"), *named]
        self.code_names = sorted(self.made.codes.keys() | found.unknown_codes.keys())
        self.people = sorted(self.made.annotators.keys() | found.unknown_annotators.keys())
        codes = _codes_of(intake)
        for at, said in enumerate(self.code_names):
            chosen = self.made.codes.get(said, _guess(said, codes))
            self._add(f"code-{at}", said, [(LEAVE_OUT, "Leave out"), *codes], chosen)
        for at, said in enumerate(self.people):
            choices = [(LEAVE_OUT, "Leave out"), *named]
            if said:
                choices.append((MAKE, f"Make a reviewer “{said}”, who cannot log in"))
            chosen = self.made.annotators.get(said, LEAVE_OUT)
            if said and chosen == said and said not in members:
                chosen = MAKE
            self._add(f"annotator-{at}", said or NOBODY, choices, chosen)

    def _add(self, name: str, label: str, choices: list, chosen: str) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, required=False, initial=chosen
        )

    @property
    def codes(self) -> list[forms.BoundField]:
        """The fields of codes that nobody knows."""
        return [self[f"code-{at}"] for at in range(len(self.code_names))]

    @property
    def annotators(self) -> list[forms.BoundField]:
        """The fields of annotators who are no members."""
        return [self[f"annotator-{at}"] for at in range(len(self.people))]

    def decisions(self) -> Decisions:
        """Return what was decided."""
        given = self.cleaned_data
        people = {said: given[f"annotator-{at}"] for at, said in enumerate(self.people)}
        return Decisions(
            codes={said: given[f"code-{at}"] for at, said in enumerate(self.code_names)},
            annotators={said: said if name == MAKE else name for said, name in people.items()},
            annotator=given["annotator"],
            create_annotators=MAKE in people.values(),
            story=given["story"],
            outlet=given["outlet"],
        )


def _codes_of(intake: Intake) -> list[tuple[str, str]]:
    """Return the codes that take tags, by key, in the codebook's order."""
    codes = intake.study.codebook.codes.filter(retired_at=None, marks_spans=True)
    return [
        (code.key, f"{code.parent.name} / {code.name}" if code.parent else code.name)
        for code in codes.select_related("parent")
    ]


def _guess(said: str, codes: list[tuple[str, str]]) -> str:
    """Return the code that is spelled like the label but for case and signs, if there is one."""
    wanted = _letters(said)
    found = [key for key, name in codes if wanted and wanted in (_letters(key), _letters(name))]
    return found[0] if len(found) == 1 else LEAVE_OUT


def _letters(words: str) -> str:
    return "".join(mark for mark in words.casefold() if mark.isalnum())
