import io
import json
import os
import subprocess
import sys
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from annotations.agreement.report import dealt_stories

ROOT = Path(__file__).parent.parent
# Krippendorff 2011, section C: 12 units, 4 observers A to D, "." where one is missing.
PUBLISHED = {
    "A": "123321412...",
    "B": "1233224125.3",
    "C": ".3332342251.",
    "D": "12332441251.",
}
SPAN = {"text": "t", "length": 100, "coder": "a", "start": 0, "end": 45, "code": "X"}


def labels(ratings):
    """Return lines of {unit, coder, code} of one string for each coder."""
    return [
        {"unit": unit, "coder": coder, "code": code}
        for coder, codes in ratings.items()
        for unit, code in enumerate(codes)
        if code != "."
    ]


def measure(folder, *lines, **options):
    """Measure the lines through files in `folder`, and return what was written."""
    source, out = folder / "in.jsonl", folder / "out.json"
    source.write_bytes(b"".join(as_bytes(line) + b"\n" for line in lines))
    call_command("agreement", jsonl=str(source), out=out, **({"samples": 50} | options))
    return json.loads(out.read_text())


def as_bytes(line):
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def values(measures):
    return {one["measure"]: one["value"] for one in measures}


def test_published_example_with_missing_data_to_three_decimals(tmp_path):
    found = measure(tmp_path, *labels(PUBLISHED))
    assert found["measures"][0]["measure"] == "alpha"
    assert round(found["measures"][0]["value"], 3) == 0.743
    assert found["measures"][0]["units"] == 11
    assert found["counts"]["codings"] == 41


def test_alpha_of_many_labels_is_the_oracles(tmp_path):
    chance = np.random.default_rng(2)
    ratings = {f"c{n}": "".join(chance.choice(list("xy."), 300)) for n in range(5)}
    codes = [[np.nan if code == "." else ord(code) for code in row] for row in ratings.values()]
    expected = krippendorff.alpha(np.array(codes), level_of_measurement="nominal")
    found = measure(tmp_path, *labels(ratings), no_parts=True)
    assert found["measures"][0]["value"] == pytest.approx(expected)
    assert found["measures"][0]["low"] < expected < found["measures"][0]["high"]
    assert "by_code" not in found


def test_labels_have_every_coefficient_by_code_and_by_pair(tmp_path):
    found = measure(tmp_path, *labels({"a": "xxyy", "b": "xxyx"}))
    assert values(found["measures"]).keys() == set(
        "alpha percentage fleiss_kappa ac1 cohen_kappa scott_pi".split()
    )
    assert values(found["measures"])["percentage"] == 0.75
    assert values(found["measures"])["cohen_kappa"] == pytest.approx(0.5)
    assert [one["code"] for one in found["by_code"]] == ["x", "y"]
    assert values(found["by_code"][0]["measures"])["specific"] == pytest.approx(4 / 5)
    [pair] = found["by_pair"]
    assert pair["coders"] == ["a", "b"]
    assert values(pair["measures"]) == values(found["measures"])


def test_line_that_says_the_same_again_counts_once_and_null_is_missing(tmp_path):
    lines = labels(PUBLISHED)
    nothing = {"unit": 99, "coder": "A", "code": None}
    first = measure(tmp_path, *lines)
    again = measure(tmp_path, *lines, lines[0], b"", nothing)
    assert values(first["measures"]) == values(again["measures"])
    assert (again["counts"]["lines"], again["counts"]["codings"]) == (43, 41)


def test_digest_and_figures_do_not_depend_on_the_order_of_lines_and_keys(tmp_path):
    lines = labels(PUBLISHED)
    turned = [dict(reversed(line.items())) for line in reversed(lines)]
    first, second = measure(tmp_path, *lines), measure(tmp_path, *turned)
    assert first == second
    other = measure(tmp_path, *lines[1:])
    assert other["sha256"] != first["sha256"]


