"""A codebook from a file: the preview, what is refused, and what the import does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from annotations.codebook.codebook_files import as_csv, as_json, read_file
from annotations.codebook.codebook_plan import plan_import, rows_of
from annotations.codebook.codebooks import (
    DEFAULT,
    default_codebook,
    import_codes,
    load_codebook,
    read_codebook,
)
from annotations.codebook.codifying import CodeRefused, add_code, rename_key
from annotations.codebook.retiring import merge_code, split_code
from annotations.models import Code
from tests.test_codifying import NEW, PARTS

pytestmark = pytest.mark.django_db
HEAD = "key,parent,name,definition,colour,hotkey\n"
LOADED = "loaded,,Loaded language,Charged words.,#b3261e,l\n"


def planned(study, text):
    return plan_import(study.codebook, read_file(text.encode()))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_codebook_goes_out_and_comes_in_byte_for_byte(study, codes, cast, client_of, form):
    slanted = add_code(study.codebook, key="slanted", **NEW, made_by=cast.owner)
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    split_code(codes["threat"], PARTS, made_by=cast.owner)
    sent = client_of(cast.reviewer).get(reverse(f"codebook_{form}", args=[study.key]))
    rows = [row.cells for row in read_file(sent.content)]
    again = rows_of(list(load_codebook(rows, name="Copy").codes.all()))
    name = study.codebook.name
    assert (as_csv(again) if form == "csv" else as_json(name, again)) == sent.content
    assert planned(study, sent.content.decode()).is_empty


def test_default_codebook_comes_out_as_its_file_says():
    rows = rows_of(list(default_codebook().codes.all()))
    assert [
        {name: row[name] for name in first}
        for row, first in zip(rows, read_codebook(DEFAULT), strict=True)
    ] == read_codebook(DEFAULT)


def test_new_codebook_begins_with_one_revision():
    book = default_codebook()
    assert book.revision == 1
    assert book.revisions.get().states.count() == 26


def test_preview_tells_added_changed_and_missing_and_writes_nothing(study, codes):
    plan = planned(study, HEAD + LOADED.replace("Charged", "Hot") + "new,loaded,New,N.,#112233,n\n")
    assert [one.cells["key"] for one in plan.added] == ["new"]
    (change,) = plan.changed[0].changes
    assert (change.label, change.before, change.after) == (
        "Definition", "Charged words.", "Hot words."
    )  # fmt: skip
    assert [code.key for code in plan.missing] == ["threat", "damage"]
    assert Code.objects.count() == 3


def test_column_that_the_file_does_not_have_stays_as_it_is(study, codes):
    text = "key,name,definition\nloaded,Loaded language,Charged words.\n"
    assert not planned(study, text).changed


def test_former_key_names_the_code_that_had_it(study, codes, cast):
    rename_key(codes["loaded"], "charged", made_by=cast.owner)
    plan = planned(study, HEAD + LOADED)
    assert (plan.added, plan.problems, [one.code for one in plan.unchanged]) == (
        [], [], [codes["loaded"]]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("loaded,,Again,A.,#112233,", "Line 3 (“loaded”): the key stands in line 2 already."),
        ("two words,,A,A.,#112233,", "a key has 1 to 50"),
        ("a,nothing,A,A.,#112233,", "there is no code “nothing”"),
        ("a,a,A,A.,#112233,", "below itself"),
        ("a,,A,A.,red,", "Colour “red”: Use #rrggbb in lower case."),
        ("a,,A,A.,#112233,!", "Hot-key “!”"),
        ("a,,A,A.,#112233,l", "another code has the hot-key “l” too"),
        ("a,,A,A.,#112233,t", "another code has the hot-key “t” too"),
        ("a,,A,,#112233,", "Definition “”: This field cannot be blank."),
        (f"a,,{'x' * 101},A.,#112233,", "Name"),
    ],
)
def test_line_that_cannot_be_is_refused_with_its_number(study, codes, line, why):
    problems = planned(study, f"{HEAD}{LOADED}{line}\n").problems
    assert any(why in problem for problem in problems), problems
    assert all(problem.startswith(("Line 2", "Line 3")) for problem in problems)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("a", "b", ""), ("b", "a", "")], "two levels"),
        ([("a", "", ""), ("b", "a", ""), ("c", "b", "")], "two levels"),
        ([("a", "", "b"), ("b", "", "a")], "in a circle"),
        ([("a", "", "a")], "into itself"),
        ([("a", "", "b")], "there is no code “b”"),
    ],
)
def test_circles_and_third_levels_are_refused(study, rows, why):
    head = "key,parent,name,definition,retired_at,merged_into\n"
    lines = (f"{k},{p},N,D,{'2025-01-01' if m else ''},{m}\n" for k, p, m in rows)
    assert any(why in problem for problem in planned(study, head + "".join(lines)).problems)


def test_what_a_code_counts_as_cannot_be_changed_by_a_file(study, codes):
    text = "key,name,definition,counts_as_bias\ndamage,Text damage,Scraping faults.,yes\n"
    assert "is settled" in planned(study, text).problems[0]


def test_import_is_one_revision_and_codes_may_exchange_their_hot_keys(study, codes, cast):
    text = (
        HEAD
        + LOADED.replace(",l", ",t")
        + ("threat,,Cast as threat,Dangerous.,#6750a4,l\nnew,loaded,New,N.,#112233,n\n")
    )
    how = {"seen": 1, "retire_missing": True, "made_by": cast.owner}
    import_codes(study.codebook, read_file(text.encode()), **how)
    codes = {code.key: code for code in study.codebook.codes.all()}
    assert (codes["loaded"].hotkey, codes["threat"].hotkey) == ("t", "l")
    assert codes["new"].parent == codes["loaded"]
    assert codes["damage"].retired_at
    revision = study.codebook.revisions.first()
    assert (revision.number, revision.states.count()) == (2, 4)
    assert revision.said == "Imported a file: 1 added, 2 changed, 1 retired."


def test_order_of_the_file_becomes_the_order_of_the_codes(study, codes, cast):
    rows = rows_of(list(study.codebook.codes.all()))
    turned = read_file(as_csv(rows[::-1]))
    plan = import_codes(study.codebook, turned, seen=1, made_by=cast.owner)
    assert plan.order == ["damage", "threat", "loaded"]
    assert [code.key for code in study.codebook.codes.all()] == plan.order
    assert plan_import(study.codebook, turned).is_empty


def test_import_that_was_seen_for_an_older_revision_is_refused(study, codes, cast):
    add_code(study.codebook, key="other", **NEW, made_by=cast.owner)
    with pytest.raises(CodeRefused, match="was changed since"):
        import_codes(study.codebook, read_file((HEAD + LOADED).encode()), seen=1, made_by=None)


def test_owner_uploads_looks_and_confirms(study, codes, cast, client_of):
    client, address = client_of(cast.owner), reverse("codebook_import", args=[study.key])
    text = HEAD + LOADED.replace("Charged", "Hot") + "damage,,Text damage,S.,#5f6368,x\n"
    seen = client.post(address, {"file": SimpleUploadedFile("codes.csv", text.encode())})
    assert seen.status_code == 200
    assert "[removed: </span>Charged" in seen.text
    kept = seen.context["form"].initial
    done = client.post(address, kept | {"missing": "keep", "reason": "Pilot"})
    assert done.url == reverse("codebook_history", args=[study.key])
    assert Code.objects.get(key="loaded").definition == "Hot words."
    assert study.codebook.revisions.first().reason == "Pilot"
    again = client.post(address, kept | {"missing": "keep"})
    assert again.status_code == 422
    assert "changed since then" in again.text


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\xff", b"a,b\n1,2\n", b'{"codes": []}'])
def test_bad_upload_is_refused_in_the_form(study, codes, cast, client_of, data):
    address = reverse("codebook_import", args=[study.key])
    upload = SimpleUploadedFile("codes.csv", data)
    assert client_of(cast.owner).post(address, {"file": upload}).status_code == 422


@pytest.mark.parametrize("who", ["reviewer", "moderator"])
def test_only_owners_import(study, cast, client_of, who):
    address = reverse("codebook_import", args=[study.key])
    assert client_of(getattr(cast, who)).get(address).status_code == 403
    assert client_of(cast.outsider).get(address).status_code == 404


def test_file_with_some_codes_only_leaves_the_order_alone(study, codes, cast):
    add_code(study.codebook, key="child", parent=codes["loaded"], **NEW, made_by=cast.owner)
    text = "key,name,definition\nchild,Other,Child.\ndamage,Text damage,Faults.\nfresh,F,F.\n"
    assert planned(study, text).order == []
    assert planned(study, "key,name,definition\ndamage,D,D.\nloaded,L,L.\n").order == [
        "damage", "threat", "loaded", "child"
    ]  # fmt: skip
