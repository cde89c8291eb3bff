"""Places of a name that do not count: left out by a person, or tagged as damage.

A place that was left out on an older text stays left out where the same words stand between the
same neighbours. A diff would say more, but would also have to be believed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least, Substr

from annotations.language.naming import Mention
from annotations.language.scope import Source
from annotations.models import Annotation, Carry, Concept, ConceptExclusion, Status, Study
from annotations.team.blinding import closed_in
from annotations.texts.anchoring import CONTEXT


@dataclass(frozen=True, slots=True)
class Older:
    """A place that was left out on an older text of an article."""

    exclusion: int
    name: int
    revision: int
    article: int
    number: int
    before: str
    exact: str
    after: str


class Uncounted:
    """The places that people left out, by name, and the words that they tagged as damage."""

    def __init__(self, study: Study, concepts: Iterable[Concept], revisions: list[int]) -> None:
        self.articles: set[int] = set()
        self.damaged: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for revision, start, end in _damage_of(study, revisions):
            self.damaged[revision].append((start, end))
        self.here: dict[tuple[int, int, int, int], int] = {}
        self.older: dict[tuple[int, int], list[Older]] = defaultdict(list)
        for row in _exclusions_of(study, concepts):
            place = row.pop("start"), row.pop("end")
            older = Older(**row)
            self.here[older.name, older.revision, *place] = older.exclusion
            self.older[older.name, older.article].append(older)
            self.articles.add(older.article)

    def counted(self, mentions: list[Mention], source: Source, text: str) -> list[Mention]:
        """Return the mentions of a text that count."""
        if source.article in self.articles:
            mentions = [one for one in mentions if self.of(one, source, text) is None]
        if source.revision in self.damaged:
            mentions = [one for one in mentions if not self.is_damaged(one, source)]
        return mentions

    def is_damaged(self, mention: Mention, source: Source) -> bool:
        """Return whether words of the mention are tagged as damage."""
        places = self.damaged.get(source.revision, ())
        return any(start < mention.end and mention.start < end for start, end in places)

    def of(self, mention: Mention, source: Source, text: str) -> int | None:
        """Return the exclusion that leaves the mention out, if there is one."""
        name, start, end = mention.name.id, mention.start, mention.end
        exact = self.here.get((name, source.revision, start, end))
        if exact or (name, source.article) not in self.older:
            return exact
        around = text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT]
        for older in self.older[name, source.article]:
            same = (older.before, older.exact, older.after) == around
            if same and older.revision != source.revision:
                return older.exclusion
        return None


def _exclusions_of(study: Study, concepts: Iterable[Concept]) -> QuerySet:
    """Return the exclusions as dictionaries, with the words and those around them. One query."""
    text = "revision__text"
    start = F("start")
    return ConceptExclusion.objects.filter(
        name__concept__in=list(concepts), revision__article__story__studies=study
    ).values(
        "start",
        "end",
        "revision",
        "name",
        exclusion=F("pk"),
        article=F("revision__article"),
        number=F("revision__number"),
        before=Substr(text, Greatest(start - CONTEXT + 1, 1), Least(start, CONTEXT)),
        exact=Substr(text, start + 1, F("end") - start),
        after=Substr(text, F("end") + 1, CONTEXT),
    )


def _damage_of(study: Study, revisions: list[int]) -> QuerySet:
    """Return where codes that never count as bias stand on the revisions, also carried. One query.

    It is the codebook's *damage*: words that a scraper or a translation spoilt, and not the
    outlet's choice. In stories that are closed to the study's reader, their own tags count as if
    nobody had ruled on them.
    """
    closed = closed_in(study)
    spoilt = Q(ruled_code=None) & Q(code__counts_as_bias=False)
    spoilt |= Q(code__counts_as_bias=False) & closed
    spoilt |= Q(ruled_code__counts_as_bias=False) & ~closed
    rejected = Q(status=Status.REJECTED) & ~closed
    damage = Annotation.objects.seen_in(study).exclude(rejected).filter(spoilt).order_by()
    carried = Carry.objects.filter(
        study=study, revision__in=revisions, start__isnull=False, span__in=damage.values("span")
    )
    here = damage.filter(span__revision__in=revisions)
    return here.values_list("span__revision", "span__start", "span__end").union(
        carried.order_by().values_list("revision", "start", "end")
    )
