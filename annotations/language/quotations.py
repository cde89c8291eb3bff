"""What the quotations page shows: utterances as each outlet quotes them, found in the newest texts.

Questions only; nothing here writes. Nothing is stored either: ten articles of 1,000 words take
less than a tenth of a second, and what was found in a text is remembered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotations.language.quoting import Kind, Quotation, is_pronoun, quotations_of, surroundings
from annotations.language.speaking import recorded_speakers
from annotations.language.utterances import (
    Difference,
    Likeness,
    Quoted,
    Utterance,
    difference,
    is_edited,
    utterances_of,
)
from annotations.models import Annotation, Code, Speaker, Study
from annotations.tags.undoing import Step, steps
from annotations.team.veiling import outlet_name
from sources.models import Article, Outlet, Revision, Story

ALTERED_CODE = "quote_snippet"  # the code for an altered quotation, if the codebook has it
REMEMBERED = 512  # texts
READ = 200  # newest articles of a story; more would keep a reader waiting
LISTED = 300  # quotations of one outlet each; with more, an outlet has to be chosen first
CLASSES = (Likeness.ALTERED, Likeness.SHORTENED, Likeness.IDENTICAL)  # in the page's order


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; empty values keep all."""

    speaker: str = ""
    likeness: str = ""
    outlet: int | None = None

    @property
    def query(self) -> str:
        """The filters as the query of an address."""
        said = {"speaker": self.speaker, "likeness": self.likeness, "outlet": self.outlet}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(eq=False)
class Version:
    """An utterance as one article quotes it."""

    revision: Revision
    quotation: Quotation
    recorded: Speaker | None = None
    likeness: Likeness = Likeness.IDENTICAL
    baseline: "Version | None" = None
    tag: Annotation | None = None  # the reader's own, with the code of altered quotations
    is_last_step: bool = False  # whether undo would take that tag back

    @cached_property
    def words(self) -> str:
        """The words between the marks, without what interrupts them."""
        return self.quotation.words(self.revision.text)

    @property
    def start(self) -> int:
        return self.quotation.inner[0]

    @property
    def end(self) -> int:
        return self.quotation.inner[1]

    @property
    def exact(self) -> str:
        """The text from the first word to the last, as a tag keeps it."""
        return self.revision.text[self.start : self.end]

    @cached_property
    def verb(self) -> str:
        place = self.quotation.verb
        return self.revision.text[slice(*place)].lower() if place else ""

    @cached_property
    def speaker(self) -> str:
        """Whom the article names, in its own words; may be a pronoun."""
        place = self.quotation.speaker
        return " ".join(self.revision.text[slice(*place)].split()) if place else ""

    @cached_property
    def named(self) -> str:
        """The recorded speaker, or else the name that the article gives; empty for a pronoun."""
        if self.recorded:
            return self.recorded.name
        return "" if is_pronoun(self.speaker) else self.speaker

    @property
    def is_baseline(self) -> bool:
        return self.baseline is self

    @property
    def is_snippet(self) -> bool:
        return self.quotation.kind == Kind.SNIPPET

    @property
    def is_edited(self) -> bool:
        return is_edited(self.words)

    @cached_property
    def difference(self) -> Difference | None:
        """What differs from the baseline; None for that one and for the same words."""
        if self.baseline is None or self.is_baseline or self.likeness == Likeness.IDENTICAL:
            return None
        return difference(self.baseline.words, self.words)

    @property
    def anchor(self) -> str:
        """Where on the desk the words stand."""
        return f"span-{self.revision.pk}-{self.start}-{self.end}"


@dataclass(eq=False)
class Comparison:
    """One utterance that two outlets or more quote, the earliest version first."""

    likeness: Likeness
    versions: list[Version]

    @property
    def key(self) -> str:
        """Names the utterance on the page, as long as the texts stand."""
        first = self.versions[0]
        return f"{first.revision.pk}-{first.start}"

    @cached_property
    def outlets(self) -> list[Outlet]:
        return list({version.revision.article.outlet: None for version in self.versions})

    @property
    def beside(self) -> str:
        """The columns of the desk that show all versions."""
        articles = {version.revision.article_id: None for version in self.versions}
        return ",".join(map(str, articles))

    @cached_property
    def verbs(self) -> list[tuple[str, int]]:
        """The verbs of saying that were chosen, and how often; empty if they are all one."""
        counted = Counter(version.verb for version in self.versions if version.verb)
        return counted.most_common() if len(counted) > 1 else []


@dataclass(eq=False)
class Quotations:
    """All quotations of a story, as the filters leave them."""

    comparisons: list[Comparison] = field(default_factory=list)
    alone: list[tuple[Outlet, list[Version]]] = field(default_factory=list)
    counts: dict[Likeness, int] = field(default_factory=dict)
    speakers: list[str] = field(default_factory=list)
    outlets: list[Outlet] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    articles: int = 0  # that were read
    unread: int = 0  # older ones, beyond READ
    total: int = 0

    @property
    def alone_count(self) -> int:
        return sum(len(versions) for _, versions in self.alone)

    @property
    def lists_alone(self) -> bool:
        """Whether those of one outlet are few enough to be listed."""
        return self.alone_count <= LISTED


