"""Files that are prepared for a person: which take too long for a download, and how far each is.

Questions only; nothing here writes. What is in a file is what its person saw when it was begun, so
it is handed to nobody else, and not to them either once they see less.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.aggregates import BitXor
from django.db.models import BigIntegerField, Case, Count, F, Func, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotations.export.choosing import Choice, told_to
from annotations.export.releases import State, state_of
from annotations.interchange.formats import FORMATS, TABLES
from annotations.interchange.records import Format
from annotations.models import Annotation, Carry, PreparedExport, Role, Study
from annotations.rulings.gold import gold_for
from annotations.tasks import exports_queued, workers_alive
from annotations.team.blinding import closed_in
from sources.models import Revision

LONGEST_DOWNLOAD = 5.0  # seconds until it starts; what takes longer is prepared
# Microseconds for each tag, and for each word of the texts that go along, which some formats cut
# up. Measured on one core; JSON lines are not here: they stay a download.
COSTS: Mapping[str, tuple[int, int]] = {
    "webannotation": (150, 2),
    "xmi": (240, 45),
    "webanno-tsv": (180, 13),
    "brat": (120, 3),
    "bio": (70, 13),
    "label-studio": (160, 3),
    "doccano": (80, 2),
    "xlsx": (440, 0),
    "parquet": (20, 0),
}
MANY = 100_000  # tags: what cuts up texts takes longer for so many, however short these are
OF_REVISION = "span__revision"
STORY = "span__revision__article__story"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much goes into a file; `words` are counted only up to MANY tags."""

    tags: int
    words: int = 0

    def is_long(self, key: str) -> bool:
        """Whether a file of that format takes too long for a download."""
        tag, word = COSTS.get(key, (0, 0))
        return self.tags * tag + self.words * word > LONGEST_DOWNLOAD * 1_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that somebody asked for, and how far it is.

    `is_withheld` says whether they see less than is in it. `is_stale` says whether tags, rulings,
    codes or texts changed since it was begun; None: that was not asked.
    """

    row: PreparedExport
    state: State
    is_withheld: bool = False
    is_stale: bool | None = None

    @property
    def kind(self) -> Format:
        return FORMATS[self.row.format]

    @property
    def is_open(self) -> bool:
        """Whether it may still become ready by itself."""
        return self.state in {State.WAITS, State.UNDER_WAY}

    @property
    def is_ready(self) -> bool:
        """Whether its person may have it."""
        return self.state == State.READY and not self.is_withheld

    @property
    def expires_at(self) -> datetime | None:
        """Return when the file is removed."""
        finished = self.row.finished_at
        return finished + timedelta(days=settings.EXPORT_DAYS) if finished else None


@dataclass(frozen=True, slots=True)
class Standing:
    """All files that a person has, the newest first."""

    made: list[Prepared]
    has_worker: bool

    @property
    def waits_in_vain(self) -> bool:
        """Whether something waits for a worker and none runs."""
        return not self.has_worker and any(one.state == State.WAITS for one in self.made)

    @property
    def asks_again(self) -> str:
        """Return when the page asks for this anew, in the words of htmx; "" for never."""
        if any(one.is_open for one in self.made):
            return "" if self.waits_in_vain else "every 2s"
        unknown = any(one.is_ready and one.is_stale is None for one in self.made)
        return "load" if unknown else ""


def extent_of(annotations: QuerySet[Annotation]) -> Extent:
    """Return how much goes into a file of the annotations. Two queries."""
    chosen = annotations.order_by()
    tags = chosen.count()
    if tags > MANY:
        return Extent(tags)
    texts = Revision.objects.filter(pk__in=chosen.values(OF_REVISION)).order_by()
    return Extent(tags, texts.aggregate(words=Coalesce(Sum("word_count"), 0))["words"])


def standing_of(study: Study, role: Role, person: User, *, compare: bool = False) -> Standing:
    """Return the files of the study that a person in that role has. Four queries.

    With `compare` also whether those that are ready are stale, if nothing is open: that takes a
    while in a large study.
    """
    queued, has_worker = exports_queued(), workers_alive() > 0
    gold_in = frozenset(told_to(study, role)["gold_in"])
    rows = kept().filter(study=study, made_by=person).select_related("story")
    made = [
        Prepared(row, state_of(row, queued, has_worker), _is_withheld(study, row, gold_in))
        for row in rows
    ]
    if compare and not any(one.is_open for one in made):
        made = _compared(study, role, made)
    return Standing(made, has_worker)


def kept() -> QuerySet[PreparedExport]:
    """Return the files that are not too old."""
    since = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    return PreparedExport.objects.exclude(_ended_before(since))


def outdated() -> QuerySet[PreparedExport]:
    """Return the files that are too old to be kept."""
    since = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    return PreparedExport.objects.filter(_ended_before(since)).order_by()


def is_open(row: PreparedExport) -> bool:
    """Whether it may still become ready by itself. One query."""
    return Prepared(row, state_of(row, exports_queued(), has_worker=True)).is_open


def is_withheld(study: Study, role: Role, row: PreparedExport) -> bool:
    """Whether the study's reader sees less now than is in their file. One query."""
    return _is_withheld(study, row, frozenset(told_to(study, role)["gold_in"]))


