"""The change log, the codebook as it stood, and the pages of each step."""

import pytest
from django.urls import reverse

from annotations.codebook.codebook_history import difference, entries_of, rows_at, standing_at
from annotations.codebook.codifying import add_code, edit_code, remove_code, rename_key
from annotations.codebook.retiring import merge_code, restore_code, retire_code, split_code
from annotations.models import Code
from tests.test_codifying import NEW, PARTS

pytestmark = pytest.mark.django_db
# The form of a split in which nothing is filled in: the colours are those of “Loaded language”.
EMPTY = {"part-TOTAL_FORMS": 6, "part-INITIAL_FORMS": 0} | {
    f"part-{at}-colour": "#b3261e" for at in range(6)
}


@pytest.fixture
def lived(study, codes, cast):
    """A codebook with eight revisions behind it; the keys are those that the codes have now."""
    who = {"made_by": cast.owner}
    edit_code(codes["loaded"], definition="Words that charge.", reason="Pilot", **who)
    child = add_code(study.codebook, key="child", parent=codes["loaded"], **NEW, **who)
    rename_key(codes["loaded"], "charged", **who)
    merge_code(child, codes["loaded"], **who)
    retire_code(codes["damage"], **who)
    restore_code(codes["damage"], **who)
    split_code(codes["threat"], [PARTS[0], PARTS[1] | {"hotkey": "t"}], **who)
    return study.codebook


def test_entry_says_what_became_of_each_code(lived):
    entries = entries_of(lived, range(1, 9))
    told = [[(change.kind, change.key) for change in entry.changes] for entry in entries]
    assert told == [
        [("retired", "threat"), ("split off", "words"), ("split off", "labels")],
        [("restored", "damage")],
        [("retired", "damage")],
        [("merged", "child")],
        [("changed", "charged"), ("changed", "child")],
        [("added", "child")],
        [("changed", "loaded")],
        [],
    ]
    (field,) = entries[6].changes[0].fields
    assert (field.label, field.before, field.after) == (
        "Definition", "Charged words.", "Words that charge."
    )  # fmt: skip
    assert [entry.codes for entry in entries] == [4, 3, 2, 3, 4, 4, 3, 3]


def test_codebook_is_read_as_it_stood_at_any_revision(lived):
    then = rows_at(lived, 3)
    assert [row["key"] for row in then.values()] == ["loaded", "child", "threat", "damage"]
    assert then.popitem()[1]["retired_at"] == ""
    upper = standing_at(lived, 4)[0]
    assert (upper.row["key"], [each.row["parent"] for each in upper.children]) == (
        "charged", ["charged"]
    )  # fmt: skip


def test_difference_of_two_revisions_skips_what_came_and_went(lived, study, cast):
    gone = add_code(study.codebook, key="gone", **NEW, made_by=cast.owner)
    remove_code(gone, made_by=cast.owner)
    assert difference(lived, 8, 10) == []
    assert [change.kind for change in difference(lived, 9, 10)] == ["removed"]
    kinds = {change.key: change.kind for change in difference(lived, 1, 8)}
    assert kinds == {"charged": "changed", "child": "added", "threat": "retired"} | dict.fromkeys(
        ("words", "labels"), "split off"
    )


def test_pages_of_the_history_are_for_members(lived, study, client_of, cast):
    log = reverse("codebook_history", args=[study.key])
    then = reverse("codebook_then", args=[study.key, 1])
    compared = reverse("codebook_diff", args=[study.key]) + "?old=8&new=2"
    for address, holds in [
        (log, "Why"),
        (then, "Charged words."),
        (compared, "from revision 2 to 8"),
    ]:
        assert holds in client_of(cast.reviewer).get(address).text
        assert client_of(cast.outsider).get(address).status_code == 404


@pytest.mark.parametrize("query", ["", "?old=1", "?old=1&new=99", "?old=a&new=2", "?old=-1&new=2"])
def test_revisions_that_are_not_there_are_not_found(lived, study, client_of, cast, query):
    address = reverse("codebook_diff", args=[study.key]) + query
    assert client_of(cast.reviewer).get(address).status_code == 404


