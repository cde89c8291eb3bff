"""A zip archive is read in memory, and bombs are refused."""

import io
import zipfile

import pytest

from sources.archives import MAX_MEMBERS, BadArchive, members

LIMIT = 1024 * 1024


def packed(files, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive of (name, bytes) pairs."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def test_files_come_in_their_order_without_furniture():
    data = packed(
        [("b/two.txt", b"2"), ("__MACOSX/._two.txt", b"x"), (".DS_Store", b"x"), ("a", b"1")]
    )
    assert list(members(data, limit=LIMIT)) == [("b/two.txt", b"2"), ("a", b"1")]


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "C:\\out.txt"])
def test_name_that_leads_out_is_left_out(name):
    [(_, problem)] = members(packed([(name, b"x")]), limit=LIMIT)
    assert "leads out" in problem


def test_archive_in_an_archive_is_left_out():
    [(_, problem), (_, content)] = members(packed([("in.zip", b"x"), ("a.txt", b"1")]), limit=LIMIT)
    assert "archive inside an archive" in problem
    assert content == b"1"


def test_file_beyond_the_limit_is_left_out():
    files = [("big.txt", bytes(range(256)) * 8192), ("a.txt", b"1")]
    data = packed(files, zipfile.ZIP_STORED)
    assert [content for _, content in members(data, limit=LIMIT)] == [
        "it has more than 1 MB; left out.",
        b"1",
    ]


def test_encrypted_file_is_left_out():
    data = bytearray(packed([("a.txt", b"1")]))
    # The flag stands in the local header and in the central directory.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    [(_, problem)] = members(bytes(data), limit=LIMIT)
    assert "encrypted" in problem


def test_bomb_is_refused_while_it_unpacks():
    with pytest.raises(BadArchive, match="unpacks to far more"):
        list(members(packed([("bomb.txt", b"0" * 20_000_000)]), limit=10**9))


def test_total_counts_and_not_what_the_archive_declares(monkeypatch):
    monkeypatch.setattr("sources.archives.MAX_TOTAL_BYTES", 3000)
    files = [(f"{number}.txt", bytes(range(256)) * 4) for number in range(4)]
    data = packed(files, zipfile.ZIP_STORED)
    with pytest.raises(BadArchive):
        list(members(data, limit=LIMIT))


def test_too_many_files_are_refused_before_the_first_is_read():
    data = packed([(f"{number}.txt", b"") for number in range(MAX_MEMBERS + 1)])
    with pytest.raises(BadArchive, match="limit is 2000"):
        next(members(data, limit=LIMIT))


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(BadArchive, match="not a zip archive"):
        list(members(data, limit=LIMIT))


def test_damaged_file_is_a_problem_of_its_own():
    data = packed([("a.txt", b"harbour " * 100), ("b.txt", b"1")])
    broken = data[:36] + b"\xff\xff\xff" + data[39:]
    (_, problem), (_, content) = members(broken, limit=LIMIT)
    assert "damaged" in problem
    assert content == b"1"
