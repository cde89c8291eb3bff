"""How much there is of what: the numbers on lists, as subqueries of the list's own query."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from annotations.models import Annotation, Fact, Membership, Role, Study
from annotations.team.blinding import STORY, sights_of
from sources.models import Article, Draft, Outlet, Revision, Story


def studies_with_counts(studies: QuerySet[Study], user) -> QuerySet[Study]:
    """Add `story_count`, `article_count`, `tag_count` and the `member_role` of `user`.

    `tag_count` is None for a blind study.
    """
    stories = Study.stories.through.objects.filter(study=OuterRef("pk"))
    articles = Article.objects.filter(story__studies=OuterRef("pk"))
    tags = Annotation.objects.standing().filter(study=OuterRef("pk"))
    # What a blind study shows depends on who asks: see `tag_counts`.
    counted = Case(When(blind=False, then=_count(tags, "study")))
    role = Membership.objects.filter(study=OuterRef("pk"), user=user).values("role")
    return studies.annotate(
        story_count=_count(stories, "study"),
        article_count=_count(articles, "story__studies"),
        tag_count=counted,
        member_role=Subquery(role),
    )


def count_tags(studies: Iterable[tuple[Study, Role]], reader: User) -> None:
    """Give each of the studies that is blind, with the reader's role, its `tag_count`.

    Only what the reader sees is counted. Two queries at most.
    """
    blind = [(study, role) for study, role in studies if study.blind]
    seen = Q(pk__in=[])
    for pk, sight in sights_of(blind, reader).items():
        own = Q(study=pk, annotator=reader)
        seen |= (
            own if sight.everywhere else own | Q(study=pk) & ~Q(**{f"{STORY}__in": sight.closed})
        )
    counts: dict[int, int] = {}
    if blind:
        tags = Annotation.objects.standing().filter(seen).order_by()
        counts = dict(tags.values_list("study").annotate(n=Count("*")))
    for study, _ in blind:
        study.tag_count = counts.get(study.pk, 0)


def stories_with_counts(stories: QuerySet[Story], study: Study) -> QuerySet[Story]:
    """Add `article_count`, `outlet_count`, `first_at`, `last_at`; the study's tags and facts."""
    articles = Article.objects.filter(story=OuterRef("pk"))
    tags = Annotation.objects.seen_in(study).filter(span__revision__article__story=OuterRef("pk"))
    facts = Fact.objects.filter(study=study, story=OuterRef("pk"))
    return stories.annotate(
        article_count=_count(articles, "story"),
        outlet_count=_aggregate(articles, "story", Count("outlet", distinct=True), 0),
        first_at=_aggregate(articles, "story", Min("published_at")),
        last_at=_aggregate(articles, "story", Max("published_at")),
        tag_count=_count(tags, "span__revision__article__story"),
        fact_count=_count(facts, "story"),
    )


def articles_with_counts(articles: QuerySet[Article], study: Study) -> QuerySet[Article]:
    """Add `revision_number` and `word_count` of the newest revision, and the `tag_count`."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    tags = Annotation.objects.seen_in(study).filter(span__revision__article=OuterRef("pk"))
    return articles.select_related("outlet").annotate(
        revision_number=Subquery(newest.values("number")[:1]),
        word_count=Subquery(newest.values("word_count")[:1]),
        tag_count=_count(tags, "span__revision__article"),
    )


def taggers_of(tags: QuerySet[Annotation]) -> QuerySet[User, str]:
    """Return the names of those who have any of the tags: accounts are gone through, not tags."""
    own = tags.order_by().filter(annotator=OuterRef("pk"))
    return User.objects.filter(Exists(own)).order_by("username").values_list("username", flat=True)


def outlets_in(study: Study) -> QuerySet[Outlet]:
    """Return the outlets of the study's stories: each is looked up, not each article."""
    articles = Article.objects.filter(outlet=OuterRef("pk"), story__studies=study)
    return Outlet.objects.filter(Exists(articles))


def waiting_batches(study: Study, user) -> QuerySet[Draft, dict]:
    """Return what waits for `user` in `study`: batch, story, its title and `draft_count` each.

    What nobody in particular brought (`created_by` None) is held for everyone of the study.
    """
    return (
        Draft.objects.filter(Q(created_by=user) | Q(created_by=None), story__studies=study)
        .order_by()
        .values("batch", "story_id", "created_by", story_title=F("story__title"))
        .annotate(draft_count=Count("pk"), begun_at=Min("created_at"))
        .order_by("begun_at")
    )


def _count(rows: QuerySet, owner: str) -> Coalesce:
    # Of no column, so that an index can tell.
    return _aggregate(rows, owner, Count("*"), 0)


def _aggregate(rows: QuerySet, owner: str, aggregate, empty: int | None = None):
    """Return the aggregate of the rows that share one `owner`, as a subquery."""
    value = Subquery(rows.order_by().values(owner).annotate(value=aggregate).values("value"))
    return value if empty is None else Coalesce(value, Value(empty), output_field=IntegerField())
