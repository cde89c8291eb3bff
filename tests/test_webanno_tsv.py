"""WebAnno TSV 3.3: what we write, what INCEpTION and WebAnno write, and what is damaged."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import webanno_tsv
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Reject, Unreadable
from tests.interchanged import (
    TEXT,
    article,
    damaged,
    documents,
    members_of,
    packed,
    records,
    tag,
    tags_in,
    told,
    written,
)

# As INCEpTION writes it: parts of speech, two layers, tags on parts of tokens, on several tokens
# and on top of each other, escapes, a tag without a value, a relation, and a gap between sentences.
FOREIGN = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue|coarseValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.Link|uima.tcas.Annotation
#T_SP=webanno.custom.Bare|
#T_RL=webanno.custom.Rel|kind|BT_webanno.custom.Frame


#Sentence.id=s1
#Text=Ms. Haag 😊 plays
1-1\t0-3\tMs.\tNNP\t*\t*[1]|*[2]\tPER[1]|PERpart[2]\t_\t_\t_\t*\t_\t_\t
1-2\t4-8\tHaag\tNNP\t*\t*[1]\tPER[1]\t_\t_\t_\t_\t_\t_\t
1-3\t9-11\t😊\t_\t_\t_\t_\tjoy\\_ful \\| \\[x\\]\tseller\t1-1\t_\tr\t1-2\t
1-4\t12-17\tplays\tVBD\t*\t_\t_\t_\t_\t_\t_\t_\t
1-4.1\t12-16\tplay\t_\t_\t_\t_\tdo[3]\t_\t_\t_\t_\t_\t
1-4.2\t14-17\tays\t_\t_\t*[4]\tMISC[4]\t_\t_\t_\t_\t_\t_\t

#Text=So
#Text=it is
2-1\t20-22\tSo\tRB\t*\t*[5]\t*[5]\t_\t_\t_\t_\t_\t_\t
2-2\t23-25\tit\tPRP\t*\t*[5]\t*[5]\t_\t_\t_\t_\t_\t_\t
2-3\t27-30\tis\tVBZ\t*\t_\tLOC\t_\t_\t_\t_\t_\t_\t
"""


def test_all_that_is_said_of_tags_and_articles_comes_back():
    found = list(webanno_tsv.read(written(webanno_tsv)))
    assert tags_in(found) == [told(record) for record in records()]
    articles = [record for record in found if isinstance(record, ArticleRecord)]
    assert [one.text for one in articles] == [one.article.text for one in documents()]
    assert (articles[0].outlet, articles[0].headline) == (article().outlet, article().headline)
    assert not [record for record in found if isinstance(record, Reject)]


def test_the_table_is_as_inception_writes_it():
    content = members_of(written(webanno_tsv))["article-7-revision-9/جمال.tsv"].decode()
    head, first, *_, last_but_one, last = content.removesuffix("\n").split("\n\n")
    assert head == (
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Framing|annotator|code|parallax|status|voice"
    )
    assert first.split("\n")[2] == "#Text=Officials “slammed” 😀 the plan.  "
    assert "1-5\t22-24\t😀\t_\t_\t_\t_\t_\t" in first
    assert last_but_one.startswith(
        "#Text=Q\u0303uot\u0302e \x80 \ufffe\uffff end; 1,000 -> 2\n#Text=\n#Text=\n7-1\t"
    )
    assert last.split("\n")[:2] == [
        "#Text=Last *line*",
        "8-1\t186-190\tLast\t*[1]\tloaded[1]\t*[1]\t*[1]\t*[1]\t",
    ]


def test_inception_builds_the_same_text_of_our_sentences():
    content = members_of(written(webanno_tsv))["article-7-revision-9/anna.tsv"].decode()
    sentences = [
        [line.removeprefix("#Text=") for line in block.split("\n") if line.startswith("#Text=")]
        for block in content.split("\n\n")[1:]
    ]
    blocks = [block for block in content.split("\n\n")[1:] if block]
    begins = [int(block.split("\t")[1].split("-")[0]) for block in blocks]
    built = ""  # as Tsv3XDeserializer does it
    for lines, begin in zip(sentences, begins, strict=True):
        units = len(built.encode("utf-16-le")) // 2
        built = built[:-1] if units > begin else built + " " * (begin - units)
        text = "".join(f"{line}\n" for line in lines)
        built += text.replace("\\t", "\t").replace("\\\\", "\\")
    assert built.strip() == TEXT.strip()


