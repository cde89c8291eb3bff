"""Forms of the carries' queue: its filters, and a ruling."""

from dataclasses import fields

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from annotations.forms.stories import MANY, StoryField
from annotations.models import Carry, CarryRuling, Study
from annotations.revisions.carry_queue import ANY, RULED, UNRULED, CarryFilters, bears_something
from annotations.revisions.carrying import Outcome
from annotations.team.veiling import outlet_name
from annotations.texts.anchoring import AnchorError, occurrence_of
from sources.models import Article

UNDO = "undo"  # not a ruling: takes the last one back
OUTCOMES = [
    (Outcome.REVIEW.value, "To review"),
    (Outcome.KEPT.value, "Kept"),
    (Outcome.MOVED.value, "Moved"),
    (Outcome.GONE.value, "Gone"),
    ("", "All"),
]


class CarryFilterForm(forms.Form):
    """What the queue is narrowed to. An unknown value is an error, and keeps nothing."""

    story = StoryField(coerce=str, empty_value="")
    article = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(required=False, choices=OUTCOMES, label="Found")
    ruling = forms.ChoiceField(
        choices=[(UNRULED, "Not ruled"), (RULED, "Ruled"), (ANY, "Either")], label="By a person"
    )

    def __init__(self, data: QueryDict, *, study: Study) -> None:
        """Three queries at most, for the choices."""
        defaults = CarryFilters()
        data = data.copy()
        data.setdefault("outcome", defaults.outcome)
        data.setdefault("ruling", defaults.ruling)
        super().__init__(data, label_suffix="", auto_id="by-%s")
        self.fields["story"].offer(study.stories.values_list("pk", "title"), "All")
        every = _articles(study, data.get("story", ""))
        # Whether they are too many is soon known, if no order is wanted.
        if every.order_by()[: MANY + 1].count() > MANY:
            self.fields["article"].help_text = "Choose a story to choose one of its articles."
            chosen = data.get("article", "")
            every = every.filter(pk=chosen) if chosen.isdecimal() else every.none()
        articles = list(every)
        named = [(one.pk, f"{outlet_name(study, one.outlet)}: {one.headline}") for one in articles]
        self.fields["article"].choices = [("", "All"), *named]

    def filters(self) -> CarryFilters:
        """Return the filters; only of a valid form."""
        given = {field.name: self.cleaned_data[field.name] for field in fields(CarryFilters)}
        return CarryFilters(**given)


def _articles(study: Study, story: str) -> QuerySet[Article]:
    """Return the articles, of a story or all, with words that were carried."""
    carries = Carry.objects.filter(bears_something(study), study=study)
    articles = Article.objects.filter(
        story__studies=study, pk__in=carries.values("revision__article")
    ).select_related("outlet")
    return articles.filter(story=story) if story.isdecimal() else articles


class CarryRulingForm(forms.Form):
    """A ruling on a carry, with what the moderator saw when they made it."""

    ruling = forms.ChoiceField(
        choices=[choice for choice in CarryRuling.choices if choice[0]] + [(UNDO, "undo")],
        error_messages={
            "required": "Accept the place, place the words by hand, or rule them gone."
        },
    )
    version = forms.IntegerField(min_value=0)
    start = forms.IntegerField(min_value=0, required=False)
    end = forms.IntegerField(min_value=0, required=False)
    exact = forms.CharField(required=False, strip=False)
    occurrence = forms.IntegerField(min_value=1, required=False)
    decision = forms.IntegerField(required=False)

    def __init__(self, *args, text: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.text = text

    def clean(self) -> dict:
        """Find words that are quoted without a place; of other rulings the words do not count."""
        given = super().clean()
        if given.get("ruling") != CarryRuling.PLACED:
            return given | {"start": None, "end": None, "exact": None}
        # A browser sends every line end as \r\n; a stored text has only \n.
        given["exact"] = given.get("exact", "").replace("\r\n", "\n")
        if given.get("start") is None or given.get("end") is None:
            try:
                place = occurrence_of(
                    self.text, given["exact"].strip(), given.get("occurrence") or 1
                )
            except AnchorError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
            given |= {"start": place.start, "end": place.end, "exact": place.exact}
        return given

    def problem(self) -> str:
        """Return the first error in words."""
        return _first_error(self)


class AcceptForm(forms.Form):
    """How much a proposed place has to score; `confirmed` is how many that were."""

    at_least = forms.FloatField(
        min_value=0,
        max_value=1,
        error_messages={"required": "Say from which score on the places are accepted, 0 to 1."},
    )
    confirmed = forms.IntegerField(required=False)

    def problem(self) -> str:
        """Return the first error in words."""
        return _first_error(self)


def _first_error(form: forms.Form) -> str:
    return next(error for errors in form.errors.values() for error in errors)
