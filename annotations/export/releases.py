"""A study's releases as its page shows them, and what there is to count for a release's README.

Questions only; nothing here writes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotations.export.release_readme import About, CodeCount
from annotations.models import (
    Annotation,
    Fact,
    PreparedExport,
    Release,
    Role,
    Status,
    Study,
)
from annotations.rulings.gold import gold_for
from annotations.tasks import releases_queued, workers_alive
from annotations.team.assignments import coders_by_story
from sources.models import Article, Outlet, Revision

CHUNK_BYTES = 1024 * 1024  # of a piece of a file in the database
LONGEST_REQUEST = timedelta(minutes=10)  # by then a server that made a release itself is done


class State(StrEnum):
    READY = "ready"
    FAILED = "failed"
    WAITS = "waits"  # for a worker
    UNDER_WAY = "under way"
    BROKE_OFF = "broke off"  # whoever made it was stopped, and nobody goes on


@dataclass(frozen=True, slots=True)
class Made:
    """A release, and how far it is."""

    release: Release
    state: State

    @property
    def is_open(self) -> bool:
        """Whether it may still become ready by itself."""
        return self.state in {State.WAITS, State.UNDER_WAY}


@dataclass(frozen=True, slots=True)
class Standing:
    """All releases of a study, the newest first."""

    made: list[Made]
    has_worker: bool

    @property
    def is_open(self) -> bool:
        return any(one.is_open for one in self.made)

    @property
    def waits_in_vain(self) -> bool:
        """Whether something waits for a worker and none runs."""
        return not self.has_worker and any(one.state == State.WAITS for one in self.made)


def standing_of(study: Study) -> Standing:
    """Return the study's releases. Three queries."""
    releases = Release.objects.filter(study=study).select_related("made_by")
    queued = releases_queued()
    has_worker = workers_alive() > 0
    return Standing([Made(one, state_of(one, queued, has_worker)) for one in releases], has_worker)


def is_open(release: Release) -> bool:
    """Whether the release may still become ready by itself. One query."""
    return Made(release, state_of(release, releases_queued(), has_worker=True)).is_open


def pieces_of(release: Release | PreparedExport) -> Iterator[bytes]:
    """Yield its file; a query for each piece, so that no reader holds the database.

    Raises ObjectDoesNotExist if it is deleted meanwhile: the transfer breaks off.
    """
    pieces = -(-release.size // CHUNK_BYTES)
    for number in range(pieces):
        chunk = release.chunks.filter(number=number).first()
        if chunk is None:
            raise ObjectDoesNotExist("The file was deleted while it was sent.")
        yield bytes(chunk.data)


def state_of(
    release: Release | PreparedExport, queued: Mapping[int, bool], has_worker: bool
) -> State:
    """Return how far it is.

    `queued` says of those that a worker has or is to make whether it has begun. One that was begun
    waits again where no worker is alive.
    """
    if release.finished_at:
        return State.READY
    if release.failed_at:
        return State.FAILED
    if release.pk in queued:
        return State.UNDER_WAY if queued[release.pk] and has_worker else State.WAITS
    lately = timezone.now() - LONGEST_REQUEST
    return State.UNDER_WAY if release.started_at > lately else State.BROKE_OFF


def about_of(study: Study) -> About:
    """Return what there is to count in the study, which is seen whole. About a dozen queries."""
    annotations = Annotation.objects.in_study(study).standing().order_by()
    coded = annotations.values("span__revision__article__story")
    facts = Fact.objects.filter(study=study)
    in_study = Q(story__studies=study) | Q(story__in=coded) | Q(story__in=facts.values("story"))
    articles = Article.objects.filter(in_study).order_by()
    kept = articles.values("pk")
    statuses = dict(annotations.values_list("status").annotate(Count("pk")))
    return About(
        stories=articles.aggregate(number=Count("story", distinct=True))["number"],
        articles=articles.aggregate(number=Count("pk", distinct=True))["number"],
        texts=Revision.objects.filter(article__in=kept).count(),
        outlets=Outlet.objects.filter(articles__in=kept).distinct().count(),
        coders=annotations.aggregate(number=Count("annotator", distinct=True))["number"],
        annotations=sum(statuses.values()),
        statuses={status: statuses.get(status, 0) for status in Status.values},
        gold=gold_for(study, Role.OWNER).count(),
        facts=facts.count(),
        coders_of=Counter(len(coders) for coders in coders_by_story(study).values()),
        codes=_codes(study, annotations),
        codebook=study.codebook.name,
        codebook_revision=study.codebook.revision,
        blind=study.blind,
        outlets_hidden=study.outlets_hidden,
        coders_wanted=study.coders_per_story,
    )


def _codes(study: Study, annotations: QuerySet[Annotation]) -> list[CodeCount]:
    """Return how often each code was chosen and is in force, in the codebook's order."""
    pairs = annotations.values_list("code", "ruled_code", "status").annotate(Count("pk"))
    chosen: Counter[int] = Counter()
    in_force: Counter[int] = Counter()
    for code, ruled, status, count in pairs:
        chosen[code] += count
        if status != Status.REJECTED:
            in_force[ruled or code] += count
    codes = study.codebook.codes.select_related("parent")
    return [
        CodeCount(code.path, code.name, chosen[code.pk], in_force[code.pk])
        for code in codes.order_by("position", "pk")
    ]