def test_spans_have_all_measures_by_code_and_by_pair(tmp_path):
    nested = [SPAN | {"start": 10, "end": 20, "coder": c, "code": k} for c, k in ("aY", "bZ")]
    found = measure(tmp_path, SPAN, SPAN | {"coder": "b"}, *nested)
    assert found["kind"] == "spans"
    assert {one["question"] for one in found["measures"]} == {"noticed", "where", "which"}
    assert all(one["source"] and one["reading"] for one in found["measures"])
    by_code = {one["code"]: values(one["measures"]) for one in found["by_code"]}
    for key in ("where_alpha_u", "where_u", "where_f1_exact", "where_f1_overlap", "which_alpha"):
        assert by_code["X"][key] == 1
        assert by_code["Y"][key] < 1
        assert by_code["Z"][key] < 1
    assert values(found["by_pair"][0]["measures"]) == values(found["measures"])


def test_coder_without_a_tag_has_coded_the_text(tmp_path):
    empty = {"text": "t", "length": 100, "coder": "b"}
    found = values(measure(tmp_path, SPAN, empty)["measures"])
    assert found["where_f1_exact"] == 0
    assert found["where_u"] is not None
    alone = measure(tmp_path, SPAN)["measures"]
    assert all(one["value"] is None and one["reason"] for one in alone)


def test_boundary_that_is_off_is_partial_agreement(tmp_path):
    found = values(measure(tmp_path, SPAN, SPAN | {"coder": "b", "start": 5})["measures"])
    assert found["where_f1_exact"] == 0
    for key in ("where_f1_overlap", "where_u", "where_alpha_u"):
        assert 0.5 < found[key] < 1


def test_stories_are_resampled_if_they_are_given_and_units_or_texts_if_not(tmp_path):
    stories = [line | {"story": line["unit"] % 3} for line in labels(PUBLISHED)]
    found = measure(tmp_path, *stories)
    expected = {"samples": 50, "seed": 0, "over": "stories", "count": 3, "groups": 3}
    assert found["bootstrap"] == expected
    assert "3 stories only" in found["measures"][0]["interval_reason"]
    found = measure(tmp_path, *labels({"a": "xy", "b": "xy"}))
    assert found["bootstrap"] | {"over": "units", "count": 2, "groups": 2} == found["bootstrap"]
    assert "2 units only" in found["measures"][0]["interval_reason"]
    found = measure(tmp_path, SPAN)
    assert (found["bootstrap"]["over"], found["bootstrap"]["count"]) == ("texts", 1)


def test_more_units_than_can_be_resampled_are_dealt_into_groups_of_one_size():
    dealt = dealt_stories(np.arange(5000), 4, 500, seed=1)
    assert np.bincount(dealt).tolist() == [10] * 500
    assert (dealt == dealt_stories(np.arange(5000), 4, 500, seed=1)).all()
    assert (dealt_stories(np.arange(500), 4, 500, seed=1) == np.arange(500)).all()


def test_sentences_are_the_units_of_what_was_noticed(tmp_path):
    sentences = {"sentences": [[0, 50], [50, 100]]}
    lines = [SPAN | sentences, SPAN | {"coder": "b"}]
    found = measure(tmp_path, *lines)
    assert found["counts"]["sentences"] == 2
    noticed = next(one for one in found["measures"] if one["measure"] == "noticed_alpha")
    assert (noticed["value"], noticed["units"]) == (1, 2)


