"""Import articles: draft what came, and store it as revisions."""

import contextlib
import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction

from sources.cleaning import LineProposal, propose_cleaning
from sources.details import checked_details, first_words, proposed_details, require
from sources.models import Article, Draft, Original, Outlet, Revision, Story, Way
from sources.originals import kept
from sources.reading import Details, Reading
from sources.refusals import BadDetail, NothingToImport
from sources.revising import (
    Cleaned,
    Imported,
    add_proposed,
    clean,
    lock_story,
    store_revision,
    told_by,
)

_DETAIL_FIELDS = ("headline", "url", "byline", "published_at", "language")


class AddressTaken(BadDetail):
    """The address is that of `article`; whether this is a new text of it, a person has to say."""

    def __init__(self, article: Article) -> None:
        super().__init__(
            "url",
            f"This address is in the story already, as “{article}”. Change it or leave it empty, "
            "if this is another article.",
        )
        self.article = article


@contextlib.contextmanager
def many_at_once() -> Iterator[None]:
    """Do not wait at each commit until it is on the disk.

    Nothing is ever half there. A power cut may take the last second's imports back, and the next
    run brings them. It waits as ever where a pooler hands each transaction another connection:
    somebody else would get this one with its setting.
    """
    if not connection.settings_dict["OPTIONS"].get("server_side_binding"):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        # A connection that was lost meanwhile has nothing to reset.
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def open_story(title: str) -> Story:
    """Begin a story that no study codes yet."""
    return Story.objects.create(title=title)


@transaction.atomic
def draft_articles(
    readings: Iterable[Reading],
    *,
    story: Story,
    way: Way,
    created_by: User,
    article: Article | None = None,
    batch: uuid.UUID | None = None,
    position: int = 0,
) -> list[Draft]:
    """Store `readings` as drafts of one batch in `story`, in their order from `position` on.

    A detail that a reading lacks is proposed from its text. The story that a reading names is
    not heeded: the person chose `story`. With `article` all are new texts of it, and keep its
    details but the headline; without, those whose address or file the story has are new texts.
    """
    batch = batch or uuid.uuid4()
    drafts = []
    came = kept(readings, uploaded_by=created_by)
    for place, (reading, original) in enumerate(came, start=position):
        details = proposed_details(reading)
        told = {"headline": details.headline} if details.headline else {}
        fields = told_by(article) | told if article else _told(details) | {"story": story}
        drafts.append(
            Draft(
                batch=batch,
                position=place,
                way=way,
                original=original,
                text=reading.text,
                created_by=created_by,
                **fields,
            )
        )
    if article is None:
        _find_articles(drafts, story)
    return Draft.objects.bulk_create(drafts, batch_size=500)


def _told(details: Details) -> dict[str, object]:
    fields = {field: getattr(details, field) for field in _DETAIL_FIELDS}
    return fields | {"outlet_name": details.outlet}


def _find_articles(drafts: list[Draft], story: Story) -> None:
    """Set the article of each draft whose address or file is known. Two queries."""
    articles = Article.objects.filter(story=story)
    at = {
        article.url: article
        for article in articles.filter(url__in={draft.url for draft in drafts} - {""})
    }
    files = {draft.original_id for draft in drafts if not draft.original.holds_many}
    revisions = Revision.objects.filter(article__story=story, original__in=files)
    from_file = {
        revision.original_id: revision.article
        for revision in revisions.select_related("article").defer("text").order_by("-pk")
    }
    for draft in drafts:
        draft.article = at.get(draft.url)
        same_file = from_file.get(draft.original_id)
        if not draft.article and same_file and not _elsewhere(same_file, draft.url):
            draft.article = same_file


