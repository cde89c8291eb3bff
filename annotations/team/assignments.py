"""Who codes which story, how far they are, and whose codings count. Questions only.

A part is an assignment: one story that one coder codes. Parts of stories that the study codes no
more are kept, and left out everywhere here.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from annotations.models import (
    Adjudication,
    Annotation,
    Assignment,
    Study,
    TrainingAttempt,
    TrainingStory,
)
from annotations.team.balancing import Part, Plan, balanced
from annotations.team.blinding import STORY
from sources.models import Article, Revision, Story

State = Assignment.State
UNDER_WAY = (State.IN_PROGRESS, State.REOPENED)


def parts_in(study: Study) -> QuerySet[Assignment]:
    """Return the parts of the stories that the study codes."""
    return study.assignments.filter(story__studies=study)


def real_parts(study: Study) -> QuerySet[Assignment]:
    """Leave out the parts of training stories."""
    return parts_in(study).filter(~_trains())


def part_of(study: Study, story: Story | int, coder: User) -> Assignment | None:
    """Return the coder's part of a story, if they have one, with `trains` and `is_free`. One query.

    `is_free`: no adjudication of the story has begun.
    """
    mine = parts_in(study).filter(story=story, coder=coder)
    return mine.annotate(trains=_trains(), passed=_passed(), is_free=~_adjudicated()).first()


def training_left(study: Study, coder: User) -> QuerySet[Assignment]:
    """Return the parts of training that the coder has not passed, in the order of training.

    Who had coded a story before it became a training story has no more to pass there.
    """
    mine = parts_in(study).filter(_trains(), ~_passed(), coder=coder)
    left = mine.filter(~Q(state=State.DONE) | _attempted())
    return left.select_related("story").order_by(_training_position(), "pk")


def needing_coder(study: Study) -> QuerySet[Assignment]:
    """Return the parts that are not done, of people who left the study or have no account."""
    here = Q(coder__memberships__study=study)
    staff = Assignment.objects.filter(here, coder__is_active=True, study=study)
    gone = real_parts(study).exclude(state=State.DONE).exclude(pk__in=staff.values("pk"))
    return gone.select_related("story", "coder").order_by("story__title", "story_id", "coder_id")


def coders_by_story(study: Study, among: Collection[int] | None = None) -> dict[int, list[int]]:
    """Return who coded which story, or which of some: pks of accounts, ascending. Two queries.

    A done part counts, whether its coder is still a member or not. In a story that nobody has a
    part of, everybody counts who has a tag standing there. Parts of training count for neither:
    who trains on a story is measured against its coders and is none of them.
    """
    coders: dict[int, set[int]] = defaultdict(set)
    done = _coded(study).filter(state=State.DONE).order_by().values_list("story", "coder")
    taggers = _taggers(study)
    if among is not None:
        done, taggers = done.filter(story__in=among), taggers.filter(**{f"{STORY}__in": among})
    for story, coder in [*done, *taggers]:
        coders[story].add(coder)
    return {story: sorted(found) for story, found in coders.items()}


def coders_in(study: Study) -> set[int]:
    """Return the coders of `coders_by_story`, without asking each tag for its story.

    Where nobody has a part of some story, everybody who has a tag in the study. Three queries at
    most; each person is looked up, since there are fewer of them than of parts.
    """
    done = _coded(study).filter(state=State.DONE, coder=OuterRef("pk"))
    tags = Annotation.objects.in_study(study).standing().filter(annotator=OuterRef("pk"))
    coders, taggers = (
        set(User.objects.filter(Exists(work)).values_list("pk", flat=True)) for work in (done, tags)
    )
    return coders | taggers if taggers - coders and _free(study).exists() else coders


def people_of(study: Study) -> list[User]:
    """Return the members, and who has a part and is none any more; each with `role` or None.

    By name: there is no other order among people. One query.
    """
    role = study.memberships.filter(user=OuterRef("pk")).values("role")
    parts = parts_in(study).filter(coder=OuterRef("pk"))
    people = User.objects.annotate(role=Subquery(role)).order_by("username")
    return list(people.filter(Q(role__isnull=False) | Exists(parts)))


def may_code(person: User) -> bool:
    """Return whether one of `people_of` may be given a part."""
    return person.role is not None and person.is_active


@dataclass(frozen=True, slots=True)
class Progress:
    """How many parts there are in which state."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.counts[State.DONE]

    @property
    def under_way(self) -> int:
        return sum(self.counts[state] for state in UNDER_WAY)

    @property
    def to_do(self) -> int:
        return self.counts[State.TO_DO]


