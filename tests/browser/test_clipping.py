"""A reader sends the page in view: by a real bookmark, from another origin, with a real click.

The origin of the article is 127.0.0.1 and that of Parallax is localhost, so cookies, openers and
messages cross sites as they do between a newspaper and a server of ours.
"""

from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from sources.models import Draft
from tests.conftest import HARBOUR
from tests.newspaper import printed

pytestmark = pytest.mark.django_db(transaction=True)
STRICT = "default-src 'none'; script-src 'none'; frame-ancestors 'none'"
MARKUP = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"


@pytest.fixture
def site():
    with printed() as site:
        yield site


@pytest.fixture
def bookmark(page, log_in, cast, story):
    """The bookmark, as the page that explains it gives it to the reviewer."""
    log_in(page, cast.reviewer)
    page.goto("/clip/setup/")
    return page.get_by_role("link", name="Send to Parallax").get_attribute("href")


def visit(page, site, bookmark, *, more=MARKUP, **headers):
    """Open an article that has the bookmark as a link, and return the address of the article."""
    paragraphs = "".join(f"<p>{line}</p>" for line in HARBOUR.split("\n") if line)
    link = f'<a id="bookmark" href="{bookmark}">Send</a>'
    article = f"<article>{paragraphs}</article>"
    site.say("/accord", f"<title>Harbour deal</title>{article}{link}{more}", **headers)
    address = f"http://127.0.0.1:{site.port}/accord"
    page.goto(address)
    return address


def sent(page, press):
    """Return the window that opens when the bookmark is pressed."""
    with page.context.expect_page() as opened:
        press()
    return opened.value


def click(page):
    return sent(page, lambda: page.locator("#bookmark").click())


@pytest.mark.expects_http_status(404)
def test_page_in_view_becomes_a_draft(page, bookmark, site, story, axe):
    axe(page)
    page.get_by_role("link", name="Send to Parallax").click()
    expect(page.locator("#notices")).to_contain_text("Drag this button")
    address = visit(page, site, bookmark)
    clip = click(page)
    expect(clip.get_by_role("heading", name="ran")).to_be_visible()  # the article ran there
    expect(clip.locator("#clip-address")).to_have_text(address)
    assert clip.title() == "A page from your browser · Parallax"
    axe(clip)
    assert not Draft.objects.exists()
    clip.get_by_label("Into the story").select_option(story.title)
    clip.get_by_role("button", name="Look it through").click()
    clip.wait_for_url("**/drafts/**")
    draft = Draft.objects.get()
    assert (draft.url, draft.story, draft.way) == (address, story, "clip")
    expect(clip.get_by_text("a Cold War mentality")).to_be_visible()


@pytest.mark.expects_http_status(401, 404)
def test_what_came_outlives_the_session(page, bookmark, site, log_in, cast, axe):
    # A policy that allows no script stops no bookmark: a browser runs it outside, as this does.
    visit(page, site, bookmark, more="", Content_Security_Policy=STRICT)
    script = unquote(bookmark).removeprefix("javascript:")
    clip = sent(page, lambda: page.evaluate(script))
    expect(clip.locator("#clip-came")).to_be_visible()
    clip.context.clear_cookies(name="sessionid")
    clip.get_by_role("button", name="Look it through").click()
    expect(clip.get_by_text("You are not logged in")).to_be_visible()
    expect(clip.locator("#clip-words")).to_contain_text("signed the harbour accord")
    axe(clip)
    log_in(clip, cast.reviewer)
    clip.get_by_role("button", name="I have logged in").click()
    clip.get_by_role("button", name="Look it through").click()
    clip.wait_for_url("**/drafts/**")
    assert "military suffocation" in Draft.objects.get().text


@pytest.mark.expects_http_status(404)
def test_page_that_is_too_large_or_lies_or_is_cut_off_is_not_taken(
    page, bookmark, site, live_server
):
    visit(page, site, bookmark, more=f"<p hidden>{'x' * 1024 * 1024 * 8}</p>")
    why = click(page).locator("#clip-why")
    expect(why).to_contain_text("at most 8 MB are taken")
    lie = "{kind: 'parallax: page', url: 'https://times.example/', title: '', html: 'x', text: ''}"
    script = (
        f"() => {{ const opened = open('{live_server.url}/clip/');"
        f" addEventListener('message', () => opened.postMessage({lie}, '*')); }}"
    )
    liar = sent(page, lambda: page.evaluate(script))
    expect(liar.locator("#clip-why")).to_contain_text("an address that is not its own")
    assert liar.locator("[name=page]").input_value() == ""
    visit(page, site, bookmark, Cross_Origin_Opener_Policy="same-origin")
    clip = click(page)
    expect(clip.get_by_text("No page was sent here.")).to_be_visible()
    clip.get_by_label("Text of the article").fill(HARBOUR)
    clip.get_by_role("button", name="Look it through").click()
    clip.wait_for_url("**/drafts/**")
    assert Draft.objects.get().text.startswith("Harbour deal divides the strait")