def import_article(
    story: Story,
    *,
    original: Original,
    text: str,
    dropped: set[int] | None,
    details: Details,
    way: Way,
    imported_by: User | None,
    proposals: list[LineProposal] | None = None,
) -> Imported:
    """Store `text` without its `dropped` lines as a revision of an article of `story`.

    If the story has this address, or this file, the text is that article's next revision, as
    `add_revision` makes it; else it is the first of a new article. `text` is whole and
    normalised; `dropped` holds line numbers from 0, and None drops what cleaning proposes.
    Proposals and choices are stored line by line; `proposals` are those for the text and headline,
    if they have been made already. The same text again in this story is the same revision, and its
    details stay as they are; a copy by another outlet under another URL is an article of its own.
    Safe when two do it at once.

    Raises NothingToImport, MissingDetail, BadDetail, and Doubtful.
    """
    if proposals is None:
        proposals = propose_cleaning(text, headline=details.headline)
    cleaned = clean(proposals, dropped)
    details = checked_details(details)
    with transaction.atomic():
        lock_story(story.pk)
        match _known(story, original, cleaned.sha256, details):
            case Revision() as same:
                return Imported(same, created=False)
            case Article() as article:
                return add_proposed(
                    article,
                    original=original,
                    proposals=proposals,
                    dropped=dropped,
                    headline=details.headline,
                    way=way,
                    made_by=imported_by,
                )
        return _begin(story, original, cleaned, details, way, imported_by)


@transaction.atomic
def import_text(
    story: Story,
    *,
    text: str,
    details: Details,
    external_id: str,
    original: Original,
    way: Way,
    imported_by: User | None,
    after: Revision | None = None,
) -> Imported:
    """Store a normalised text whole, as a new article of `story`: offsets of its file count in it.

    With `after`, a file's word that this was the next text of the article is taken, and its
    details stay. Nothing is cleaned. The same text in this story, or in that article, is the same
    revision. Raises AddressTaken if another text has the address, NothingToImport, MissingDetail
    and BadDetail.
    """
    if not text.strip():
        raise NothingToImport("The text is empty.")
    details = checked_details(details)
    cleaned = Cleaned(text, hashlib.sha256(text.encode()).hexdigest(), [], set())
    lock_story(story.pk)
    if after:
        made = {"original": original, "way": way, "made_by": imported_by}
        return _go_on(after.article, cleaned, **made)
    match _known(story, None, cleaned.sha256, details):
        case Revision() as same:
            return Imported(same, created=False)
        case Article() as article:
            raise AddressTaken(article)
    return _begin(story, original, cleaned, details, way, imported_by, external_id)


def _go_on(article: Article, cleaned: Cleaned, **made: Any) -> Imported:
    """Store the next revision of the article, unless it has that text."""
    revisions = article.revisions.defer("text").order_by("-number")
    if same := revisions.filter(sha256=cleaned.sha256).first():
        return Imported(same, created=False)
    number = revisions.values_list("number", flat=True)[0] + 1
    return Imported(store_revision(article, cleaned, number=number, **made), created=True)


@transaction.atomic
def import_draft(
    draft: Draft,
    *,
    dropped: set[int] | None,
    details: Details,
    imported_by: User,
    article: Article | None = None,
    confirmed: bool = False,
) -> Imported:
    """Import a draft with the `details` that a person confirmed, and delete it.

    With `article` it becomes the next revision of that, and of the details only the headline
    counts; `confirmed` is for what is doubtful, and for an earlier text that was put back.
    Without, it is an article of its own. Proposals are those for the draft's own headline, which
    the person saw. Raises as `import_article` does, and AddressTaken; then the draft stays.
    """
    proposals = propose_cleaning(draft.text, headline=draft.headline)
    if article:
        imported = add_proposed(
            article,
            original=draft.original,
            proposals=proposals,
            dropped=dropped,
            headline=details.headline,
            way=Way(draft.way),
            made_by=imported_by,
            confirmed=confirmed,
        )
    else:
        imported = _import_apart(draft, clean(proposals, dropped), details, imported_by)
    # Not draft.delete(): a request sent twice finds it gone, which is as well.
    Draft.objects.filter(pk=draft.pk).delete()
    return imported


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
    """Correct what is said about an article; its text stays. Raises MissingDetail or BadDetail.

    The newest revision gets the headline too: a correction is no change by the outlet.
    """
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
        require(details, field)
    article.outlet, _ = Outlet.objects.get_or_create(name=details.outlet)
    for field in _DETAIL_FIELDS:
        setattr(article, field, getattr(details, field))
    try:
        with transaction.atomic():
            article.save(update_fields=["outlet", *_DETAIL_FIELDS])
    except IntegrityError:
        raise BadDetail("url", "Another article of this story has this address.") from None
    newest = article.revisions.order_by("-number").values("pk")[:1]
    Revision.objects.filter(pk__in=newest).update(headline=details.headline)
    return article


