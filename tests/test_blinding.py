"""Blind coding: which stories are closed to whom, and that nothing asks for tags past that."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.models import (
    Adjudication,
    Annotation,
    Assignment,
    Carry,
    Role,
    Status,
    TrainingStory,
)
from annotations.rulings.ruling import rule
from annotations.tags.counting import count_tags
from annotations.team.blinding import is_hidden, open_to_all, own_only, sight_of, sights_of, until
from tests.conftest import make_study
from tests.test_layers import layer

ROOT = Path(__file__).parent.parent
DONE = {"state": "done", "done_at": timezone.now()}


@pytest.fixture
def blind(study):
    """Make the study blind; other settings by name."""

    def blind(**settings):
        for name, value in ({"blind": True} | settings).items():
            setattr(study, name, value)
        study.save()
        return study

    return blind


@pytest.fixture
def part(study, story):
    """Give somebody a part of the story: part(user, "in progress")."""

    def part(coder, state):
        how = {"state": state, "done_at": timezone.now() if state == "done" else None}
        return Assignment.objects.create(study=study, story=story, coder=coder, **how)

    return part


# Whether a story is closed: by role, state of one's own part (None: no part), when a blind study
# opens, whether the story is adjudicated, and whether it is one of training.
STATES = (None, "to do", "in progress", "done", "reopened")
ROLES = ("reviewer", "moderator", "owner", "administrator")
RANKS = {"reviewer": Role.REVIEWER, "moderator": Role.MODERATOR}
REST = [
    (opens, ruled, trains)
    for opens in ("adjudicated", "part done")
    for ruled in (False, True)
    for trains in (False, True)
]


def is_closed(role, state, opens, ruled, trains):
    """The rule in words: ours, to hold the statement in SQL against."""
    if role == "reviewer":
        if trains:
            return True
        return not ruled and not (opens == "part done" and state == "done")
    return not ruled and state not in (None, "done")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", STATES)
def test_story_is_closed_as_the_rule_says(cast, story, blind, part, role, state):
    person = getattr(cast, role)
    if state:
        part(person, state)
    for opens, ruled, trains in REST:
        study = blind(blind_until=opens)
        Adjudication.objects.all().delete()
        at = {"ruled_at": timezone.now() if ruled else None, "opened_by": cast.owner}
        Adjudication.objects.create(study=study, story=story, **at)
        TrainingStory.objects.all().delete()
        if trains:
            TrainingStory.objects.create(study=study, story=story)
        closed = sight_of(study, person, RANKS.get(role, Role.OWNER)).closed
        expected = is_closed(role, state, opens, ruled, trains)
        assert closed == ({story.pk} if expected else set()), (opens, ruled, trains)


@pytest.mark.django_db
def test_only_a_blind_study_closes_stories_and_costs_a_query(
    study, cast, story, blind, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert sight_of(study, cast.reviewer, Role.REVIEWER) is None
    blind()
    with django_assert_num_queries(1):
        assert sight_of(study, cast.reviewer, Role.REVIEWER).closed == {story.pk}


@pytest.mark.django_db
def test_adjudication_of_another_study_opens_nothing(cast, story, blind):
    study, other = blind(), make_study("other", "Other study")
    ruled = {"ruled_at": timezone.now(), "opened_by": cast.owner}
    Adjudication.objects.create(study=other, story=story, **ruled)
    assert sight_of(study, cast.reviewer, Role.REVIEWER).closed == {story.pk}


@pytest.mark.django_db
def test_story_that_the_study_codes_no_more_stays_closed(cast, story, blind, part):
    study = blind()
    part(cast.colleague, "done")
    study.stories.remove(story)
    assert sight_of(study, cast.reviewer, Role.REVIEWER).closed == {story.pk}


@pytest.mark.django_db
def test_sights_of_many_studies_take_one_query(cast, story, blind, django_assert_num_queries):
    study = blind()
    other = make_study("other", "Other study", [(cast.reviewer, Role.MODERATOR)])
    other.blind = True
    other.save(update_fields=["blind"])
    other.stories.add(story)
    asked = [(study, Role.REVIEWER), (other, Role.MODERATOR), (make_study("x", "X"), Role.OWNER)]
    with django_assert_num_queries(1):
        found = sights_of(asked, cast.reviewer)
    assert {pk: set(one.closed) for pk, one in found.items()} == {
        study.pk: {story.pk},
        other.pk: set(),
    }


@pytest.fixture
def closed(blind, cast, revision, tag):
    """The blind study as the reviewer sees it, with a tag of each of the two reviewers."""
    tag(revision, "accord")
    tag(revision, "suffocation", annotator=cast.colleague)
    study = blind()
    study.sight = sight_of(study, cast.reviewer, Role.REVIEWER)
    return study


@pytest.mark.django_db
def test_ones_own_tag_alone_is_seen_in_a_closed_story(closed, cast, story):
    assert [tag.annotator for tag in Annotation.objects.seen_in(closed)] == [cast.reviewer]
    assert own_only(closed, story.pk) == cast.reviewer.pk
    hidden = [tag.annotator for tag in Annotation.objects.all() if is_hidden(closed, tag)]
    assert hidden == [cast.colleague]


@pytest.mark.django_db
def test_what_is_made_for_all_members_is_made_from_open_stories_only(closed, cast, story):
    assert not open_to_all(closed).exists()
    ruled = {"ruled_at": timezone.now(), "opened_by": cast.owner}
    Adjudication.objects.create(study=closed, story=story, **ruled)
    assert open_to_all(closed).count() == 2
    TrainingStory.objects.create(study=closed, story=story)
    assert not open_to_all(closed).exists()


@pytest.mark.django_db
def test_home_counts_what_is_seen(closed, cast, client_of):
    count_tags([(closed, Role.REVIEWER)], cast.reviewer)
    assert closed.tag_count == 1
    count_tags([(closed, Role.MODERATOR)], cast.moderator)
    assert closed.tag_count == 2
    (shown,) = client_of(cast.reviewer).get(reverse("home")).context["page"]
    assert shown.tag_count == 1


@pytest.mark.django_db
def test_ruling_on_ones_own_tag_shows_when_the_story_opens(closed, cast, story, client_of):
    tag = Annotation.objects.get(annotator=cast.reviewer)
    rule(tag, "reject", version=1, reason="Not loaded.", moderator=cast.owner)
    page = reverse("annotation", args=[closed.key, tag.pk])
    assert "Not loaded." not in client_of(cast.reviewer).get(page).text
    ruled = {"ruled_at": timezone.now(), "opened_by": cast.owner}
    Adjudication.objects.create(study=closed, story=story, **ruled)
    assert "Not loaded." in client_of(cast.reviewer).get(page).text
    assert Annotation.objects.get(pk=tag.pk).status == Status.REJECTED


@pytest.mark.django_db
def test_moderator_rules_on_nothing_in_a_story_they_have_to_code(
    closed, cast, part, client_of, codes
):
    own = part(cast.moderator, "in progress")
    client = client_of(cast.moderator)
    tag = Annotation.objects.get(annotator=cast.reviewer)
    queue, address = reverse("queue", args=[closed.key]), reverse("rule", args=[closed.key, tag.pk])
    assert "<article" not in client.get(queue, {"status": "any"}).text
    assert client.post(address, {"ruling": "accept", "version": 1}).status_code == 404
    every = {"scope": "matching", "ruling": "accept", "confirmed": 2}
    client.post(reverse("rule_many", args=[closed.key]), every)
    assert not Annotation.objects.exclude(status=Status.PENDING).exists()
    Assignment.objects.filter(pk=own.pk).update(**DONE)
    assert client.post(address, {"ruling": "accept", "version": 1}).status_code == 303


@pytest.mark.django_db
def test_carry_of_words_that_only_others_tagged_is_not_there(closed, cast, newest, client_of):
    hers = Annotation.objects.get(annotator=cast.colleague).span
    carry = Carry.objects.get(span=hers, revision=newest)
    page = reverse("carry", args=[closed.key, carry.pk])
    assert client_of(cast.reviewer).get(page).status_code == 404
    assert client_of(cast.moderator).get(page).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "opens", "said"),
    [
        (Role.REVIEWER, "adjudicated", "You see only your own tags until the story is adj"),
        (Role.REVIEWER, "part done", "You see only your own tags until your part is done, or"),
        (Role.MODERATOR, "adjudicated", "You see only your own tags until your own part is done."),
    ],
)
def test_blind_reader_is_told_until_when(cast, story, blind, part, role, opens, said):
    study = blind(blind_until=opens)
    part(cast.reviewer, "in progress")
    study.sight = sight_of(study, cast.reviewer, role)
    assert until(study, role, story.pk).startswith(said)
    assert until(study, role).startswith("In 1 story of this study you see only")
    assert until(study, role, story.pk + 1) == ""


@pytest.mark.django_db
def test_desk_of_a_closed_story_says_so(closed, cast, story, client_of):
    desk = reverse("desk", args=[closed.key, story.pk])
    assert "only your own tags" in client_of(cast.reviewer).get(desk).text
    assert "only your own tags" not in client_of(cast.moderator).get(desk).text


@pytest.mark.django_db
def test_tag_is_drawn_among_ones_own_only(closed, cast, revision, client_of):
    start = revision.text.index("military")
    given = {"revision": revision.pk, "code": "loaded", "exact": "military", "start": start}
    given |= {"end": start + 8, "articles": revision.article_id}
    address = reverse("tag", args=[closed.key])
    blind = client_of(cast.reviewer).post(address, given, headers={"HX-Request": "true"}).text
    assert blind.count("<mark") == 1
    sees = client_of(cast.moderator).post(address, given, headers={"HX-Request": "true"}).text
    assert sees.count("<mark") > 1


# Questions and pages that ask for tags or rulings without the eyes of a reader, and why that is
# right. An action checks rights of its own; what it changes is shown by the modules named here.
TABLES = set("Annotation Decision CardRuling CardTag Card GoldTag CardReply".split())
EYES = ("seen_in", "closed_in", "own_only", "is_hidden", "open_to_all", "sight")
EXCUSED = {
    "access.py": "a card, for pages that ask whether its story is open",
    "export/releases.py": "counts for a release, which `why_not_released` keeps from the blind",
    "management/commands/export_annotations.py": "who runs commands reads the database",
    "measuring/agreement_runs.py": "how many tags agreement is computed from",
    "rulings/adjudications.py": "moderators, who come there through access.open_for",
    "rulings/card_page.py": "moderators, who come there through access.open_for",
    "rulings/cards.py": "moderators' cards, and the coders of a story",
    "rulings/gold.py": "what `readable` leaves",
    "rulings/outcomes.py": "what became of tags in stories that are ruled",
    "rulings/queue.py": "rulings on what `to_rule_on` keeps",
    "tags/counting.py": "studies that are not blind",
    "team/assignments.py": "who coded which story, and one's own tags",
    "team/feedback.py": "one's own part of a training story",
    "views/outcomes.py": "what became of tags in stories that are ruled",
    "views/queue.py": "no tag at all",
}


def asks_blindly(path):
    """Return whether a function of the module asks for tags or rulings past a reader's eyes."""
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef):
            asked = {
                node.value.id
                for node in ast.walk(function)
                if isinstance(node, ast.Attribute)
                and node.attr == "objects"
                and isinstance(node.value, ast.Name)
            }
            if asked & TABLES and not any(eye in ast.unparse(function) for eye in EYES):
                return True
    return False