def test_codes_under_one_upper_code_are_nearer(tmp_path):
    upper = {"parent": "wording"}
    lines = [SPAN | upper, SPAN | {"coder": "b", "code": "Y"} | upper]
    lines += [one | {"text": "u", "code": "Z"} for one in lines]
    for one in lines[2:]:
        del one["parent"]
    found = values(measure(tmp_path, *lines)["measures"])
    assert found["which_alpha"] < found["which_alpha_levels"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "Line 2: this is no JSON"),
        (b"\xff", "Line 2: this is no JSON"),
        ([1], "Line 2: [1] is no object."),
        ({"coder": "a"}, "Line 2: it has neither 'unit' nor 'text'."),
        (SPAN | {"unit": 1}, "Line 2: it has both 'unit' and 'text'."),
        ({"unit": 1, "coder": "a", "code": "x"}, "Line 2: it has a 'unit' and others a 'text'"),
        ({"text": "t", "coder": "a"}, "Line 2: 'length' is missing."),
        ({"text": "t", "length": 100}, "Line 2: 'coder' is missing."),
        ({"text": "t", "length": 100, "coder": "a", "start": 1}, "Line 2: 'end' is missing."),
        (SPAN | {"code": ""}, "Line 2: 'code' is empty."),
        (SPAN | {"code": 1.5}, "Line 2: 'code' is neither a string nor a whole number."),
        (SPAN | {"coder": None}, "Line 2: 'coder' is neither a string nor a whole number."),
        (SPAN | {"start": "0"}, "Line 2: 'start' is not a whole number."),
        (SPAN | {"end": 45.0}, "Line 2: 'end' is not a whole number."),
        (SPAN | {"start": True}, "Line 2: 'start' is not a whole number."),
        (SPAN | {"start": -1}, "Line 2: 'start' is -1, before the text."),
        (SPAN | {"start": 45}, "Line 2: 'start' is 45 and 'end' 45: nothing is between"),
        (SPAN | {"end": 101}, "Line 2: 'end' is 101, behind the text of 100 code points."),
        (SPAN | {"length": 99}, "Line 2: 't' has the length 100 on another line."),
        (SPAN | {"text": "u", "length": 0}, "Line 2: 'length' is 0, not between 1 and"),
        (SPAN | {"story": 1}, "Line 2: either all lines have a 'story' or none."),
        (SPAN | {"sentences": [1]}, "Line 2: 'sentences' is no list of pairs."),
        (SPAN | {"sentences": [[5, 9], [0, 5]]}, "Line 2: 'sentences' overlap, or are not in"),
        (SPAN | {"parent": "X"}, "Line 2: with 'X' below 'X' there are more than two levels."),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(tmp_path, line, said):
    (tmp_path / "out.json").write_text("the last run's")
    with pytest.raises(CommandError) as refusal:
        measure(tmp_path, SPAN, line)
    assert str(refusal.value).startswith(said)
    assert refusal.value.returncode == 1
    assert (tmp_path / "out.json").read_text() == "the last run's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.json"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "There is no line in it."),
        ([b" ", b""], "There is no line in it."),
        (
            labels({"a": "x"}) + labels({"a": "y"}),
            "Line 2: 'a' has called '0' 'x' on another line.",
        ),
        (
            [SPAN | {"story": 1}, SPAN | {"story": 2}],
            "Line 2: 't' is in the story '1' on another line.",
        ),
        (
            [SPAN | {"parent": "W"}, SPAN | {"parent": "V"}],
            "Line 2: 'X' is below 'W' on another line.",
        ),
    ],
)
def test_lines_that_contradict_each_other_or_are_none_are_refused(tmp_path, lines, said):
    with pytest.raises(CommandError) as refusal:
        measure(tmp_path, *lines)
    assert str(refusal.value).startswith(said)


def test_file_that_cannot_be_used_and_nonsense_numbers_are_refused(tmp_path):
    with pytest.raises(CommandError, match=r"Cannot use .*absent.jsonl: No such file"):
        call_command("agreement", jsonl=str(tmp_path / "absent.jsonl"))
    with pytest.raises(CommandError, match="Give 0 to 100000 samples"):
        measure(tmp_path, SPAN, samples=-1)


def test_without_samples_there_are_figures_and_no_intervals(tmp_path):
    found = measure(tmp_path, *labels(PUBLISHED), samples=0)
    assert found["measures"][0]["low"] is None
    assert found["measures"][0]["interval_reason"] == "no bootstrap samples were asked for"


def test_standard_output_has_the_json_alone(tmp_path):
    stdout = io.StringIO()
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_bytes(SPAN))
    call_command("agreement", jsonl=str(source), samples=0, stdout=stdout)
    assert json.loads(stdout.getvalue())["software"].startswith("Parallax")


def run(folder, *lines):
    """Run the command in a process of its own, where no database can be reached."""
    environment = os.environ | {"PARALLAX_DATA": str(folder), "PYTHONWARNINGS": ""}
    environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    return subprocess.run(
        [sys.executable, "manage.py", "agreement", "--jsonl", "-", "--samples", "20"],
        input=b"\n".join(map(as_bytes, lines)),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )


def test_streams_and_no_database_will_do(tmp_path):
    done = run(tmp_path, *labels(PUBLISHED))
    assert (done.returncode, done.stderr) == (0, b"")
    assert round(json.loads(done.stdout)["measures"][0]["value"], 3) == 0.743


def test_refusal_prints_nothing_on_standard_output_and_exits_with_1(tmp_path):
    done = run(tmp_path, SPAN, b"{")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Line 2: this is no JSON" in done.stderr
