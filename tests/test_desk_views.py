import re
import uuid
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.models import Annotation
from sources.passages import passages
from tests.conftest import make_revision, make_study

HTMX = {"HX-Request": "true"}


class Texts(HTMLParser):
    """Collect the text of every .passage by its id, as a browser would."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self.current = {}, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "p" and attrs.get("class") == "passage":
            self.current = attrs["id"]
            self.texts[self.current] = ""

    def handle_endtag(self, tag):
        if tag == "p":
            self.current = None

    def handle_data(self, data):
        if self.current:
            self.texts[self.current] += data


def texts_of(response):
    parser = Texts()
    parser.feed(response.content.decode())
    return parser.texts


@pytest.fixture
def desk(story, study):
    return reverse("desk", args=[study.key, story.pk])


def fields(revision, exact, **given):
    start = revision.text.index(exact)
    place = {"revision": revision.pk, "start": start, "end": start + len(exact), "exact": exact}
    return place | {"id": str(uuid.uuid4()), "code": "loaded"} | given


@pytest.fixture
def post(study, client_of, cast):
    """Post to tag as a reviewer over htmx, or plainly with htmx=False."""

    def post(data, user=None, *, htmx=True):
        client = client_of(user or cast.reviewer)
        headers = HTMX if htmx else {}
        return client.post(reverse("tag", args=[study.key]), data, headers=headers)

    return post


def test_desk_shows_each_text_to_the_letter(desk, revision, gazette, tag, client_of, cast):
    tag(revision, "military suffocation")
    tag(revision, "suffocation of the strait", code="damage")
    shown = texts_of(client_of(cast.reviewer).get(desk))
    for rev in (revision, gazette):
        for p in passages(rev.text):
            assert shown[f"p-{rev.pk}-{p.index}"] == rev.text[p.start : p.end]


def test_html_in_a_text_is_shown_and_never_run(desk, story, tag, client_of, cast):
    revision = make_revision(story, text="<script>alert(1)</script> & <b>bold</b>", outlet="X")
    tag(revision, "<b>bold", note="<img src=x>")
    response = client_of(cast.reviewer).get(desk)
    assert texts_of(response)[f"p-{revision.pk}-0"] == revision.text
    assert b"<script>alert" not in response.content
    assert b"<img src=x" not in response.content


def test_columns_come_in_the_order_of_the_address(desk, revision, gazette, client_of, cast):
    order = f"{gazette.article_id},{revision.article_id}"
    page = client_of(cast.reviewer).get(desk, {"articles": order}).content.decode()
    assert page.index(f'id="column-{gazette.article_id}"') < page.index(
        f'id="column-{revision.article_id}"'
    )


def test_nonsense_in_the_address_opens_the_default_columns(desk, revision, client_of, cast):
    page = client_of(cast.reviewer).get(desk, {"articles": "x,,99999,²"})
    assert f'id="column-{revision.article_id}"' in page.content.decode()


def test_story_without_articles_offers_the_import(desk, client_of, cast):
    assert "Import articles" in client_of(cast.reviewer).get(desk).content.decode()


def test_outsider_gets_404_from_every_address_of_the_desk(
    study, story, revision, tag, client_of, cast
):
    annotation = tag(revision, "accord")
    client = client_of(cast.outsider)
    for name, args in [
        ("desk", [story.pk]),
        ("annotation_list", [story.pk]),
        ("annotation", [annotation.pk]),
    ]:
        assert client.get(reverse(name, args=[study.key, *args])).status_code == 404
    for name, args in [
        ("tag", []),
        ("undo", [story.pk]),
        ("redo", [story.pk]),
        ("annotation_remove", [annotation.pk]),
    ]:
        assert client.post(reverse(name, args=[study.key, *args])).status_code == 404


def test_anonymous_reader_is_sent_to_log_in(desk, revision, client):
    assert client.get(desk).status_code == 302


def test_htmx_tag_answers_with_the_touched_passages_alone(post, revision):
    response = post(fields(revision, "military suffocation"))
    assert response.status_code == 200
    assert list(texts_of(response)) == [f"p-{revision.pk}-2"]
    assert "Tagged “military suffocation” as Loaded language." in response.content.decode()
    assert f'id="tag-count-{revision.pk}" data-count="1"' in response.content.decode()


def test_count_that_the_page_shows_is_counted_on(post, revision):
    response = post(fields(revision, "military suffocation", tag_count="4999"))
    assert 'data-count="5000" hx-swap-oob="true">5000 tags<' in response.content.decode()


def test_tag_across_passages_answers_with_both(post, revision):
    response = post(fields(revision, "accord on Monday.\n\nCritics"))
    assert list(texts_of(response)) == [f"p-{revision.pk}-1", f"p-{revision.pk}-2"]
    assert response.content.decode().count('<li class="entry') == 1


def test_plain_tag_goes_back_to_the_words_on_the_desk(post, desk, revision):
    data = fields(revision, "accord", articles=str(revision.article_id))
    response = post(data, htmx=False)
    span = Annotation.objects.get().span
    assert response.status_code == 302
    assert response.url == (
        f"{desk}?articles={revision.article_id}#span-{revision.pk}-{span.start}-{span.end}"
    )


def test_plain_tag_by_occurrence_needs_no_offsets(post, revision):
    post({"revision": revision.pk, "exact": "the", "occurrence": 2, "code": "loaded"}, htmx=False)
    first = revision.text.index("the")
    assert Annotation.objects.get().span.start == revision.text.index("the", first + 1)


def test_crlf_of_a_native_form_is_read_as_the_line_end(post, revision):
    exact = "on Monday.\r\n\r\nCritics"
    post({"revision": revision.pk, "exact": exact, "code": "loaded"}, htmx=False)
    assert Annotation.objects.get().span.exact == "on Monday.\n\nCritics"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": "nope"}, "no code “nope”"),
        ({"code": ""}, "Choose a code"),
        ({"exact": "other words"}, "reads “accord”"),
        ({"exact": ""}, "Select or give the words"),
        ({"start": 99_990, "end": 99_999}, "does not lie within the text"),
        ({"start": ""}, "both the start and the end"),
        ({"id": "not-a-uuid"}, "valid UUID"),
        ({"code": "threat"}, "whom it is about"),
        ({"polarity": "sideways"}, "valid choice"),
        ({"speaker": "a critic"}, "speaker goes with"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_invalid_tag_is_422_says_why_and_writes_nothing(post, revision, wrong, says, htmx):
    response = post(fields(revision, "accord") | wrong, htmx=htmx)
    assert response.status_code == 422
    assert says in re.sub("&[^;]*;", "", response.content.decode())
    assert not Annotation.objects.exists()


def test_revision_of_another_study_is_404(post, cast):
    from sources.models import Story

    foreign = make_study("other", "Other")
    story = Story.objects.create(title="Elsewhere")
    foreign.stories.add(story)
    assert post(fields(make_revision(story), "accord")).status_code == 404


def test_same_request_twice_is_one_annotation(post, revision):
    data = fields(revision, "accord")
    assert [post(data).status_code, post(data).status_code] == [200, 200]
    assert Annotation.objects.count() == 1


def test_edit_form_comes_as_a_fragment_and_as_a_page(study, revision, tag, client_of, cast):
    url = reverse("annotation", args=[study.key, tag(revision, "accord").pk])
    client = client_of(cast.reviewer)
    assert b"<html" not in client.get(url, headers=HTMX).content
    assert b"<html" in client.get(url).content


def test_stale_edit_is_409_and_keeps_the_text(study, revision, tag, client_of, cast):
    url = reverse("annotation", args=[study.key, tag(revision, "accord").pk])
    client = client_of(cast.reviewer)
    edit = {"code": "loaded", "version": 1}
    assert client.post(url, edit | {"note": "mine"}, headers=HTMX).status_code == 200
    response = client.post(url, edit | {"note": "also mine"}, headers=HTMX)
    assert response.status_code == 409
    assert b"also mine" in response.content
    assert b'name="version" value="2"' in response.content
    assert Annotation.objects.get().note == "mine"


def test_remove_and_undo_answer_with_the_passage(study, story, revision, tag, client_of, cast):
    client, annotation = client_of(cast.reviewer), tag(revision, "accord")
    remove = reverse("annotation_remove", args=[study.key, annotation.pk])
    assert b"<mark" not in client.post(remove, headers=HTMX).content
    response = client.post(reverse("undo", args=[study.key, story.pk]), headers=HTMX)
    assert str(annotation.pk).encode() in response.content


def test_undo_in_a_closed_column_draws_no_passage(study, story, revision, tag, client_of, cast):
    tag(revision, "accord")
    url = reverse("undo", args=[study.key, story.pk])
    response = client_of(cast.reviewer).post(url, {"articles": "0"}, headers=HTMX)
    assert texts_of(response) == {}
    assert "Undone" in response.content.decode()


def test_nothing_to_undo_is_said(study, story, revision, client_of, cast):
    url = reverse("undo", args=[study.key, story.pk])
    response = client_of(cast.reviewer).post(url, headers=HTMX)
    assert response.status_code == 422
    assert "nothing to undo" in response.content.decode()


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"by_code": "damage"}, ["strait"]),
        ({"by_reviewer": "colleague"}, ["strait"]),
        ({"by_voice": "attributed"}, ["mentality"]),
        ({"by_status": "accepted"}, []),
        ({}, ["strait", "mentality"]),
    ],
)
def test_side_list_is_narrowed_by_its_filters(
    study, story, revision, tag, client_of, cast, filters, left
):
    tag(revision, "strait", code="damage", annotator=cast.colleague)
    tag(revision, "mentality", voice="attributed", speaker="a critic")
    url = reverse("annotation_list", args=[study.key, story.pk])
    page = client_of(cast.reviewer).get(url, filters, headers=HTMX).content.decode()
    assert re.findall(r"class=entry-quote [^>]*>“([^”]*)”", page) == left


def test_queries_do_not_grow_with_the_tags(
    desk, revision, gazette, tag, client_of, cast, django_assert_max_num_queries
):
    client = client_of(cast.reviewer)
    for words in ("Harbour", "deal", "divides", "strait", "ministers", "accord", "Monday"):
        tag(revision, words)
        tag(revision, words, annotator=cast.colleague, code="damage")
    with django_assert_max_num_queries(13):
        client.get(desk)


def test_tag_takes_a_handful_of_queries(
    study, revision, tag, client_of, cast, django_assert_max_num_queries
):
    for words in ("Harbour", "deal", "divides", "strait"):
        tag(revision, words)
    client = client_of(cast.reviewer)
    with django_assert_max_num_queries(8):
        client.post(
            reverse("tag", args=[study.key]),
            fields(revision, "military suffocation"),
            headers=HTMX,
        )


WILD = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\x0b\x0c\x85\u2028\u2029"),
    min_size=1,
    max_size=80,
) | st.sampled_from(
    ["🛳️ a\n\n\u200fעברית\u200e e\u0301", "<a href='x'>&amp;</a>\n“q”", "東京\n\n\n  kyoto"]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WILD, data=st.data())
def test_any_text_with_any_spans_renders_to_itself(
    text, data, story, study, tag, client_of, cast, transactional_state
):
    if not text.strip():
        return
    with transactional_state():
        revision = make_revision(story, text=text, outlet="Wild")
        for _ in range(data.draw(st.integers(0, 4))):
            start = data.draw(st.integers(0, len(text) - 1))
            end = data.draw(st.integers(start + 1, len(text)))
            if text[start:end].strip():
                span = tag(revision, text[start:end]).span
                assert revision.text[span.start : span.end] == span.exact
        address = reverse("desk", args=[study.key, story.pk])
        response = client_of(cast.reviewer).get(address, {"articles": revision.article_id})
        expected = {f"p-{revision.pk}-{p.index}": text[p.start : p.end] for p in passages(text)}
        assert texts_of(response) == expected


@pytest.fixture
def transactional_state(db):
    """Return a context manager that forgets what an example wrote."""
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def forgetting():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return forgetting
