"""Import on the web: three ways in, drafts, and the choice line by line."""

import functools
import io
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.forms import imports as forms
from annotations.models import Role
from sources.models import Article, Draft, Original, Revision
from tests.conftest import make_study

pytestmark = pytest.mark.django_db

TEXT = (
    "Ferry crews walk out at dawn\n\n"
    "By Ann Lee\n\n"
    "Crews of the island ferries stopped work at dawn on Monday, the company said.\n\n"
    "412 shares\n\n"
    "The union spoke of a last resort after eleven months of talks about pay and hours."
)


def upload(*files):
    return {
        "way": "upload",
        "files": [SimpleUploadedFile(name, data) for name, data in files],
    }


@pytest.fixture
def member(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def url(story):
    return reverse("article_import", args=["press", story.pk])


@pytest.fixture
def draft(member, url):
    """A draft of one pasted article, and the address of its page."""
    place = member.post(url, {"way": "paste", "text": TEXT, "outlet": "Gull Post"}).url
    draft = Draft.objects.get()
    draft.place = place
    return draft


def kept(draft, *without):
    """The fields of the draft's page with every line ticked but those that begin so."""
    lines = enumerate(draft.text.split("\n"))
    keep = [number for number, line in lines if line and not line.startswith(without)]
    return {
        "keep": keep,
        "outlet": "Gull Post",
        "headline": "Ferry crews walk out at dawn",
        "of": draft.article_id or "",
    }


def test_pasted_text_waits_as_a_draft_and_nothing_is_imported_yet(draft, cast):
    assert draft.place == reverse("draft", args=["press", draft.batch, draft.pk])
    assert (draft.outlet_name, draft.created_by) == ("Gull Post", cast.reviewer)
    assert bytes(draft.original.data) == TEXT.encode()
    assert not Article.objects.exists()


def test_line_ends_of_a_native_form_post_are_no_text(member, url):
    member.post(url, {"way": "paste", "text": TEXT.replace("\n", "\r\n")})
    assert Draft.objects.get().text == TEXT


def test_files_of_one_upload_become_drafts_of_one_batch(member, url):
    table = b"outlet,title,text\nGull Post,One,First text here.\nTern Daily,Two,Second text here.\n"
    response = member.post(url, upload(("a.txt", TEXT.encode()), ("b.csv", table)))
    drafts = Draft.objects.all()
    assert response.url == reverse("drafts", args=["press", drafts[0].batch])
    assert len({draft.batch for draft in drafts}) == 1
    assert [draft.outlet_name for draft in drafts][1:] == ["Gull Post", "Tern Daily"]


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", "empty.txt is empty"),
        ("blank.txt", b" \n\n ", "white space"),
        ("big.txt", b"x" * (20 * 1024 * 1024), "20.0 MB; the limit is 16 MB"),
        ("paper.pdf", b"%PDF-1.7", "of a type that we do not read"),
        ("fake.txt", b"%PDF-1.7 \x00\x01", "PDF"),
        ("t.csv", b"outlet,body\nGull Post,Words\n", "no column named text"),
        ("t.jsonl", b'{"body": "Words"}\n', "text"),
        ("bomb.zip", zipped(a_txt="0" * (40 * 1024 * 1024)), "bomb.zip"),
        ("none.zip", zipped(a_exe="MZ"), "none.zip"),
        ("cut.zip", b"PK\x03\x04 cut", "cut.zip"),
        ("empty.html", b"<html><head></head><body></body></html>", "empty.html"),
    ],
)
def test_file_that_cannot_be_read_is_refused_by_name(member, url, name, data, said):
    response = member.post(url, upload((name, data)))
    assert response.status_code == 422
    assert said in str(response.context["upload_form"].errors)
    assert not Draft.objects.exists()
    assert not Original.objects.exists()


def test_readable_files_are_drafted_beside_a_file_that_is_refused(member, url):
    response = member.post(url, upload(("a.txt", TEXT.encode()), ("b.pdf", b"%PDF")), follow=True)
    assert Draft.objects.count() == 1
    assert "b.pdf is of a type that we do not read" in response.content.decode()


def test_broken_html_in_another_charset_is_read(member, url):
    page = (
        "<html><meta charset=iso-8859-1><body><article><h1>Café</h1><p>"
        + "Ein schöner Satz über Fähren. " * 9
    )
    member.post(url, upload(("a.html", page.encode("cp1252"))))
    draft = Draft.objects.get()
    assert "Ein schöner Satz über Fähren." in draft.text
    assert draft.original.charset == "cp1252"


