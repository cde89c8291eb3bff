"""Which texts word choice is counted in: the newest of each article, of a story or a study."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, F, OrderBy, OuterRef, QuerySet

from annotations.models import Study
from sources.models import Article, Revision, Story

# What one page counts, in a few seconds; the texts published last come first.
MOST_WORDS = 2_000_000
MOST_TEXTS = 5_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles of the study are counted; without a range also those without a date."""

    story: Story | None = None
    since: date | None = None
    until: date | None = None

    def articles(self, study: Study) -> QuerySet[Article]:
        """Return the articles."""
        kept = Article.objects.filter(story__studies=study)
        if self.story:
            kept = kept.filter(story=self.story)
        if self.since:
            kept = kept.filter(published_at__date__gte=self.since)
        if self.until:
            kept = kept.filter(published_at__date__lte=self.until)
        return kept

    def revisions(self, study: Study) -> QuerySet[Revision]:
        """Return the newest texts of the MOST_TEXTS that were published last, these first."""
        newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
        # The articles are chosen first: of a large study few of the texts are looked at.
        articles = self.articles(study).order_by(*_last_first("published_at", "pk"))[:MOST_TEXTS]
        kept = Revision.objects.filter(~Exists(newer), article__in=articles.values("pk"))
        return kept.order_by(*_last_first("article__published_at", "article"))


def _last_first(published_at: str, pk: str) -> tuple[OrderBy, str]:
    return F(published_at).desc(nulls_last=True), f"-{pk}"


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is counted, and where it comes from."""

    revision: int
    number: int
    article: int
    story: int
    headline: str
    language: str
    published_at: datetime | None
    outlet: int
    outlet_name: str
    words: int


def sources_of(study: Study, scope: Scope) -> tuple[list[Source], int]:
    """Return the texts to count, and how many of the scope are too many. Two queries."""
    revisions = scope.revisions(study)
    rows = revisions.values_list(
        "pk", "number", "article", "article__story", "headline", "article__language",
        "article__published_at", "article__outlet", "article__outlet__name", "word_count",
    )  # fmt: skip
    sources: list[Source] = []
    words = 0
    for row in rows:
        source = Source(*row)
        if study.veil:
            source = replace(source, outlet_name=study.veil.name_of(source.outlet))
        words += source.words
        if sources and words > MOST_WORDS:
            break
        sources.append(source)
    return sources, scope.articles(study).count() - len(sources)
