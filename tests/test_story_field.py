"""A story is chosen from a list or, where a study has very many, typed."""

import pytest
from django import forms

from annotations.forms.stories import MANY, StoryField

MANY_STORIES = [(n, f"Story {n}") for n in range(1, MANY + 2)] + [(1000, "The harbour accord")]


class Form(forms.Form):
    story = StoryField()

    def __init__(self, stories, said=""):
        super().__init__({"story": said})
        self.fields["story"].offer(stories, "all stories")


def test_few_stories_are_a_list():
    form = Form(MANY_STORIES[:MANY])
    assert '<option value="300">Story 300</option>' in str(form["story"])


def test_many_stories_are_a_field_to_type_in():
    field = str(Form(MANY_STORIES)["story"])
    assert "<option" not in field
    assert 'placeholder="all stories"' in field


@pytest.mark.parametrize(
    ("said", "meant"),
    [("", None), ("17", 17), ("harbour", 1000), ("story 301", 301), (" STORY 3 ", 3)],
)
def test_typed_story_is_known_by_its_number_or_its_title(said, meant):
    form = Form(MANY_STORIES, said)
    assert form.is_valid()
    assert form.cleaned_data["story"] == meant


@pytest.mark.parametrize(
    ("said", "reason"),
    [("4711", "No story has this number"), ("treaty", "No story"), ("tory 30", "Type the number")],
)
def test_typed_words_of_no_story_or_of_several_are_refused(said, reason):
    assert reason in Form(MANY_STORIES, said).errors["story"][0]


def test_story_that_is_not_in_the_list_is_refused():
    assert not Form(MANY_STORIES[:3], "9").is_valid()
