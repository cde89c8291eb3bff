"""Documents: each text with its annotations, checked, and blind to what is closed."""

import io
import json

import pytest
from django.db import connection

from annotations.export.documents import dataset_of, documents, export_as
from annotations.export.exporting import ExportMismatch
from annotations.models import Annotation, Span, Study
from annotations.rulings.ruling import rule
from tests.conftest import CORRECTED, HARBOUR, make_revision, revise

pytestmark = pytest.mark.django_db


def of(study, **options):
    return list(documents(study, Annotation.objects.in_study(study).standing(), **options))


def test_texts_come_in_reading_order_with_their_annotations(study, revision, gazette, tag, cast):
    newer = revise(revision, CORRECTED)
    tag(newer, "corrected")
    tag(gazette, "accord", note="two\nlines")
    tag(revision, "strait")
    tag(revision, "Harbour deal", annotator=cast.colleague)
    tag(revision, "Harbour", code="damage")
    found = of(study)
    assert [document.article.ref.revision for document in found] == [
        revision.pk,
        newer.pk,
        gazette.pk,
    ]
    words = [(each.exact, each.code, each.annotator) for each in found[0].annotations]
    assert words[0] == ("Harbour deal", "loaded", "colleague")
    assert words[1:] == [("Harbour", "damage", "reviewer"), ("strait", "loaded", "reviewer")]
    assert found[2].annotations[0].note == "two\nlines"


def test_a_text_comes_with_all_that_is_known_of_its_article(study, revision, tag):
    article = revision.article
    article.external_id, article.byline, article.language = "doc-7", "A. Reporter", "en"
    article.save()
    tag(revision, "accord")
    [document] = of(study)
    assert document.article.ref.sha256 == revision.sha256
    assert document.article.ref.external_id == "doc-7"
    assert document.article.outlet == "The Harbour Times"
    assert document.article.story == "The harbour accord"
    assert document.article.text == HARBOUR


def test_nothing_is_said_of_rulings_in_a_closed_story(study, story, revision, tag, cast, codes):
    tagged = tag(revision, "accord")
    [before] = of(study)[0].annotations
    rule(tagged, "recode", code=codes["damage"], moderator=cast.moderator, version=1)
    [open_to] = of(study)[0].annotations
    assert (open_to.status, open_to.ruled_code) == ("accepted", "damage")
    assert open_to.updated_at > before.updated_at
    [closed_to] = of(study, closed={story.pk})[0].annotations
    assert (closed_to.status, closed_to.ruled_code) == ("pending", "")
    assert closed_to.updated_at < open_to.updated_at


def test_words_that_are_not_in_their_text_stop_the_export(study, revision, tag):
    tagged = tag(revision, "accord")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotations_span SET exact = 'accorD' WHERE id = %s", [tagged.span_id]
        )
    assert Span.objects.get().exact == "accorD"
    with pytest.raises(ExportMismatch, match=str(tagged.pk)):
        of(study)


def test_queries_do_not_grow_with_annotations(
    study, revision, gazette, tag, django_assert_num_queries
):
    for words in ("accord", "Harbour", "strait"):
        tag(revision, words)
    tag(gazette, "accord")
    with django_assert_num_queries(3):
        of(study)


def test_other_studies_tags_on_the_same_text_stay_out(study, revision, tag):
    tag(revision, "accord")
    other = Study.objects.create(key="other", name="Other", codebook=study.codebook)
    assert of(other) == []


def test_a_dataset_names_every_code_with_its_parent(study, codes):
    codes["damage"].parent = codes["loaded"]
    codes["damage"].save()
    study.licence = "CC BY 4.0"
    dataset = dataset_of(study)
    assert (dataset.key, dataset.licence) == ("press", "CC BY 4.0")
    assert [code.path for code in dataset.codes] == ["loaded", "threat", "loaded/damage"]


def test_progress_counts_annotations(study, story, revision, gazette, tag):
    tag(revision, "accord")
    tag(revision, "Harbour")
    tag(gazette, "accord")
    file, seen = io.BytesIO(), []
    chosen = Annotation.objects.in_study(study)
    assert export_as("jsonl", study, chosen, file, progress=seen.append) == 3
    assert seen == [2, 3]
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds == ["article", "annotation", "annotation", "article", "annotation"]


def test_a_format_that_only_comes_in_is_refused(study):
    with pytest.raises(ValueError, match="Nothing is written as release"):
        export_as("release", study, Annotation.objects.none(), io.BytesIO())


def test_an_article_without_tags_has_no_document(study, story, revision):
    make_revision(story, outlet="Courier")
    assert of(study) == []
