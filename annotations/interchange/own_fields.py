"""What we say of an article or a tag and other tools have no word for, as a flat JSON object.

Other tools keep such an object and give it back as it is, so that a study that goes through them
comes back whole.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from annotations.interchange.json_values import BadValue, moment, whole, words
from annotations.interchange.records import AnnotationRecord, ArticleRecord, ArticleRef

_TAG_WORDS = "id annotator target polarity voice speaker note status ruled_code".split()
_ARTICLE_WORDS = "story outlet headline byline language".split()


def of_article(article: ArticleRecord) -> dict[str, Any]:
    """Return what is said of an article, but not its text."""
    ref = article.ref
    said = {
        "article_id": ref.id,
        "revision_id": ref.revision,
        "revision_sha256": ref.sha256,
        "url": ref.url,
        "external_id": ref.external_id,
        **{name: getattr(article, name) for name in _ARTICLE_WORDS},
        "published_at": written(article.published_at),
    }
    return {name: value for name, value in said.items() if value not in {None, ""}}


def article(said: dict[str, Any], text: str | None, *, name: str, place: str) -> ArticleRecord:
    """Return the article that an object speaks of. Raises BadValue.

    Another tool's number of an article may be no number: then it is an external id.
    """
    theirs = said["article_id"] if isinstance(said.get("article_id"), str) else ""
    ref = ArticleRef(
        id=None if theirs else whole(said, "article_id"),
        revision=whole(said, "revision_id"),
        sha256=words(said, "revision_sha256"),
        url=words(said, "url"),
        external_id=words(said, "external_id") or words({"article_id": theirs}, "article_id"),
        name=name,
    )
    kept = {field: words(said, field) for field in _ARTICLE_WORDS}
    return ArticleRecord(ref, text, place, published_at=moment(said, "published_at"), **kept)


def of_tag(record: AnnotationRecord) -> dict[str, Any]:
    """Return what is said of a tag besides its place and its code."""
    said = {
        **{name: getattr(record, name) for name in _TAG_WORDS},
        "codebook_revision": record.codebook_revision,
        "created_at": written(record.created_at),
        "updated_at": written(record.updated_at),
    }
    return {name: value for name, value in said.items() if value not in {None, ""}}


def with_fields(record: AnnotationRecord, said: Any) -> AnnotationRecord:
    """Return the record with what an object says of it; None says nothing. Raises BadValue."""
    if said is None:
        return record
    if not isinstance(said, dict):
        raise BadValue("what stands under 'parallax' is no object")
    kept: dict[str, Any] = {n: words(said, n) or getattr(record, n) for n in _TAG_WORDS}
    return replace(
        record,
        **kept,
        codebook_revision=whole(said, "codebook_revision"),
        created_at=moment(said, "created_at") or record.created_at,
        updated_at=moment(said, "updated_at") or record.updated_at,
    )


def written(time: datetime | None) -> str:
    """Return a time in ISO 8601, UTC, as in our CSV files; "" for none."""
    if time is None:
        return ""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
