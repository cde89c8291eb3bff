"""A changed text of an article becomes its next revision, or waits for a person to look."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction

from sources.cleaning import DROP, KEEP, LineProposal, cleaned_text, propose_cleaning
from sources.details import checked_details
from sources.likeness import Doubt, doubt
from sources.models import Article, CleanedLine, Draft, Original, Revision, Way
from sources.reading import Details
from sources.refusals import ImportRefused, NothingToImport
from sources.words import words

# What is held for a story is one batch, whoever brought it: one list to look through.
_HELD = uuid.UUID("6c1f6c1e-58b4-4d0c-9d5c-0f8a3a1f7a52")


class Doubtful(ImportRefused):
    """The new text may be none of `article`; a person has to look, and may confirm it."""

    def __init__(self, article: Article, why: Doubt, number: int) -> None:
        super().__init__(doubt_in_words(why, number))
        self.article = article
        self.why = why


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its dropped lines, and what cleaning said of each line."""

    text: str
    sha256: str
    proposals: list[LineProposal]
    dropped: set[int]


@dataclass(frozen=True, slots=True)
class Imported:
    """A revision, and whether it is new: the same text again is the same revision."""

    revision: Revision
    created: bool


def doubt_in_words(why: Doubt, number: int) -> str:
    """Say why a text may not be the one after revision `number`."""
    if why is Doubt.LOST_TEXT:
        return (
            f"Most words of revision {number} are gone and few came in their place: this may be "
            "a paywall, an error page or a part of the article. Look at it before it is imported."
        )
    return (
        f"It has hardly a phrase in common with revision {number}: this may be another article. "
        "Look at it before it is imported."
    )


