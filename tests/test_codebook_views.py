"""The codebook page, its editing by owners, and the style sheet of its colours."""

import pytest
from django.urls import reverse

from annotations.codebook.codes import entries
from annotations.codebook.codifying import CodeRefused, add_code, edit_code, may_codify, remove_code
from annotations.models import Code, Codebook, Role, Study
from annotations.rulings.ruling import rule
from tests.conftest import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(study):
    return reverse("codebook", args=[study.key])


@pytest.fixture
def words(codes):
    """What the form of “Loaded language” posts when nothing is changed."""
    code = codes["loaded"]
    return {"name": code.name, "definition": code.definition, "colour": code.colour, "hotkey": "l"}


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("reviewer", 200), ("moderator", 200), ("owner", 200)]
)
def test_codebook_is_for_members(client_of, cast, address, who, status):
    assert client_of(getattr(cast, who)).get(address).status_code == status


def test_anonymous_visitor_logs_in_first(client, address):
    assert client.get(address).url.startswith(reverse("login"))


def test_codes_stand_below_their_upper_codes(study, codes):
    fresh = add_code(
        study.codebook, key="labels", parent=codes["loaded"], name="Labels", definition="Names.",
        colour="#112233", made_by=None,
    )  # fmt: skip
    assert list(study.codebook.codes.all())[:2] == [codes["loaded"], fresh]
    first = entries(study)[0]
    assert (first.code, [e.code for e in first.children]) == (codes["loaded"], [fresh])


def test_uses_count_standing_tags_of_this_study_by_code_in_force(
    client_of, cast, address, study, tag, revision, codes
):
    tag(revision, "Critics")
    recoded = tag(revision, "Monday")
    rule(recoded, "recode", code=codes["damage"], version=1, moderator=cast.moderator)
    uses = {e.code.key: e.uses for e in entries(study)}
    assert uses == {"loaded": 1, "threat": 0, "damage": 1}
    assert "1 tag in this study" in client_of(cast.reviewer).get(address).text


def test_owner_edits_a_code_in_place(client_of, cast, address, codes, words):
    client = client_of(cast.owner)
    edit = f"{address}?code={codes['loaded'].pk}"
    assert "Edit Loaded language" in client.get(edit).text
    done = client.post(edit, words | {"definition": "Words\r\nthat charge.", "hotkey": "Q"})
    assert done.status_code == 303
    assert done.url == f"{address}#code-{codes['loaded'].pk}"
    code = Code.objects.get(pk=codes["loaded"].pk)
    assert (code.definition, code.hotkey, code.key) == ("Words\nthat charge.", "q", "loaded")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hotkey": "t"}, "“t” is the hot-key of “Cast as threat”."),
        ({"hotkey": "!"}, "Use one of a-z and 0-9."),
        ({"colour": "red"}, "Use #rrggbb"),
        ({"name": ""}, "required"),
    ],
)
def test_bad_code_is_refused_and_kept_in_the_form(
    client_of, cast, address, codes, words, change, message
):
    posted = words | {"include": "Typed and not lost."} | change
    answer = client_of(cast.owner).post(f"{address}?code={codes['loaded'].pk}", posted)
    assert answer.status_code == 422
    assert message in answer.text
    assert "Typed and not lost." in answer.text
    assert Code.objects.get(pk=codes["loaded"].pk).include == ""


@pytest.mark.parametrize("who", ["reviewer", "moderator"])
def test_others_read_only(client_of, cast, address, codes, words, who):
    client = client_of(getattr(cast, who))
    assert "Edit" not in client.get(address).text
    edit = f"{address}?code={codes['loaded'].pk}"
    assert client.get(edit).status_code == client.post(edit, words).status_code == 403


def test_owner_adds_and_removes_a_code(client_of, cast, address, study, words):
    client = client_of(cast.owner)
    new = words | {"name": "Fresh", "key": "fresh", "hotkey": "f", "marks_spans": "on"}
    client.post(f"{address}?code=new", new)
    code = study.codebook.codes.get(key="fresh")
    assert (code.position, code.marks_spans, code.counts_as_bias) == (4, True, False)
    client.post(f"{address}?code={code.pk}", {"remove": "1"})
    assert not study.codebook.codes.filter(key="fresh").exists()