def _import_apart(draft: Draft, cleaned: Cleaned, details: Details, imported_by: User) -> Imported:
    """Import a draft as an article of its own. Raises AddressTaken."""
    details = checked_details(details)
    lock_story(draft.story_id)
    known = _known(draft.story, None, cleaned.sha256, details)
    if isinstance(known, Article):
        raise AddressTaken(known)
    if known:
        return Imported(known, created=False)
    return _begin(draft.story, draft.original, cleaned, details, Way(draft.way), imported_by)


def _begin(
    story: Story,
    original: Original,
    cleaned: Cleaned,
    details: Details,
    way: Way,
    imported_by: User | None,
    external_id: str = "",
) -> Imported:
    """Store the first revision of a new article."""
    require(details, "outlet")
    article = Article.objects.create(
        story=story,
        outlet_id=_outlet_id(details.outlet),
        external_id=external_id,
        **{field: getattr(details, field) for field in _DETAIL_FIELDS}
        | {"headline": details.headline or first_words(cleaned.text)},
    )
    revision = store_revision(
        article, cleaned, number=1, original=original, way=way, made_by=imported_by
    )
    return Imported(revision, created=True)


def _known(
    story: Story, original: Original | None, sha256: str, details: Details
) -> Revision | Article | None:
    """Return the article at the address, else the very same text, else the article of the file.

    What another outlet has under another URL is a copy, and not the same text. Without
    `original` files do not count.
    """
    file = original.pk if original and not original.holds_many else None
    if not _is_seen(story, sha256, details.url, file):
        return None
    articles = Article.objects.filter(story=story)
    if details.url and (article := articles.filter(url=details.url).first()):
        return article
    revisions = Revision.objects.filter(article__story=story).defer("text").order_by("pk")
    revisions = revisions.select_related("article__outlet")
    for revision in revisions.filter(sha256=sha256):
        copied = details.outlet and revision.article.outlet.name != details.outlet
        if not (copied and _elsewhere(revision.article, details.url)):
            return revision
    for revision in revisions.filter(original=file) if file else ():
        if not _elsewhere(revision.article, details.url):
            return revision.article
    return None


def _is_seen(story: Story, sha256: str, url: str, file: int | None) -> bool:
    """Tell in one query whether the address, the text or the file is in the story at all.

    Nearly every article of a large import is new, and to compile queries of the ORM takes longer
    than to run them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [story.pk, url or None, story.pk, sha256, file])
        return bool(cursor.fetchone()[0])


# Each look-up by one index: a plan by the story would read all that this import has brought.
_SEEN = """
SELECT %s IN (
    SELECT story_id FROM sources_article WHERE url = %s::text AND url <> ''
) OR %s IN (
    SELECT article.story_id FROM sources_revision revision
    JOIN sources_article article ON article.id = revision.article_id
    WHERE revision.sha256 = %s OR revision.original_id = %s::bigint
)
"""


def _elsewhere(article: Article, url: str) -> bool:
    return bool(article.url and url and article.url != url)


def _outlet_id(name: str) -> int:
    """Return the row of the outlet of that name, new or known. Nearly all are known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sources_outlet WHERE name = %s", [name])
        if known := cursor.fetchone():
            return known[0]
    return Outlet.objects.get_or_create(name=name)[0].pk
