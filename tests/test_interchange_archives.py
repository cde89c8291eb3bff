"""Archives: what is in them, nothing of what would harm us, and the same bytes each time."""

import contextlib
import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import archives
from annotations.interchange.archives import Archive, is_archive, members, names_in
from annotations.interchange.records import Unreadable


def zipped(*files, compress=zipfile.ZIP_DEFLATED, mode=0o644):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compress) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = compress
            archive.writestr(entry, content)
    return packed


def read(file, **options):
    return [(name, member.read()) for name, member in members(file, **options)]


def test_members_come_with_their_names_and_content():
    file = zipped(("a\\b.txt", b"one"), ("./c/", b""), ("c/./d.txt", b""), ("é.txt", b"two"))
    assert read(file) == [("a/b.txt", b"one"), ("c/d.txt", b""), ("é.txt", b"two")]
    assert names_in(file) == ["a/b.txt", "c/d.txt", "é.txt"]


def test_members_that_are_not_wanted_are_not_unpacked(monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 10)
    file = zipped(("big.txt", b"x" * 100), ("small.txt", b"y"))
    assert read(file, wanted=lambda name: name == "small.txt") == [("small.txt", b"y")]


def test_a_member_can_be_read_twice(monkeypatch):
    monkeypatch.setattr(archives, "IN_MEMORY", 100)
    for _, member in members(zipped(("a.txt", b"a" * 1000))):
        assert len(member.read()) == 1000
        member.seek(0)
        assert member.readline() == b"a" * 1000


def test_hidden_files_and_what_macos_adds_are_passed_over():
    file = zipped((".DS_Store", b"x"), ("__MACOSX/._a.txt", b"x"), ("a.txt", b"x"))
    assert names_in(file) == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.txt", "leads out"),
        ("a/../../b.txt", "leads out"),
        ("/etc/passwd", "leads out"),
        ("\\\\server\\a.txt", "leads out"),
        ("C:\\a.txt", "leads out"),
        ("", "leads out"),
        ("a\nb.txt", "control"),
        ("a\u202etxt.exe", "control"),
    ],
)
def test_names_that_lead_out_are_refused(name, reason):
    with pytest.raises(Unreadable, match=reason):
        read(zipped(("fine.txt", b"x"), (name, b"x")))


def test_links_are_refused():
    with pytest.raises(Unreadable, match="a link"):
        read(zipped(("a.txt", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777))


def test_names_that_come_twice_are_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        file = zipped(("a.txt", b"one"), ("a.txt", b"two"))
    with pytest.raises(Unreadable, match=r"a\.txt twice"):
        read(file)
    with pytest.raises(Unreadable, match=r"a/b\.txt twice"):
        read(zipped(("a/b.txt", b"one"), ("a\\b.txt", b"two")))


def test_passwords_are_refused():
    data = bytearray(zipped(("a.txt", b"x")).getvalue())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(signature) + at, 1)
    with pytest.raises(Unreadable, match="encrypted"):
        read(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("compress", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_cannot_be_bounded_is_refused(compress):
    with pytest.raises(Unreadable, match="rare way"):
        read(zipped(("a.txt", b"x" * 100), compress=compress))


def test_archives_in_archives_are_refused_unless_asked_for():
    inner = zipped(("a.txt", b"x")).getvalue()
    with pytest.raises(Unreadable, match="archive in the archive"):
        read(zipped(("a.dat", inner)))
    assert read(zipped(("a.zip", inner)), zips=True) == [("a.zip", inner)]


def test_bombs_are_refused_by_their_ratio():
    with pytest.raises(Unreadable, match="far more than text"):
        read(zipped(("a.txt", b"\0" * 3_000_000)))


def test_sizes_that_an_archive_declares_are_not_believed(monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1000)
    file = zipped(("a.txt", b"ab" * 400), ("b.txt", b"cd" * 400))
    with pytest.raises(Unreadable, match=r"b\.txt unpacks to far more"):
        read(file)


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(Unreadable, match="holds 3 files"):
        read(zipped(*[(f"{number}.txt", b"x") for number in range(3)]))


@settings(max_examples=60)
@given(st.data())
def test_damage_is_refused_and_nothing_else_is_raised(data):
    whole = zipped(("a.txt", b"some words " * 20), ("b/c.txt", b"others")).getvalue()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=4)):
        if at < len(damaged):
            damaged[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable):
        read(io.BytesIO(bytes(damaged)))


def test_same_content_gives_the_same_bytes_whenever_it_is_written(monkeypatch):
    def written():
        file = io.BytesIO()
        with Archive(file) as archive:
            archive.add("a.txt", b"one")
            with archive.member("b/c.txt") as member:
                member.write(b"two\n" * 50_000)
        return file.getvalue()

    first = written()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    assert written() == first
    assert read(io.BytesIO(first)) == [("a.txt", b"one"), ("b/c.txt", b"two\n" * 50_000)]
    entries = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert {(entry.date_time, entry.create_system) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3)
    }


def test_archive_is_told_by_its_first_bytes():
    assert is_archive(zipped(("a.txt", b"x")))
    assert is_archive(zipped())
    assert not is_archive(io.BytesIO(b"PK, said the keeper"))
