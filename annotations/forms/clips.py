"""The form of a page that is sent from the browser."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404

from annotations.access import sees_outlets, story_for, study_for
from annotations.intake.clipping import places_for
from annotations.models import Study
from sources.fetching import MAX_PAGE_BYTES
from sources.listing import page_address
from sources.models import Story
from sources.reading import Details, Reading, read_page, read_paste


class SourceField(forms.CharField):
    """A text of any length, as it came but for NUL, which no database keeps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\0", "")


class ClipForm(forms.Form):
    """A story of the user's, and a page: as a script filled it in, or a text pasted by hand."""

    page = SourceField(widget=forms.Textarea(attrs={"hidden": True, "autocomplete": "off"}))
    url = forms.CharField(
        label="Address of the page",
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    text = SourceField(
        label="Text of the article",
        help_text="As published, with its headline.",
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
    )
    place = forms.CharField(
        label="Into the story",
        widget=forms.Select,
        error_messages={"required": "Choose a story."},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="clipped-%s", label_suffix="", **kwargs)
        self.user = user
        places = places_for(user) if user.is_authenticated else []
        self.has_places = bool(places)
        self.fields["place"].widget.choices = places

    def clean_place(self) -> tuple[Study, Story]:
        """Return the study and its story, if the user may import there."""
        key, _, story = self.cleaned_data["place"].partition("/")
        try:
            study = sees_outlets(study_for(self.user, key))
            return study, story_for(study, int(story))
        except (Http404, ValueError):
            raise forms.ValidationError("There is no such story any more. Reload.") from None
        except PermissionDenied as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_page(self) -> str:
        page = self.cleaned_data["page"]
        if len(page.encode(errors="replace")) > MAX_PAGE_BYTES:
            raise forms.ValidationError(
                f"The page has more than {MAX_PAGE_BYTES // 1024**2} MB. Paste its text instead."
            )
        return page

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if url and not page_address(url):
            raise forms.ValidationError("Begin with http:// or https://, or leave it empty.")
        return page_address(url)

    def read(self) -> Reading:
        """Return the article. Raises UnreadableUpload."""
        url, page = self.cleaned_data["url"], self.cleaned_data["page"]
        if page:
            data = page.encode(errors="replace")
            return read_page(url, data, media_type="text/html", charset="utf-8")
        return replace(read_paste(self.cleaned_data["text"]), details=Details(url=url))
