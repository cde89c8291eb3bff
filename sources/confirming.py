"""Confirm drafts: what a person looks at before importing, and importing or discarding many."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from sources.cleaning import DROP, FLAG, LineProposal, cleaned_text, propose_cleaning
from sources.importing import ImportRefused, discard_draft, import_draft, words
from sources.models import Article, Draft, Revision
from sources.reading import Details


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it would be imported if nobody ruled otherwise, and what speaks against it."""

    draft: Draft
    lines: list[LineProposal]
    word_count: int
    warnings: list[str] = field(default_factory=list)

    @property
    def dropped(self) -> int:
        """How many lines cleaning proposes to drop."""
        return sum(line.verdict == DROP for line in self.lines)

    @property
    def flagged(self) -> int:
        """How many lines cleaning asks a person to look at."""
        return sum(line.verdict == FLAG for line in self.lines)


def preview(drafts: Sequence[Draft]) -> list[Preview]:
    """Return the drafts with their lines and warnings. Two queries, however many drafts.

    All `drafts` are of one story.
    """
    lines = [propose_cleaning(draft.text, headline=draft.headline) for draft in drafts]
    texts = [
        cleaned_text(own, {line.number for line in own if line.verdict == DROP}) for own in lines
    ]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    warned = _warnings(drafts, hashes)
    return [
        Preview(draft, own, words(text), warned[draft.pk])
        for draft, own, text in zip(drafts, lines, texts, strict=True)
    ]


def _warnings(drafts: Sequence[Draft], hashes: Sequence[str]) -> dict[uuid.UUID, list[str]]:
    warned: dict[uuid.UUID, list[str]] = defaultdict(list)
    if not drafts:
        return warned
    story = drafts[0].story_id
    revisions = Revision.objects.filter(article__story=story, sha256__in=hashes)
    same_text = {
        revision.sha256: revision.article
        for revision in revisions.select_related("article__outlet").defer("text")
    }
    urls = {draft.url for draft in drafts if draft.url}
    articles = Article.objects.filter(story=story, url__in=urls).select_related("outlet")
    same_url = {article.url: article for article in articles}
    first_with: dict[str, Draft] = {}
    for draft, sha256 in zip(drafts, hashes, strict=True):
        said = warned[draft.pk]
        if not draft.outlet_name:
            said.append("The outlet is missing.")
        if known := same_text.get(sha256):
            said.append(f"The same text is in this story already, as “{known}”.")
        elif known := same_url.get(draft.url):
            said.append(f"This address is in this story already with another text, as “{known}”.")
        elif sha256 in first_with:
            said.append(f"The same text comes twice: see draft {first_with[sha256].position + 1}.")
        first_with.setdefault(sha256, draft)
    return warned


def details_of(draft: Draft) -> Details:
    """Return what the draft proposes beside its text."""
    return Details(
        outlet=draft.outlet_name,
        headline=draft.headline,
        url=draft.url,
        byline=draft.byline,
        published_at=draft.published_at,
        language=draft.language,
    )


@dataclass(slots=True)
class Outcome:
    """What became of many drafts: counts, and in one sentence each why some still wait."""

    imported: int = 0
    known: int = 0  # the same text was there: nothing was added
    refused: list[str] = field(default_factory=list)


def import_drafts(drafts: Iterable[Draft], *, imported_by: User) -> Outcome:
    """Import drafts as proposed, each by itself: one that is refused stays and stops no other."""
    outcome = Outcome()
    for draft in drafts:
        try:
            done = import_draft(
                draft, dropped=None, details=details_of(draft), imported_by=imported_by
            )
        except ImportRefused as refusal:
            outcome.refused.append(f"Draft {draft.position + 1}, “{draft}”: {refusal}")
        else:
            outcome.imported += done.created
            outcome.known += not done.created
    return outcome


def discard_drafts(drafts: Iterable[Draft]) -> int:
    """Delete drafts, and return how many."""
    number = 0
    for draft in drafts:
        discard_draft(draft)
        number += 1
    return number
