"""What the API answers with and takes: the schema of every object, described for its page.

Offsets count Unicode code points, half-open, as everywhere; times are UTC.
"""

import uuid
from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from annotations.api.asking import Id, Words
from annotations.interchange.records import Unit

LONGEST = 2**31 - 1  # PostgreSQL's integer


class Page(Schema):
    next: str | None = Field(description="address of the following rows; null: these were all")


class StudyOut(Schema):
    key: str
    name: str
    role: Literal["reviewer", "moderator", "owner"] = Field(description="yours")
    blind: bool = Field(description="whether stories are closed to you until they open")
    outlets_hidden: bool = Field(description="whether you see outlets as letters")
    licence: str
    created_at: datetime


class StudyPage(Page):
    items: list[StudyOut]


class CodeOut(Schema):
    key: str
    name: str
    parent: str | None = Field(description="key of the code above")
    definition: str
    include: str
    exclude: str
    examples: str = Field(description="one on each line")
    sources: str
    colour: str
    hotkey: str
    asks_target: bool
    marks_spans: bool
    counts_as_bias: bool
    retired_at: datetime | None
    merged_into: str | None = Field(description="key of the code that took its place")


class CodebookOut(Schema):
    name: str
    revision: int
    codes: list[CodeOut]


class StoryOut(Schema):
    id: int
    title: str
    created_at: datetime
    closed: bool = Field(description="whether you see only your own tags here")


class StoryPage(Page):
    items: list[StoryOut]


class RevisionBrief(Schema):
    id: int
    number: int
    headline: str
    word_count: int
    sha256: str | None = Field(description="of the text in UTF-8; null if outlets are hidden")
    created_at: datetime


class ArticleOut(Schema):
    id: int
    story: int
    outlet: str = Field(description="its name, or its letter if outlets are hidden from you")
    headline: str
    url: str | None = Field(description="null if outlets are hidden from you")
    byline: str | None = Field(description="null if outlets are hidden from you")
    external_id: str | None = Field(description="null if outlets are hidden from you")
    published_at: datetime | None
    language: str
    revisions: list[RevisionBrief] = Field(description="its texts, the newest first")


class ArticlePage(Page):
    items: list[ArticleOut]


class RevisionOut(RevisionBrief):
    article: int
    text: str


class SpanOut(Schema):
    story: int
    article: int
    revision: int = Field(description="the text in which the offsets count")
    revision_number: int = Field(description="which text of the article, from 1")
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


class CodingOut(SpanOut):
    code: str = Field(description="key of the code")
    target: str
    polarity: Literal["", "positive", "negative", "mixed"]
    voice: Literal["outlet", "attributed"]
    speaker: str
    note: str
    codebook_revision: int


class AnnotationOut(CodingOut):
    id: uuid.UUID
    ruled_code: str | None = Field(description="key of the code that a moderator put in its place")
    annotator: str
    status: Literal["pending", "accepted", "rejected"]
    created_at: datetime
    updated_at: datetime


class AnnotationPage(Page):
    items: list[AnnotationOut]


class QuoteOut(Schema):
    revision: int
    start: int
    end: int
    exact: str
    stance: Literal["asserted", "attributed", "disputed", "denied"]
    speaker: str


class ReportOut(Schema):
    article: int
    status: Literal["reported", "partial", "omitted", "not_applicable"]
    note: str
    set_by: str
    set_at: datetime
    quotes: list[QuoteOut]


class FactOut(Schema):
    id: int
    story: int
    position: int
    statement: str
    happened_on: date | None
    created_at: datetime
    updated_at: datetime
    reports: list[ReportOut] = Field(description="an article that is not here is unchecked")


class FactPage(Page):
    items: list[FactOut]


class DecisionOut(Schema):
    id: int
    annotation: uuid.UUID
    version: int = Field(description="of the annotation that was ruled on")
    ruling: Literal["accept", "reject", "recode", "reopen"]
    code: str | None
    reason: str
    moderator: str
    made_at: datetime


class DecisionPage(Page):
    items: list[DecisionOut]


class GoldOut(CodingOut):
    id: int
    card: int
    annotation: uuid.UUID | None = Field(description="the coder's tag that was found right")
    ruling: str
    moderator: str
    ruled_at: datetime


class GoldPage(Page):
    items: list[GoldOut]


class FigureOut(Schema):
    part: str = Field(description="whole, story, outlet, code, pair")
    of: str = Field(description="name of the part")
    measure: str
    value: float | None
    low: float | None = Field(description="of the 95 % interval")
    high: float | None
    units: int
    stories: int
    coders: int
    reason: str = Field(description="why there is no value")


class AgreementOut(Schema):
    finished_at: datetime | None = Field(description="null: nobody has computed it yet")
    is_stale: bool = Field(description="whether tags changed since then")
    samples: int
    seed: int
    figures: list[FigureOut]


class AnnotationIn(Schema):
    """A tag to make. The text's words at [start, end) must be `exact`."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID = Field(description="made by you: the same request again is the same tag")
    revision: Id | None = Field(
        None, description="id of the text; else give article and revision_number"
    )
    article: Id | None = Field(None, description="its id")
    revision_number: int | None = Field(None, ge=1, le=LONGEST, description="from 1")
    start: int = Field(ge=0, le=LONGEST, description="first of the words, from 0")
    end: int = Field(ge=1, le=LONGEST, description="first after them")
    exact: Words = Field(min_length=1, description="the words, as the text has them")
    unit: Unit = Field(Unit.CODE_POINTS, description="what start and end count")
    code: Words = Field(min_length=1, max_length=50, description="key of the code")
    target: Words = Field("", max_length=200, description="whom or what the words are about")
    polarity: Literal["", "positive", "negative", "mixed"] = ""
    voice: Literal["outlet", "attributed"] = "outlet"
    speaker: Words = Field("", max_length=200, description="only if the voice is attributed")
    note: Words = Field("", max_length=10_000)


class FieldError(Schema):
    field: str
    message: str


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[FieldError] = []