def test_upload_without_a_file_is_refused(member, url):
    response = member.post(url, {"way": "upload"})
    assert response.status_code == 422
    assert "Choose at least one file" in response.content.decode()


def test_empty_paste_is_refused_and_the_form_keeps_its_details(member, url):
    response = member.post(url, {"way": "paste", "text": " \r\n", "outlet": "Gull Post"})
    assert response.status_code == 422
    assert 'value="Gull Post"' in response.content.decode()


def test_unknown_way_in_is_refused(member, url):
    assert member.post(url, {"way": "fax"}).status_code == 422


def test_draft_page_proposes_lines_to_drop_with_their_reason(member, draft):
    page = member.get(draft.place)
    rows = {row["line"].text: row for row in page.context["rows"]}
    assert not rows["412 shares"]["kept"]
    assert rows["412 shares"]["line"].reason == "share count"
    assert rows["Ferry crews walk out at dawn"]["kept"]
    assert "share count" in page.content.decode()


def test_import_stores_the_choice_line_by_line(member, draft, cast):
    # Against the proposal, the share count stays, and a sentence goes.
    response = member.post(draft.place, kept(draft, "By Ann", "The union"))
    revision = Revision.objects.get()
    assert response.url == reverse("story", args=["press", draft.story_id])
    assert "412 shares" in revision.text
    assert "The union" not in revision.text
    assert revision.created_by == cast.reviewer
    by_hand = revision.cleaned_lines.get(verdict="keep")
    assert (by_hand.text[:9], by_hand.dropped) == ("The union", True)
    assert not revision.cleaned_lines.get(text="412 shares").dropped
    assert not Draft.objects.exists()


def test_import_says_so_and_links_to_the_desk(member, draft):
    page = member.post(draft.place, kept(draft), follow=True).content.decode()
    article = Article.objects.get()
    assert "Imported “Ferry crews walk out at dawn”" in page
    assert f"/desk/?articles={article.pk}" in page


def test_same_text_again_is_the_same_revision_and_said_so(member, url, draft):
    member.post(draft.place, kept(draft))
    place = member.post(url, {"way": "paste", "text": TEXT, "outlet": "Gull Post"}).url
    again = Draft.objects.get()
    page = member.post(place, kept(again), follow=True).content.decode()
    assert "already here, as revision 1 of" in page
    assert Revision.objects.count() == 1


def test_draft_warns_of_the_same_text_in_another_article(member, url, draft):
    member.post(draft.place, kept(draft, "412", "By Ann"))
    copy = {"way": "paste", "text": f"{TEXT}\n\n99 shares"}
    page = member.get(member.post(url, copy).url)
    assert "The same text is in this story already" in page.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"outlet": ""}, "outlet"), ({"keep": []}, "__all__"), ({"keep": ["99"]}, "keep"),
     ({"keep": ["x"]}, "keep"), ({"url": "nonsense"}, "url"),
     ({"published_time": "10:00"}, "published_on")],
)  # fmt: skip
def test_invalid_choice_is_refused_and_the_draft_stays(member, draft, change, field):
    response = member.post(draft.place, kept(draft) | change)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Draft.objects.count() == 1
    assert not Article.objects.exists()


def test_refused_form_keeps_the_ticks_as_they_were(member, draft):
    response = member.post(draft.place, kept(draft, "The union") | {"outlet": ""})
    rows = {row["line"].text[:9]: row["kept"] for row in response.context["rows"]}
    assert rows["412 share"] is True
    assert rows["The union"] is False


def test_date_and_time_of_a_draft_are_in_utc(member, draft):
    when = {"published_on": "2026-03-01", "published_time": "07:05"}
    member.post(draft.place, kept(draft) | when)
    assert Article.objects.get().published_at.isoformat() == "2026-03-01T07:05:00+00:00"


def test_import_and_next_goes_on_to_the_next_draft(member, url):
    member.post(url, upload(*((f"{n}.txt", f"Text number {n} here.".encode()) for n in "abc")))
    first, second, third = Draft.objects.all()
    place = functools.partial(reverse, "draft")
    choice = {"keep": ["0"], "outlet": "Gull Post", "then": "next"}
    following = member.post(place(args=["press", second.batch, second.pk]), choice)
    assert following.url == place(args=["press", third.batch, third.pk])
    following = member.post(following.url, choice)
    assert following.url == place(args=["press", first.batch, first.pk])


def test_complete_drafts_are_imported_together_and_others_wait(member, url):
    table = (
        "outlet,title,text\nGull Post,One,First text.\n,Two,Second text.\nTern,Three,Third text.\n"
    )
    place = member.post(url, upload(("b.csv", table.encode()))).url
    assert "The outlet is missing" in member.get(place).content.decode()
    assert member.post(place, {"action": "import"}).url == place
    assert sorted(Article.objects.values_list("headline", flat=True)) == ["One", "Three"]
    assert Draft.objects.get().headline == "Two"


