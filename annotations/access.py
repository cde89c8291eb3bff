"""Who may do what: one function per object, one exception per right.

An outsider gets Http404 for everything, so that not even a title leaks; a
member without the right gets PermissionDenied.
"""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.shortcuts import get_object_or_404

from annotations.models import Annotation, Code, Fact, Membership, Role, Study
from sources.models import Article, Revision, Story


def study_for(user, key: str, at_least: Role = Role.REVIEWER) -> Study:
    """Return the study, with `role` set to what `user` is in it. One query.

    A site administrator counts as an owner of every study.
    """
    if user.is_superuser:
        study = get_object_or_404(Study, key=key)
        study.role = Role.OWNER
        return study
    membership = (
        Membership.objects.select_related("study").filter(user=user, study__key=key).first()
    )
    if membership is None:
        raise Http404("No such study")
    if membership.role < at_least:
        raise PermissionDenied(f"This needs the role of {at_least.label}.")
    membership.study.role = Role(membership.role)
    return membership.study


def story_for(study: Study, story_id: int) -> Story:
    """Return a story that the study codes."""
    return get_object_or_404(Story, pk=story_id, studies=study)


def article_for(study: Study, article_id: int) -> Article:
    """Return an article of a story that the study codes, with its outlet and story."""
    articles = Article.objects.select_related("outlet", "story")
    return get_object_or_404(articles, pk=article_id, story__studies=study)


def revision_for(study: Study, revision_id: int) -> Revision:
    """Return a revision of an article that the study codes, with the article."""
    revisions = Revision.objects.select_related("article")
    return get_object_or_404(revisions, pk=revision_id, article__story__studies=study)


class Ground(NamedTuple):
    """What a tag needs to stand on; other fields of these than it needs are deferred."""

    study: Study
    revision: Revision
    code: Code | None  # None: the study's codebook has no such code


def ground_for(user, key: str, revision_id: int, code_key: str) -> Ground:
    """Return the study, a revision that it codes, and one of its codes. One query.

    The same as `study_for`, `revision_for` and a look-up of the code. It stands
    before every tag, and to compile those takes the ORM longer than to run them.
    """
    given = {"user": user.pk, "all": user.is_superuser, "key": key}
    with connection.cursor() as cursor:
        cursor.execute(GROUND, given | {"revision": revision_id, "code": code_key})
        row = cursor.fetchone()
    if row is None:
        raise Http404("No such revision in a study of yours")
    known = connection.alias
    article = Article.from_db(known, ("id", "story_id"), row[6:8])
    revision = Revision.from_db(known, ("id", "article_id", "text"), row[3:6])
    revision.article = article
    return Ground(
        Study.from_db(known, ("id", "key", "codebook_id"), row[:3]),
        revision,
        Code.from_db(known, CODE_FIELDS, row[8:]) if row[8] else None,
    )


CODE_FIELDS = ("id", "codebook_id", "key", "name", "hotkey", "asks_target", "marks_spans")
GROUND = """
SELECT study.id, study.key, study.codebook_id,
       revision.id, revision.article_id, revision.text, article.id, article.story_id,
       code.id, code.codebook_id, code.key, code.name, code.hotkey, code.asks_target,
       code.marks_spans
FROM sources_revision revision
JOIN sources_article article ON article.id = revision.article_id
JOIN annotations_study_stories coded ON coded.story_id = article.story_id
JOIN annotations_study study ON study.id = coded.study_id
LEFT JOIN annotations_code code
    ON code.codebook_id = study.codebook_id AND code.key = %(code)s
WHERE revision.id = %(revision)s AND study.key = %(key)s
    AND (%(all)s OR EXISTS (
        SELECT FROM annotations_membership member
        WHERE member.study_id = study.id AND member.user_id = %(user)s))
"""


def annotation_for(study: Study, annotation_id) -> Annotation:
    """Return an annotation of the study, with its span, revision and code."""
    annotations = Annotation.objects.select_related(
        "span__revision__article", "code", "ruled_code", "annotator"
    )
    return get_object_or_404(annotations, pk=annotation_id, study=study)


def fact_for(study: Study, fact_id: int) -> Fact:
    """Return a fact that the study stated, with its story."""
    return get_object_or_404(Fact.objects.select_related("story"), pk=fact_id, study=study)