def test_used_code_stays(client_of, cast, address, tag, revision, codes):
    tag(revision, "Critics")
    answer = client_of(cast.owner).post(f"{address}?code={codes['loaded'].pk}", {"remove": "1"})
    assert answer.status_code == 422
    assert "is in use" in answer.text
    assert Code.objects.filter(pk=codes["loaded"].pk).exists()


@pytest.mark.parametrize("wanted", ["0", "99999", "nonsense", "-1"])
def test_unknown_code_is_not_found(client_of, cast, address, wanted):
    assert client_of(cast.owner).get(f"{address}?code={wanted}").status_code == 404


def test_codebook_shared_with_a_study_of_others_is_not_edited(cast, study, codes):
    assert may_codify(cast.owner, study.codebook)
    Study.objects.create(key="other", name="Other", codebook=study.codebook)
    assert not may_codify(cast.owner, study.codebook)
    assert may_codify(cast.administrator, study.codebook)
    assert not may_codify(cast.owner, Codebook.objects.create(name="Nobody's"))


def test_key_of_a_code_is_settled(codes):
    with pytest.raises(TypeError):
        edit_code(codes["loaded"], key="other", made_by=None)


def test_key_and_level_of_a_new_code_are_checked(study, codes):
    words = {"name": "New", "definition": "New.", "colour": "#112233", "made_by": None}
    with pytest.raises(CodeRefused, match="already"):
        add_code(study.codebook, key="loaded", **words)
    child = add_code(study.codebook, key="child", parent=codes["loaded"], **words)
    with pytest.raises(CodeRefused, match="upper"):
        add_code(study.codebook, key="grandchild", parent=child, **words)
    with pytest.raises(CodeRefused, match="in use"):
        remove_code(codes["loaded"], made_by=None)


def test_editing_nothing_writes_nothing(codes, django_assert_num_queries):
    with django_assert_num_queries(0):
        edit_code(codes["loaded"], name="Loaded language", hotkey="l", made_by=None)


def test_codebook_takes_a_constant_number_of_queries(
    client_of, cast, address, study, django_assert_max_num_queries
):
    client = client_of(cast.owner)
    with django_assert_max_num_queries(14) as few:
        client.get(address)
    for number in range(9):
        words = {"name": "N", "definition": "D", "colour": "#112233", "made_by": cast.owner}
        add_code(study.codebook, key=f"k{number}", **words)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_stylesheet_gives_each_code_its_colour_in_each_lane(client_of, cast, study, codes):
    css = client_of(cast.reviewer).get(reverse("code_stylesheet", args=[study.codebook_id]))
    pk = codes["loaded"].pk
    assert css["Content-Type"] == "text/css; charset=utf-8"
    for rule_ in (f".k{pk}{{--code:#b3261e}}", f".k{pk}l0{{--l0:#b3261e}}", f".k{pk}l3{{--l3:"):
        assert rule_ in css.text


def test_stylesheet_is_for_members_of_its_studies(client_of, cast, study):
    other = make_study("other", "Other", users=[(cast.outsider, Role.REVIEWER)])
    for who, codebook, status in [
        (cast.outsider, study.codebook_id, 404),
        (cast.outsider, other.codebook_id, 200),
        (cast.reviewer, other.codebook_id, 404),
        (cast.administrator, other.codebook_id, 200),
        (cast.reviewer, 99999, 404),
    ]:
        url = reverse("code_stylesheet", args=[codebook])
        assert client_of(who).get(url).status_code == status


def test_stylesheet_is_kept_for_good_under_its_fingerprint_only(client_of, cast, study, codes):
    client = client_of(cast.reviewer)
    url = reverse("code_stylesheet", args=[study.codebook_id])
    first = client.get(url)
    assert "no-cache" in first["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    kept = client.get(url, {"v": first["ETag"].strip('"')})
    assert "immutable" in kept["Cache-Control"]
    assert "private" in kept["Cache-Control"]
    edit_code(codes["loaded"], colour="#112233", made_by=None)
    changed = client.get(url, {"v": first["ETag"].strip('"')})
    assert "no-cache" in changed["Cache-Control"]
