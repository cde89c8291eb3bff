"""The texts that a file speaks of, found in the study or made of the file, and places in them."""

import hashlib
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.contrib.auth.models import User

from annotations.intake.decisions import Decisions
from annotations.intake.shelves import Shelf, Shelves, Text, Unknown, keys_of
from annotations.interchange.placing import Ground, How, Placed, Unplaceable
from annotations.interchange.records import AnnotationRecord, ArticleRecord, ArticleRef
from annotations.models import Study
from annotations.team.founding import add_story
from sources.details import checked_details, require, tidy
from sources.importing import import_text
from sources.models import Revision, Story, Way
from sources.normalising import normalise
from sources.originals import keep_original
from sources.reading import Details
from sources.refusals import BadDetail, ImportRefused

MOST_HELD = 20_000_000  # code points of texts
LONGEST_HEADLINE, LONGEST_BYLINE, LONGEST_ID, LONGEST_TITLE = 500, 300, 200, 300


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an annotation belongs."""

    shelf: Shelf
    text: Text
    placed: Placed


# An article; its texts, the one that is meant first; and whether that surely is the one.
Candidates = tuple[Shelf, list[Text], bool]


class Grounds:
    """Places the annotations of one file. A dry run makes nothing, and places as if it had."""

    def __init__(
        self, study: Study, decisions: Decisions, *, made_by: User, way: Way, dry_run: bool
    ) -> None:
        self._study, self._decisions, self._made_by = study, decisions, made_by
        self._way, self._dry_run = way, dry_run
        self._shelves = Shelves(study)
        # What the file says of its own articles; the revision of each that it had last.
        self._own: dict[tuple[str, object], tuple[int, int | None]] = {}
        self._last: dict[int, int] = {}
        self._found: dict[ArticleRef, Candidates] = {}
        self._grounds: OrderedDict[int, Ground] = OrderedDict()
        self._held = 0
        self._virtual: dict[int, bytes] = {}  # the texts that a dry run would store, packed
        self._stories: dict[str, Story] = {}

    def look_up(self, refs: Iterable[ArticleRef]) -> None:
        """Find the articles of many records at once. One query, or none."""
        self._shelves.look_up(refs)

    def settle(self, record: ArticleRecord) -> bool | None:
        """Take note of an article of the file; return whether a text was made of it.

        None if the study does not have it and the file does not have its text. Raises Unknown if
        it cannot be made.
        """
        ref, text = record.ref, None
        if record.text is not None:
            text = normalise(record.text)
            ref = replace(ref, sha256=hashlib.sha256(text.encode()).hexdigest())
            self._shelves.look_up([ref])
        shelf = self._shelves.find(ref) or self._earlier(record)
        meant = shelf.text_of(ref) if shelf else None
        if text is not None and meant and meant.sha256 != ref.sha256:
            meant = None
        is_new = text is not None and (
            shelf is None or (meant is None and self._goes_on(shelf, record.ref))
        )
        if text is not None and is_new:
            shelf, meant = self._make(record, text, shelf)
        elif shelf is None:
            return None
        if text is not None and meant:
            self._hold(meant.id, Ground(text, record.text))
        self._note(record.ref, shelf, meant)
        self._note(ref, shelf, meant)
        return is_new

    def load(self, records: Iterable[AnnotationRecord]) -> None:
        """Read the texts in which the records are likely to stand. One query, or none."""
        groups: dict[int, list[AnnotationRecord]] = defaultdict(list)
        for record in records:
            try:
                _, texts, _ = self._candidates(record.ref)
            except Unknown:
                continue
            groups[texts[0].id].append(record)
        if missing := [pk for pk in groups if pk > 0 and pk not in self._grounds]:
            rows = Revision.objects.filter(pk__in=missing).values_list("pk", "text")
            for pk, text in rows:
                self._hold(pk, Ground(text))
        for pk, group in groups.items():
            ground = self._ground(pk)
            if not ground.text.isascii():
                ground.settle_unit(group)

    def place(self, record: AnnotationRecord) -> Spot:
        """Return where the record belongs. Raises Unknown, or Unplaceable.

        Words that stand at the record's offsets in any text of the article are of that text. By
        themselves they are found in the text alone that the file means, or else in the newest.
        """
        shelf, texts, is_certain = self._candidates(record.ref)
        found: Spot | None = None
        refusal: Unplaceable | None = None
        for text in texts:
            try:
                placed = self._ground(text.id).place(record)
            except Unplaceable as error:
                refusal = refusal or error
                continue
            if placed.how == How.UNCHECKED and not (is_certain and text is texts[0]):
                refusal = refusal or Unplaceable(
                    "There are offsets without words, and nothing says in which text they count. "
                    "Give the words in a column exact."
                )
            elif placed.how != How.RE_ANCHORED:
                return Spot(shelf, text, placed)
            elif text is texts[0]:
                found = Spot(shelf, text, placed)
        if found is None:
            raise refusal or Unplaceable("The words do not stand in the text that the file means.")
        return found

    def newest(self, article: int) -> int:
        """Return the pk of the newest text of an article that was asked for."""
        return self._shelves[article].texts[0].id

    def _candidates(self, ref: ArticleRef) -> Candidates:
        """Return what the file means by `ref`. Raises Unknown."""
        if ref not in self._found:
            self._found[ref] = self._find(ref)
        return self._found[ref]

    def _find(self, ref: ArticleRef) -> Candidates:
        own = next((self._own[key] for key in _names(ref) if key in self._own), None)
        shelf = self._shelves[own[0]] if own else self._shelves.find(ref)
        if shelf is None:
            raise Unknown(ref, "is not in the study")
        meant = shelf.text_of(ref)
        certain = meant is not None and meant.sha256 == ref.sha256
        if own and not certain:
            meant = next((text for text in shelf.texts if text.id == own[1]), None)
            certain = meant is not None
        if meant is None:
            return shelf, shelf.texts, False
        return shelf, [meant, *(text for text in shelf.texts if text is not meant)], certain

    def _note(self, ref: ArticleRef, shelf: Shelf, meant: Text | None) -> None:
        """Note by what the file calls an article; of one with several texts, each by its own."""
        self._found.clear()  # what was found before may be another one now
        found = shelf.id, meant.id if meant else None
        for key in _names(ref):
            several = key[0] not in ("name", "revision", "sha256")
            before = self._own.get(key, found) if several else found
            self._own[key] = found if before == found else (shelf.id, None)
        if ref.id is not None and meant:
            self._last[ref.id] = max(ref.revision or 1, self._last.get(ref.id, 0))

    def _earlier(self, record: ArticleRecord) -> Shelf | None:
        """Return the article of which the file had an earlier text, by the file's own number."""
        own = self._own.get(("id", record.ref.id)) if record.text is not None else None
        shelf = self._shelves[own[0]] if own else None
        return shelf if shelf and self._goes_on(shelf, record.ref) else None

    def _goes_on(self, shelf: Shelf, ref: ArticleRef) -> bool:
        """Whether the file has a later text of an article of which it had an earlier one of ours.

        Else another text at a known address is no revision: nobody said when it stood there.
        """
        if ref.id is None or ref.revision is None:
            return False
        return ref.id in self._last and ref.revision > self._last[ref.id] and bool(shelf.texts)

    def _make(self, record: ArticleRecord, text: str, shelf: Shelf | None) -> tuple[Shelf, Text]:
        """Store a text of the file, as a new article or the next revision. Raises Unknown."""
        try:
            details = _details(record, self._decisions)
            external_id = tidy(record.ref.external_id)[:LONGEST_ID]
            if not text.strip():
                raise BadDetail("text", "The text is empty.")
            story = self._story(record, shelf)
            if self._dry_run:
                return self._pretend(text, details, external_id, shelf)
            original = keep_original(
                (record.text or "").encode("utf-8", "surrogatepass"),
                filename=record.ref.name,
                media_type="text/plain",
                charset="utf-8",
                uploaded_by=self._made_by,
            )
            made = import_text(
                story,
                text=text,
                details=details,
                external_id=external_id,
                original=original,
                way=self._way,
                imported_by=self._made_by,
                after=self._newest(shelf),
            ).revision
        except ImportRefused as refusal:
            raise Unknown(
                record.ref, f"is not in the study, nor can it be made. {refusal}".removesuffix(".")
            ) from refusal
        article = made.article
        fresh = Shelf(article.pk, article.story_id, article.url, article.external_id)
        found = Text(made.pk, made.number, made.sha256)
        return self._shelves.put(fresh, found), found

    def _newest(self, shelf: Shelf | None) -> Revision | None:
        if shelf is None:
            return None
        revisions = Revision.objects.select_related("article").defer("text")
        return revisions.get(pk=shelf.texts[0].id)

    def _pretend(
        self, text: str, details: Details, external_id: str, shelf: Shelf | None
    ) -> tuple[Shelf, Text]:
        """Do as `_make`, but store nothing."""
        pk = -1 - len(self._virtual)
        self._virtual[pk] = zlib.compress(text.encode(), 1)
        number = shelf.texts[0].number + 1 if shelf else 1
        found = Text(pk, number, hashlib.sha256(text.encode()).hexdigest())
        return self._shelves.put(shelf or Shelf(pk, 0, details.url, external_id), found), found

    def _story(self, record: ArticleRecord, shelf: Shelf | None) -> Story:
        """Return the story of a new article: of that title in the study, or else begun."""
        if shelf:
            return Story(pk=shelf.story)
        title = tidy(record.story)[:LONGEST_TITLE] or self._decisions.story
        if not title:
            raise BadDetail("story", "Say in which story it is to be.")
        if title not in self._stories:
            known = self._study.stories.filter(title=title).order_by("pk").first()
            if known is None and not self._dry_run:
                known = add_story(self._study, title)
            self._stories[title] = known or Story(title=title)
        return self._stories[title]

    def _ground(self, pk: int) -> Ground:
        if pk in self._grounds:
            self._grounds.move_to_end(pk)
            return self._grounds[pk]
        if pk in self._virtual:
            text = zlib.decompress(self._virtual[pk]).decode()
        else:
            text = Revision.objects.values_list("text", flat=True).get(pk=pk)
        return self._hold(pk, Ground(text))

    def _hold(self, pk: int, ground: Ground) -> Ground:
        """Keep a text at hand, and forget those that were not asked for lately."""
        if before := self._grounds.pop(pk, None):
            self._held -= len(before.text)
        self._grounds[pk] = ground
        self._held += len(ground.text)
        while self._held > MOST_HELD and len(self._grounds) > 1:
            _, gone = self._grounds.popitem(last=False)
            self._held -= len(gone.text)
        return ground


def _names(ref: ArticleRef) -> Iterator[tuple[str, object]]:
    """Yield by what a file may call one of its own articles, the surest first."""
    if ref.name:
        yield "name", ref.name
    if ref.id is not None and ref.revision is not None:
        yield "revision", (ref.id, ref.revision)
    yield from keys_of(ref)


def _details(record: ArticleRecord, decisions: Decisions) -> Details:
    """Return what is said of a new article, without what cannot be stored. Raises BadDetail."""
    given = Details(
        outlet=record.outlet or decisions.outlet,
        headline=tidy(record.headline)[:LONGEST_HEADLINE],
        url=record.ref.url,
        byline=tidy(record.byline)[:LONGEST_BYLINE],
        published_at=_in_utc(record.published_at),
        language=record.language,
    )
    if _is_bad(given, "url"):
        given = replace(given, url="")
    if _is_bad(given, "language"):
        given = replace(given, language="")
    require(given, "outlet")
    return checked_details(given)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _is_bad(details: Details, field: str) -> bool:
    try:
        checked_details(details)
    except BadDetail as bad:
        return bad.field == field
    return False
