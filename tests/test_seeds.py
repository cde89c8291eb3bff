"""Five real articles, noise and all, that we may read but not quote: structure is all we assert.

They lie beside the repository where it is developed; elsewhere these tests are skipped.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources.details import proposed_details
from sources.importing import import_article
from sources.models import Article, Story, Way
from sources.originals import kept
from sources.reading import Details, read_upload

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not here"),
]

# They are three events: two visits and an office.
STORY_OF = {"000": "visit", "001": "visit", "002": "office", "003": "summit", "004": "visit"}


@pytest.fixture
def imported():
    """The revision of each seed by the number in its file name."""
    stories = {title: Story.objects.create(title=title) for title in sorted(set(STORY_OF.values()))}
    revisions = {}
    for path in sorted(SEEDS.glob("*.txt")):
        number = path.name[:3]
        readings = read_upload(path.name, path.read_bytes()).readings
        [(reading, original)] = kept(readings, uploaded_by=None)
        details = proposed_details(reading)
        revisions[number] = import_article(
            stories[STORY_OF[number]],
            original=original,
            text=reading.text,
            dropped=None,
            details=Details(
                outlet=details.outlet or f"Outlet {number}",
                headline=details.headline,
                byline=details.byline,
                published_at=details.published_at,
                language=details.language,
            ),
            way=Way.COMMAND,
            imported_by=None,
        ).revision
    return revisions


def rulings(revision, verdict):
    lines = revision.cleaned_lines.filter(verdict=verdict)
    return dict(Counter(lines.values_list("reason", flat=True)))


DROPPED = {
    "000": {},
    "001": {"cross-link": 2},
    "002": {"byline": 1, "date line": 1, "related links": 2, "tag cloud": 1, "comment form": 1},
    "003": {
        "breadcrumb": 1,
        "repeated title": 1,
        "byline": 1,
        "photo credit": 3,
        "cross-link": 1,
        "related links": 1,
        "comment form": 2,
        "cookie notice": 1,
        "privacy notice": 1,
    },
    "004": {"share count": 2, "photo credit": 1},
}
FLAGGED = {
    "000": {"possibly cut off": 1},
    "001": {},
    "002": {},
    "003": {},
    "004": {
        "possible related title": 2,
        "possible advertisement": 1,
        "possible caption": 1,
    },
}
PASSAGES = {"000": 21, "001": 15, "002": 8, "003": 28, "004": 20}


def test_seeds_lose_their_noise_and_nothing_else(imported):
    assert {number: rulings(revision, "drop") for number, revision in imported.items()} == DROPPED


def test_doubtful_lines_of_the_seeds_are_flagged_and_stay(imported):
    assert {number: rulings(revision, "flag") for number, revision in imported.items()} == FLAGGED
    lines = {n: len([x for x in r.text.split("\n") if x]) for n, r in imported.items()}
    assert lines == PASSAGES


def test_headings_and_bullets_of_the_seeds_survive(imported):
    assert imported["000"].text.startswith("visit intentions\n")
    assert imported["000"].text.count("\n• ") == 3
    assert "\nnew alliances\n" in imported["002"].text
    assert "\nExpanding alliance" in imported["003"].text
    short = [line for line in imported["003"].text.split("\n") if 0 < len(line) < 40]
    assert len(short) == 3


def test_what_the_seeds_say_of_themselves_is_proposed(imported):
    office = imported["002"].article
    assert office.headline.startswith("Japan negotiates")
    assert office.published_at == datetime(2023, 5, 10, 16, 36, 13, tzinfo=UTC)
    assert (office.byline, office.outlet.name) == ("time news", "time news")
    assert imported["003"].article.headline.startswith("Out of")
    assert imported["004"].article.headline.startswith("NATO chief")
    assert set(Article.objects.values_list("language", flat=True)) == {"en"}


def test_headline_of_a_seed_without_one_is_its_first_words(imported):
    assert imported["000"].article.headline.startswith("Stoltenberg did")
    assert imported["001"].article.headline.startswith("TOKYO:")
