"""The page of echoes: who sees what, in which order, and tagging many of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.language import echoes as question
from annotations.models import Annotation, Role
from sources.indexing import index_texts
from sources.models import Outlet, Story
from tests.conftest import make_revision, make_study


@pytest.fixture
def page(client_of, cast):
    """Ask for the page: page(q="…", scope="study", by=user)."""

    def page(*, by=None, key="press", **query):
        return client_of(by or cast.reviewer).get(reverse("echoes", args=[key]), query)

    return page


@pytest.fixture
def foreign(cast):
    """A text, in the index, of a study that the reviewer is no member of."""
    study = make_study("rival", "Rival study", users=[(cast.outsider, Role.REVIEWER)])
    story = Story.objects.create(title="Secret story")
    study.stories.add(story)
    revision = make_revision(story, outlet="Secret Gazette", text="A secret accord on the harbour.")
    index_texts()
    return revision


def words(answer):
    return [(echo.exact, echo.likeness.label) for echo in answer.context["page"]]


def test_echoes_are_shown_the_likest_first(page, revision, gazette):
    answer = page(q="signed the accord")
    assert words(answer) == [
        ("sign accord", "inflected or reordered"),
        ("signed an accord", "inflected or reordered"),
        ("signed the harbour accord", "nearly"),
    ]
    assert "signed an accord" in answer.content.decode()


def test_echoes_are_ordered_and_narrowed_by_outlet(page, revision, gazette):
    assert [echo.outlet for echo in page(q="accord", sort="outlet").context["page"]] == [
        "Gazette", "Gazette", "The Harbour Times",
    ]  # fmt: skip
    outlet = Outlet.objects.get(name="The Harbour Times").pk
    answer = page(q="accord", outlet=outlet)
    assert (words(answer), answer.context["kept"]) == ([("accord", "same words")], 1)
    assert answer.context["found"].outlets == [
        (gazette.article.outlet_id, "Gazette", 2), (outlet, "The Harbour Times", 1),
    ]  # fmt: skip


def test_echoes_are_narrowed_by_likeness(page, revision, gazette):
    assert words(page(q="signed the accord", likeness=4)) == [
        ("signed the harbour accord", "nearly")
    ]


def test_story_is_searched_alone(page, revision, gazette, study):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    make_revision(other, text="The accord again.")
    index_texts()
    assert len(words(page(q="accord", story=other.pk))) == 1
    assert len(words(page(q="accord", story=other.pk, scope="study"))) == 4


def test_library_is_what_the_reader_may_see(page, revision, foreign, cast, study):
    assert [echo.outlet for echo in page(q="accord", scope="library").context["page"]] == [
        "The Harbour Times"
    ]
    everything = page(q="accord", scope="library", by=cast.administrator)
    assert {echo.study for echo in everything.context["page"]} == {"press", "rival"}
    foreign.article.story.studies.first().memberships.create(user=cast.reviewer)
    answer = page(q="accord", scope="library")
    assert {echo.study for echo in answer.context["page"]} == {"press", "rival"}
    assert "/studies/rival/stories/" in answer.content.decode()


def test_foreign_story_and_outlet_do_not_leak(page, revision, foreign):
    story = foreign.article.story
    assert page(q="accord", story=story.pk, scope="story").status_code == 404
    answer = page(q="secret accord", scope="library", outlet=foreign.article.outlet_id)
    assert "Secret" not in answer.content.decode()


def test_outsider_sees_nothing_and_a_stranger_logs_in(page, client, cast, revision):
    assert page(q="accord", by=cast.outsider).status_code == 404
    assert client.get(reverse("echoes", args=["press"])).status_code == 302


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({}, 200, "Where else does a wording occur"),
        ({"q": "zeppelin"}, 200, "nor anything like it"),
        ({"q": "…!?"}, 422, "no word to look for"),
        ({"q": "word " * 1000}, 422, "up to 40 words and 300 characters"),
        ({"q": "accord", "scope": "galaxy"}, 422, "Select a valid choice"),
        ({"q": "accord", "likeness": "9"}, 422, "Select a valid choice"),
        ({"q": "accord", "story": "x"}, 422, "Enter a whole number"),
        ({"q": "accord", "outlet": "999"}, 200, "passes the filters"),
        ({"q": "accord", "after": "nonsense"}, 200, "1 echo"),
    ],
)
def test_page_says_what_there_is_not(page, revision, query, status, said):
    answer = page(**query)
    assert (answer.status_code, said in answer.content.decode()) == (status, True)


def test_what_is_not_indexed_is_indexed_or_said(page, story, monkeypatch):
    for number in range(3):
        make_revision(story, text=f"Accord number {number}.", outlet=f"Outlet {number}")
    monkeypatch.setattr("annotations.views.echoes.AT_ONCE", 2)
    assert "1 text here is not indexed yet" in page(q="accord").content.decode()
    answer = page(q="accord")
    assert "not indexed yet" not in answer.content.decode()
    assert len(words(answer)) == 3


def test_pages_follow_one_another(page, story, monkeypatch):
    monkeypatch.setattr(question, "SHOWN", 2)
    make_revision(story, text="\n".join(f"Accord {number}" for number in range(5)))
    seen, after = [], ""
    for size in (2, 2, 1):
        answer = page(q="accord", after=after)
        seen += [echo.start for echo in answer.context["page"]]
        assert len(answer.context["page"]) == size
        after = answer.context["next"]
    assert (seen, after) == (sorted(set(seen)), "")


def test_more_passages_than_are_looked_through_are_said(page, story, monkeypatch):
    monkeypatch.setattr(question, "MOST", 2)
    make_revision(story, text="\n".join(f"Accord {number}" for number in range(5)))
    assert "the first 2 that were found" in page(q="accord").content.decode()


def test_search_in_very_long_passages_is_broken_off_and_said(page, story, monkeypatch):
    monkeypatch.setattr(question, "SECONDS", -1)
    make_revision(story, text="Accord\nAccord")
    assert "the first 1 that were found" in page(q="accord").content.decode()


def test_search_that_takes_too_long_is_given_up(page, revision, monkeypatch):
    slow = question._PLACES.replace("SELECT passage", "SELECT pg_sleep(1), passage", 1)
    monkeypatch.setattr(question, "_PLACES", slow)
    monkeypatch.setattr(question, "PATIENCE", 20)
    assert "the search was given up" in page(q="accord").content.decode()


def test_tags_on_an_echo_are_shown(page, revision, gazette, tag, cast):
    tag(gazette, "signed an accord", annotator=cast.colleague)
    tags = [
        [mark.annotator for mark in echo.tags]
        for echo in page(q="signed an accord").context["page"]
    ]
    assert ["colleague"] in tags


def test_queries_do_not_grow_with_the_echoes(client_of, cast, story, tag):
    client, counts = client_of(cast.reviewer), []
    for number in range(6):
        made = make_revision(story, outlet=f"Outlet {number}", text="The accord was signed.")
        tag(made, "accord")
        index_texts()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("echoes", args=["press"]), {"q": "accord"})
        counts.append(len(queries))
    assert counts == [counts[0]] * 6


def test_right_to_left_words_are_laid_out_so(page, story):
    make_revision(story, text="قالت الصحيفة إن الحرب الباردة عادت")
    assert 'dir="rtl"' in page(q="الحرب الباردة").content.decode()


# tagging


@pytest.fixture
def post(client_of, cast, page):
    """Tick all echoes of a phrase and post them with a code."""

    def post(q="accord", *, by=None, code="loaded", echoes=None, batch=None, follow=False, **given):
        shown = page(q=q, by=by)
        echoes = [echo.value for echo in shown.context["page"]] if echoes is None else echoes
        batch = batch or shown.context["batch"]
        data = {"batch": batch, "query": f"q={q}", "code": code, "echo": echoes} | given
        address = reverse("echoes_tag", args=["press"])
        return client_of(by or cast.reviewer).post(address, data, follow=follow)

    return post


def test_ticked_echoes_are_tagged_and_can_be_undone(post, client_of, cast, revision, gazette):
    shown = post(target="the strait", follow=True)
    assert "3 echoes tagged as Loaded language in 1 story." in shown.content.decode()
    assert "Undo (3 tags)" in shown.content.decode()
    data = {"batch": shown.context["undoable"]["batch"], "query": "q=accord"}
    undone = client_of(cast.reviewer).post(
        reverse("echoes_undo", args=["press"]), data, follow=True
    )
    assert "Undid 3 tags in 1 story." in undone.content.decode()
    assert "Undo (" not in undone.content.decode()
    assert not Annotation.objects.standing().exists()


def test_desk_takes_the_whole_action_back_and_draws_what_changed(
    post, client_of, cast, revision, gazette, story
):
    post()
    answer = client_of(cast.reviewer).post(
        reverse("undo", args=["press", story.pk]),
        {"articles": f"{revision.article_id},{gazette.article_id}"},
        headers={"HX-Request": "true"},
    )
    drawn = answer.content.decode()
    assert "Undone: 3 tags in 1 story." in drawn
    assert 'title="Redo: 3 tags: Loaded language"' in drawn
    assert drawn.count('class="passage"') == 3
    assert "<mark" not in drawn


def test_the_same_form_sent_twice_tags_once(post, revision, gazette):
    batch = "0f0e0d0c-0b0a-4009-8807-060504030201"
    post(batch=batch)
    post(batch=batch)
    assert Annotation.objects.count() == 3
    post(batch=batch, code="damage")
    assert Annotation.objects.count() == 6


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": ""}, "Choose a code."),
        ({"code": "nonsense"}, "There is no code “nonsense”"),
        ({"code": "threat"}, "asks whom it is about"),
        ({"echoes": []}, "No echo is ticked"),
        ({"echoes": ["1-2 accord"]}, "not told as this page tells it"),
        ({"batch": "nonsense"}, "valid UUID"),
    ],
)
def test_refused_tags_keep_the_ticks_and_write_nothing(post, revision, given, said):
    answer = post(**given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Annotation.objects.exists()
    if "echoes" not in given:
        assert " checked>" in answer.content.decode()


def test_library_offers_no_tick_for_a_foreign_text(page, foreign, revision, cast):
    answer = page(q="accord", scope="library", by=cast.administrator)
    assert answer.content.decode().count('name="echo"') == 1


def test_foreign_text_is_not_tagged_by_a_forged_form(post, foreign, revision):
    place = f"{foreign.pk}-9-15 accord"
    answer = post(echoes=[place])
    assert (answer.status_code, Annotation.objects.count()) == (422, 0)
    assert "Secret" not in answer.content.decode()


def test_outsider_neither_tags_nor_undoes(client_of, cast, revision):
    client = client_of(cast.outsider)
    for name in ("echoes_tag", "echoes_undo"):
        assert client.post(reverse(name, args=["press"]), {}).status_code == 404


def test_undo_of_no_known_action_is_answered(client_of, cast, study):
    client, address = client_of(cast.reviewer), reverse("echoes_undo", args=["press"])
    assert client.post(address, {"batch": "x"}).status_code == 404
    unknown = {"batch": "0f0e0d0c-0b0a-4009-8807-060504030201"}
    assert "nothing to undo" in client.post(address, unknown, follow=True).content.decode()
