"""Import articles: keep what came, draft it, and store it as revisions."""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from sources.cleaning import DROP, KEEP, LineProposal, cleaned_text, propose_cleaning
from sources.describing import describe
from sources.models import Article, CleanedLine, Draft, Original, Outlet, Revision, Story
from sources.normalising import normalise
from sources.reading import Details, Reading, is_web_address

_LONGEST = {"headline": 500, "byline": 300, "outlet": 200, "url": 2000, "language": 35}
_HEADLINE_WORDS = 12  # of the text, where nobody says what the headline is
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})?")
# A Han or Kana character is a word, as word processors count them; Hangul is written with
# spaces. What hangs together by an apostrophe, hyphen, point or comma ("U.S.-led", "1,000") is one.
_WORD = re.compile(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|(?:(?![\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])\w)+"
    r"(?:['’.,\u2010\u2011-](?:(?![\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff])\w)+)*"
)


class ImportRefused(Exception):
    """Nothing was written; the message says why and what to do."""


class NothingToImport(ImportRefused):
    """No text is left once the dropped lines are out."""


class BadDetail(ImportRefused):
    """A detail cannot be stored; `field` names it as Details does."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class MissingDetail(BadDetail):
    """A detail that an article must have is empty."""


class ArticleChanged(ImportRefused):
    """The story has `article` already, with another text."""

    def __init__(self, article: Article, message: str) -> None:
        super().__init__(message)
        self.article = article


@dataclass(frozen=True, slots=True)
class Imported:
    """A revision, and whether it is new: the same text again is the same revision."""

    revision: Revision
    created: bool


def words(text: str) -> int:
    """Count the words of `text`; each Han or Kana character is one.

    Scripts that write neither spaces nor Han, such as Thai, are counted by the phrase.
    """
    return sum(1 for _ in _WORD.finditer(text))


def open_story(title: str) -> Story:
    """Begin a story that no study codes yet."""
    return Story.objects.create(title=title)


def keep_original(
    data: bytes,
    *,
    filename: str,
    media_type: str,
    charset: str,
    uploaded_by: User | None,
) -> Original:
    """Store `data` as it came; the same bytes are the same row, under their first name."""
    original, _ = Original.objects.defer("data").get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        defaults={
            "data": data,
            "filename": _tidy(filename)[-255:],
            "media_type": media_type,
            "charset": charset[:40],
            "uploaded_by": uploaded_by,
        },
    )
    return original


@transaction.atomic
def draft_articles(readings: Iterable[Reading], *, story: Story, created_by: User) -> list[Draft]:
    """Store `readings` as drafts of one batch in `story`, in their order.

    A detail that a reading lacks is proposed from its text. The story that a reading names is
    not heeded: the person chose `story`.
    """
    batch = uuid.uuid4()
    drafts = []
    for position, (reading, original) in enumerate(kept(readings, uploaded_by=created_by)):
        details = proposed_details(reading)
        drafts.append(
            Draft(
                batch=batch,
                position=position,
                story=story,
                original=original,
                text=reading.text,
                outlet_name=details.outlet,
                headline=details.headline,
                url=details.url,
                byline=details.byline,
                published_at=details.published_at,
                language=details.language,
                created_by=created_by,
            )
        )
    return Draft.objects.bulk_create(drafts, batch_size=500)


def kept(
    readings: Iterable[Reading], *, uploaded_by: User | None
) -> Iterator[tuple[Reading, Original]]:
    """Yield each reading with its original, which is stored as `keep_original` does.

    The rows of one table stand together and share their bytes, which are hashed but once.
    """
    data: bytes | None = None
    for reading in readings:
        if reading.original is not data:
            data = reading.original
            original = keep_original(
                data,
                filename=reading.filename,
                media_type=reading.media_type,
                charset=reading.charset,
                uploaded_by=uploaded_by,
            )
        yield reading, original


def proposed_details(reading: Reading) -> Details:
    """Return the details of `reading`, those it lacks proposed from its text, cut to fit."""
    told, seen = (
        reading.details,
        describe(reading.text, filename=reading.filename, html=reading.markup or None),
    )
    details = Details(
        story=told.story,
        outlet=told.outlet or seen.outlet,
        headline=told.headline or seen.headline,
        url=next((url for url in (told.url, seen.url) if is_web_address(url)), ""),
        byline=told.byline or seen.byline,
        published_at=told.published_at or seen.published_at,
        language=told.language or seen.language,
    )
    return _cut(details)


def import_article(
    story: Story,
    *,
    original: Original,
    text: str,
    dropped: set[int] | None,
    details: Details,
    imported_by: User | None,
) -> Imported:
    """Store `text` without its `dropped` lines as the first revision of an article.

    `text` is whole and normalised; `dropped` holds line numbers from 0, and None drops what
    cleaning proposes to drop. Proposals and choices are stored line by line. The same text
    again in this story is the same revision, and its details stay as they are; a copy by
    another outlet under another URL is an article of its own. Safe when two do it at once.

    Raises NothingToImport, MissingDetail, BadDetail, and ArticleChanged when the story has
    this URL, or this file, with another text: nothing is ever overwritten.
    """
    proposals = propose_cleaning(text, headline=details.headline)
    return _store(story, original, proposals, dropped, details, imported_by)


@transaction.atomic
def import_draft(
    draft: Draft, *, dropped: set[int] | None, details: Details, imported_by: User
) -> Imported:
    """Import a draft with the `details` that a person confirmed, and delete it.

    Proposals are those for the draft's own headline, which the person saw. Raises as
    `import_article` does, and the draft stays.
    """
    proposals = propose_cleaning(draft.text, headline=draft.headline)
    imported = _store(draft.story, draft.original, proposals, dropped, details, imported_by)
    # Not draft.delete(): a request sent twice finds it gone, which is as well.
    Draft.objects.filter(pk=draft.pk).delete()
    return imported


@transaction.atomic
def discard_draft(draft: Draft) -> None:
    """Delete a draft, and its original if nothing else holds it."""
    Draft.objects.filter(pk=draft.pk).delete()
    Original.objects.filter(pk=draft.original_id, drafts=None, revisions=None).delete()


@transaction.atomic
def edit_article(
    article: Article,
    *,
    headline: str,
    outlet_name: str,
    url: str,
    byline: str,
    published_at: datetime | None,
    language: str,
) -> Article:
    """Correct what is said about an article; its text stays. Raises MissingDetail or BadDetail."""
    details = checked_details(
        Details(
            outlet=outlet_name,
            headline=headline,
            url=url,
            byline=byline,
            published_at=published_at,
            language=language,
        )
    )
    for field in ("headline", "outlet"):
        _require(details, field)
    article.outlet = _outlet(details.outlet)
    for field in _DETAIL_FIELDS:
        setattr(article, field, getattr(details, field))
    try:
        with transaction.atomic():
            article.save(update_fields=["outlet", *_DETAIL_FIELDS])
    except IntegrityError:
        raise BadDetail("url", "Another article of this story has this address.") from None
    return article


def checked_details(details: Details) -> Details:
    """Return `details` without stray white space. Raises BadDetail for what cannot be stored."""
    tidy = _with(details, {field: _tidy(getattr(details, field)) for field in _LONGEST})
    for field, longest in _LONGEST.items():
        if len(getattr(tidy, field)) > longest:
            raise BadDetail(field, f"This is longer than {longest} characters. Shorten it.")
    if tidy.url and not is_web_address(tidy.url):
        raise BadDetail("url", "Begin with http:// or https://, or leave it empty.")
    if not _LANGUAGE.fullmatch(tidy.language):
        raise BadDetail("language", "Use a code such as en or pt-BR, or leave it empty.")
    return tidy


_DETAIL_FIELDS = ("headline", "url", "byline", "published_at", "language")


@transaction.atomic
def _store(
    story: Story,
    original: Original,
    proposals: list[LineProposal],
    dropped: set[int] | None,
    details: Details,
    imported_by: User | None,
) -> Imported:
    if dropped is None:
        dropped = {line.number for line in proposals if line.verdict == DROP}
    text = cleaned_text(proposals, dropped)
    if not text.strip():
        raise NothingToImport("All lines are dropped, so there is nothing to import. Keep some.")
    details = checked_details(details)
    # One import a story at a time, or two of the same text at once would be two articles.
    Story.objects.select_for_update(no_key=True).only("pk").get(pk=story.pk)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if known := _known(story, original, sha256, details):
        return Imported(known, created=False)
    _require(details, "outlet")
    article = Article.objects.create(
        story=story,
        outlet=_outlet(details.outlet),
        **{field: getattr(details, field) for field in _DETAIL_FIELDS}
        | {"headline": details.headline or _first_words(text)},
    )
    revision = Revision.objects.create(
        article=article,
        headline=article.headline,
        text=text,
        sha256=sha256,
        word_count=words(text),
        original=original,
        created_by=imported_by,
    )
    _store_lines(revision, proposals, dropped)
    return Imported(revision, created=True)


def _store_lines(revision: Revision, proposals: list[LineProposal], dropped: set[int]) -> None:
    """Store the lines that cleaning spoke about or a person ruled on."""
    CleanedLine.objects.bulk_create(
        (
            CleanedLine(
                revision=revision,
                number=line.number,
                text=line.text,
                verdict=line.verdict,
                reason=line.reason,
                dropped=line.number in dropped,
            )
            for line in proposals
            if line.text.strip() and (line.verdict != KEEP or line.number in dropped)
        ),
        batch_size=2000,
    )


def _known(story: Story, original: Original, sha256: str, details: Details) -> Revision | None:
    """Return the revision that is this very text already, or None if it is new to the story.

    Raises ArticleChanged if the story has the same URL, or the same file, with another text.
    One query, as nearly every article of a large import is new.
    """
    same = Q(sha256=sha256)
    if details.url:
        same |= Q(article__url=details.url)
    # Rows of one table share their file; elsewhere one file is one article.
    if original.media_type not in {"text/csv", "application/jsonl"}:
        same |= Q(original=original)
    changed = None
    revisions = Revision.objects.filter(same, article__story=story).defer("text")
    for revision in revisions.select_related("article__outlet").order_by("pk"):
        article = revision.article
        elsewhere = article.url and details.url and article.url != details.url
        if revision.sha256 == sha256:
            if not (elsewhere and details.outlet and article.outlet.name != details.outlet):
                return revision
        elif not elsewhere:
            changed = changed or article
    if changed:
        raise ArticleChanged(
            changed,
            f"This story has “{changed.headline}” already, with another text. Nothing was "
            "changed: a text that annotations may point to is never overwritten.",
        )
    return None


def _outlet(name: str) -> Outlet:
    outlet, _ = Outlet.objects.get_or_create(name=name)
    return outlet


def _require(details: Details, field: str) -> None:
    if not getattr(details, field):
        raise MissingDetail(field, f"Say what the {field} is: the text does not tell.")


def _cut(details: Details) -> Details:
    """Cut proposals to what the fields hold; a URL or code that is cut would be another one."""
    cut = {}
    for field, longest in _LONGEST.items():
        value = _tidy(getattr(details, field))
        if len(value) > longest:
            value = "" if field in {"url", "language"} else value[: longest - 1].rstrip() + "…"
        cut[field] = value
    return _with(details, cut)


def _with(details: Details, texts: dict[str, str]) -> Details:
    return Details(
        **{field.name: getattr(details, field.name) for field in fields(details)} | texts
    )


def _first_words(text: str) -> str:
    """Return the beginning of the first line that is more than a heading, or of the first."""
    lines = [line.split() for line in text.split("\n") if line.strip()]
    line = next((line for line in lines if len(line) >= 4), lines[0])
    start = " ".join(line[:_HEADLINE_WORDS])
    return start[:200] + ("…" if len(line) > _HEADLINE_WORDS or len(start) > 200 else "")


def _tidy(value: str) -> str:
    return " ".join(normalise(value).split())