def progress_by(
    study: Study, what: str, among: Collection[Story] | None = None
) -> dict[int, Progress]:
    """Return how far each `what` ("story" or "coder") is, training left out. One query.

    With `among` only parts of these stories count.
    """
    counted: dict[int, Progress] = defaultdict(Progress)
    parts = real_parts(study) if among is None else real_parts(study).filter(story__in=among)
    rows = parts.order_by().values_list(what, "state").annotate(Count("pk"))
    for key, state, count in rows:
        counted[key].counts[state] = count
    return dict(counted)


def words_by_story(study: Study) -> dict[int, int]:
    """Return how many words the newest texts of each story have. One query."""
    newest = _newest().filter(article__story__studies=study).order_by()
    rows = newest.values_list("article__story").annotate(Sum("word_count"))
    return dict.fromkeys(study.stories.values_list("pk", flat=True), 0) | dict(rows)


def stories_with_size(study: Study) -> QuerySet[Story]:
    """Return the study's stories by title, with `article_count`, `word_count` and `trains`."""
    training = TrainingStory.objects.filter(study=study, story=OuterRef("pk"))
    stories = study.stories.annotate(**_size("pk"), trains=Exists(training))
    return stories.order_by("title", "pk")


def own_parts(study: Study, coder: User) -> list[Assignment]:
    """Return the coder's parts as they come: training first, then in their own order. One query.

    Each has `trains`, `passed`, `is_free`, `score` (of the last attempt), `article_count`,
    `word_count`, and `is_training_left`: whether it is training that is still to pass.
    """
    last = TrainingAttempt.objects.filter(assignment=OuterRef("pk")).order_by("-number")
    mine = parts_in(study).filter(coder=coder).select_related("story")
    mine = mine.annotate(
        trains=_trains(),
        passed=_passed(),
        is_free=~_adjudicated(),
        score=Subquery(last.values("score")[:1]),
        training_position=_training_position(),
        is_training_left=ExpressionWrapper(
            _trains() & ~_passed() & (~Q(state=State.DONE) | _attempted()),
            output_field=BooleanField(),
        ),
        **_size("story"),
    )
    return list(mine.order_by("training_position", "position", "pk"))


def articles_tagged(study: Study, story: Story, coder: User) -> list[Article]:
    """Return the story's articles, with how many `own_tags` the coder has on each. One query."""
    mine = Annotation.objects.in_study(study).standing().filter(annotator=coder).order_by()
    here = mine.filter(span__revision__article=OuterRef("pk")).values("span__revision__article")
    count = Coalesce(Subquery(here.annotate(n=Count("pk")).values("n")), 0)
    return list(story.articles.select_related("outlet").annotate(own_tags=count))


@dataclass(frozen=True, slots=True)
class Batch:
    """What was assigned by one action: when, by whom, and how many parts and people."""

    at: datetime
    by: str
    parts: int
    coders: int


def last_batch(study: Study) -> Batch | None:
    """Return what was assigned last, if all of it is still to do. Two queries at most."""
    real = study.assignments.filter(~_trains())
    newest = real.order_by("-assigned_at").first()
    if newest is None or newest.state != State.TO_DO:
        return None
    row = real.filter(assigned_at=newest.assigned_at).aggregate(
        parts=Count("pk"),
        coders=Count("coder", distinct=True),
        begun=Count("pk", filter=~Q(state=State.TO_DO)),
        by=Min("assigned_by__username"),
    )
    if row["begun"] or row["by"] is None:
        return None
    return Batch(newest.assigned_at, row["by"], row["parts"], row["coders"])


@dataclass(frozen=True, slots=True)
class Wish:
    """What a moderator wants balanced: how many coders for which stories, from among whom."""

    stories: frozenset[int]
    coders: frozenset[int]
    each: int
    seed: int


