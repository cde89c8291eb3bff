"""The work list: tags whose code was retired, merged or split since they were made.

Questions only; nothing here writes. A tag leaves the list when somebody gives it another code,
removes it, or keeps it as it is: its coding is then of a later revision of the codebook than the
one that retired the code. All is as the study's `sight` shows it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotations.codebook.codes import successors
from annotations.models import Annotation, Assignment, Card, Change, Code, CodeState, Role, Study
from annotations.team.blinding import STORY, closed_in, code_seen, without_ruling
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Revision

ITEMS = 40  # shown at once; the next come as these are done


@dataclass(frozen=True, slots=True)
class Ended:
    """A retired code; `since` is the revision of the codebook that retired it.

    `choices` are the codes that took its place, if any did.
    """

    code: Code
    since: int
    choices: list[Code]


@dataclass(frozen=True, slots=True)
class Group:
    """What a retired code left to do, and how much of it is done."""

    ended: Ended
    waiting: int
    done: int

    @property
    def total(self) -> int:
        return self.waiting + self.done


@dataclass(frozen=True, slots=True)
class Item:
    """A tag to look at, in its passage."""

    annotation: Annotation
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Effect:
    """What hangs on a code in a study, as far as the person sees it."""

    tags: int
    by_story: list[tuple[str, int]]
    by_coder: list[tuple[str, int]]
    open_cards: int
    closed_stories: int
    other_studies: list[Study]


def ended_codes(study: Study) -> list[Ended]:
    """Return the retired codes of the study's codebook in its order. Two queries."""
    codes = list(study.codebook.codes.all())
    by_pk = {code.pk: code for code in codes}
    retired = [code for code in codes if code.retired_at]
    states = CodeState.objects.filter(
        revision__codebook=study.codebook_id, code_number__in=[code.pk for code in retired]
    )
    since: dict[tuple, int] = {}
    for number, at, revision in states.order_by("-revision__number").values_list(
        "code_number", "retired_at", "revision__number"
    ):
        since[number, at] = revision
    merged = successors(study.codebook) if any(code.merged_into_id for code in retired) else {}
    return [
        Ended(
            code,
            since.get((code.pk, code.retired_at), study.codebook.revision + 1),
            [by_pk[merged[code.pk]]]
            if code.pk in merged
            else [part for part in codes if part.split_from_id == code.pk and not part.retired_at],
        )
        for code in retired
    ]


def waiting(study: Study, ended: list[Ended], *, own_of: User | None = None) -> QuerySet:
    """Return the tags to look at, in the order of the queue.

    With `own_of` they are that coder's own, without those of parts that are done, which are
    locked, and without those on which a ruling that they see set the code. Without, they are a
    moderator's: not of the stories that they have to code themselves.
    """
    tags = Annotation.objects.seen_in(study).annotate(seen_code=code_seen(study))
    if own_of:
        unruled = Q(ruled_code=None) | closed_in(study)
        done = Assignment.objects.filter(study=study, coder=own_of, state=Assignment.State.DONE)
        locked = {f"{STORY}__in": done.values("story")}
        tags = tags.filter(unruled, annotator=own_of).exclude(**locked)
    else:
        tags = tags.exclude(closed_in(study))
    affected = Q(pk__in=[])
    for each in ended:
        affected |= Q(seen_code=each.code.pk, codebook_revision__lt=each.since)
    return tags.filter(affected).in_queue_order()


def groups(study: Study, ended: list[Ended], *, own_of: User | None = None) -> list[Group]:
    """Return for each retired code how many tags wait and how many are done. Two queries."""
    if not ended:
        return []
    waits = waiting(study, ended, own_of=own_of).order_by()
    left = dict(
        waits.values("seen_code").annotate(Count("pk")).values_list("seen_code", "pk__count")
    )
    tags = Annotation.objects.in_study(study)
    tags = tags.filter(annotator=own_of) if own_of else tags.exclude(closed_in(study))
    done = tags.aggregate(
        **{str(each.code.pk): Count("pk", filter=_looked_at(each)) for each in ended}
    )
    found = [Group(each, left.get(each.code.pk, 0), done[str(each.code.pk)]) for each in ended]
    return [group for group in found if group.total]


def items(study: Study, tags: Iterable[Annotation]) -> list[Item]:
    """Return the tags, which come `with_place`, with the words around them. One query."""
    rows = list(tags)
    revisions = Revision.objects.filter(pk__in={row.span.revision_id for row in rows})
    texts = dict(revisions.order_by().values_list("pk", "text"))
    found = []
    for row in rows:
        span, article = row.span, row.span.revision.article
        shown = excerpt(texts[span.revision_id], span.start, span.end)
        found.append(Item(without_ruling(study, article.story_id, row), shown))
    return found


def count_waiting(study: Study, reader: User) -> int:
    """Return how many tags wait for the reader: a moderator's list, or their own. Three queries."""
    own_of = None if study.role >= Role.MODERATOR else reader
    ended = ended_codes(study)
    return waiting(study, ended, own_of=own_of).order_by().count() if ended else 0


def effect_on(study: Study, code: Code) -> Effect:
    """Return what retiring, merging or splitting the code would touch. Five queries."""
    seen = Annotation.objects.seen_in(study).annotate(seen_code=code_seen(study))
    tags = seen.filter(seen_code=code.pk).order_by()
    story = "span__revision__article__story"
    counted = tags.values_list(f"{story}__title", "annotator__username").annotate(Count("pk"))
    stories: Counter[str] = Counter()
    coders: Counter[str] = Counter()
    for title, coder, count in counted:
        stories[title] += count
        coders[coder] += count
    cards = Card.objects.filter(
        adjudication__study=study, state__in=["open", "discussed"], tags__annotation__code=code
    )
    others = Study.objects.filter(codebook=code.codebook_id).exclude(pk=study.pk)
    return Effect(
        stories.total(),
        stories.most_common(),
        coders.most_common(),
        cards.exclude(closed_in(study, "adjudication__story")).distinct().count(),
        len(study.sight.closed) if study.sight else 0,
        list(others),
    )


def _looked_at(ended: Ended) -> Q:
    """Return the condition that a tag was under the code, and somebody has acted on it since."""
    steps = Change.objects.filter(annotation=OuterRef("pk"), undone_at=None)
    before = steps.filter(code=ended.code, codebook_revision__lt=ended.since)
    since = steps.filter(made_at__gte=ended.code.retired_at, codebook_revision__gte=ended.since)
    return Q(Exists(before) & Exists(since))