def quotations_in(study: Study, story: Story, filters: Filters) -> Quotations:
    """Return the story's quotations, those that several outlets give first. Three queries."""
    texts = newest_texts(story)
    revisions = list(texts.reverse()[:READ])[::-1]
    versions = versions_of(revisions, recorded_speakers(study))
    comparisons, alone = _compared(versions)
    found = Quotations(
        counts=Counter(comparison.likeness for comparison in comparisons),
        speakers=sorted({version.named for version in versions} - {""}, key=str.casefold),
        outlets=list({revision.article.outlet: None for revision in revisions}),
        languages=sorted({_language(revision) for revision in revisions} - {""}),
        articles=len(revisions),
        unread=texts.count() - len(revisions),
        total=len(versions),
    )
    found.comparisons = [one for one in comparisons if _keeps(filters, one.versions, one.likeness)]
    by_outlet: dict[Outlet, list[Version]] = defaultdict(list)
    for version in alone:
        if _keeps(filters, [version], None):
            by_outlet[version.revision.article.outlet].append(version)
    found.alone = sorted(by_outlet.items(), key=lambda item: outlet_name(study, item[0]).casefold())
    return found


def newest_texts(story: Story | Iterable[Story]) -> QuerySet[Revision]:
    """Return the newest text of each article of one story or several, the earliest first."""
    stories = [story] if isinstance(story, Story) else story
    return texts_of(Article.objects.filter(story__in=stories))


def texts_of(articles: QuerySet[Article]) -> QuerySet[Revision]:
    """Return the newest text of each of the articles, the earliest first."""
    newest = Revision.objects.filter(article__in=articles.values("pk"))
    newest = newest.order_by("article_id", "-number").distinct("article_id")
    texts = Revision.objects.filter(pk__in=newest.values("pk")).select_related(
        "article__outlet", "article__story"
    )
    return texts.order_by("article__published_at", "article_id")


def versions_of(revisions: Iterable[Revision], recorded: Mapping[str, Speaker]) -> list[Version]:
    """Return the quotations of the texts; those within another quotation are left out."""
    found: list[Version] = []
    for revision in revisions:
        for quotation in _quotations_of(revision.text, revision.article.language):
            if quotation.depth == 0:
                version = Version(revision, quotation)
                version.recorded = recorded.get(version.speaker)
                found.append(version)
    return found


def mark_tagged(
    study: Study, story: Story, code: Code, comparisons: Iterable[Comparison], reader: User
) -> None:
    """Give the versions the tags that the reader put on them with `code`."""
    versions = [version for comparison in comparisons for version in comparison.versions]
    revisions = {version.revision.pk for version in versions}
    mine = Annotation.objects.seen_in(study).on(revisions).filter(annotator=reader)
    tags = mine.filter(code=code).select_related("span")
    tag_of = {(tag.span.revision_id, tag.span.start, tag.span.end): tag for tag in tags}
    last = steps(study, story, reader).undo if tag_of else None
    for version in versions:
        version.tag = tag_of.get((version.revision.pk, version.start, version.end))
        version.is_last_step = bool(last and version.tag and takes_back(last, version.tag.pk))


def takes_back(step: Step, annotation_id: object) -> bool:
    """Tell whether to undo the step is to take that tag off again, and nothing else."""
    change = step.change
    return (
        step.count == 1 and change.number == 1 and str(change.annotation_id) == str(annotation_id)
    )


def altered_code(study: Study) -> Code | None:
    """Return the code with which the study tags altered quotations, if it has one."""
    return Code.objects.filter(
        codebook=study.codebook_id,
        key=ALTERED_CODE,
        marks_spans=True,
        asks_target=False,
        retired_at=None,
    ).first()


@lru_cache(maxsize=REMEMBERED)
def _quotations_of(text: str, language: str) -> tuple[Quotation, ...]:
    return tuple(quotations_of(text, language))


def _language(revision: Revision) -> str:
    return revision.article.language.split("-")[0].lower()


def _compared(versions: Sequence[Version]) -> tuple[list[Comparison], list[Version]]:
    """Return what several outlets quote, the altered first, and what only one does."""
    found: list[Comparison] = []
    taken: set[int] = set()
    for utterance in utterances_of([_quoted(version) for version in versions]):
        if len({versions[number].revision.article.outlet_id for number in utterance.members}) > 1:
            taken.update(utterance.members)
            found.append(_comparison(versions, utterance))
    found.sort(key=lambda one: (CLASSES.index(one.likeness), -len(one.outlets)))
    return found, [version for number, version in enumerate(versions) if number not in taken]


def _comparison(versions: Sequence[Version], utterance: Utterance) -> Comparison:
    members = [versions[number] for number in utterance.members]
    for version, likeness in zip(members, utterance.likenesses, strict=True):
        version.likeness, version.baseline = likeness, versions[utterance.baseline]
    return Comparison(utterance.likeness, members)


def _quoted(version: Version) -> Quoted:
    revision = version.revision
    before, behind = surroundings(revision.text, version.quotation)
    return Quoted(
        revision.article_id,
        revision.article.outlet_id,
        version.words,
        revision.article.language,
        *(before, behind),
        speaker=version.named,
    )


def _keeps(filters: Filters, versions: Sequence[Version], likeness: Likeness | None) -> bool:
    if filters.likeness and filters.likeness != likeness:
        return False
    if filters.speaker and filters.speaker not in {version.named for version in versions}:
        return False
    outlets = {version.revision.article.outlet_id for version in versions}
    return filters.outlet is None or filters.outlet in outlets