def test_nothing_asks_for_tags_past_the_readers_eyes():
    below = ROOT / "annotations"
    found = {
        str(path.relative_to(below))
        for path in below.rglob("*.py")
        if not {"models", "migrations"} & set(path.parts)
        and layer(path.relative_to(ROOT).with_suffix("")) != "actions"
        and asks_blindly(path)
    }
    assert found == set(EXCUSED)


RAW = re.compile(r"\bannotations_(annotation|decision|goldtag|cardruling|cardtag)\b")
RAW_EXCUSED = {
    "annotations/intake/intakes.py": "takes an owner's import back",
    "annotations/intake/storing.py": "for owners who see all: what of a file is there already",
    "annotations/measuring/agreement_runs.py": "the digest of what agreement is computed from",
    "annotations/measuring/coded.py": "agreement, for moderators",
    "annotations/measuring/drift.py": "for moderators; it leaves out the stories closed to them",
    "annotations/tags/marks.py": "two statements each, chosen by `own_only`",
    "annotations/revisions/waiting.py": "a number, of what the reader sees",
    "annotations/export/pseudonyms.py": "who has a name in a release, for those who see all",
    "annotations/export/release_tables.py": "the rows of a release, for those who see all",
    "annotations/export/tables.py": "of an export's chosen rows; `closed` blanks the rulings",
    "annotations/tags/tagging.py": "writes the tagger's own",
}


def test_sql_that_names_tags_is_known():
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "annotations").rglob("*.py")
        if "migrations" not in path.parts and RAW.search(path.read_text())
    }
    assert found == set(RAW_EXCUSED)
