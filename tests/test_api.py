"""The API, reading: what a program is told, page by page, and how it is refused."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from annotations.api.shapes import AnnotationIn, AnnotationOut
from annotations.facts.stating import QuotedSpan, state_quoted_fact
from annotations.models import (
    Adjudication,
    AgreementFigure,
    AgreementRun,
    Annotation,
    ApiToken,
    Polarity,
    Status,
    Voice,
)
from annotations.rulings.ruling import rule
from annotations.team.tokens import make_token, revoke_token
from sources.models import Article, Story
from tests.adjudicated import Kind, cards_of, close, rule_on
from tests.conftest import make_revision, make_study
from tests.programs import ROOT, Program

pytestmark = pytest.mark.django_db
PRESS = "/studies/press"


@pytest.fixture
def reader(cast, study):
    return Program(cast.reviewer)


def said(response, status=200):
    """Return what an answer says, which is of that status and JSON."""
    assert response.status_code == status, response.content
    kind = "application/json; charset=utf-8" if status < 400 else "application/problem+json"
    assert response["Content-Type"] == kind
    return response.json()


def test_studies_are_ones_own(reader, cast):
    make_study("other", "Another study", users=[(cast.colleague, 1)])
    (study,) = said(reader.ask("/studies"))["items"]
    assert (study["key"], study["role"], study["blind"]) == ("press", "reviewer", False)
    assert said(reader.ask(PRESS))["name"] == "Press study"
    both = said(Program(cast.administrator).ask("/studies"))["items"]
    assert [(one["key"], one["role"]) for one in both] == [("press", "owner"), ("other", "owner")]


def test_codebook_has_all_codes(reader, codes):
    book = said(reader.ask(f"{PRESS}/codebook"))
    assert [code["key"] for code in book["codes"]] == ["loaded", "threat", "damage"]
    assert book["revision"] == 1
    assert [code["asks_target"] for code in book["codes"]] == [False, True, False]


def test_article_comes_with_its_texts(reader, newest, story):
    (listed,) = said(reader.ask(f"{PRESS}/articles?story={story.pk}"))["items"]
    assert listed == said(reader.ask(f"{PRESS}/articles/{newest.article_id}"))
    assert [text["number"] for text in listed["revisions"]] == [2, 1]
    assert (listed["outlet"], listed["story"]) == ("The Harbour Times", story.pk)
    text = said(reader.ask(f"{PRESS}/revisions/{newest.pk}"))
    assert (text["text"], text["sha256"]) == (newest.text, newest.sha256)
    (found,) = said(reader.ask(f"{PRESS}/stories"))["items"]
    assert found["title"] == "The harbour accord"


def test_annotation_says_where_and_what(reader, revision, tag, cast):
    made = tag(revision, "accord", voice="attributed", speaker="one", note="a\nnote")
    (found,) = said(reader.ask(f"{PRESS}/annotations"))["items"]
    assert found == said(reader.ask(f"{PRESS}/annotations/{made.pk}"))
    assert revision.text[found["start"] : found["end"]] == found["exact"] == "accord"
    assert found["id"] == str(made.pk)
    assert (found["code"], found["ruled_code"], found["status"]) == ("loaded", None, "pending")
    assert (found["voice"], found["speaker"], found["note"]) == ("attributed", "one", "a\nnote")
    assert (found["annotator"], found["revision"]) == ("reviewer", revision.pk)
    made.refresh_from_db()
    assert parse_datetime(found["updated_at"]) == made.updated_at


def test_annotations_are_narrowed(reader, revision, gazette, tag, cast, codes):
    first = tag(revision, "accord")
    second = tag(gazette, "stranglehold", annotator=cast.colleague, code="damage")
    rule(second, "recode", code=codes["loaded"], version=1, moderator=cast.owner)
    second.refresh_from_db()

    def found(asked):
        return [one["id"] for one in said(reader.ask(f"{PRESS}/annotations?{asked}"))["items"]]

    both, ids = (
        sorted([str(first.pk), str(second.pk)]),
        {"a": [str(first.pk)], "b": [str(second.pk)]},
    )
    assert found("code=loaded") == both
    assert found("annotator=reviewer") == found(f"revision={revision.pk}") == ids["a"]
    assert found(f"article={gazette.article_id}") == found("status=accepted") == ids["b"]
    assert found(f"story={gazette.article.story_id}&status=rejected") == []
    since = second.updated_at.isoformat().replace("+00:00", "Z")
    assert found(f"since={since}") == ids["b"]


def test_pages_hold_every_row_once(reader, revision, tag):
    made = [tag(revision, words).pk for words in sorted(set(revision.text.split()))]
    address, seen = f"{PRESS}/annotations?limit=7&status=pending", []
    while address:
        page = said(reader.ask(address))
        seen += [one["id"] for one in page["items"]]
        assert len(page["items"]) == 7 or page["next"] is None
        address = page["next"]
    assert sorted(seen) == sorted(map(str, made))


def test_row_that_comes_meanwhile_shifts_nothing(reader, story):
    for number in range(5):
        make_revision(story, outlet=f"Paper {number}")
    first = said(reader.ask(f"{PRESS}/articles?limit=3"))
    Article.objects.filter(pk=first["items"][0]["id"]).update(published_at=timezone.now())
    second = said(reader.ask(first["next"]))
    ids = [one["id"] for one in (*first["items"], *second["items"])]
    assert ids == sorted(Article.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "asked",
    [
        "limit=0",
        "limit=1001",
        "limit=many",
        "cursor=x",
        "cursor=MQ",
        "cursor=é",
        "cursor=MQ&cursor=MQ",
        "story=0",
        "story=99999999999999999999",
        "status=lost",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "since=1767225600",
        "code=nonsense",
        "annotator=%00",
        "anotator=reviewer",
    ],
)
def test_nonsense_is_refused_with_a_sentence(reader, asked):
    problem = said(reader.ask(f"{PRESS}/annotations?{asked}"), 422)
    assert problem["detail"]
    assert (problem["title"], problem["status"]) == ("Unprocessable Entity", 422)


@pytest.mark.parametrize("cursor", ["x", "MQ=", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "w6k"])
def test_cursor_that_is_none_of_ours_is_refused(reader, story, cursor):
    assert "cursor" in said(reader.ask(f"{PRESS}/stories?cursor={cursor}"), 422)["detail"]


def test_list_takes_the_same_queries_for_many(reader, revision, tag, cast, study, codes, story):
    def asked(address):
        with CaptureQueriesContext(connection) as counted:
            said(reader.ask(address))
        return len(counted)

    def fill(number):
        other = make_revision(story, outlet=f"Paper {number}")
        made = tag(other, "accord", annotator=cast.colleague)
        rule(made, "accept", version=1, moderator=cast.owner)
        quote = QuotedSpan(0, 7, other.text[:7])
        state_quoted_fact(study, f"Fact {number}", revision=other, quote=quote, author=cast.owner)

    rows = ("annotations", "articles", "facts", "decisions", "gold", "stories")
    fill(0)
    before = [asked(f"{PRESS}/{name}") for name in rows]
    for number in range(1, 5):
        fill(number)
    assert [asked(f"{PRESS}/{name}") for name in rows] == before
    assert max(before) <= 7


def test_facts_come_with_their_reports(reader, study, gazette, cast):
    quote = QuotedSpan(0, 9, gazette.text[:9])
    state_quoted_fact(study, "They signed.", revision=gazette, quote=quote, author=cast.owner)
    (fact,) = said(reader.ask(f"{PRESS}/facts"))["items"]
    (report,) = fact["reports"]
    assert (fact["statement"], report["article"]) == ("They signed.", gazette.article_id)
    assert report["quotes"][0]["exact"] == gazette.text[:9]


def test_decisions_are_told_as_on_the_pages(reader, revision, tag, cast, study, story):
    made = tag(revision, "accord")
    rule(made, "reject", version=1, reason="Not loaded.", moderator=cast.owner)
    (decision,) = said(reader.ask(f"{PRESS}/decisions?annotation={made.pk}"))["items"]
    assert (decision["ruling"], decision["moderator"]) == ("reject", "owner")
    study.blind = True
    study.save(update_fields=["blind"])
    assert said(reader.ask(f"{PRESS}/decisions"))["items"] == []
    (own,) = said(reader.ask(f"{PRESS}/annotations"))["items"]
    assert (own["status"], own["ruled_code"]) == ("pending", None)
    Adjudication.objects.create(
        study=study, story=story, opened_by=cast.owner, ruled_at=timezone.now()
    )
    assert said(reader.ask(f"{PRESS}/annotations?status=rejected"))["items"][0]["id"] == own["id"]


def test_time_of_a_hidden_ruling_is_not_told(reader, revision, tag, cast, study):
    study.blind = True
    study.save(update_fields=["blind"])
    made = tag(revision, "accord")
    past = timezone.now() - timedelta(days=9)
    Annotation.objects.update(created_at=past, updated_at=timezone.now())
    made.changes.update(made_at=past)
    since = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert said(reader.ask(f"{PRESS}/annotations?since={since}"))["items"] == []
    assert len(said(Program(cast.owner).ask(f"{PRESS}/annotations?since={since}"))["items"]) == 1


def test_gold_is_told_to_a_reviewer_once_the_story_is_ruled(
    reader, revision, tag, cast, study, story
):
    made = tag(revision, "accord")
    (card,) = cards_of(study, story, cast.moderator)
    rule_on(card, Kind.ONE, made, moderator=cast.moderator)
    (gold,) = said(Program(cast.moderator).ask(f"{PRESS}/gold?story={story.pk}"))["items"]
    assert (gold["annotation"], gold["exact"]) == (str(made.pk), "accord")
    assert (gold["code"], gold["ruling"], gold["moderator"]) == ("loaded", "one", "moderator")
    assert said(reader.ask(f"{PRESS}/gold"))["items"] == []
    close(card, cast.moderator)
    assert said(reader.ask(f"{PRESS}/gold"))["items"][0]["id"] == gold["id"]


def test_agreement_is_told_as_it_was_computed(reader, study, cast):
    now = timezone.now()
    run = AgreementRun.objects.create(study=study, samples=9, seed=7, finished_at=now)
    pair = f"{cast.reviewer.pk}-{cast.colleague.pk}"
    of = {"whole": "", "pair": pair, "confusion": ""}
    AgreementFigure.objects.bulk_create(
        AgreementFigure(run=run, part=part, of=of[part], measure="where_u", value=0.5, units=3)
        for part in of
    )
    told = said(reader.ask(f"{PRESS}/agreement"))
    assert (told["is_stale"], told["samples"], told["seed"]) == (True, 9, 7)
    whole, pair = told["figures"]  # and not what the tables of the page are made of
    assert (whole["part"], whole["of"], whole["value"], whole["low"]) == ("whole", "", 0.5, None)
    assert pair["of"].startswith("account")  # neither has tagged: they are no coders yet


def test_colleagues_tags_are_not_there_for_a_blind_reader(reader, revision, tag, cast, study):
    study.blind = True
    study.save(update_fields=["blind"])
    hers = tag(revision, "accord", annotator=cast.colleague)
    assert said(reader.ask(f"{PRESS}/annotations"))["items"] == []
    said(reader.ask(f"{PRESS}/annotations/{hers.pk}"), 404)
    assert said(reader.ask(f"{PRESS}/agreement"), 403)["detail"].startswith("This study is coded")
    assert said(Program(cast.owner).ask(f"{PRESS}/agreement"))["figures"] == []


def test_outsider_is_told_of_nothing(study, story, revision, tag, cast):
    made = tag(revision, "accord")
    stranger = Program(cast.outsider)
    assert said(stranger.ask("/studies"))["items"] == []
    rest = (
        f"codebook stories articles annotations facts decisions gold agreement "
        f"articles/{revision.article_id} revisions/{revision.pk} annotations/{made.pk}"
    )
    for name in ("", *rest.split()):
        said(stranger.ask(f"{PRESS}/{name}".rstrip("/")), 404)


def test_things_of_another_study_are_not_there(reader, cast):
    other = make_study("other", "Another", users=[(cast.colleague, 1)])
    story = Story.objects.create(title="Elsewhere")
    other.stories.add(story)
    text = make_revision(story)
    for name in (f"articles/{text.article_id}", f"revisions/{text.pk}"):
        said(reader.ask(f"{PRESS}/{name}"), 404)
    for asked in (f"story={story.pk}", f"article={text.article_id}", f"revision={text.pk}"):
        said(reader.ask(f"{PRESS}/annotations?{asked}"), 404)
    said(reader.ask(f"{PRESS}/annotations/{uuid.uuid4()}"), 404)
    assert said(reader.ask(f"{PRESS}/articles"))["items"] == []


def test_unchanged_answer_is_not_sent_again(reader, revision, tag):
    address = f"{PRESS}/annotations"
    first = reader.ask(address)
    again = reader.ask(address, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    tag(revision, "accord")
    assert reader.ask(address, If_None_Match=first["ETag"]).status_code == 200
    head = reader.ask(address, method="head")
    assert (head.content, int(head["Content-Length"]) > 300) == (b"", True)


def test_without_a_token_in_use_nobody_is_let_in(study, cast, client, client_of):
    token = make_token("notebook", user=cast.reviewer)
    bearer = {"Authorization": f"Bearer {token.secret}"}
    assert client.get(f"{ROOT}/studies", headers=bearer).status_code == 200
    bearer["Authorization"] = f"bearer {token.secret}"
    assert client.get(f"{ROOT}/studies", headers=bearer).status_code == 200
    revoke_token(token.token)
    refused = client.get(f"{ROOT}/studies", headers=bearer)
    said(refused, 401)
    assert refused["WWW-Authenticate"] == 'Bearer realm="Parallax", error="invalid_token"'
    for who in (client, client_of(cast.owner)):  # a session in a browser opens nothing
        said(who.get(f"{ROOT}/studies"), 401)
        refused = who.post(f"{ROOT}{PRESS}/annotations", {}, content_type="application/json")
        said(refused, 401)
    assert refused["WWW-Authenticate"] == 'Bearer realm="Parallax"'


def test_token_that_asks_too_often_has_to_wait(reader, settings):
    settings.API_PER_MINUTE = 2
    left = [reader.ask("/studies")["RateLimit-Remaining"] for _ in "ab"]
    assert left == ["1", "0"]
    refused = reader.ask("/studies")
    assert "2 times a minute" in said(refused, 429)["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    ApiToken.objects.update(window_at=timezone.now() - timedelta(minutes=2))
    assert reader.ask("/studies").status_code == 200


@pytest.mark.parametrize("address", ["", "/", "/nothing", "/studies/", "/studies/press/x", "/%00"])
def test_unknown_address_is_told_as_a_problem(reader, address):
    assert said(reader.ask(address), 404)["status"] == 404
    said(reader.get(f"/api/{address}"), 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post", "options"])
def test_other_methods_are_refused(reader, method):
    refused = reader.ask("/studies", method=method)
    said(refused, 405)
    assert refused["Allow"] == "GET"


def test_wrong_host_and_a_breakdown_are_told_as_problems(reader, monkeypatch, settings):
    said(reader.ask("/studies", Host="elsewhere.example"), 400)

    def breaks(*_args):
        raise RuntimeError("broken by the test")

    monkeypatch.setattr("annotations.api.library._study", breaks)
    reader.raise_request_exception = False
    assert "log" in said(reader.ask(PRESS), 500)["detail"]


def test_status_words_of_the_schema_are_those_of_the_models():
    def words(shape, name):
        return set(shape.model_json_schema()["properties"][name]["enum"])

    assert words(AnnotationOut, "status") == set(Status.values)
    assert words(AnnotationIn, "voice") == set(Voice.values)
    assert words(AnnotationIn, "polarity") == {"", *Polarity.values}