def test_one_refused_draft_stops_no_other(member, url):
    table = (
        "outlet,title,url,text\nGull,One,https://g.example/a,First text.\n"
        "Gull,Two,https://g.example/a,Second text.\nTern,Three,,Third text.\n"
    )
    place = member.post(url, upload(("b.csv", table.encode()))).url
    page = member.post(place, {"action": "import"}, follow=True).content.decode()
    assert "Imported 2 articles" in page
    assert "Draft 2, “Two”: This address is in the story already" in page
    assert Draft.objects.get().headline == "Two"


def test_all_drafts_of_an_upload_are_discarded(member, url, story):
    place = member.post(url, upload(("a.txt", b"One text."), ("b.txt", b"Two text."))).url
    response = member.post(place, {"action": "discard"})
    assert response.url == reverse("story", args=["press", story.pk])
    assert not Draft.objects.exists()
    assert not Original.objects.exists()


def test_discarded_draft_is_gone_with_its_original(member, draft):
    assert member.get(f"{draft.place}discard/").status_code == 405
    assert member.post(f"{draft.place}discard/").status_code == 302
    assert not Draft.objects.exists()
    assert not Original.objects.exists()


def test_draft_imported_in_another_tab_is_not_imported_twice(member, draft):
    choice = kept(draft)
    member.post(draft.place, choice)
    for response in (
        member.get(draft.place),
        member.post(draft.place, choice),
        member.post(f"{draft.place}discard/"),
        member.get(reverse("drafts", args=["press", draft.batch])),
    ):
        assert response.status_code == 404
        assert "not waiting any more" in response.content.decode()
    assert Article.objects.count() == 1


def test_markup_in_a_draft_is_shown_and_never_run(member, url):
    place = member.post(url, {"way": "paste", "text": "<img src=x onerror=alert(1)>\n\nWords."}).url
    page = member.get(place).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_lines_beyond_the_choosable_go_as_proposed(member, url, monkeypatch):
    monkeypatch.setattr(forms, "CHOOSABLE_LINES", 2)
    place = member.post(url, {"way": "paste", "text": TEXT}).url
    page = member.get(place)
    assert len([row for row in page.context["rows"] if not row["blank"]]) == 2
    assert page.context["rest"] == {"lines": 3, "kept": 2, "words": 30}
    assert "3 more lines of this very long text" in page.content.decode()
    member.post(place, {"keep": ["0"], "outlet": "Gull Post"})
    text = Revision.objects.get().text
    assert "By Ann" not in text
    assert "412 shares" not in text
    assert "last resort" in text


def test_draft_is_seen_by_its_creator_only(client_of, cast, draft):
    places = [draft.place, reverse("drafts", args=["press", draft.batch])]
    for user in (cast.colleague, cast.moderator, cast.owner, cast.administrator):
        for place in places:
            response = client_of(user).get(place)
            assert response.status_code == 404
            assert "Ferry" not in response.content.decode()


def test_draft_is_not_reached_through_another_study(client_of, cast, draft):
    make_study("other", "Other", users=[(cast.reviewer, Role.REVIEWER)])
    foreign = draft.place.replace("/press/", "/other/")
    assert client_of(cast.reviewer).get(foreign).status_code == 404


def test_outsider_finds_no_import_page(client_of, cast, draft, url):
    drafts = reverse("drafts", args=["press", draft.batch])
    for place in (url, drafts, draft.place):
        assert client_of(cast.outsider).get(place).status_code == 404
        assert client_of(cast.outsider).post(place, kept(draft)).status_code == 404
    assert Draft.objects.count() == 1


def test_anonymous_visitor_is_asked_to_log_in(client, draft, url):
    drafts = reverse("drafts", args=["press", draft.batch])
    for place in (url, drafts, draft.place):
        assert client.get(place).url == f"/login/?next={place}"


def test_list_of_drafts_takes_as_many_queries_for_many_as_for_two(member, url):
    def cost(number):
        files = [(f"{n}.txt", f"Text {number} and {n}.".encode()) for n in range(number)]
        place = member.post(url, upload(*files)).url
        with CaptureQueriesContext(connection) as captured:
            assert member.get(place).status_code == 200
        return len(captured)

    assert cost(2) == cost(12)


def test_size_limits_of_page_and_reader_agree():
    from sources.reading import MAX_FILE_BYTES

    assert settings.MAX_UPLOAD_BYTES == MAX_FILE_BYTES
