"""UIMA CAS XMI: what we write, what dkpro-cassis and INCEpTION write, and what nobody should."""

import io

import cassis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import cas_xmi
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Reject, Unreadable
from tests.interchanged import (
    DATASET,
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

# As INCEpTION writes it, but for the line breaks: its own types, and a layer of a project.
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"
 xmlns:pos="http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore"
 xmlns:type4="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore"
 xmlns:type7="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore"
 xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">
<cas:NULL xmi:id="0"/>
<type7:DocumentMetaData xmi:id="1" sofa="9" begin="0" end="20" language="x-unspecified"
 documentTitle="pilot.txt" documentId="anna" isLastSegment="false"/>
<type4:Sentence xmi:id="2" sofa="9" begin="0" end="20"/>
<type4:Token xmi:id="3" sofa="9" begin="0" end="2" order="0"/>
<pos:POS xmi:id="4" sofa="9" begin="0" end="2" PosValue="X"/>
<custom:Bias xmi:id="5" sofa="9" begin="3" end="8" comment="so so" label="Loaded" strength="2"/>
<custom:Bias xmi:id="6" sofa="9" begin="9" end="13"/>
<custom:Bias xmi:id="7" sofa="9" begin="9" end="130" label="Loaded"/>
<custom:Bias xmi:id="8" sofa="9" begin="1" end="8" label="Loaded"/>
<custom:Rel xmi:id="10" sofa="9" begin="3" end="8" Governor="5" Dependent="6" kind="x"/>
<cas:Sofa xmi:id="9" sofaNum="1" sofaID="_InitialView" mimeType="text"
 sofaString="\U0001f600 angry mobs came"/>
<cas:View sofa="9" members="1 2 3 4 5 6 7 8 10"/>
</xmi:XMI>
"""


def test_all_that_is_said_of_tags_and_articles_comes_back():
    found = list(cas_xmi.read(written(cas_xmi)))
    assert tags_in(found) == [told(record) for record in records()]
    articles = [record for record in found if isinstance(record, ArticleRecord)]
    assert [one.text for one in articles] == [one.article.text for one in documents()]
    kept = articles[0]
    assert (kept.outlet, kept.headline, kept.ref.external_id) == (
        article().outlet,
        article().headline,
        "x-1",
    )
    assert not [record for record in found if isinstance(record, Reject)]


def test_dkpro_cassis_reads_the_words_of_each_tag():
    members = members_of(written(cas_xmi))
    types = cassis.load_typesystem(io.BytesIO(members["TypeSystem.xml"]))
    name = "article-7-revision-9/anna.xmi"
    cas = cassis.load_cas_from_xmi(io.BytesIO(members[name]), typesystem=types)
    read = [(span.get_covered_text(), span.code) for span in cas.select(cas_xmi.LAYER)]
    own = sorted((r.exact, r.code) for r in records() if r.annotator == "anna")
    assert sorted(read) == own
    tokens = cas.select(f"{cas_xmi.SEGMENTATION}.Token")
    assert [token.get_covered_text() for token in tokens][:4] == ["Officials", "“", "slammed", "”"]


def test_offsets_in_the_file_count_utf16_units():
    emoji = TEXT.index("😀")
    content = members_of(written(cas_xmi))["article-7-revision-9/anna.xmi"].decode()
    assert f'begin="{emoji - 10}" end="{emoji + 2}"' in content  # “slammed” and two units
    units = len(TEXT[: TEXT.index("الخطة")].encode("utf-16-le")) // 2
    assert units == TEXT.index("الخطة") + 4  # four emoji stand before
    assert f'begin="{units}"' in content


def test_characters_that_xml_cannot_hold_come_back():
    content = members_of(written(cas_xmi))["article-7-revision-9/anna.xmi"].decode()
    assert "\ufffe" not in content
    found = list(cas_xmi.read(io.BytesIO(content.encode())))
    assert found[0].text == TEXT
    assert {record.note for record in found[1:]} >= {tag("Officials", 1).note}


def test_what_was_changed_elsewhere_goes_before_what_was_kept():
    content = members_of(written(cas_xmi))["article-7-revision-9/Bob@x.org.xmi"].decode()
    changed = content.replace('code="war"', 'code="fear"').replace('voice="outlet"', 'note="new"')
    (_, record) = cas_xmi.read(io.BytesIO(changed.encode()))
    assert (record.code, record.voice, record.note) == ("fear", "", "new")
    assert record.id == records()[1].id


def test_a_cas_of_inception_is_read_without_its_type_system():
    found = list(cas_xmi.read(io.BytesIO(FOREIGN.encode())))
    assert found[0].text == "😀 angry mobs came"
    (record,) = (one for one in found if isinstance(one, AnnotationRecord))
    assert (record.exact, record.start, record.code, record.note) == ("angry", 2, "Loaded", "so so")
    reasons = [(one.place, one.reason) for one in found if isinstance(one, Reject)]
    assert [place for place, _ in reasons] == ["xmi:id 6", "xmi:id 7", "xmi:id 8", "the file"]
    assert "without a code" in reasons[0][1]
    assert "does not lie in the text" in reasons[1][1]
    assert "amidst a character" in reasons[2][1]
    assert "webanno.custom.Rel" in reasons[3][1]


def test_a_project_of_inception_names_documents_and_annotators():
    inner = packed(anna_dot_xmi=FOREIGN, TypeSystem_dot_xml="<x/>").getvalue()
    file = packed(
        **{
            "annotation__pilot.txt__anna.zip": inner,
            "annotation__pilot.txt__INITIAL_CAS.xmi": FOREIGN,
            "annotation__pilot.txt__broken.xmi": FOREIGN[:900],
        }
    )
    found = list(cas_xmi.read(file))
    assert len([one for one in found if isinstance(one, ArticleRecord)]) == 1
    names = {(r.ref.name, r.annotator) for r in found if isinstance(r, AnnotationRecord)}
    assert names == {("pilot.txt", "anna"), ("pilot.txt", "")}
    assert [one.place for one in found if isinstance(one, Reject)][-1].endswith("broken.xmi")


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
        "<!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_and_document_types_are_refused(declared, charset):
    head, body = FOREIGN.split("?>", 1)
    xml = f"{head.replace('UTF-8', charset)}?>{declared}{body.replace('Loaded', '&b;')}"
    with pytest.raises(Unreadable, match="document type"):
        list(cas_xmi.read(io.BytesIO(xml.encode(charset))))


@pytest.mark.parametrize(
    "content",
    ["", "<html/>", "<a>" * 400, FOREIGN.replace("sofaString", "other"), FOREIGN[:-20]],
)
def test_what_is_no_cas_is_unreadable(content):
    with pytest.raises(Unreadable):
        list(cas_xmi.read(io.BytesIO(content.encode())))
    with pytest.raises(Unreadable):
        list(cas_xmi.read(packed(readme_dot_txt="x")))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_file_is_unreadable_or_gives_records(data):
    ours = members_of(written_once())["article-7-revision-9/جمال.xmi"]
    for content in (FOREIGN.encode(), ours):
        try:
            found = list(cas_xmi.read(io.BytesIO(data.draw(damaged(content)))))
        except Unreadable:
            continue
        for record in found:
            if isinstance(record, AnnotationRecord):
                assert record.exact


def written_once(made=[]):  # noqa: B006 - it is to be kept
    made or made.append(written(cas_xmi))
    return made[0]


def test_the_same_study_gives_the_same_bytes():
    assert written(cas_xmi).getvalue() == written(cas_xmi).getvalue()
    layer = members_of(written(cas_xmi))["layer.json"].decode()
    assert DATASET.codes[0].key in layer
