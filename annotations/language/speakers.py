"""What the pages of speakers show: who is recorded, under which spellings, and what is theirs.

Questions only; nothing here writes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from annotations.language.quotations import Version, texts_of, versions_of
from annotations.language.quoting import is_pronoun
from annotations.language.speaking import recorded_speakers
from annotations.language.spellings import likely_groups, name_of
from annotations.models import Annotation, ReportSpan, Speaker, SpeakerSpelling, Study
from sources.models import Article

READ = 100  # newest articles whose quotations are counted
PROPOSED = 30  # on the page
LISTED = 100  # tags, reports and quotations of one speaker, each


@dataclass(slots=True)
class Spelling:
    """A way to write a speaker, and how often it is met."""

    words: str
    tags: int = 0
    reports: int = 0
    quotations: int = 0

    @property
    def total(self) -> int:
        return self.tags + self.reports + self.quotations


@dataclass(slots=True)
class Row:
    """A recorded speaker with all spellings."""

    speaker: Speaker
    spellings: list[Spelling]

    @property
    def tags(self) -> int:
        return sum(spelling.tags for spelling in self.spellings)

    @property
    def reports(self) -> int:
        return sum(spelling.reports for spelling in self.spellings)

    @property
    def quotations(self) -> int:
        return sum(spelling.quotations for spelling in self.spellings)


@dataclass(slots=True)
class Proposed:
    """Spellings that seem to mean one speaker: new ones, and speakers who may be the same."""

    spellings: list[Spelling]
    speakers: list[Speaker]

    @property
    def name(self) -> str:
        """The fullest name among them."""
        words = [spelling.words for spelling in self.spellings]
        return max(words, key=lambda spelling: (len(name_of(spelling)), -len(spelling)))


@dataclass(slots=True)
class Speakers:
    """All that the study knows of speakers. `read` of `articles` texts were searched."""

    rows: list[Row] = field(default_factory=list)
    unrecorded: list[Spelling] = field(default_factory=list)
    proposed: list[Proposed] = field(default_factory=list)
    read: int = 0
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Attributed:
    """What is attributed to one speaker: LISTED of each at most, and how many there are."""

    tags: list[Annotation]
    tag_count: int
    reports: list[ReportSpan]
    report_count: int
    quotations: list[Version]
    quotation_count: int


def speakers_of(study: Study) -> Speakers:
    """Return the recorded speakers, other spellings, and which seem to be one. Six queries."""
    recorded = recorded_speakers(study)
    read, articles = _versions(study, {})
    quoted = Counter(version.speaker for version in read if not is_pronoun(version.speaker))
    met = _met(study, quoted)
    for words in recorded:
        met.setdefault(words, Spelling(words))
    rows = [
        Row(speaker, [met[row.spelling] for row in speaker.spellings.all()])
        for speaker in study.speakers.prefetch_related("spellings")
    ]
    others = [spelling for words, spelling in met.items() if words not in recorded]
    others.sort(key=lambda spelling: (-spelling.total, spelling.words.casefold()))
    proposed = _proposed(met, recorded)[:PROPOSED]
    return Speakers(rows, others, proposed, min(articles, READ), articles)


def speaker_names(study: Study) -> list[str]:
    """Return the names of the recorded speakers, for a form to offer. One query."""
    return list(study.speakers.values_list("name", flat=True))


def recorded_as(study: Study, spelling: str) -> Speaker | None:
    """Return whom the spelling means, if that is recorded. One query at most."""
    if not spelling:
        return None
    rows = SpeakerSpelling.objects.select_related("speaker")
    row = rows.filter(study=study, spelling=spelling).first()
    return row.speaker if row else None


def attributed_to(study: Study, speaker: Speaker) -> Attributed:
    """Return what tags, reports and quotations attribute to the speaker, under any spelling."""
    spellings = [row.spelling for row in speaker.spellings.all()]
    tags = _tags(study).filter(speaker__in=spellings).with_place()
    reports = (
        _reports(study)
        .filter(speaker__in=spellings)
        .select_related("report__fact", "report__article__outlet", "span__revision")
        .defer("span__revision__text")
        .order_by("report__article__published_at", "pk")
    )
    read, _ = _versions(study, dict.fromkeys(spellings, speaker))
    quoted = [version for version in read if version.recorded]
    return Attributed(
        list(tags.order_by("span__revision__article__published_at", "created_at", "pk")[:LISTED]),
        tags.count(),
        list(reports[:LISTED]),
        reports.count(),
        quoted[:LISTED],
        len(quoted),
    )


def _tags(study: Study) -> "QuerySet[Annotation]":
    return Annotation.objects.seen_in(study).exclude(speaker="")


def _reports(study: Study) -> QuerySet[ReportSpan]:
    return ReportSpan.objects.filter(report__fact__study=study).exclude(speaker="")


def _versions(study: Study, recorded: Mapping[str, Speaker]) -> tuple[list[Version], int]:
    """Return the quotations of the study's newest articles that name somebody, and how many
    articles there are."""
    articles = Article.objects.filter(story__studies=study)
    latest = articles.order_by("-published_at", "-pk")[:READ]
    newest = texts_of(latest).order_by("-article__published_at", "-article_id")
    versions = [version for version in versions_of(newest, recorded) if version.speaker]
    return versions, articles.count()


def spellings_tagged(study: Study) -> dict[str, int]:
    """Count the tags of each spelling of a speaker. One query, of an index alone."""
    return dict(_tags(study).values_list("speaker").annotate(n=Count("*")).order_by())


def _met(study: Study, quoted: Mapping[str, int]) -> dict[str, Spelling]:
    """Return all spellings that stand in tags, reports and texts."""
    met: dict[str, Spelling] = {}
    counted = (
        ("tags", spellings_tagged(study).items()),
        ("reports", _reports(study).values_list("speaker").annotate(n=Count("*")).order_by()),
        ("quotations", quoted.items()),
    )
    for what, counts in counted:
        for words, count in counts:
            setattr(met.setdefault(words, Spelling(words)), what, count)
    return met


def _proposed(met: Mapping[str, Spelling], recorded: Mapping[str, Speaker]) -> list[Proposed]:
    """Return what a person may want to record, add or merge, the most frequent first."""
    found: list[Proposed] = []
    for group in likely_groups(met):
        new = [met[words] for words in group if words not in recorded]
        speakers = {recorded[words].pk: recorded[words] for words in group if words in recorded}
        if len(speakers) + bool(new) > 1 or len(new) > 1:
            found.append(Proposed(_by_total(new), list(speakers.values())))
    return sorted(found, key=lambda one: -sum(spelling.total for spelling in one.spellings))


def _by_total(spellings: Iterable[Spelling]) -> list[Spelling]:
    return sorted(spellings, key=lambda spelling: -spelling.total)
