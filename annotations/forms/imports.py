"""Forms of import: three ways in, and the confirmation of a draft."""

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings

from annotations.forms.library import DetailsForm
from sources.confirming import Preview
from sources.fetching import fetch
from sources.models import Way
from sources.reading import (
    Reading,
    UnreadableUpload,
    Upload,
    read_page,
    read_paste,
    read_upload,
)
from sources.refusals import ImportRefused
from sources.revising import Doubtful

ACCEPTED = ".txt,.text,.md,.html,.htm,.xhtml,.csv,.tsv,.jsonl,.ndjson,.zip"
MOST_AT_ONCE = 4 * settings.MAX_UPLOAD_BYTES  # bytes of all files of one upload
CHOOSABLE_LINES = 5_000  # of a draft; each is a field of the form
OTHER = "other"  # an article of its own, in place of the number of one that is known


class PasteForm(DetailsForm):
    """The text of an article, and whatever is known about it."""

    way = Way.PASTE

    text = forms.CharField(
        label="Text of the article",
        strip=False,
        help_text="As published, with its headline. Noise is proposed for dropping afterwards.",
        error_messages={"required": "There is no text. Paste the article, headline included."},
        widget=forms.Textarea(attrs={"rows": 14}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outlet"].required = False

    def read(self) -> Upload:
        """Return what was pasted. Raises UnreadableUpload."""
        return Upload([replace(read_paste(self.cleaned_data["text"]), details=self.details())], [])


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or many files, as a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    way = Way.UPLOAD
    files = FilesField(
        label="Files",
        allow_empty_file=True,
        help_text=(
            ".txt, .html, .csv or .jsonl, or a .zip of them; up to "
            f"{settings.MAX_UPLOAD_BYTES // 1024**2} MB a file. Tables need a column “text”; they "
            "may have outlet, title, url, byline, published_at and language."
        ),
        error_messages={"required": "Choose at least one file."},
        widget=FilesInput(attrs={"accept": ACCEPTED, "data-most": settings.MAX_UPLOAD_BYTES}),
    )

    def clean_files(self) -> list[Any]:
        files = self.cleaned_data["files"]
        if sum(file.size for file in files) > MOST_AT_ONCE:
            raise forms.ValidationError(
                f"These are more than {MOST_AT_ONCE // 1024**2} MB together. Upload them in parts."
            )
        return files

    def read(self) -> Upload:
        """Return the articles of all files that can be read, and a problem for each that cannot.

        Raises UnreadableUpload if none can.
        """
        readings: list[Reading] = []
        problems: list[str] = []
        for file in self.cleaned_data["files"]:
            try:
                upload = self._read_file(file)
            except UnreadableUpload as refusal:
                problems.append(str(refusal))
            else:
                readings += upload.readings
                problems += upload.problems
        if not readings:
            raise UnreadableUpload("\n".join(problems))
        return Upload(readings, problems)

    def _read_file(self, file: Any) -> Upload:
        if file.size > settings.MAX_UPLOAD_BYTES:
            # Not read at all: the size is known, and the file may not fit into memory.
            raise UnreadableUpload(
                f"{file.name} has {file.size / 1024**2:.1f} MB; the limit is "
                f"{settings.MAX_UPLOAD_BYTES // 1024**2} MB a file. Split it, or use the "
                "import_articles command."
            )
        return read_upload(file.name, file.read())


class AddressForm(forms.Form):
    way = Way.URL
    url = forms.URLField(
        label="Address of the page",
        max_length=2000,
        assume_scheme="https",
        help_text="http or https. The page is fetched by the server, once.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def read(self) -> Upload:
        """Fetch the page and return its article. Raises FetchProblem or UnreadableUpload."""
        page = fetch(self.cleaned_data["url"])
        reading = read_page(page.url, page.data, media_type=page.media_type, charset=page.charset)
        return Upload([reading], [])


WAYS = {"paste": PasteForm, "upload": UploadForm, "address": AddressForm}


class LineNumbersField(forms.Field):
    """The numbers of the lines that are ticked."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> set[int]:
        try:
            return {int(number) for number in value or ()}
        except ValueError:
            raise forms.ValidationError("The lines do not fit the draft. Reload it.") from None


class DraftForm(DetailsForm):
    """The lines to keep of a draft, its details, and whether it is a new text of a known article.

    Blank lines stay without asking. Of a very long draft only the first lines can be ruled on,
    and the rest goes as proposed.
    """

    keep = LineNumbersField(required=False)
    of = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "This address is of an article that is here. Say which of the two it is.",
            "invalid_choice": "The article at this address is another by now. Say which it is.",
        },
    )
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = preview.lines
        self.new_text = preview.new_text
        solid = [line for line in preview.lines if line.text.strip()]
        self.choosable = {line.number for line in solid[:CHOOSABLE_LINES]}
        self.proposed = preview.dropped
        if self.new_text is None:
            del self.fields["of"], self.fields["sure"]
            return
        self.fields["outlet"].required = False
        known = str(self.new_text.article.pk)
        choices = [(known, "A new text of this article"), (OTHER, "Another article")]
        self.fields["of"].choices = choices
        self.initial["of"] = known

    def clean_keep(self) -> set[int]:
        kept = self.cleaned_data["keep"]
        if not kept <= self.choosable:
            raise forms.ValidationError("The lines do not fit the draft. Reload it.")
        return kept

    def dropped(self) -> set[int]:
        """Return the numbers of the lines that are not ticked, or as proposed if none was asked."""
        if not self.is_bound or "keep" not in getattr(self, "cleaned_data", {}):
            return self.proposed
        return (self.choosable - self.cleaned_data["keep"]) | (self.proposed - self.choosable)

    def choice(self) -> dict[str, Any]:
        """Return what `import_draft` wants to know."""
        is_new = self.new_text and self.cleaned_data["of"] != OTHER
        return {
            "dropped": self.dropped(),
            "details": self.details(),
            "article": self.new_text.article if is_new else None,
            "confirmed": self.cleaned_data.get("sure", False),
        }

    def refuse(self, refusal: ImportRefused) -> None:
        """Show a doubt at the tick that dispels it, and anything else as the details do."""
        if isinstance(refusal, Doubtful):
            seen = self.new_text and self.new_text.doubt
            self.add_error("sure", "Tick this, if it is so." if seen else str(refusal))
        else:
            super().refuse(refusal)
