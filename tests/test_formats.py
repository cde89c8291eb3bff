"""What a file is, told by what is in it."""

import contextlib
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange.formats import FORMATS, PURPOSES, outgoing, recognise
from annotations.interchange.records import Unreadable

ANNOTATION = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation"}
TASK = {"id": 1, "data": {"text": "One two."}, "annotations": []}
LABELLED = {"id": 1, "text": "One two.", "label": [[4, 7, "loaded"]]}
OWN = {"url": "x", "code": "loaded", "exact": "two"}
XMI = '<?xml version="1.0"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0"/>'
FILES = {
    "webannotation": [
        json.dumps(ANNOTATION),
        json.dumps([ANNOTATION]),
        json.dumps({"rows": [{"uri": "x", "target": []}]}),
    ],
    "label-studio": [json.dumps([TASK], indent=2), json.dumps(TASK)],
    "doccano": [json.dumps(LABELLED), json.dumps({"id": 1, "data": "One", "label": []})],
    "jsonl": [json.dumps(OWN), "\n" + json.dumps(OWN) + "\n{", json.dumps({"type": "article"})],
    "xmi": [XMI, f"<!-- a CAS -->\n{XMI[21:]}"],
    "webanno-tsv": ["#FORMAT=WebAnno TSV 3.3\n"],
    "csv": ["url,code,exact\n", "\ufeffrow_safe;url;code;exact\n"],
}


def recognised(text, name=""):
    return recognise(io.BytesIO(text.encode()), name).key


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed


@pytest.mark.parametrize(("key", "text"), [(key, text) for key in FILES for text in FILES[key]])
def test_a_file_is_told_by_its_content_whatever_its_name(key, text):
    assert recognised(text, "export.dat") == key
    assert recognised(text, "export.json") == key


def test_a_long_first_object_is_told_by_the_keys_that_are_seen():
    long = [{"id": 1, "annotations": [], "data": {"text": "x" * 400_000}}]
    assert recognised(json.dumps(long)) == "label-studio"


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"a__xmi": XMI, "TypeSystem__xml": "<typeSystemDescription/>"}, "xmi"),
        ({"annotation/a__zip": b"PK\x05\x06" + bytes(18)}, "xmi"),
        ({"ann/a__txt": "One.", "ann/a__ann": "T1\tloaded 0 3\tOne\n"}, "brat"),
        ({"a__tsv": "#FORMAT=WebAnno TSV 3.3\n"}, "webanno-tsv"),
        ({"a__tsv": "url\tcode\texact\n"}, "csv"),
        ({"manifest__json": "{}", "annotations__jsonl": json.dumps(OWN)}, "release"),
        ({"tasks__json": "[]", "labelling-config__xml": "<View/>"}, "label-studio"),
        ({"ann__jsonl": json.dumps(LABELLED), "bob__jsonl": json.dumps(LABELLED)}, "doccano"),
    ],
)
def test_an_archive_is_told_by_what_is_in_it(files, key):
    assert recognise(zipped(**files), "export.zip").key == key


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot tell what"),
        (b"%PDF-1.7", "cannot tell what"),
        (b"Dear reader,\nthis is a text.", "cannot tell what"),
        (b"<html><body>", "XML, but not"),
        (b"T1\tloaded 0 3\tOne\n", "in a zip with its .txt"),
        (b"[1, 2]", "a list in JSON"),
        (zipped(a__txt="Words").getvalue(), "cannot tell what"),
        (zipped(a__jsonl=json.dumps(OWN), b__csv="url,code,exact").getvalue(), "not one format"),
        (zipped().getvalue(), "no files"),
        (zipped(**{"xl/workbook__xml": "<x/>"}).getvalue(), "Save it as CSV"),
    ],
)
def test_other_files_are_refused_with_what_we_read(content, reason):
    with pytest.raises(Unreadable, match=reason):
        recognise(io.BytesIO(content), "export.bin")


@settings(max_examples=80)
@given(
    st.binary(max_size=60) | st.sampled_from([b"{", b"[", b"PK\x03\x04", b"\xff\xfe"]), st.text()
)
def test_any_bytes_are_told_or_refused(data, name):
    with contextlib.suppress(Unreadable):
        assert recognise(io.BytesIO(data), name).key in FORMATS


def test_every_format_that_goes_out_says_whom_it_is_for():
    assert {kind.key for kind in outgoing()} <= set(PURPOSES)
    assert {kind.key for kind in FORMATS.values() if kind.write} <= set(PURPOSES)
    suffixes = [kind.suffix for kind in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)


def test_records_of_a_zip_say_in_which_file_they_are():
    packed = zipped(a__jsonl=json.dumps(OWN), b__jsonl="{\n" + json.dumps(OWN))
    places = [record.place for record in FORMATS["jsonl"].read(packed)]
    assert places == ["a.jsonl, line 1", "b.jsonl, line 1", "b.jsonl, line 2"]
