"""brat standoff: what we write, what brat writes, and what is damaged."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import brat
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Reject, Unreadable
from tests.interchanged import (
    TEXT,
    article,
    damaged,
    documents,
    members_of,
    packed,
    records,
    tags_in,
    told,
    written,
)

TEXT_OF_BRAT = "\U0001f600 Angry mobs\r\nstormed the hall.\r\n"
# As brat writes it: events, relations, attributes with and without a value, notes, fragments.
FOREIGN = """T1\tLoaded 2 7\tAngry
T2\tLoaded 8 20\tmobs stormed
T3\tLoaded 8 12;13 20\tmobs stormed
T4\tEvent 13 20\tstormed
E1\tEvent:T4 Agent:T1
R1\tRel Arg1:T1 Arg2:T4\t
*\tEquiv T1 T2
A1\tNegated T1
A2\tPolarity T1 negative
#1\tAnnotatorNotes T1\tso so
T5\tLoaded 2 7;21 24\tAngry the
T6\tLoaded 90 95\tnowhere
T7\tLoaded 25 29
T1\tLoaded 2 7\tAngry
N1\tReference T1 Wikidata:Q1\tmob
nonsense
"""


def test_all_that_is_said_of_tags_and_articles_comes_back():
    found = list(brat.read(written(brat)))
    assert tags_in(found) == [told(record) for record in records()]
    articles = [record for record in found if isinstance(record, ArticleRecord)]
    assert [one.text for one in articles] == [one.article.text for one in documents()]
    assert (articles[0].outlet, articles[0].headline) == (article().outlet, article().headline)
    assert not [record for record in found if isinstance(record, Reject)]


def test_each_line_of_a_tag_says_what_stands_in_the_text():
    members = members_of(written(brat))
    for name, content in members.items():
        if not name.endswith(".ann"):
            continue
        text = members[name.replace(".ann", ".txt")].decode()
        for line in content.decode().splitlines():
            if line.startswith("T"):
                _, place, words = line.split("\t")
                pieces = [piece.split() for piece in place.partition(" ")[2].split(";")]
                assert words == " ".join(text[int(start) : int(end)] for start, end in pieces)


def test_lines_are_as_brat_wants_them():
    lines = members_of(written(brat))["anna/article-7-revision-9.ann"].decode().split("\n")
    assert lines[:3] == [
        "T1\tloaded 2 11\tOfficials",
        "A1\tVoice T1 outlet",
        "A2\tStatus T1 pending",
    ]
    assert lines[3].startswith("#1\tAnnotatorNotes T1\ttabs newlines quotes")
    (across,) = (line for line in lines if ";" in line and line.startswith("T"))
    assert across == "T7\tloaded 79 92;95 107\t [x]|y\\z * _. وقال المتحدث"
    conf = members_of(written(brat))["annotation.conf"].decode()
    assert conf.startswith("[entities]\nloaded\n\twar\nfear\n[relations]\n[events]\n[attributes]\n")
    assert "Voice\tArg:<ENTITY>, Value:outlet|attributed\n" in conf


def test_what_was_changed_elsewhere_goes_before_what_was_kept():
    members = members_of(written(brat))
    stem = "Bob@x.org/article-7-revision-9"
    lines = members[f"{stem}.ann"].decode()
    changed = lines.replace("T1\twar ", "T1\tfear ").replace(
        "Voice T1 outlet", "Voice T1 attributed"
    )
    changed += "#9\tAnnotatorNotes T1\tnew\n"
    file = packed(**{f"{stem}.ann": changed, f"{stem}.txt": members[f"{stem}.txt"]})
    _, record = brat.read(file)
    assert (record.code, record.voice, record.note) == ("fear", "attributed", "new")
    assert (record.annotator, record.id) == ("Bob@x.org", records()[1].id)


def test_files_of_brat_are_read():
    found = list(brat.read(packed(**{"a.ann": FOREIGN, "a.txt": TEXT_OF_BRAT})))
    assert found[0].text == TEXT_OF_BRAT.replace("\r\n", "\n")
    tags = [record for record in found if isinstance(record, AnnotationRecord)]
    assert [(tag.exact, tag.start) for tag in tags] == [
        ("Angry", 2),
        ("mobs\nstormed", 8),
        ("mobs\nstormed", 8),
        ("stormed", 13),
        ("nowhere", 90),
        ("hall", 25),
    ]
    assert (tags[0].note, tags[0].polarity, tags[0].annotator) == ("so so", "negative", "")
    rejects = [(one.place, one.reason[:20]) for one in found if isinstance(one, Reject)]
    assert rejects == [
        ("a.ann, line 14", "T1 is there twice."),
        ("a.ann, line 16", "This is no line of b"),
        ("a.ann, line 11", "The tag is of severa"),
        ("a.ann", "4 relations, events "),
    ]


def test_folders_that_share_documents_are_annotators():
    line = "T1\tLoaded 2 7\tAngry\n"
    shared = {
        f"{who}/a.{end}": said
        for who in ("anna", "bob")
        for end, said in {"ann": line, "txt": TEXT_OF_BRAT}.items()
    }
    found = list(brat.read(packed(**shared)))
    assert [one.annotator for one in found if isinstance(one, AnnotationRecord)] == ["anna", "bob"]
    assert len([one for one in found if isinstance(one, ArticleRecord)]) == 1
    alone = list(brat.read(packed(**{"train/a.ann": line, "train/a.txt": TEXT_OF_BRAT})))
    assert alone[1].annotator == ""


def test_tags_whose_text_is_missing_keep_their_words():
    (record,) = brat.read(packed(**{"article-7-revision-9.ann": "T1\tLoaded 2 7\tAngry\n"}))
    assert (record.exact, record.start, record.ref.id, record.ref.revision) == ("Angry", 2, 7, 9)


def test_line_ends_that_a_tool_counted_as_two_characters_are_found_out():
    line = "T1\tLoaded 14 21\tstormed\n"
    found = list(brat.read(packed(**{"a.ann": line, "a.txt": TEXT_OF_BRAT})))
    assert found[0].text == TEXT_OF_BRAT
    assert (found[1].exact, found[1].start) == ("stormed", 14)


def test_a_text_in_another_encoding_is_read_and_a_binary_one_rejected():
    name = "café stormed"
    file = packed(**{"a.ann": "T1\tX 5 12\tstormed\n", "a.txt": name.encode("cp1252"),
                     "b.ann": "T1\tX 5 12\tstormed\n", "b.txt": b"\x89PNG\r\n"})  # fmt: skip
    found = list(brat.read(file))
    assert (found[0].text, found[1].exact) == (name, "stormed")
    assert (found[2].place, "picture" in found[2].reason) == ("b.ann", True)


def test_what_is_no_archive_of_brat_is_unreadable():
    with pytest.raises(Unreadable, match="zip"):
        list(brat.read(io.BytesIO(FOREIGN.encode())))
    with pytest.raises(Unreadable, match=r"no \.ann"):
        list(brat.read(packed(a_dot_txt="x")))


OURS = members_of(written(brat))["anna/article-7-revision-9.ann"]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_file_is_unreadable_or_gives_records(data):
    content = data.draw(st.sampled_from([FOREIGN.encode(), OURS]))
    lines = data.draw(damaged(content))
    text = data.draw(damaged(TEXT.encode()))
    try:
        found = list(brat.read(packed(a_dot_ann=lines, a_dot_txt=text)))
    except Unreadable:
        return
    assert all(one.exact for one in found if isinstance(one, AnnotationRecord))


def test_the_same_study_gives_the_same_bytes():
    assert written(brat).getvalue() == written(brat).getvalue()
