"""Hidden outlets: who sees letters, and that a letter stays with its outlet."""

import re
import uuid
from pathlib import Path

import pytest

from annotations.access import study_for
from annotations.models import Annotation, Assignment, OutletAlias
from annotations.team.masking import MASK
from annotations.team.veiling import letter_outlets, outlet_name
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(study, revision, gazette):
    study.outlets_hidden = True
    study.save(update_fields=["outlets_hidden"])
    return study


def names(study, *revisions):
    return [outlet_name(study, each.article.outlet) for each in revisions]


def test_reviewer_sees_letters_and_moderator_names(hidden, revision, gazette, cast):
    letter_outlets(hidden)
    seen = names(study_for(cast.reviewer, "press"), revision, gazette)
    assert sorted(seen) == ["Outlet A", "Outlet B"]
    for person in (cast.moderator, cast.owner, cast.administrator):
        assert study_for(person, "press").veil is None


@pytest.mark.parametrize(("state", "sees"), [("to do", False), ("done", True)])
def test_moderator_with_a_story_to_code_sees_letters(hidden, story, cast, state, sees):
    Assignment.objects.create(
        study=hidden, story=story, coder=cast.moderator, state=state, done_at=story.created_at
    )
    assert (study_for(cast.moderator, "press").veil is None) == sees


def test_letters_stay_when_outlets_come(hidden, story, revision, gazette, cast):
    letter_outlets(hidden)
    before = names(study_for(cast.reviewer, "press"), revision, gazette)
    late = make_revision(story, outlet="A First Paper", text="News of the strait.")
    shown = study_for(cast.reviewer, "press")
    assert names(shown, revision, gazette, late) == [*before, "Outlet C"]
    letter_outlets(hidden)
    assert names(study_for(cast.reviewer, "press"), late) == ["Outlet C"]
    letter_outlets(hidden)
    assert OutletAlias.objects.count() == 3


def test_letters_go_on_after_z(hidden, story, cast):
    for number in range(27):
        make_revision(story, outlet=f"Paper {number}", text=f"News number {number} of the day.")
    letter_outlets(hidden)
    letters = set(OutletAlias.objects.values_list("letter", flat=True))
    assert len(letters) == 29
    assert {"A", "Z", "AA", "AB", "AC"} <= letters


def test_open_study_has_no_letters(study, revision, cast):
    letter_outlets(study)
    assert not OutletAlias.objects.exists()
    assert names(study_for(cast.reviewer, "press"), revision) == ["The Harbour Times"]


def test_masthead_in_a_text_is_masked_on_request_only(hidden, revision, cast, client_of):
    revision = make_revision(
        revision.article.story, outlet="Strait Post", text="So the Strait Post."
    )
    address = (
        f"/studies/press/stories/{revision.article.story_id}/desk/?articles={revision.article_id}"
    )
    assert "the Strait Post." in client_of(cast.reviewer).get(address).content.decode()
    hidden.mastheads_masked = True
    hidden.save(update_fields=["mastheads_masked"])
    page = client_of(cast.reviewer).get(address).content.decode()
    assert "Strait Post" not in page
    assert f"the {MASK * 6} {MASK * 4}." in page


def test_words_that_were_read_masked_can_be_tagged(hidden, story, cast, client_of):
    hidden.mastheads_masked = True
    hidden.save(update_fields=["mastheads_masked"])
    revision = make_revision(story, outlet="Strait Post", text="So the Strait Post.")
    masked = f"the {MASK * 6} {MASK * 4}"
    given = {"revision": revision.pk, "code": "loaded", "id": uuid.uuid4(), "voice": "outlet"}
    given |= {"start": 3, "end": 18, "exact": masked}
    client = client_of(cast.reviewer)
    answer = client.post("/studies/press/tag/", given, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Strait Post" not in answer.content.decode()
    assert Annotation.objects.get().span.exact == "the Strait Post"


TEMPLATES = Path(__file__).parent.parent / "templates"
# Pages that those from whom outlets are hidden do not get, or that ask for the veil themselves.
OPEN = set("article _watch_row _details_fields _draft_row article_import".split())


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda each: each.stem)
def test_templates_print_outlets_through_the_veil(template):
    printed = re.findall(r"{{[^}]*article\.(?:outlet|url|byline)[^}]*}}", template.read_text())
    assert template.stem in OPEN or all("|veiled:study" in each for each in printed)
