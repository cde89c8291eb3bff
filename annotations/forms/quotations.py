"""Forms of the quotations page: what to show, and which words to tag."""

import uuid

from django import forms

from annotations.forms.tagging import LONGEST
from annotations.language.quotations import CLASSES, Filters, Quotations
from annotations.language.utterances import Likeness
from annotations.models import Study
from annotations.team.veiling import outlet_name

SAID = {
    Likeness.ALTERED: "altered or translated",
    Likeness.SHORTENED: "shortened",
    Likeness.IDENTICAL: "identical",
}


class FilterForm(forms.Form):
    """Narrow the page. By GET; nonsense counts as not asked."""

    likeness = forms.ChoiceField(
        required=False,
        label="Class",
        choices=[("", "all"), *((one.value, SAID[one]) for one in CLASSES)],
    )
    speaker = forms.CharField(required=False, max_length=200, widget=forms.Select)
    outlet = forms.IntegerField(required=False, min_value=1, widget=forms.Select)

    def __init__(self, data) -> None:
        super().__init__(data, label_suffix="")
        self.full_clean()

    @property
    def filters(self) -> Filters:
        given = self.cleaned_data
        return Filters(
            given.get("speaker", ""), given.get("likeness", ""), given.get("outlet") or None
        )

    def offer(self, found: Quotations, study: Study) -> None:
        """Offer the speakers and outlets of the story, as the reader of the study knows them."""
        speakers = [("", "all"), *((name, name) for name in found.speakers)]
        asked = self.cleaned_data.get("speaker")
        if asked and asked not in found.speakers:
            speakers.append((asked, asked))
        self.fields["speaker"].widget.choices = speakers
        outlets = [("", "all"), *((one.pk, outlet_name(study, one)) for one in found.outlets)]
        self.fields["outlet"].widget.choices = outlets


class TagQuotationForm(forms.Form):
    """The words of one version, as the page showed them."""

    id = forms.UUIDField(required=False)
    revision = forms.IntegerField(min_value=1, max_value=LONGEST)
    start = forms.IntegerField(min_value=0, max_value=LONGEST)
    end = forms.IntegerField(min_value=1, max_value=LONGEST)
    exact = forms.CharField(strip=False)
    speaker = forms.CharField(max_length=200, required=False)

    def clean_id(self) -> uuid.UUID:
        return self.cleaned_data["id"] or uuid.uuid4()

    def clean_exact(self) -> str:
        # A native form post turns every line end into CRLF.
        return self.cleaned_data["exact"].replace("\r\n", "\n")
