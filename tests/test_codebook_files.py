"""Codebooks as files: reading, writing, and what a bad file is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.codebook.codebook_files import (
    COLUMNS,
    MOST_BYTES,
    YES_OR_NO,
    BadFile,
    as_csv,
    as_json,
    read_file,
)

HEAD = "key,name,definition\n"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
words = st.text("abc=+-'@ ü🚢", max_size=6).map(str.strip)
rows = st.lists(
    st.fixed_dictionaries(
        {
            column: (
                st.sampled_from(["yes", "no"])
                if column in YES_OR_NO
                else texts
                if column in ("definition", "include", "exclude", "examples", "sources")
                else words
            )
            for column in COLUMNS
        }
    ),
    min_size=1,
    max_size=4,
)


@given(rows)
def test_what_is_written_and_read_is_the_same_and_so_are_the_bytes(written):
    for data in (as_csv(written), as_json("Book", written)):
        read = [row.cells for row in read_file(data)]
        assert read == written
        assert data in (as_csv(read), as_json("Book", read))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends_of_spreadsheets_are_taken(separator, encoding, end):
    text = end.join(separator.join(line) for line in (("Key", "name", "definition"), "abä"))
    (row,) = read_file(text.encode(encoding))
    assert row.cells == {"key": "a", "name": "b", "definition": "ä"}


def test_place_is_the_line_on_which_a_code_begins():
    text = HEAD + 'a,A,"two\nlines"\n\nb,B,one\n'
    assert [row.place for row in read_file(text.encode())] == ["line 2", "line 5"]


def test_formula_gets_an_apostrophe_that_reading_takes_away():
    row = dict.fromkeys(COLUMNS, "") | {"key": "a", "definition": "=1+1", "name": "'n"}
    row |= dict.fromkeys(YES_OR_NO, "no")
    assert b"'=1+1" in as_csv([row])
    assert b"''n" in as_csv([row])
    (read,) = read_file(as_csv([row]))
    assert (read.cells["definition"], read.cells["name"]) == ("=1+1", "'n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (HEAD.encode(), "no codes"),
        (HEAD.encode() + b"a,A,caf\xe9\n", "Line 2 is not UTF-8"),
        (b"key,name\na,b\n", "“definition” is not among them"),
        (b"key,key,name,definition\na,b,c,d\n", "“key” twice"),
        (HEAD.encode() + b"a,A\n", "Line 2 has 2 cells, the first line 3"),
        (HEAD.encode() + b'a,"A,d\nb,c\n', "cannot be read as CSV"),
        (b"key,name,definition,asks_target\na,A,d,maybe\n", "has to be yes or no, not “maybe”"),
        (b"key,name,definition\na,A\0,d\n", "NUL"),
        (b"x" * (MOST_BYTES + 1), "longer than 1 MB"),
        (HEAD.encode() + b"a,b,c\n" * 1001, "1000 is the most"),
        (b'{"codes": 7}', "no list"),
        (b"[7]", "Code 1 is not an object"),
        (b'[{"key": "a"}]', "“name”, “definition”"),
        (b'[{"key": 1, "name": "a", "definition": "d"}]', "Code 1: “key”"),
        (b'{"codes": [', "Line 1 is not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ],
)
def test_bad_file_is_refused_with_the_place_and_the_reason(data, message):
    with pytest.raises(BadFile, match=message):
        read_file(data)
