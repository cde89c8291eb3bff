"""JSON of any length, value by value."""

import io
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import json_values
from annotations.interchange.json_values import CHUNK, values
from annotations.interchange.records import Reject, Unreadable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def read(data, **how):
    data = data if isinstance(data, bytes) else data.encode()
    return list(values(io.BytesIO(data), **how))


@settings(max_examples=50, deadline=None)
@given(st.lists(PLAIN), st.sampled_from([1, 2, 7, CHUNK]), st.sampled_from([None, 1]))
def test_list_is_taken_apart_whatever_the_pieces_it_is_read_in(items, chunk, indent):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "CHUNK", chunk)
        found = read(json.dumps(items, indent=indent, ensure_ascii=False))
    assert found == [(f"item {number}", item) for number, item in enumerate(items, 1)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ('{"a": 1}', [("the file", {"a": 1})]),
        ('\ufeff{"a": 1}\n', [("the file", {"a": 1})]),
        ('{"a": 1}\r\n\r\n{"a": 2}', [("line 1", {"a": 1}), ("line 3", {"a": 2})]),
        ('{"total": 2, "rows": [1, 2], "x": 3}', [("item 1", 1), ("item 2", 2)]),
        ('{"first": {"rows": [{}]}}', [("item 1", {})]),
        ('{"first": "elsewhere"}', [("the file", {"first": "elsewhere"})]),
        ('{\n"a": {"rows": [1]}}', [("the file", {"a": {"rows": [1]}})]),
        ('{"a": 1}'.encode("utf-16"), [("the file", {"a": 1})]),
        ("[]", []),
    ],
)
def test_each_form_of_file_gives_its_values_with_their_places(data, found):
    assert read(data, lists={"rows"}, within={"first"}) == found


@pytest.mark.parametrize(
    "bad",
    ['{"a": NaN}', '{"a": 1, "a": 2}', f'{{"a": {"9" * 5000}}}'],
    ids=["NaN", "twice", "digits"],
)
def test_value_that_is_refused_costs_itself_alone(bad):
    for data in (f'[{bad}, {{"b": 1}}]', f'{bad}\n{{"b": 1}}\n'):
        (_, refused), (_, kept) = read(data)
        assert isinstance(refused, Reject)
        assert kept == {"b": 1}


def test_line_that_is_no_json_is_refused_alone():
    found = [value for _, value in read('{"a": 1}\n{"a": \n{"a": 3}\n' + "{" + "[" * 100_000)]
    assert [isinstance(value, Reject) for value in found] == [False, True, False, True]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"tag,code\n", "neither"),
        (b'[{"a": 1}, {"a"', "not JSON, or cut"),
        (b'[{"a": 1}', "cut"),
        (b'[{"a": 1}]]', "follows"),
        (b'{"a": 1} x', "follows"),
        (b'["\xe9t\xe9"]', "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"a": ' * 100_000, "nested"),
        (b'["unended', "cut"),
    ],
)
def test_file_that_cannot_be_told_apart_is_unreadable(data, reason):
    with pytest.raises(Unreadable, match=reason):
        read(data)


def test_memory_does_not_grow_with_the_list():
    item = json.dumps({"text": "word " * 200}).encode()
    tracemalloc.start()
    count = sum(1 for _ in values(io.BytesIO(b"[" + b",\n".join([item] * 20_000) + b"]")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 50 * 1024**2, "the file itself has 20 MB, and is in memory twice here"


def test_value_without_end_is_unreadable(monkeypatch):
    monkeypatch.setattr(json_values, "MAX_VALUE", 3 * CHUNK)
    with pytest.raises(Unreadable, match="characters"):
        read('["' + "x" * (10 * CHUNK))


def test_object_of_endless_keys_is_not_kept(monkeypatch):
    monkeypatch.setattr(json_values, "MAX_VALUE", CHUNK)
    keys = ", ".join(f'"k{number}": "{"x" * 1000}"' for number in range(3_000))
    with pytest.raises(Unreadable, match="Split it"):
        read(f"{{{keys}}}")


def test_blanks_are_passed_over_at_once():
    begun = time.process_time()
    assert read(b"[" + b" " * 30_000_000 + b"]") == []
    assert time.process_time() - begun < 1


def test_file_that_is_wrong_at_its_beginning_is_not_read_to_its_end():
    file = io.BytesIO(b'[{"a": nothing},' + b" " * (8 * CHUNK))
    with pytest.raises(Unreadable):
        list(values(file))
    assert file.tell() <= 2 * CHUNK