def lock_story(story_id: int) -> None:
    """Let one import into a story go on at a time, until the transaction ends.

    Two of the same text at once would be two articles, or two revisions.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM sources_story WHERE id = %s FOR NO KEY UPDATE", [story_id])


def add_revision(
    article: Article,
    *,
    original: Original,
    text: str,
    dropped: set[int] | None,
    headline: str,
    way: Way,
    made_by: User | None,
    confirmed: bool = False,
    live: bool = False,
) -> Imported:
    """Store `text` without its `dropped` lines as the next revision of `article`.

    `text` is whole and normalised; `dropped` holds line numbers from 0, and None drops what
    cleaning proposes, but for lines that a person ruled on in the newest revision. The article
    takes over the `headline`, unless it is ""; its other details stay.

    The text of the newest revision makes none. Nor does that of an older one, unless it was
    `live`, just fetched from its address, or is `confirmed`: then the outlet put it back. Raises
    NothingToImport, BadDetail, and Doubtful unless `confirmed`. Safe when two do it at once.
    """
    return add_proposed(
        article,
        original=original,
        proposals=propose_cleaning(text, headline=headline or article.headline),
        dropped=dropped,
        headline=headline,
        way=way,
        made_by=made_by,
        confirmed=confirmed,
        live=live,
    )


@transaction.atomic
def add_proposed(
    article: Article,
    *,
    original: Original,
    proposals: list[LineProposal],
    dropped: set[int] | None,
    headline: str,
    way: Way,
    made_by: User | None,
    confirmed: bool = False,
    live: bool = False,
) -> Imported:
    """Do as `add_revision`, with the lines that cleaning has spoken about already."""
    headline = checked_details(Details(headline=headline)).headline
    lock_story(article.story_id)
    article.refresh_from_db(fields=["headline"])  # another import may have changed it meanwhile
    newest = article.revisions.order_by("-number").first()
    if newest and dropped is None:
        # A file that came before is known by its bytes, whatever cleaning would say of it today.
        known = None if original.holds_many else article.revisions.filter(original=original).first()
        if known and (known == newest or not (live or confirmed)):
            return Imported(known, created=False)
        dropped = dropped_as_before(proposals, known or newest)
    cleaned = clean(proposals, dropped)
    if newest:
        if newest.sha256 == cleaned.sha256:
            return Imported(newest, created=False)
        older = article.revisions.filter(sha256=cleaned.sha256).first()
        if older and not (live or confirmed):
            return Imported(older, created=False)
        if not confirmed and (why := doubt(newest.text, cleaned.text)):
            raise Doubtful(article, why, newest.number)
    if headline and headline != article.headline:
        article.headline = headline
        article.save(update_fields=["headline"])
    number = newest.number + 1 if newest else 1
    revision = store_revision(
        article, cleaned, number=number, original=original, way=way, made_by=made_by
    )
    return Imported(revision, created=True)


def clean(proposals: list[LineProposal], dropped: set[int] | None) -> Cleaned:
    """Leave out the `dropped` lines; None is as proposed. Raises NothingToImport."""
    if dropped is None:
        dropped = {line.number for line in proposals if line.verdict == DROP}
    text = cleaned_text(proposals, dropped)
    if not text.strip():
        raise NothingToImport("All lines are dropped, so there is nothing to import. Keep some.")
    return Cleaned(text, hashlib.sha256(text.encode()).hexdigest(), proposals, dropped)


def dropped_as_before(proposals: list[LineProposal], before: Revision) -> set[int]:
    """Return the lines to drop: as proposed, but for those a person ruled on in `before`.

    A line is known again by its words alone; lines that say the same and went different ways
    are told apart by their verdict.
    """
    rows = list(before.cleaned_lines.all())
    stood = set(before.text.split("\n"))
    fates: dict[str, set[bool]] = defaultdict(set)
    for row in rows:
        fates[row.text] |= {row.dropped} | ({False} if row.text in stood else set())
    ruled: dict[tuple[str, str], bool] = {}
    for row in rows:
        twins = len(fates[row.text]) > 1
        if row.dropped != (row.verdict == DROP) and not (twins and row.verdict == KEEP):
            ruled[row.text, row.verdict if twins else ""] = row.dropped
    dropped = set()
    for line in proposals:
        proposed = ruled.get((line.text, ""), line.verdict == DROP)
        if ruled.get((line.text, line.verdict), proposed):
            dropped.add(line.number)
    return dropped


def store_revision(
    article: Article,
    cleaned: Cleaned,
    *,
    number: int,
    original: Original,
    way: Way,
    made_by: User | None,
) -> Revision:
    """Store a revision and the lines that cleaning spoke about or a person ruled on."""
    revision = Revision.objects.create(
        article=article,
        number=number,
        headline=article.headline,
        text=cleaned.text,
        sha256=cleaned.sha256,
        word_count=words(cleaned.text),
        original=original,
        way=way,
        created_by=made_by,
    )
    CleanedLine.objects.bulk_create(
        [
            CleanedLine(
                revision=revision,
                number=line.number,
                text=line.text,
                verdict=line.verdict,
                reason=line.reason,
                dropped=line.number in cleaned.dropped,
            )
            for line in cleaned.proposals
            if line.text.strip() and (line.verdict != KEEP or line.number in cleaned.dropped)
        ],
        batch_size=2000,
    )
    return revision


@transaction.atomic
def hold(
    article: Article,
    *,
    original: Original,
    text: str,
    headline: str,
    way: Way,
    because: str,
    made_by: User | None,
) -> Draft:
    """Let a text of `article` wait for a person, and return its draft.

    The same text is the same draft. A later text that is much like one that waits takes its
    place, so that a page that differs at each visit fills no list. With `made_by` None everyone
    of the study may confirm it.
    """
    lock_story(article.story_id)
    batch = uuid.uuid5(_HELD, f"{article.story_id} {made_by.pk if made_by else ''}")
    waiting = list(article.drafts.filter(batch=batch))
    for draft in waiting:
        if draft.text == text:
            return draft
    last = Draft.objects.filter(batch=batch).order_by("-position").first()
    held = Draft.objects.create(
        batch=batch,
        position=last.position + 1 if last else 0,
        held_because=because,
        original=original,
        text=text,
        way=way,
        created_by=made_by,
        **told_by(article) | ({"headline": headline} if headline else {}),
    )
    for draft in waiting:
        if doubt(draft.text, text) is None:
            discard_draft(draft)
    return held


def told_by(article: Article) -> dict[str, object]:
    """Return the fields of a draft of a new text of `article`, as the article has them."""
    return {
        "story": article.story,
        "article": article,
        "outlet_name": article.outlet.name,
        "headline": article.headline,
        "url": article.url,
        "byline": article.byline,
        "published_at": article.published_at,
        "language": article.language,
    }


@transaction.atomic
def discard_draft(draft: Draft) -> None:
    """Delete a draft, and its original if nothing else holds it."""
    Draft.objects.filter(pk=draft.pk).delete()
    Original.objects.filter(pk=draft.original_id, drafts=None, revisions=None).delete()


@transaction.atomic
def delete_revision(revision: Revision) -> None:
    """Delete a revision to which nothing points, and its original if nothing else holds it.

    The article takes the headline of what is its newest revision then. Raises ProtectedError if
    a span or a carry points to it.
    """
    article = revision.article
    lock_story(article.story_id)
    Revision.objects.get(pk=revision.pk).delete()
    Original.objects.filter(pk=revision.original_id, drafts=None, revisions=None).delete()
    newest = article.revisions.order_by("-number").first()
    if newest and newest.headline != article.headline:
        article.headline = newest.headline
        article.save(update_fields=["headline"])
