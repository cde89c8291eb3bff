"""What reviewers found: annotations, facts, decisions, gold, and how far coders agree."""

import uuid
from typing import Literal

from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.http import Http404, HttpRequest
from ninja import Query, Router
from pydantic import Field

from annotations.access import agreement_for, article_for, revision_for, story_for, study_for
from annotations.api.asking import Id, Key, Moment, Paged, Refused, Words, page_of
from annotations.api.library import OfStory
from annotations.api.shapes import (
    AgreementOut,
    AnnotationOut,
    AnnotationPage,
    DecisionPage,
    FactPage,
    GoldPage,
)
from annotations.codebook.codes import code_called
from annotations.measuring.agreement_page import names_of
from annotations.measuring.agreement_runs import ABOUT, CONFUSION, basis_of
from annotations.models import AgreementRun, Annotation, Change, Decision, Fact, GoldTag, Study
from annotations.rulings.gold import gold_for
from annotations.team.assignments import coders_in
from annotations.team.blinding import STORY, closed_in, code_seen, status_seen, without_ruling

router = Router(tags=["Findings"])


class AnnotationsAsked(Paged):
    """Which annotations. All that is given must hold."""

    story: Id | None = Field(None, description="its id")
    article: Id | None = Field(None, description="its id")
    revision: Id | None = Field(None, description="id of the text on which they were made")
    code: Words = Field("", max_length=50, description="key of the code in force, as you see it")
    annotator: Words = Field("", max_length=150, description="name of an account")
    status: Literal["", "pending", "accepted", "rejected"] = Field("", description="as you see it")
    since: Moment | None = Field(None, description="changed then or later")


class DecisionsAsked(OfStory):
    """Which decisions."""

    annotation: uuid.UUID | None = Field(None, description="its id")


@router.get("/studies/{slug:key}/annotations", response=AnnotationPage)
def annotations(request: HttpRequest, key: Key, asked: Query[AnnotationsAsked]):
    """List the annotations that stand and that you may see, by their ids.

    To follow a study, ask again with since: the newest updated_at that you have seen.
    """
    study = study_for(request.auth, key)
    page = page_of(request, _narrowed(study, asked), asked)
    page["items"] = [annotation_of(study, each) for each in page["items"]]
    return page


@router.get("/studies/{slug:key}/annotations/{annotation_id}", response=AnnotationOut)
def annotation(request: HttpRequest, key: Key, annotation_id: uuid.UUID):
    """Read one annotation."""
    study = study_for(request.auth, key)
    return one_annotation(study, annotation_id)


@router.get("/studies/{slug:key}/facts", response=FactPage)
def facts(request: HttpRequest, key: Key, asked: Query[OfStory]):
    """List the facts that the study stated, with how each article reports them."""
    study = study_for(request.auth, key)
    found = Fact.objects.filter(study=study).prefetch_related(
        "reports__set_by", "reports__quotes__span"
    )
    page = page_of(request, _of_story(study, found, "story", asked.story), asked)
    page["items"] = [_fact(fact) for fact in page["items"]]
    return page


@router.get("/studies/{slug:key}/decisions", response=DecisionPage)
def decisions(request: HttpRequest, key: Key, asked: Query[DecisionsAsked]):
    """List moderators' decisions on the annotations that you may see, the oldest first."""
    study = study_for(request.auth, key)
    seen = Annotation.objects.seen_in(study).exclude(closed_in(study))
    seen = _of_story(study, seen, STORY, asked.story)
    if asked.annotation:
        seen = seen.filter(pk=asked.annotation)
    found = Decision.objects.filter(annotation__in=seen.order_by().values("pk"))
    page = page_of(request, found.select_related("code", "moderator"), asked)
    page["items"] = [_decision(decision) for decision in page["items"]]
    return page


@router.get("/studies/{slug:key}/gold", response=GoldPage)
def gold(request: HttpRequest, key: Key, asked: Query[OfStory]):
    """List the tags of the gold layer that you may see."""
    study = study_for(request.auth, key)
    found = gold_for(study, study.role).select_related(
        "span__revision__article", "code", "ruling__moderator"
    )
    story = "ruling__card__adjudication__story"
    found = _of_story(study, found, story, asked.story).defer("span__revision__text")
    page = page_of(request, found, asked)
    page["items"] = [_gold(tag) for tag in page["items"]]
    return page


@router.get("/studies/{slug:key}/agreement", response=AgreementOut)
def agreement(request: HttpRequest, key: Key):
    """Read the figures of the whole study's agreement as they were last computed."""
    study = agreement_for(request.auth, key)
    run = AgreementRun.objects.filter(study=study, selection="", finished_at__isnull=False).first()
    if run is None:
        nothing = {"finished_at": None, "is_stale": False, "samples": 0, "seed": 0}
        return nothing | {"figures": []}
    names = names_of(study, coders_in(study))
    closed = {str(pk) for pk in study.sight.closed} if study.sight else set()
    return {
        "finished_at": run.finished_at,
        "is_stale": run.basis != basis_of(study).digest,
        "samples": run.samples,
        "seed": run.seed,
        "figures": [
            _figure(figure, names)
            for figure in run.figures.exclude(part__in=(CONFUSION, ABOUT))
            if not (figure.part == "story" and figure.of in closed)
        ],
    }