def choice_of(row: PreparedExport) -> Choice:
    """Return which annotations were asked for."""
    return Choice(row.story_id, row.status, row.layer)


def stories_told(study: Study, choice: Choice) -> list[int]:
    """Return the stories of which a file tells what others tagged, and rulings. One query."""
    stories = set(choice.annotations(study).order_by().values_list(STORY, flat=True).distinct())
    return sorted(stories - study.sight.closed if study.sight else stories)


def basis_of(study: Study, role: Role, choice: Choice, key: str) -> str:
    """Return the digest of what the study's reader would get now in the format. Six queries.

    It changes with every tag, ruling, code and text that they see, and with nothing else.
    """
    chosen = choice.annotations(study).order_by()
    said = [study.codebook.revision, *_tags(study, chosen), *_texts(study, choice)]
    if key in TABLES:
        said += [*_carries(study, chosen), *_gold(study, role)]
    return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


class _Hash(Func):
    """A number for the values of a row together."""

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = BigIntegerField()


def _tags(study: Study, chosen: QuerySet[Annotation]) -> tuple[int, ...]:
    """Say what stands, and how it was ruled where that is told."""
    told = [Case(When(closed_in(study), then=None), default=F(name)) for name in RULED]
    state = _Hash(F("pk"), F("version"), *told)
    return tuple(chosen.aggregate(count=Count("pk"), states=BitXor(state)).values())


RULED = ("status", "ruled_code_id", "updated_at")


def _texts(study: Study, choice: Choice) -> tuple[int, ...]:
    texts = Revision.objects.filter(article__story__studies=study).order_by()
    if choice.story is not None:
        texts = texts.filter(article__story=choice.story)
    return tuple(texts.aggregate(count=Count("pk"), newest=Max("pk")).values())


def _carries(study: Study, chosen: QuerySet[Annotation]) -> tuple[int, ...]:
    carries = Carry.objects.filter(study=study).order_by()
    if study.sight and study.sight.closed:
        carries = carries.filter(span__in=chosen.values("span"))
    return tuple(carries.aggregate(count=Count("pk"), versions=Sum("version")).values())


def _gold(study: Study, role: Role) -> tuple[int, ...]:
    gold = gold_for(study, role).order_by()
    return tuple(gold.aggregate(count=Count("pk"), newest=Max("pk")).values())


def _compared(study: Study, role: Role, made: list[Prepared]) -> list[Prepared]:
    """Return the files, and of those that are ready whether they are stale."""
    known: dict[tuple[Choice, bool], str] = {}
    compared = []
    for one in made:
        choice, is_table = choice_of(one.row), one.row.format in TABLES
        if one.is_ready and (choice, is_table) not in known:
            known[choice, is_table] = basis_of(study, role, choice, one.row.format)
        is_stale = known[choice, is_table] != one.row.basis if one.is_ready else None
        compared.append(Prepared(one.row, one.state, one.is_withheld, is_stale))
    return compared


def _is_withheld(study: Study, row: PreparedExport, gold_in: frozenset[int]) -> bool:
    closed = study.sight.closed if study.sight else frozenset()
    less = not closed.isdisjoint(row.told) or not gold_in.issuperset(row.gold_in)
    return less or study.veil is not None


def _ended_before(since: datetime) -> Q:
    """Return the condition that a file was finished, or given up, before that time."""
    return Q(finished_at__lt=since) | Q(finished_at=None, started_at__lt=since)