def test_what_was_changed_elsewhere_goes_before_what_was_kept():
    content = members_of(written(webanno_tsv))["article-7-revision-9/bob@x.org-2.tsv"].decode()
    changed = content.replace("\tloaded\t", "\tfear\t").replace("\toutlet\t", "\tattributed\t")
    (_, record) = webanno_tsv.read(io.BytesIO(changed.encode()))
    assert (record.code, record.voice, record.annotator) == ("fear", "attributed", "bob@x.org")
    assert record.id == tag("slam", 6).id


def test_a_table_of_inception_is_read():
    found = list(webanno_tsv.read(io.BytesIO(FOREIGN.encode())))
    assert found[0].text == "Ms. Haag 😊 plays\n  So\nit is"
    read = [(r.exact, r.code, r.start) for r in found if isinstance(r, AnnotationRecord)]
    assert read == [
        ("Ms. Haag", "PER", 0),
        ("Ms.", "PERpart", 0),
        ("😊", "joy_ful | [x]", 9),
        ("play", "do", 11),
        ("ays", "MISC", 13),
    ]
    rejects = [(r.place, r.reason[:32]) for r in found if isinstance(r, Reject)]
    assert rejects == [
        ("line 11", "A webanno.custom.Bare without a "),
        ("line 20", "A de.tudarmstadt.ukp.dkpro.core."),
        ("line 22", "'is' does not stand at 27–30."),
        ("the file", "webanno.custom.Rel relates tags "),
    ]


def test_offsets_in_code_points_are_known_by_the_tokens():
    counted = (
        "#FORMAT=WebAnno TSV 3.2\n#T_SP=webanno.custom.X|value\n\n\n#Text=😊😊 mobs came\r\n"
        "1-1\t0-2\t😊😊\t_\t\n1-2\t3-7\tmobs\tLoaded\t\n1-3\t8-12\tcame\t_\t\n"
    )
    found = list(webanno_tsv.read(io.BytesIO(counted.encode())))
    assert [(r.exact, r.start) for r in found[1:]] == [("mobs", 3)]


def test_old_tables_are_escaped_as_in_java():
    old = (
        "#FORMAT=WebAnno TSV 3.1\n#T_SP=webanno.custom.X|value\n\n\n"
        '#Text=\\"caf\\u00E9\\"\n1-1\t0-1\t"\t_\n1-2\t1-5\tcafé\tLoaded\n1-3\t5-6\t"\t_\n'
    )
    found = list(webanno_tsv.read(io.BytesIO(old.encode())))
    assert (found[0].text, found[1].exact) == ('"café"', "café")


def test_folders_of_an_archive_name_documents_and_annotators():
    file = packed(
        **{
            "annotation__a.txt__anna.tsv": FOREIGN,
            "annotation__a.txt__bob.tsv": "#FORMAT=WebAnno TSV 2\n",
            "annotation__b.txt__anna.tsv": FOREIGN.replace("Haag", "Hagg"),
        }
    )
    found = list(webanno_tsv.read(file))
    assert {(r.ref.name, r.annotator) for r in found if isinstance(r, AnnotationRecord)} == {
        ("a.txt", "anna"),
        ("b.txt", "anna"),
    }
    (bad,) = (r for r in found if isinstance(r, Reject) and r.place.endswith("bob.tsv"))
    assert "no WebAnno TSV 3" in bad.reason


@pytest.mark.parametrize(
    "content",
    [
        "",
        "1-1\t0-3\tMs.",
        "#FORMAT=WebAnno TSV 3.3\n#T_XX=webanno.custom.X|y\n",
        FOREIGN.replace("20-22", "2-4"),
        FOREIGN.replace("20-22", "999999999-999999999"),
    ],
)
def test_what_is_no_table_is_unreadable(content):
    with pytest.raises(Unreadable):
        list(webanno_tsv.read(io.BytesIO(content.encode())))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_file_is_unreadable_or_gives_records(data):
    for content in (FOREIGN.encode(), OURS["article-7-revision-9/Bob@x.org.tsv"]):
        try:
            found = list(webanno_tsv.read(io.BytesIO(data.draw(damaged(content)))))
        except Unreadable:
            continue
        text = next((r.text for r in found if isinstance(r, ArticleRecord)), "")
        for record in found:
            if isinstance(record, AnnotationRecord):
                assert text[record.start : record.end] == record.exact


OURS = members_of(written(webanno_tsv))


def test_the_same_study_gives_the_same_bytes():
    assert written(webanno_tsv).getvalue() == written(webanno_tsv).getvalue()


def test_a_cell_of_escapes_that_ends_wrongly_takes_no_time():
    cell = "\\->" * 20_000 + "["
    content = FOREIGN.replace("LOC", cell)
    assert [one for one in webanno_tsv.read(io.BytesIO(content.encode())) if one.place == "line 20"]
