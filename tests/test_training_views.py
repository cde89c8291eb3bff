"""Pages of the training; the gold standard is shown to nobody who has not said to be done."""

import pytest
from django.urls import reverse

from annotations.models import Assignment
from annotations.team.assigning import change_parts
from annotations.team.taking_part import finish_part, reopen_part, start_part
from annotations.team.training import add_training
from sources.models import Story
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db
SECRET = "a Cold War mentality"  # the words of the gold standard


@pytest.fixture
def study(study):
    study.blind = True
    study.save(update_fields=["blind"])
    return study


@pytest.fixture
def lesson(study, story, revision, cast, tag):
    tag(revision, SECRET, annotator=cast.owner, note="the-gold-note")
    lesson = add_training(study, story, expert=cast.owner, owner=cast.owner)
    real = Story.objects.create(title="A real story")
    study.stories.add(real)
    make_revision(real)
    given = {(real.pk, cast.reviewer.pk)}
    change_parts(study, add=given, remove=(), moderator=cast.moderator)
    return lesson


@pytest.fixture
def part(study, lesson, cast):
    return Assignment.objects.get(study=study, story=lesson.story, coder=cast.reviewer)


@pytest.fixture
def feedback(study, part):
    return reverse("training_feedback", args=[study.key, part.pk])


@pytest.fixture
def page(study):
    return reverse("training", args=[study.key])


def finish(part):
    start_part(part, coder=part.coder)
    return finish_part(part, coder=part.coder)


@pytest.mark.parametrize(
    ("who", "shown", "added"),
    [("outsider", 404, 404), ("reviewer", 403, 403), ("moderator", 200, 403), ("owner", 200, 422)],
)
def test_moderators_see_the_training_and_owners_choose_it(
    client_of, cast, page, lesson, who, shown, added
):
    client = client_of(getattr(cast, who))
    assert client.get(page).status_code == shown
    assert client.post(page, {"story": ""}).status_code == added
    if who != "owner":
        for verb in ("move", "remove"):
            assert client.post(f"{page}{lesson.pk}/{verb}/").status_code == added


def test_owner_adds_orders_and_removes_stories(client_of, cast, page, study, lesson, tag):
    client = client_of(cast.owner)
    real = Story.objects.get(title="A real story")
    tag(real.articles.get().revisions.get(), "accord", annotator=cast.owner)
    assert client.post(page, {"story": real.pk, "expert": cast.owner.pk}).status_code == 303
    second = study.training_stories.last()
    client.post(f"{page}{second.pk}/move/", {"to": "up"})
    assert [row.story for row in study.training_stories.all()] == [real, lesson.story]
    assert client.post(f"{page}{second.pk}/remove/").status_code == 303
    assert study.training_stories.get() == lesson


def test_story_without_a_known_answer_is_refused(client_of, cast, page, lesson):
    real = Story.objects.get(title="A real story")
    answer = client_of(cast.owner).post(page, {"story": real.pk, "expert": ""})
    assert answer.status_code == 422
    assert "no gold layer yet" in answer.content.decode()


def test_gold_standard_is_closed_until_the_coder_is_done(client_of, cast, study, part, feedback):
    client = client_of(cast.reviewer)
    pages = [feedback, reverse("next", args=[study.key])]
    names = ("desk", "story", "part_done", "annotation_list")
    pages += [reverse(name, args=[study.key, part.story_id]) for name in names]
    for state in ("to do", "in progress"):
        for address in pages:
            shown = client.get(address).content.decode()
            assert "the-gold-note" not in shown, (state, address)
            assert f"<mark>{SECRET}" not in shown, (state, address)
        start_part(part, coder=cast.reviewer)
    finish_part(part, coder=cast.reviewer)
    assert SECRET in client.get(feedback).content.decode()


def test_gold_standard_is_closed_again_while_the_coder_tries_again(client_of, cast, part, feedback):
    finish(part)
    reopen_part(part, coder=cast.reviewer)
    answer = client_of(cast.reviewer).get(feedback)
    assert answer.status_code == 409
    assert SECRET not in answer.content.decode()
    assert "Attempts so far: 0" in answer.content.decode()


def test_feedback_is_for_its_coder_and_moderators(client_of, cast, part, feedback):
    finish(part)
    statuses = {
        who: client_of(getattr(cast, who)).get(feedback).status_code
        for who in ("reviewer", "colleague", "moderator", "outsider")
    }
    assert statuses == {"reviewer": 200, "colleague": 404, "moderator": 200, "outsider": 404}


def test_moderator_with_a_part_to_do_sees_no_gold(client_of, cast, study, part, feedback):
    finish(part)
    given = {(part.story_id, cast.moderator.pk)}
    change_parts(study, add=given, remove=(), moderator=cast.owner)
    assert client_of(cast.moderator).get(feedback).status_code == 403


def test_done_with_training_leads_to_the_feedback(client_of, cast, study, part, feedback, tag):
    client = client_of(cast.reviewer)
    tag(part.story.articles.get().revisions.get(), SECRET, code="damage")
    answer = client.post(reverse("part_done", args=[study.key, part.story_id]), follow=True)
    assert answer.redirect_chain == [(feedback, 303)]
    shown = answer.content.decode()
    assert "<b>50</b> of 100" in shown
    assert "Right words, other code" in shown
    assert "Charged words." in shown, "the definition of the code it should have been"
    assert "Try again" in client.get(reverse("next", args=[study.key])).content.decode()


def test_real_story_is_refused_before_training_with_a_clear_page(client_of, cast, study, part):
    real = Story.objects.get(title="A real story")
    answer = client_of(cast.reviewer).post(reverse("part_start", args=[study.key, real.pk]))
    assert answer.status_code == 403
    assert "Pass the training first" in answer.content.decode()
    assert answer.context["next"] == part


def test_moderators_see_attempts_by_name_without_ranking(client_of, cast, study, part, page):
    finish(part)
    given = {(Story.objects.get(title="A real story").pk, cast.colleague.pk)}
    change_parts(study, add=given, remove=(), moderator=cast.moderator)
    shown = client_of(cast.moderator).get(page).context["parts"]
    assert [part.coder.username for part in shown] == ["colleague", "reviewer"]
