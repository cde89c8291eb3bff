"""What there is to read: studies, their codebook, stories, articles and texts."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from annotations.access import article_for, revision_for, story_for, study_for
from annotations.api.asking import Id, Key, Paged, page_of
from annotations.api.shapes import (
    ArticleOut,
    ArticlePage,
    CodebookOut,
    RevisionOut,
    StoryPage,
    StudyOut,
    StudyPage,
)
from annotations.models import Code, Role, Study
from annotations.team.veiling import outlet_name
from sources.models import Article, Revision

router = Router(tags=["Library"])


class OfStory(Paged):
    """Rows of a study, or of one story of it."""

    story: Id | None = Field(None, description="its id")


@router.get("/studies", response=StudyPage)
def studies(request: HttpRequest, asked: Query[Paged]):
    """List the studies that you belong to."""
    mine = Study.objects.visible_to(request.auth)
    if not request.auth.is_superuser:
        mine = mine.prefetch_related(
            Prefetch(
                "memberships",
                queryset=request.auth.memberships.all(),
                to_attr="own",
            )
        )
    page = page_of(request, mine, asked)
    page["items"] = [_study(study, _role(request.auth, study)) for study in page["items"]]
    return page


@router.get("/studies/{slug:key}", response=StudyOut)
def study(request: HttpRequest, key: Key):
    """Read one study."""
    study = study_for(request.auth, key)
    return _study(study, study.role)


@router.get("/studies/{slug:key}/codebook", response=CodebookOut)
def codebook(request: HttpRequest, key: Key):
    """Read the codebook as it stands, with codes that were retired."""
    study = study_for(request.auth, key)
    book = study.codebook
    codes = book.codes.select_related("parent", "merged_into")
    return {"name": book.name, "revision": book.revision, "codes": [_code(c) for c in codes]}


@router.get("/studies/{slug:key}/stories", response=StoryPage)
def stories(request: HttpRequest, key: Key, asked: Query[Paged]):
    """List the stories that the study codes."""
    study = study_for(request.auth, key)
    page = page_of(request, study.stories.all(), asked)
    closed = study.sight.closed if study.sight else ()
    page["items"] = [
        {
            "id": story.pk,
            "title": story.title,
            "created_at": story.created_at,
            "closed": story.pk in closed,
        }
        for story in page["items"]
    ]
    return page


@router.get("/studies/{slug:key}/articles", response=ArticlePage)
def articles(request: HttpRequest, key: Key, asked: Query[OfStory]):
    """List the articles of the study's stories, each with its texts but without their words."""
    study = study_for(request.auth, key)
    found = Article.objects.filter(story__in=study.stories.order_by().values("pk"))
    if asked.story:
        found = found.filter(story=story_for(study, asked.story))
    found = found.select_related("outlet").prefetch_related(_texts())
    page = page_of(request, found, asked)
    page["items"] = [_article(study, article) for article in page["items"]]
    return page


@router.get("/studies/{slug:key}/articles/{article_id}", response=ArticleOut)
def article(request: HttpRequest, key: Key, article_id: Id):
    """Read what is known of one article."""
    study = study_for(request.auth, key)
    found = article_for(study, article_id)
    prefetch_related_objects([found], _texts())
    return _article(study, found)


@router.get("/studies/{slug:key}/revisions/{revision_id}", response=RevisionOut)
def revision(request: HttpRequest, key: Key, revision_id: Id):
    """Read one text of an article: what offsets count in."""
    study = study_for(request.auth, key)
    found = revision_for(study, revision_id)
    return _revision(study, found) | {"article": found.article_id, "text": found.text}


def _texts() -> Prefetch:
    """Return what loads all texts of the listed articles in one query, without their words."""
    return Prefetch("revisions", queryset=Revision.objects.defer("text").order_by("-number"))


def _role(user, study: Study) -> Role:
    return Role.OWNER if user.is_superuser else Role(study.own[0].role)


def _study(study: Study, role: Role) -> dict:
    names = ("key", "name", "blind", "outlets_hidden", "licence", "created_at")
    return {name: getattr(study, name) for name in names} | {"role": role.label}


def _code(code: Code) -> dict:
    names = (
        "key name definition include exclude examples sources colour hotkey asks_target "
        "marks_spans counts_as_bias retired_at"
    )
    return {name: getattr(code, name) for name in names.split()} | {
        "parent": code.parent.key if code.parent else None,
        "merged_into": code.merged_into.key if code.merged_into else None,
    }


def _article(study: Study, article: Article) -> dict:
    """Say of an article what the study's reader may know: of a hidden outlet, only its letter."""
    told = {"url": article.url, "byline": article.byline, "external_id": article.external_id}
    return {
        "id": article.pk,
        "story": article.story_id,
        "outlet": outlet_name(study, article.outlet),
        "headline": article.headline,
        "published_at": article.published_at,
        "language": article.language,
        "revisions": [_revision(study, revision) for revision in article.revisions.all()],
        **{name: None if study.veil else value for name, value in told.items()},
    }


def _revision(study: Study, revision: Revision) -> dict:
    """Say which text it is. By its digest a guess at a masked name could be proved."""
    return {
        "id": revision.pk,
        "number": revision.number,
        "headline": revision.headline,
        "word_count": revision.word_count,
        "sha256": None if study.veil else revision.sha256,
        "created_at": revision.created_at,
    }
