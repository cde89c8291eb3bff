"""Where the wording of a phrase occurs again, in a story, a study, or all that a person may see.

Questions only; nothing here writes. The index finds passages that hold the words, and
`annotations.language.rewording` looks for the phrase in their text.
"""

import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from annotations.language.rewording import Likeness, Phrase, echoes_in, probes, terms_sought
from annotations.models import Study
from annotations.tags.marks import Mark, marks_over
from annotations.team.seeing import Veil
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Outlet, Story
from sources.terms import key_of

MOST = 300  # passages that are looked through; those that are left are said to be there
SHOWN = 50  # echoes on a page
REACH = 90  # code points of context on either side
PATIENCE = 2_000  # milliseconds that the database may search
SECONDS = 1.0  # that passages are looked through at most, as when they are of thousands of words
FREQUENT = 0.1  # share of passages from which on an index is slower than to read on
CANCELED = "57014"  # the SQLSTATE of a statement that took too long
STRONG = ("L", "R", "AL")  # bidirectional classes of letters
LAST = datetime.max.replace(tzinfo=UTC)


class SearchTooLong(Exception):
    """The words are so frequent that the search was given up."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where echoes are sought: in `story`, or else in the stories of `studies`."""

    studies: tuple[int, ...]
    story: int | None = None

    @property
    def given(self) -> dict[str, Any]:
        return {"studies": list(self.studies), "story": self.story}

    @property
    def condition(self) -> str:
        return _IN_STORY if self.story else _IN_STUDIES

    def stories(self) -> list[int]:
        """Return the stories of the scope. One query."""
        if self.story:
            return [self.story]
        coded = Study.stories.through.objects.filter(study__in=self.studies)
        return list(coded.values_list("story_id", flat=True).distinct())


class Place(NamedTuple):
    """A passage that may hold an echo, and the article it is of."""

    revision: int
    story: int
    article: int
    outlet: int
    published_at: datetime | None
    language: str
    start: int
    text: str


@dataclass(slots=True)
class Echo:
    """The phrase said again, [start, end) of a revision, with the words around it."""

    place: Place
    start: int
    end: int
    likeness: Likeness
    outlet: str = ""
    story: str = ""
    study: str = ""  # the key of one that codes the story and that the reader may see
    tags: list[Mark] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.place.revision}-{self.start}-{self.end}"

    @property
    def exact(self) -> str:
        return self.place.text[self.start - self.place.start : self.end - self.place.start]

    @property
    def value(self) -> str:
        """The echo as a form sends it: its place and its words."""
        return f"{self.key} {self.exact}"

    @property
    def direction(self) -> str:
        """Which way the words are written; the first letter says it."""
        kinds = map(unicodedata.bidirectional, self.exact)
        first = next((kind for kind in kinds if kind in STRONG), "L")
        return "ltr" if first == "L" else "rtl"

    @property
    def excerpt(self) -> Excerpt:
        """The words in their passage."""
        at = self.place.start
        return excerpt(self.place.text, self.start - at, self.end - at, REACH)


@dataclass(frozen=True, slots=True)
class Search:
    """The echoes in as many passages as were looked through; `more` if others hold the words."""

    echoes: list[Echo]
    looked: int
    more: bool

    @property
    def outlets(self) -> list[tuple[int, str, int]]:
        """The outlets by name, each with its pk and how many echoes it has."""
        counted = Counter((echo.outlet, echo.place.outlet) for echo in self.echoes)
        return [(pk, name, count) for (name, pk), count in sorted(counted.items())]

    @property
    def likenesses(self) -> list[tuple[Likeness, int]]:
        """How many echoes say the phrase in which way, the best first."""
        return sorted(Counter(echo.likeness for echo in self.echoes).items())


def search(phrase: Phrase, scope: Scope, veil: Veil | None = None) -> Search:
    """Look for echoes of the phrase; `veil` hides the outlets. Four queries.

    Raises SearchTooLong.
    """
    places = _places(phrase, scope)
    echoes: list[Echo] = []
    looked, deadline = 0, time.monotonic() + SECONDS
    for place in places[:MOST]:
        looked += 1
        for heard in echoes_in(phrase, place.text):
            start, end = place.start + heard.start, place.start + heard.end
            echoes.append(Echo(place, start, end, heard.likeness))
        if time.monotonic() > deadline:
            break
    names = dict(
        Outlet.objects.filter(pk__in={echo.place.outlet for echo in echoes})
        .order_by()
        .values_list("pk", "name")
    )
    for echo in echoes:
        outlet = echo.place.outlet
        echo.outlet = veil.name_of(outlet) if veil else names[outlet]
    return Search(echoes, looked, len(places) > looked)


