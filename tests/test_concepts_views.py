import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.language.conceiving import add_name, exclude_place, make_concept
from annotations.models import Concept, ConceptExclusion, ConceptName, Role
from sources.models import Story
from tests.conftest import GAZETTE, make_revision, make_study, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def concept(study, cast):
    wordings = ["accord", "deal"]
    return make_concept(study, "the accord", kind="event", wordings=wordings, author=cast.reviewer)


@pytest.fixture
def name(concept):
    return concept.names.get(wording="accord")


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def colleague(client_of, cast):
    return client_of(cast.colleague)


@pytest.fixture
def foreign(cast):
    """A concept of another study, with an exclusion in a text of it."""
    study = make_study("other", "Other study", users=[(cast.colleague, Role.OWNER)])
    story = Story.objects.create(title="Their secret")
    study.stories.add(story)
    revision = make_revision(story, outlet="Secret Press", text="A secret deal.")
    concept = make_concept(study, "secret", wordings=["secret deal"], author=cast.colleague)
    exclude_place(concept.names.get(), revision, start=2, end=13, reviewer=cast.colleague)
    return concept


def url(page, concept, *more):
    return reverse(page, args=[concept.study.key, concept.pk, *more])


def place(name, revision, words="accord"):
    start = revision.text.index(words)
    end = start + len(words)
    return {"name": name.pk, "revision": revision.pk, "start": start, "end": end}


def pages(concept):
    key = concept.study.key
    whole = [reverse(page, args=[key]) for page in ("concepts", "concept_naming", "concepts_csv")]
    return [*whole, url("concept", concept), url("concept_places", concept)]


def posts(concept):
    name = concept.names.first()
    simple = ("concept", "concept_name_add", "concept_exclude", "concept_merge", "concept_delete")
    return [
        *(url(page, concept) for page in simple),
        url("concept_name", concept, name.pk),
        url("concept_readmit", concept, 1),
    ]


def test_anonymous_is_sent_to_the_login(client, concept):
    for address in pages(concept):
        assert "/login/" in client.get(address).url
    for address in posts(concept):
        assert "/login/" in client.post(address).url


def test_outsider_sees_nothing(client_of, cast, concept):
    outsider = client_of(cast.outsider)
    for address in pages(concept):
        assert outsider.get(address).status_code == 404
    for address in posts(concept):
        assert outsider.post(address).status_code == 404
    assert Concept.objects.exists()


def test_concept_of_another_study_is_not_found(reviewer, study, foreign, concept):
    for page in ("concept", "concept_places"):
        assert reviewer.get(reverse(page, args=[study.key, foreign.pk])).status_code == 404
    into = {"into": foreign.pk}
    assert reviewer.post(url("concept_merge", concept), into).status_code == 422
    theirs = foreign.names.get()
    assert reviewer.post(url("concept_name", concept, theirs.pk), into).status_code == 404
    given = {"wording": "x", "concept": foreign.pk}
    naming = reverse("concept_naming", args=[study.key])
    assert reviewer.post(naming, given).status_code == 422
    reviewer.post(url("concept_readmit", concept, ConceptExclusion.objects.get().pk))
    assert (ConceptExclusion.objects.count(), foreign.names.count()) == (1, 1)


def test_scope_of_another_study_counts_the_own_one(reviewer, concept, foreign, revision):
    story = Story.objects.get(title="Their secret")
    page = reviewer.get(reverse("concepts", args=[concept.study.key]), {"story": story.pk})
    assert "secret" not in page.content.decode().lower()
    assert "not of this study" in page.content.decode()


def test_empty_pages_say_what_to_do(reviewer, study, cast):
    address = reverse("concepts", args=[study.key])
    assert "No concepts yet" in reviewer.get(address).content.decode()
    concept = make_concept(study, "the accord", author=cast.reviewer)
    assert "No article with a text" in reviewer.get(address).content.decode()
    assert "No names yet" in reviewer.get(url("concept", concept)).content.decode()


def test_every_number_of_the_table_leads_to_its_passages(reviewer, concept, revision, gazette):
    page = reviewer.get(reverse("concepts", args=[concept.study.key])).content.decode()
    links = re.findall(r'href="([^"]*/passages/[^"]*)"[^>]*>(\d+)<', page)
    assert [count for _, count in links] == ["4", "2", "2", "2", "1", "1"]
    for address, count in links:
        behind = reviewer.get(address.replace("&amp;", "&")).content.decode()
        assert behind.count('class="mention"') == int(count)
        assert f"{count} passage" in behind


