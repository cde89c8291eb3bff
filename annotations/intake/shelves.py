"""Which article of a study a file means, by whatever it calls it. Questions only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection

from annotations.interchange.records import ArticleRef
from annotations.models import Study
from sources.normalising import normalise

KINDS = ("sha256", "id", "url", "external_id")  # the surest first
BIGGEST = 2**63 - 1  # PostgreSQL's bigint


class Unknown(ValueError):
    """The article is not to be had; the message says why, and `label` is what the file calls it."""

    def __init__(self, ref: ArticleRef, message: str) -> None:
        self.label = label_of(ref)
        super().__init__(f"The article {self.label} {message}.")


@dataclass(frozen=True, slots=True)
class Text:
    """A revision. Its number in the database is negative where a dry run would make it."""

    id: int
    number: int
    sha256: str


@dataclass(slots=True)
class Shelf:
    """An article of the study, with its texts, the newest first."""

    id: int
    story: int
    url: str
    external_id: str
    texts: list[Text] = field(default_factory=list)

    def text_of(self, ref: ArticleRef) -> Text | None:
        """Return the text that is meant, if the file says which."""
        if same := next((one for one in self.texts if one.sha256 == ref.sha256), None):
            return same
        if ref.sha256 or ref.revision is None or ref.id != self.id:
            return None
        return next((text for text in self.texts if text.id == ref.revision), None)

    def contradicts(self, ref: ArticleRef) -> bool:
        """Tell whether what the file says of an article is not so of this one."""
        return bool(
            (ref.url and self.url and ref.url != self.url)
            or (ref.external_id and self.external_id and ref.external_id != self.external_id)
        )


class Shelves:
    """The articles of a study that a file has spoken of so far."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._shelves: dict[int, Shelf] = {}
        self._by: dict[str, dict[object, set[int]]] = {kind: defaultdict(set) for kind in KINDS}
        self._asked: set[tuple[str, object]] = set()

    def __getitem__(self, article: int) -> Shelf:
        return self._shelves[article]

    def look_up(self, refs: Iterable[ArticleRef]) -> None:
        """Find the articles of many records at once. One query, or none."""
        wanted = {key for ref in set(refs) for key in keys_of(ref)} - self._asked
        if not wanted:
            return
        self._asked |= wanted
        given = {kind: [value for k, value in wanted if k == kind] for kind in KINDS}
        with connection.cursor() as cursor:
            cursor.execute(FIND, given | {"study": self._study.pk})
            for article, story, url, external_id, *text in cursor.fetchall():
                self.put(Shelf(article, story, url, external_id), Text(*text))

    def put(self, shelf: Shelf, text: Text) -> Shelf:
        """Add a text to its article, which may be there already; return the article."""
        shelf = self._shelves.setdefault(shelf.id, shelf)
        if all(text.id != known.id for known in shelf.texts):
            shelf.texts.append(text)
            shelf.texts.sort(key=lambda one: -one.number)
        for kind, value in (
            ("sha256", text.sha256),
            ("id", shelf.id),
            ("url", shelf.url),
            ("external_id", shelf.external_id),
        ):
            self._by[kind][value].add(shelf.id)
        return shelf

    def find(self, ref: ArticleRef) -> Shelf | None:
        """Return the article, None if the study has none such. Raises Unknown if it has several.

        What one name says, no other may contradict: an id alone may be of another database.
        """
        for kind in KINDS:
            value = getattr(ref, kind)
            found = [self._shelves[pk] for pk in self._by[kind].get(value, ())] if value else []
            if kind == "id" and ref.sha256:
                found = [one for one in found if ref.sha256 in {text.sha256 for text in one.texts}]
            found = [shelf for shelf in found if not shelf.contradicts(ref)]
            if len(found) > 1:
                found = [shelf for shelf in found if shelf.id == ref.id] or found
            if len(found) > 1:
                raise Unknown(ref, f"may be any of {len(found)}: give its address too")
            if found:
                return found[0]
        return None


# All texts of the articles that are asked for, and are of stories that the study codes.
FIND = """
SELECT article.id, article.story_id, article.url, article.external_id,
    revision.id, revision.number, revision.sha256
FROM sources_article article
JOIN annotations_study_stories coded ON coded.story_id = article.story_id
JOIN sources_revision revision ON revision.article_id = article.id
WHERE coded.study_id = %(study)s AND article.id IN (
    SELECT article_id FROM sources_revision WHERE sha256 = ANY(%(sha256)s::text[])
    UNION SELECT id FROM sources_article WHERE id = ANY(%(id)s::bigint[])
    UNION SELECT id FROM sources_article WHERE url <> '' AND url = ANY(%(url)s::text[])
    UNION SELECT id FROM sources_article
        WHERE external_id <> '' AND external_id = ANY(%(external_id)s::text[]))
ORDER BY article.id, revision.number DESC
"""


def keys_of(ref: ArticleRef) -> Iterator[tuple[str, object]]:
    """Yield by what an article can be asked for in the database."""
    for kind in KINDS:
        value = getattr(ref, kind)
        if isinstance(value, int) and not 0 < value <= BIGGEST:
            continue
        if value and not (isinstance(value, str) and unstorable(value)):
            yield kind, value


def unstorable(text: str) -> bool:
    """Tell whether a text cannot be stored: it holds NUL, or half of a surrogate pair."""
    if text.isascii():
        return "\0" in text
    return "\0" in text or any("\ud800" <= mark <= "\udfff" for mark in text)


def label_of(ref: ArticleRef) -> str:
    """Return what a person would call the article."""
    said = ref.name or ref.url or ref.external_id or (str(ref.id) if ref.id is not None else "")
    return normalise(said or ref.sha256[:12])[:200] or "without a name"