def test_log_of_a_codebook_without_history_says_so(study, client_of, cast):
    address = reverse("codebook_history", args=[study.key])
    assert "Nothing was changed yet" in client_of(cast.reviewer).get(address).text


def test_log_takes_a_constant_number_of_queries(
    lived, study, codes, client_of, cast, django_assert_max_num_queries
):
    client, address = client_of(cast.owner), reverse("codebook_history", args=[study.key])
    with django_assert_max_num_queries(12) as few:
        client.get(address)
    for number in range(5):
        edit_code(codes["damage"], definition=f"{number}.", made_by=cast.owner)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def step_of(study, code, step):
    return reverse("code_step", args=[study.key, code.pk, step])


@pytest.mark.parametrize("step", ["key", "merge", "split", "retire", "restore"])
def test_step_shows_what_hangs_on_the_code_and_is_for_owners(
    study, codes, revision, tag, client_of, cast, step
):
    tag(revision, "accord")
    address = step_of(study, codes["loaded"], step)
    page = client_of(cast.owner).get(address)
    assert "1 in 1 story" in page.text
    for who, status in [("moderator", 403), ("reviewer", 403), ("outsider", 404)]:
        client = client_of(getattr(cast, who))
        assert client.get(address).status_code == client.post(address).status_code == status
    assert client_of(cast.owner).get(step_of(study, codes["loaded"], "nonsense")).status_code == 404


def test_owner_carries_out_each_step(study, codes, client_of, cast):
    client, loaded = client_of(cast.owner), codes["loaded"]
    add_code(study.codebook, key="slanted", **NEW, made_by=cast.owner)
    into = Code.objects.get(key="slanted")
    split = dict(EMPTY)
    for at, part in enumerate(PARTS):
        split |= {f"part-{at}-{name}": value for name, value in part.items()}
    for step, data in [
        ("key", {"key": "charged"}),
        ("merge", {"into": into.pk, "reason": "Twins"}),
        ("restore", {}),
        ("retire", {}),
        ("restore", {}),
        ("split", split),
    ]:
        assert client.post(step_of(study, loaded, step), data).status_code == 303, step
    loaded.refresh_from_db()
    assert (loaded.key, loaded.merged_into, loaded.split_into.count()) == ("charged", None, 2)
    assert study.codebook.revisions.filter(reason="Twins").count() == 1


@pytest.mark.parametrize(
    ("step", "data", "why"),
    [
        ("key", {"key": "threat"}, "already"),
        ("merge", {}, "required"),
        ("split", EMPTY, "Split a code into 2 to 6"),
        ("split", {}, "ManagementForm"),
        ("restore", {}, "nothing to restore"),
    ],
)
def test_step_that_cannot_be_is_refused_and_writes_nothing(
    study, codes, client_of, cast, step, data, why
):
    answer = client_of(cast.owner).post(step_of(study, codes["loaded"], step), data)
    assert (answer.status_code, study.codebook.revisions.count()) == (422, 0)
    assert why in answer.text


def test_shared_codebook_says_so_before_it_changes(study, codes, client_of, cast):
    study.pk = None
    study.key, study.name = "other", "Other study"
    study.save()
    client = client_of(cast.administrator)
    assert "Press study" in client.get(reverse("codebook", args=["other"])).text
    assert "is shared" in client.get(step_of(study, codes["loaded"], "retire")).text


def test_panel_of_the_desk_says_what_codes_in_use_mean(study, codes, client_of, cast):
    retire_code(codes["damage"], made_by=cast.owner)
    edit_code(codes["loaded"], examples="crept off\nit wailed", made_by=cast.owner)
    page = client_of(cast.reviewer).get(reverse("code_panel", args=[study.key])).text
    assert "crept off<br>it wailed" in page
    assert "Text damage" not in page