def one_annotation(study: Study, annotation_id: uuid.UUID) -> dict:
    """Return an annotation as the study's reader sees it. One query. Raises Http404."""
    found = _seen(study).filter(pk=annotation_id).first()
    if found is None:
        raise Http404("No such annotation that you may see.")
    return annotation_of(study, found)


def annotation_of(study: Study, annotation: Annotation) -> dict:
    """Return what the study's reader is told of an annotation of `_seen`."""
    shown = without_ruling(study, annotation.span.revision.article.story_id, annotation)
    return _coding(shown) | {
        "id": shown.pk,
        "ruled_code": shown.ruled_code.key if shown.ruled_code else None,
        "annotator": shown.annotator.username,
        "status": shown.status,
        "created_at": shown.created_at,
        "updated_at": shown.seen_updated_at,
    }


def _seen(study: Study) -> QuerySet[Annotation]:
    """Return what the reader sees of the study's annotations, with when each changed for them.

    A ruling touches the annotation; who may not know of it is told when its own words changed.
    """
    changed = F("updated_at")
    if study.sight and study.sight.closed:
        steps = Change.objects.filter(annotation=OuterRef("pk")).order_by().values("annotation")
        last = steps.annotate(last=Max(Greatest("made_at", "undone_at"))).values("last")
        own = Coalesce(Subquery(last), "created_at")
        changed = Case(When(closed_in(study), then=own), default="updated_at")
    found = Annotation.objects.seen_in(study).with_card().annotate(seen_updated_at=changed)
    return found.select_related("span__revision__article", "code", "ruled_code", "annotator").defer(
        "span__revision__text"
    )


def _narrowed(study: Study, asked: AnnotationsAsked) -> QuerySet[Annotation]:
    found = _of_story(study, _seen(study), STORY, asked.story)
    if asked.article:
        found = found.filter(span__revision__article=article_for(study, asked.article))
    if asked.revision:
        found = found.filter(span__revision=revision_for(study, asked.revision))
    if asked.annotator:
        found = found.filter(annotator__username=asked.annotator)
    if asked.status:
        found = found.filter(status_seen(study, asked.status))
    if asked.since:
        found = found.filter(seen_updated_at__gte=asked.since)
    if asked.code:
        code = code_called(study.codebook_id, asked.code)
        if code is None:
            raise Refused(f"There is no code “{asked.code}” in this study's codebook.")
        found = found.annotate(seen_code=code_seen(study)).filter(Q(seen_code=code.pk))
    return found


def _of_story(study: Study, rows: QuerySet, path: str, story: int | None) -> QuerySet:
    """Keep the rows of a story that the study codes, if one is given. Raises Http404."""
    return rows.filter(**{path: story_for(study, story)}) if story else rows


def _coding(tag: Annotation | GoldTag) -> dict:
    span = tag.span
    return {
        "story": span.revision.article.story_id,
        "article": span.revision.article_id,
        "revision": span.revision_id,
        "revision_number": span.revision.number,
        **{name: getattr(span, name) for name in ("start", "end", "exact", "prefix", "suffix")},
        "code": tag.code.key,
        **{
            name: getattr(tag, name)
            for name in ("target", "polarity", "voice", "speaker", "note", "codebook_revision")
        },
    }


def _fact(fact: Fact) -> dict:
    names = ("position", "statement", "happened_on", "created_at", "updated_at")
    return {name: getattr(fact, name) for name in names} | {
        "id": fact.pk,
        "story": fact.story_id,
        "reports": [_report(report) for report in fact.reports.all()],
    }


def _report(report) -> dict:
    return {
        "article": report.article_id,
        "status": report.status,
        "note": report.note,
        "set_by": report.set_by.username,
        "set_at": report.set_at,
        "quotes": [
            {
                "revision": quote.span.revision_id,
                "start": quote.span.start,
                "end": quote.span.end,
                "exact": quote.span.exact,
                "stance": quote.stance,
                "speaker": quote.speaker,
            }
            for quote in report.quotes.all()
        ],
    }


def _decision(decision: Decision) -> dict:
    names = ("version", "ruling", "reason", "made_at")
    return {name: getattr(decision, name) for name in names} | {
        "id": decision.pk,
        "annotation": decision.annotation_id,
        "code": decision.code.key if decision.code else None,
        "moderator": decision.moderator.username,
    }


def _gold(tag: GoldTag) -> dict:
    return _coding(tag) | {
        "id": tag.pk,
        "card": tag.ruling.card_id,
        "annotation": tag.annotation_id,
        "ruling": tag.ruling.kind,
        "moderator": tag.ruling.moderator.username,
        "ruled_at": tag.ruling.made_at,
    }


def _figure(figure, names) -> dict:
    said = ("part", "measure", "value", "low", "high", "units", "stories", "coders", "reason")
    of = names.of(figure.part, figure.of) if figure.of else ""
    return {name: getattr(figure, name) for name in said} | {"of": of}