def test_scope_is_kept_in_every_link_to_passages(reviewer, concept, story, gazette):
    asked = {"story": story.pk, "since": "", "sort": "most"}
    page = reviewer.get(reverse("concepts", args=[concept.study.key]), asked).content.decode()
    links = re.findall(r'href="([^"]*/passages/[^"]*)"', page)
    assert links
    assert all(f"?story={story.pk}&" in link for link in links)


@pytest.mark.parametrize(
    "asked",
    [{"story": "x"}, {"since": "soon"}, {"sort": "?"}, {"outlet": "9" * 99}, {"name": "-1"},
     {"page": "x"}, {"story": "9" * 40}, {"since": "2025-13-40"}],
)  # fmt: skip
def test_nonsense_in_the_address_counts_as_not_asked(reviewer, concept, gazette, asked):
    for address in (*pages(concept),):
        assert reviewer.get(address, asked).status_code == 200


def test_concept_is_made_with_names_one_a_line(reviewer, study, gazette):
    address = reverse("concepts", args=[study.key])
    given = {"name": "the accord", "kind": "event", "wordings": "accord\r\n\r\nAccord\r\npact"}
    answer = reviewer.post(address, given)
    concept = Concept.objects.get()
    assert answer.url == url("concept", concept)
    assert [name.wording for name in concept.names.all()] == ["Accord", "pact"]


@pytest.mark.parametrize(
    "given", [{"name": ""}, {"name": "THE ACCORD"}, {"name": "x", "wordings": "…"}]
)
def test_refused_concept_is_kept_in_the_form(reviewer, concept, given):
    address = reverse("concepts", args=[concept.study.key])
    answer = reviewer.post(address, {"kind": "event", "note": "Kept <b>.", **given})
    assert answer.status_code == 422
    assert "Kept &lt;b&gt;." in answer.content.decode()
    assert Concept.objects.count() == 1


def test_stale_edit_answers_conflict_and_saves_when_sent_again(reviewer, concept):
    given = {"name": "the deal", "kind": "event", "note": "", "version": 1}
    assert reviewer.post(url("concept", concept), given).status_code == 302
    answer = reviewer.post(url("concept", concept), given | {"name": "the pact"})
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.content.decode()
    reviewer.post(url("concept", concept), given | {"name": "the pact", "version": 2})
    assert Concept.objects.get().name == "the pact"


def test_name_is_added_and_a_twin_said_so(reviewer, concept):
    address = url("concept_name_add", concept)
    assert reviewer.post(address + "?sort=most", {"wording": "pact"}).url.endswith("?sort=most")
    answer = reviewer.post(address, {"wording": "Accord"})
    assert answer.status_code == 422
    assert "is a name of “the accord” already" in answer.content.decode()
    assert reviewer.post(address, {"wording": ""}).status_code == 422
    assert concept.names.count() == 3


def test_proposed_phrase_is_added_with_one_click(reviewer, concept, revision):
    page = reviewer.get(url("concept", concept)).content.decode()
    assert '<input type="hidden" name="wording" value="harbour accord">' in page
    assert ConceptName.objects.count() == 2


def test_words_in_the_address_name_a_concept(reviewer, study, concept):
    address = reverse("concept_naming", args=[study.key])
    assert (
        'value="the &quot;pact&quot;"'
        in reviewer.get(address, {"wording": 'the "pact"'}).content.decode()
    )
    answer = reviewer.post(address, {"wording": "pact", "concept": concept.pk})
    assert answer.url == url("concept", concept)
    assert reviewer.post(address, {"wording": "pact"}).status_code == 422
    answer = reviewer.post(address, {"wording": "pact", "name": "the pact", "kind": "event"})
    assert answer.url == url("concept", Concept.objects.get(name="the pact"))


def test_only_a_moderator_removes_the_names_of_others(colleague, client_of, cast, concept, name):
    address = url("concept_name", concept, name.pk)
    assert colleague.post(address).status_code == 403
    assert f'action="{address}"' not in colleague.get(url("concept", concept)).content.decode()
    moderator = client_of(cast.moderator)
    assert moderator.post(address).url == url("concept", concept)
    assert moderator.post(address).status_code == 404


