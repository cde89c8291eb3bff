"""The command that imports what a feed, a sitemap or a file of addresses names."""

import io

import pytest
from django.core.management import CommandError, call_command

from sources.models import Article, Revision, Story
from tests.conftest import GAZETTE, HARBOUR

pytestmark = pytest.mark.django_db
TITLE = "The harbour accord"
FEED = """<rss version="2.0"><channel><title>T</title>
<item><title>Harbour deal</title><link>/1</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>Weather</title><link>/2</link></item></channel></rss>"""


@pytest.fixture
def paper(paper):
    paper.say("/feed", FEED, Content_Type="application/rss+xml")
    paper.publish(HARBOUR, "/1")
    paper.publish(GAZETTE, "/2")
    return paper


def harvest(*arguments, failing=False, **options):
    out = io.StringIO()
    given = {"story": TITLE, "outlet": "Times", "stdout": out, "stderr": out} | options
    if failing:
        with pytest.raises(SystemExit):
            call_command("harvest_articles", *arguments, **given)
    else:
        call_command("harvest_articles", *arguments, **given)
    return out.getvalue()


def test_feed_is_imported_into_the_story_of_a_study_and_again_without_asking(story, cast, paper):
    given = ["--from", paper.address("/feed"), "--study", "press", "--user", "reviewer"]
    assert "2 imported" in harvest(*given)
    assert Story.objects.get() == story
    article = Article.objects.get(url=paper.address("/1"))
    assert article.published_at.isoformat() == "2026-11-02T10:00:00+00:00"
    assert {one.created_by for one in Revision.objects.all()} == {cast.reviewer}
    paper.asked.clear()
    assert "2 already there" in harvest(*given)
    assert set(paper.paths()) <= {"/feed", "/robots.txt"}


def test_file_of_addresses_names_what_cannot_be_fetched(story, paper, tmp_path):
    file = tmp_path / "addresses.txt"
    file.write_text(f"# mine\n{paper.address('/1')}\n{paper.address('/gone')}\nnonsense\n")
    said = harvest("--addresses", str(file), failing=True)
    assert "1 imported" in said
    assert "/gone: The site answered 404" in said
    assert "Line 4 is not a web address" in said


def test_pages_are_chosen_by_words_and_day_and_a_dry_run_stores_nothing(paper):
    url = paper.address("/feed")
    assert "/2  Weather" in harvest("--from", url, "--dry-run")
    for choice in (["--words", "harbour DEAL"], ["--since", "2026-11-02"], ["--most", "1"]):
        said = harvest("--from", url, "--dry-run", *choice)
        assert "/1  Harbour deal" in said
        assert "/2" not in said
    assert "/1" not in harvest("--from", url, "--dry-run", "--since", "2026-11-03")
    assert not Story.objects.exists()
    assert set(paper.paths()) <= {"/feed", "/robots.txt"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "http://10.0.0.1:9/feed"], "Port 9"),
        (["--from", "nonsense"], "begin with http"),
        (["--addresses", "/nowhere/at/all"], "No such file"),
    ],
)
def test_list_that_cannot_be_had_ends_the_command(paper, arguments, said):
    with pytest.raises(CommandError, match=said):
        harvest(*arguments)
    with pytest.raises(CommandError, match="no day"):
        harvest("--from", paper.address("/feed"), "--since", "soon")
    assert not Story.objects.exists()