def in_order(echoes: Iterable[Echo], sort: str) -> list[Echo]:
    """Return the echoes by likeness (`best`), `outlet` or `date`; what is undated comes last."""

    def by_date(echo: Echo) -> tuple:
        return (echo.place.published_at or LAST, echo.place.article, echo.start)

    keys = {
        "best": lambda echo: (echo.likeness, *by_date(echo)),
        "outlet": lambda echo: (echo.outlet.casefold(), *by_date(echo)),
        "date": by_date,
    }
    return sorted(echoes, key=keys[sort])


def page_of(echoes: Sequence[Echo], after: str) -> tuple[list[Echo], bool]:
    """Return the SHOWN echoes that follow the one of that key, and whether more follow.

    A key that is not there any more begins at the top.
    """
    begin = next((at for at, echo in enumerate(echoes, 1) if echo.key == after), 0)
    return list(echoes[begin : begin + SHOWN]), len(echoes) > begin + SHOWN


def complete(echoes: Sequence[Echo], study: Study, visible: QuerySet[Study]) -> None:
    """Give the echoes of a page their story, a study to read it in, and their tags. Three queries.

    The study is `study` itself where it codes the story, else another of `visible`.
    """
    pks = {echo.place.story for echo in echoes}
    titles = dict(Story.objects.filter(pk__in=pks).order_by().values_list("pk", "title"))
    coded = Study.stories.through.objects.filter(story__in=pks, study__in=visible)
    keys: dict[int, str] = {}
    for story, key in coded.order_by("study__key").values_list("story_id", "study__key"):
        if story not in keys or key == study.key:
            keys[story] = key
    for echo, tags in zip(echoes, tags_on(study, echoes), strict=True):
        echo.story, echo.study = titles[echo.place.story], keys[echo.place.story]
        echo.tags = tags


def tags_on(study: Study, echoes: Sequence[Echo]) -> list[list[Mark]]:
    """Return the tags on the words of each echo that the study's reader sees, as on the desk."""
    places = [(one.place.story, one.place.revision, one.start, one.end) for one in echoes]
    return marks_over(study, places)


def visible_studies(user: User) -> tuple[QuerySet[Study], tuple[int, ...]]:
    """Return the studies that the user may see, and their pks. One query."""
    visible = Study.objects.visible_to(user)
    return visible, tuple(visible.order_by().values_list("pk", flat=True))


def _places(phrase: Phrase, scope: Scope) -> list[Place]:
    """Return the passages of the scope that may hold an echo, at most one more than MOST."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            rarity = _rarity(cursor, phrase)
            wanted = probes(phrase, rarity)
            rarest = max(min(rarity.get(term, 0.0) for term in terms) for terms in wanted)
            # Compiling takes longer than the search. The planner takes the many words that it
            # thinks independent for rarer than they are, so where one is rare it has no choice.
            settings = {"statement_timeout": PATIENCE, "jit": "off", "work_mem": "64MB"}
            settings["enable_seqscan"] = "on" if rarest > FREQUENT else "off"
            sets = ", ".join(f"set_config('{name}', '{v}', true)" for name, v in settings.items())
            cursor.execute(f"SELECT {sets}")
            sought = " OR ".join(f"keys @> %(probe{n})s::integer[]" for n in range(len(wanted)))
            keys = {f"probe{n}": [key_of(term) for term in terms] for n, terms in enumerate(wanted)}
            sql = _PLACES.format(sought=sought, scope=scope.condition, limit=MOST + 1)
            cursor.execute(sql, keys | scope.given)
            return [Place._make(row) for row in cursor.fetchall()]
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != CANCELED:
            raise
        raise SearchTooLong from error


def _rarity(cursor: Any, phrase: Phrase) -> dict[str, float]:
    """Return which share of passages holds a term, for those that are among the commonest."""
    by_key = {key_of(term): term for term in terms_sought(phrase)}
    cursor.execute(_RARITY, {"keys": list(by_key)})
    return {by_key[key]: share for key, share in cursor.fetchall()}


_IN_STORY = "story_id = %(story)s"
_IN_STUDIES = """story_id IN (
    SELECT coded.story_id FROM annotations_study_stories coded
    WHERE coded.study_id = ANY(%(studies)s))"""
# The planner's own statistics; without any, as in a young database, all words are rare.
_RARITY = """
SELECT element, share
FROM pg_stats, unnest(most_common_elems::text::integer[], most_common_elem_freqs)
    AS common (element, share)
WHERE schemaname = current_schema() AND tablename = 'sources_indexedpassage' AND attname = 'keys'
    AND element = ANY(%(keys)s)
"""
_PLACES = """
SELECT passage.revision_id, article.story_id, article.id, article.outlet_id, article.published_at,
    article.language, passage.start,
    substr(revision.text, passage.start + 1, passage."end" - passage.start)
FROM (
    SELECT revision_id, story_id, start, "end" FROM sources_indexedpassage
    WHERE ({sought}) AND {scope}
    LIMIT {limit}
) passage
JOIN sources_revision revision ON revision.id = passage.revision_id
JOIN sources_article article
    ON article.id = revision.article_id AND article.story_id = passage.story_id
"""