def test_name_is_moved_to_another_concept(reviewer, study, concept, name, cast):
    other = make_concept(study, "the pact", wordings=["pact"], author=cast.reviewer)
    reviewer.post(url("concept_name", concept, name.pk), {"into": other.pk})
    assert other.names.count() == 2
    twin = add_name(concept, "Pact", author=cast.reviewer)
    address = url("concept_name", concept, twin.pk)
    for into, said in ((other.pk, "already"), ("x", "Choose where")):
        answer = reviewer.post(address, {"into": into})
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_place_is_left_out_and_counted_again(colleague, concept, name, gazette):
    answer = colleague.post(url("concept_exclude", concept), place(name, gazette))
    assert answer.url.endswith(f"#place-{name.pk}-{gazette.pk}-15")
    page = colleague.get(url("concept_places", concept)).content.decode()
    assert "1 passage counted, 2 with those left out" in page
    exclusion = ConceptExclusion.objects.get()
    here = f"?outlet={gazette.article.outlet_id}&back=places"
    answer = colleague.post(url("concept_readmit", concept, exclusion.pk) + here)
    assert answer.url == url("concept_places", concept) + here
    assert not ConceptExclusion.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [({"start": 0}, 422), ({"start": ""}, 422), ({"name": 0}, 404), ({"revision": 0}, 404),
     ({"start": -1}, 422), ({"end": 10**30}, 422), ({"revision": 10**30}, 404)],
)  # fmt: skip
def test_place_where_the_name_does_not_stand_is_refused(
    reviewer, concept, name, gazette, change, status
):
    given = place(name, gazette) | change
    assert reviewer.post(url("concept_exclude", concept), given).status_code == status
    assert not ConceptExclusion.objects.exists()


def test_place_in_a_text_of_another_study_is_not_found(reviewer, concept, name, foreign):
    theirs = ConceptExclusion.objects.get().revision
    given = {"name": name.pk, "revision": theirs.pk, "start": 2, "end": 8}
    assert reviewer.post(url("concept_exclude", concept), given).status_code == 404


def test_exclusion_to_look_at_again_is_shown_with_its_old_words(reviewer, concept, name, gazette):
    reviewer.post(url("concept_exclude", concept), place(name, gazette))
    assert "To look at again" not in reviewer.get(url("concept", concept)).content.decode()
    revise(gazette, GAZETTE.replace("Ministers sign accord", "Two sign accord"))
    page = reviewer.get(url("concept", concept)).content.decode()
    assert "To look at again" in page
    assert "…Ministers sign <b>accord</b>" in page


def test_merge_and_delete_are_for_who_made_all_of_it_or_moderates(
    reviewer, colleague, study, concept, cast
):
    other = make_concept(study, "the pact", wordings=["pact"], author=cast.colleague)
    assert colleague.post(url("concept_merge", concept), {"into": other.pk}).status_code == 403
    assert colleague.post(url("concept_delete", concept)).status_code == 403
    assert "only a moderator" in colleague.get(url("concept", concept)).content.decode()
    answer = reviewer.post(url("concept_merge", concept), {"into": other.pk})
    assert answer.url == url("concept", other)
    assert colleague.post(url("concept_delete", other)).status_code == 403
    assert other.names.count() == 3


def test_delete_goes_back_to_the_table(reviewer, study, concept):
    answer = reviewer.post(url("concept_delete", concept) + "?sort=most")
    assert answer.url == reverse("concepts", args=[study.key]) + "?sort=most"
    assert not Concept.objects.exists()


def test_csv_is_the_table_as_it_is_narrowed(reviewer, study, concept, story, gazette):
    address = reverse("concepts_csv", args=[study.key])
    answer = reviewer.get(address, {"story": story.pk, "form": "lossless"})
    assert "attachment; filename=" in answer["Content-Disposition"]
    line = "1,press,The harbour accord,the accord,event,Gazette,accord,2,20,1,100.000\r\n"
    assert line in answer.content.decode()
    assert reviewer.get(address).content.startswith("\ufeffrow_safe".encode())


def test_pages_take_as_many_queries_for_many_articles(
    reviewer, study, story, concept, name, revision, gazette, cast
):
    exclude_place(name, gazette, start=15, end=21, reviewer=cast.reviewer)
    make_concept(study, "another", wordings=["deal"], author=cast.reviewer)
    few = [queries(reviewer, address) for address in pages(concept)]
    for number in range(6):
        other = make_revision(story, outlet=f"Outlet {number}", text="An accord, a deal.")
        exclude_place(name, other, start=3, end=9, reviewer=cast.reviewer)
        add_name(concept, f"name {number}", author=cast.reviewer)
        make_concept(study, f"concept {number}", wordings=["deal"], author=cast.reviewer)
    assert [queries(reviewer, address) for address in pages(concept)] == few
    assert max(few) < 20


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
