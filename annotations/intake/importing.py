"""Importing annotations: the records of a file become annotations of a study, or are rejected.

Each batch is one transaction. What is there already is left alone, so an import that was broken
off goes on where it was when it is run again.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from annotations.intake.decisions import Decisions, Outcome
from annotations.intake.grounds import Grounds
from annotations.intake.shelves import Unknown, label_of
from annotations.intake.storing import Fit, Store
from annotations.intake.vetting import Refused, UnknownName, Vetting
from annotations.interchange.placing import How, Unplaceable
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Record, Reject
from annotations.models import Study
from annotations.revisions.carries import revised
from annotations.texts.anchoring import shortened
from sources.models import Revision, Way

BATCH = 2_000  # records
MOST_TEXT = 8_000_000  # code points of articles in a batch

__all__ = ["Decisions", "Outcome", "import_records"]


def import_records(
    records: Iterable[Record],
    *,
    study: Study,
    made_by: User,
    decisions: Decisions = Decisions(),  # noqa: B008 - it never changes
    dry_run: bool = False,
    id: uuid.UUID | None = None,
    batch: int = BATCH,
    way: Way = Way.COMMAND,
    progress: Callable[[Outcome], None] | None = None,
    reject: Callable[[Reject], None] | None = None,
) -> Outcome:
    """Import the records into the study, as steps of `made_by` that can be undone as one by `id`.

    The same file again imports nothing. Annotations stand as pending, whatever a moderator of
    another study said of them. `progress` is called after each batch with what became of the
    records so far, `reject` for each that is rejected. A dry run writes nothing. That `made_by`
    may import, the caller knows.
    """
    run = _Run(
        Grounds(study, decisions, made_by=made_by, way=way, dry_run=dry_run),
        Vetting(study, decisions, dry_run=dry_run),
        Store(study, batch=id or uuid.uuid4(), made_by=made_by, dry_run=dry_run),
    )
    outcome = Outcome()
    for chunk in _batches(records, batch):
        rejects: list[Reject] = []
        with transaction.atomic():
            became = run.take(chunk, rejects.append)
        outcome.add(became)
        if reject:
            for one in rejects:
                reject(one)
        if progress:
            progress(outcome)
    if not dry_run:
        run.carry_on()
    return outcome


class _Run:
    """One import: what it has found out of its file so far."""

    def __init__(self, grounds: Grounds, vetting: Vetting, store: Store) -> None:
        self._grounds, self._vetting, self._store = grounds, vetting, store
        self._outdated: set[int] = set()  # articles with annotations on an older text

    def take(self, records: Sequence[Record], reject: Callable[[Reject], None]) -> Outcome:
        """Import some records, and return what became of them."""
        became = Outcome(read=len(records))
        annotations = [one for one in records if isinstance(one, AnnotationRecord)]
        people = len(self._vetting.people_made)
        self._grounds.look_up(one.ref for one in records if not isinstance(one, Reject))
        for record in records:
            if isinstance(record, Reject):
                became.rejected += 1
                reject(record)
            elif isinstance(record, ArticleRecord):
                self._settle(record, became, reject)
        self._grounds.load(annotations)
        self._vetting.look_at_parts()
        fits = [fit for one in annotations if (fit := self._fit(one, became, reject))]
        self._store.store(fits, became)
        became.people_made = self._vetting.people_made[people:]
        return became

    def carry_on(self) -> None:
        """Have annotations on older texts of articles followed to the newest."""
        newest = {self._grounds.newest(article) for article in self._outdated}
        for revision in Revision.objects.filter(pk__in=newest).select_related("article"):
            revised(revision)

    def _settle(
        self, record: ArticleRecord, became: Outcome, reject: Callable[[Reject], None]
    ) -> None:
        try:
            made = self._grounds.settle(record)
            became.articles_made += made is True
            became.articles_known += made is False
            became.articles_missing += made is None
        except Unknown as unknown:
            became.rejected += 1
            reject(Reject(record.place, str(unknown), shortened(record.headline)))

    def _fit(
        self, record: AnnotationRecord, became: Outcome, reject: Callable[[Reject], None]
    ) -> Fit | None:
        """Return the annotation with its place, or None if it is rejected."""
        try:
            vetted = self._vetting.vet(record)
            spot = self._grounds.place(record)
            self._vetting.begin_part(spot.shelf.story, vetted)
        except (Refused, Unknown, Unplaceable) as refusal:
            became.rejected += 1
            if isinstance(refusal, UnknownName):
                code, annotator = self._vetting.unknown_names(record)
                became.unknown_codes.update([record.code] * code)
                became.unknown_annotators.update([record.annotator] * annotator)
            elif isinstance(refusal, Unknown):
                became.unknown_articles[refusal.label] += 1
            reject(Reject(record.place, str(refusal), _row(record)))
            return None
        if spot.placed.how == How.CONVERTED:
            became.converted[str(spot.placed.unit)] += 1
        became.reanchored += spot.placed.how == How.RE_ANCHORED
        became.rulings += bool(record.ruled_code or record.status not in ("", "pending"))
        if spot.text is not spot.shelf.texts[0]:
            self._outdated.add(spot.shelf.id)
        return Fit(spot, vetted)


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Yield the records in groups: as many as `size`, and fewer where articles are long."""
    group: list[Record] = []
    length = 0
    for record in records:
        group.append(record)
        if isinstance(record, ArticleRecord):
            length += len(record.text or "")
        if len(group) >= size or length > MOST_TEXT:
            yield group
            group, length = [], 0
    if group:
        yield group


def _row(record: AnnotationRecord) -> str:
    """Return what a person needs to know a rejected annotation again."""
    place = "" if record.start is None else f"{record.start}–{record.end}"
    said = (label_of(record.ref), place, f"“{shortened(record.exact)}”", record.code)
    return ", ".join(part for part in (*said, record.annotator, record.id) if part)
