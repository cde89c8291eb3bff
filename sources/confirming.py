"""Confirm drafts: what a person looks at before importing, and importing or discarding many."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import Q, prefetch_related_objects

from sources.cleaning import DROP, FLAG, LineProposal, cleaned_text, propose_cleaning
from sources.importing import import_draft
from sources.likeness import doubt, words_changed
from sources.models import Article, Draft, Revision
from sources.reading import Details
from sources.refusals import ImportRefused
from sources.revising import discard_draft, doubt_in_words, dropped_as_before
from sources.words import words


@dataclass(frozen=True, slots=True)
class NewText:
    """A draft as the next revision of an article that is known.

    `doubt` says why a person has to look first. `same_as` is the revision that has this very
    text already: the newest, or an older one whose text the outlet may have put back.
    """

    article: Article
    newest: Revision
    added: int
    removed: int
    doubt: str = ""
    same_as: int | None = None

    @property
    def number(self) -> int:
        """The number that the revision would have."""
        return self.newest.number + 1

    @property
    def may_be_put_back(self) -> bool:
        return self.same_as is not None and self.same_as != self.newest.number


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it would be imported if nobody ruled otherwise, and what speaks against it.

    `dropped` holds the numbers of the lines that would be left out. `new_text` is set if an
    article has the draft's address or file, or was chosen for it.
    """

    draft: Draft
    lines: list[LineProposal]
    dropped: set[int]
    word_count: int
    new_text: NewText | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def flagged(self) -> int:
        """How many lines cleaning asks a person to look at."""
        return sum(line.verdict == FLAG for line in self.lines)


def preview(drafts: Sequence[Draft], *, url: str | None = None) -> list[Preview]:
    """Return the drafts with their lines and warnings. Five queries, however many drafts.

    All `drafts` are of one story. With `url` they are looked at as if they had that address.
    """
    if not drafts:
        return []
    articles = _articles_of(drafts, url)
    newest = _newest({article.pk for article in articles.values()})
    looks = []
    for draft in drafts:
        article = articles.get(draft.pk)
        looks.append(_look(draft, newest.get(article.pk) if article else None))
    found = Revision.objects.filter(
        article__story=drafts[0].story_id, sha256__in={look.sha256 for look in looks}
    )
    same = defaultdict(list)
    for revision in found.select_related("article__outlet").defer("text").order_by("number"):
        same[revision.sha256].append(revision)
    first_with: dict[str, Draft] = {}
    previews = []
    for look in looks:
        new_text = None
        if look.before:
            new_text = _new_text(look.before, articles[look.draft.pk], look, same)
        warnings = _warnings(look, new_text, same, first_with.get(look.sha256))
        first_with.setdefault(look.sha256, look.draft)
        count = words(look.text)
        previews.append(Preview(look.draft, look.lines, look.dropped, count, new_text, warnings))
    return previews


_Same = dict[str, list[Revision]]  # the revisions of the story by the hash of their text


@dataclass(frozen=True, slots=True)
class _Look:
    draft: Draft
    before: Revision | None
    lines: list[LineProposal]
    dropped: set[int]
    text: str
    sha256: str


def _articles_of(drafts: Sequence[Draft], url: str | None) -> dict[uuid.UUID, Article]:
    """Return the article that each draft is a new text of: the chosen one, or that at its URL."""
    urls = {draft.pk: draft.url if url is None else url for draft in drafts}
    chosen = {draft.article_id for draft in drafts}
    articles = list(
        Article.objects.filter(story=drafts[0].story_id)
        .filter(Q(pk__in=chosen - {None}) | Q(url__in=set(urls.values()) - {""}))
        .select_related("outlet")
    )
    by_pk = {article.pk: article for article in articles}
    by_url = {article.url: article for article in articles if article.url}
    found = {
        draft.pk: by_pk.get(draft.article_id or 0) or by_url.get(urls[draft.pk]) for draft in drafts
    }
    return {pk: article for pk, article in found.items() if article}


def _newest(articles: set[int]) -> dict[int, Revision]:
    """Return the newest revision of each article, with its cleaned lines."""
    revisions = Revision.objects.filter(article__in=articles).order_by("article_id", "-number")
    newest = list(revisions.distinct("article_id"))
    prefetch_related_objects(newest, "cleaned_lines")
    return {revision.article_id: revision for revision in newest}


def _look(draft: Draft, before: Revision | None) -> _Look:
    lines = propose_cleaning(draft.text, headline=draft.headline)
    dropped = {line.number for line in lines if line.verdict == DROP}
    if before:
        dropped = dropped_as_before(lines, before)
    text = cleaned_text(lines, dropped)
    return _Look(draft, before, lines, dropped, text, hashlib.sha256(text.encode()).hexdigest())


def _new_text(before: Revision, article: Article, look: _Look, same: _Same) -> NewText:
    numbers = [one.number for one in same[look.sha256] if one.article_id == article.pk]
    added, removed = words_changed(before.text, look.text)
    why = doubt(before.text, look.text) if look.text.strip() else None
    return NewText(
        article=article,
        newest=before,
        added=added,
        removed=removed,
        doubt=doubt_in_words(why, before.number) if why else "",
        same_as=max(numbers, default=None),
    )


def _warnings(look: _Look, new_text: NewText | None, same: _Same, twin: Draft | None) -> list[str]:
    said = []
    if not (look.draft.outlet_name or new_text):
        said.append("The outlet is missing.")
    if same[look.sha256] and not new_text:
        known = same[look.sha256][0].article
        said.append(f"The same text is in this story already, as “{known}”.")
    elif twin:
        said.append(f"The same text comes twice: see draft {twin.position + 1}.")
    return said


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
    """What became of many drafts: new revisions, and in one sentence each why some still wait."""

    imported: list[Revision] = field(default_factory=list)  # the first of their articles
    revised: list[Revision] = field(default_factory=list)  # the next ones of theirs
    known: int = 0  # the same text was there: nothing was added
    refused: list[str] = field(default_factory=list)


def import_drafts(drafts: Iterable[Draft], *, imported_by: User) -> Outcome:
    """Import drafts as proposed, each by itself: one that is refused stays and stops no other.

    What is doubtful is refused: nobody has looked at it.
    """
    outcome = Outcome()
    for draft in drafts:
        try:
            done = import_draft(
                draft,
                dropped=None,
                details=details_of(draft),
                imported_by=imported_by,
                article=draft.article,
            )
        except ImportRefused as refusal:
            outcome.refused.append(f"Draft {draft.position + 1}, “{draft}”: {refusal}")
            continue
        if not done.created:
            outcome.known += 1
        elif done.revision.number == 1:
            outcome.imported.append(done.revision)
        else:
            outcome.revised.append(done.revision)
    return outcome


def discard_drafts(drafts: Iterable[Draft]) -> int:
    """Delete drafts, and return how many."""
    number = 0
    for draft in drafts:
        discard_draft(draft)
        number += 1
    return number