@dataclass(frozen=True, slots=True)
class Balance:
    """A plan with all that it was made from."""

    plan: Plan
    words: dict[int, int]
    existing: frozenset[Part]

    @property
    def digest(self) -> str:
        """Name what would be assigned, so that another plan than was shown is never applied."""
        said = repr((sorted(self.plan.stories.items()), self.plan.short))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def balance_of(study: Study, wish: Wish) -> Balance:
    """Plan what a moderator wants. Four queries."""
    return _balance(study, dict.fromkeys(wish.stories, wish.each), wish.coders, wish.seed)


def replacement_of(study: Study, seed: int) -> Balance:
    """Plan who takes over the parts that need a coder, from among all who may code."""
    gone = Counter(needing_coder(study).values_list("story", flat=True))
    coders = frozenset(one.pk for one in people_of(study) if may_code(one))
    counted = Counter(story for story, _ in _counted(study))
    return _balance(study, {story: counted[story] + gone[story] for story in gone}, coders, seed)


def _balance(study: Study, wanted: dict[int, int], coders: frozenset[int], seed: int) -> Balance:
    words, existing = words_by_story(study), frozenset(_counted(study))
    training = set(study.training_stories.values_list("story", flat=True))
    wanted = {story: each for story, each in wanted.items() if story in words.keys() - training}
    plan = balanced(words, wanted, coders, existing=existing, seed=seed)
    return Balance(plan, words, existing)


def _counted(study: Study) -> QuerySet[Assignment, Part]:
    """Return the parts (story, coder) that are done, or have somebody to do them."""
    gone = needing_coder(study).order_by().values("pk")
    return real_parts(study).exclude(pk__in=gone).values_list("story", "coder")


def _coded(study: Study) -> QuerySet[Assignment]:
    """Return the parts that are of coding: not those of training, passed or to be passed."""
    return parts_in(study).filter(~_attempted(), ~_trains() | Q(state=State.DONE))


def _free(study: Study) -> QuerySet[Story]:
    """Return the stories with articles of which nobody has a part, trainees aside."""
    here = {"story": OuterRef("pk")}
    stories = study.stories.filter(Exists(Article.objects.filter(**here)))
    return stories.filter(~Exists(_coded(study).filter(**here))).order_by()


def _taggers(study: Study) -> QuerySet[Annotation, tuple[int, int]]:
    """Return (story, annotator) of the tags in stories of which nobody but trainees has a part."""
    trainee = parts_in(study).filter(story=OuterRef(STORY), coder=OuterRef("annotator"))
    free = Annotation.objects.in_study(study).filter(**{f"{STORY}__in": _free(study).values("pk")})
    tags = free.standing().filter(~Exists(trainee))
    return tags.order_by().values_list(STORY, "annotator").distinct()


def _size(story: str) -> dict[str, Coalesce]:
    """Return the expressions for how much there is to read in a story, found at `story`."""
    articles = Article.objects.filter(story=OuterRef(story)).order_by().values("story")
    newest = _newest().filter(article__story=OuterRef(story)).order_by().values("article__story")
    return {
        "article_count": Coalesce(Subquery(articles.annotate(n=Count("pk")).values("n")), 0),
        "word_count": Coalesce(Subquery(newest.annotate(n=Sum("word_count")).values("n")), 0),
    }


def _newest() -> QuerySet[Revision]:
    newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    return Revision.objects.filter(~Exists(newer))


def _training_story() -> QuerySet[TrainingStory]:
    return TrainingStory.objects.filter(study=OuterRef("study"), story=OuterRef("story"))


def _training_position() -> Subquery:
    return Subquery(_training_story().values("position")[:1])


def _trains() -> Exists:
    """Whether a part is of a training story."""
    return Exists(_training_story())


def _attempted() -> Exists:
    return Exists(TrainingAttempt.objects.filter(assignment=OuterRef("pk")))


def _passed() -> Exists:
    return Exists(TrainingAttempt.objects.filter(assignment=OuterRef("pk"), passed=True))


def _adjudicated() -> Exists:
    """Whether the adjudication of a part's story has begun."""
    return Exists(Adjudication.objects.filter(study=OuterRef("study"), story=OuterRef("story")))
