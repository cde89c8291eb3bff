"""Forms of harvests: where the addresses come from, and which of them to look at."""

from datetime import date
from typing import Any

from django import forms

from annotations.intake.harvests import Filters
from sources.listing import MOST_TYPED, NotAListing, Typed, page_address, read_typed

LAST_DAY = date(9990, 12, 31)  # so that the day after it is one too


class FeedForm(forms.Form):
    """The address of a feed, of a sitemap, or of a page that names one."""

    url = forms.URLField(
        label="Address",
        max_length=2000,
        assume_scheme="https",
        help_text="Of a feed (RSS, Atom), of a sitemap, or of any page of a site that names its "
        "feed.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def clean_url(self) -> str:
        url = page_address(self.cleaned_data["url"])
        if not url:
            raise forms.ValidationError("Begin with http:// or https://.")
        return url


class AddressesForm(forms.Form):
    """Addresses, one a line; `typed` has those that can be read and says which lines cannot."""

    addresses = forms.CharField(
        label="Addresses",
        help_text=f"One a line, at most {MOST_TYPED}.",
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "autocomplete": "off"}),
    )
    typed: Typed

    def clean_addresses(self) -> str:
        try:
            self.typed = read_typed(self.cleaned_data["addresses"])
        except NotAListing as problem:
            raise forms.ValidationError(str(problem)) from None
        return self.cleaned_data["addresses"]


class PageFilterForm(forms.Form):
    """Narrow the list of pages. By GET; nonsense counts as not asked."""

    q = forms.CharField(
        label="Words", required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="pages-%s", label_suffix="")
        self.full_clean()

    @property
    def filters(self) -> Filters:
        given = self.cleaned_data
        until = given.get("until")
        return Filters(
            given.get("q", "").replace("\0", ""),
            given.get("since"),
            min(until, LAST_DAY) if until else None,
        )


class PagesForm(forms.Form):
    """The pages that were ticked."""

    page = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Tick at least one page."}
    )

    def __init__(self, data: Any, *, most: int) -> None:
        super().__init__(data)
        self.most = most
        asked = data.getlist("page")
        self.fields["page"].choices = [(one, one) for one in asked if one.isdecimal()]

    def clean_page(self) -> list[int]:
        pages = [page for page in self.cleaned_data["page"] if page < 2**63]
        if len(pages) > self.most:
            raise forms.ValidationError(f"At most {self.most} pages are fetched in one go.")
        return pages
