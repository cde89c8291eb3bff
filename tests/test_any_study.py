"""Any text with any tags comes back from the formats that hold texts, tag by tag."""

import io
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange import brat, cas_xmi, webanno_tsv
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Document,
    Reject,
)
from sources.normalising import normalise
from tests.interchanged import DATASET, tags_in, told

SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# White space, joiners, escapes of every format, and what has two UTF-16 units or none in XML.
HARD = st.sampled_from(
    "  \n\n\t\r\\[]|_*;->#\"'<&.,\u200d\u0301\u2028\u0085\ufffe\uffff\u05d0😀漢ab"
)
WORDS = st.text(st.one_of(SIGNS, HARD), max_size=40)
TEXTS = st.text(st.one_of(SIGNS, HARD), min_size=1, max_size=80).map(normalise).filter(str.strip)


@st.composite
def tagged(draw):
    """Draw a document with tags anywhere in it, and any words in all that is said of them."""
    text = draw(TEXTS)
    ref = ArticleRef(id=1, revision=2)
    tags = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        if text[start:end].strip():
            said = {name: draw(WORDS) for name in ("target", "speaker", "note")}
            tags.append(
                AnnotationRecord(
                    ref,
                    start,
                    end,
                    text[start:end],
                    draw(st.sampled_from(["a", "b-c", "d_e"])),
                    id=str(UUID(int=number)),
                    annotator=draw(st.sampled_from(["anna", "bob"])),
                    prefix=text[max(0, start - 32) : start],
                    suffix=text[end : end + 32],
                    **said,
                )
            )
    return Document(ArticleRecord(ref, text, headline=draw(WORDS)), tags)


@pytest.mark.parametrize("module", [brat, cas_xmi, webanno_tsv])
@settings(max_examples=25, deadline=None)
@given(document=tagged())
def test_any_text_and_any_tags_come_back(module, document):
    file = io.BytesIO()
    module.write([document], file, DATASET)
    found = list(module.read(file))
    assert not [one for one in found if isinstance(one, Reject)]
    assert [one.text for one in found if isinstance(one, ArticleRecord)] == [document.article.text]
    assert found[0].headline == document.article.headline
    assert tags_in(found) == [told(record) for record in document.annotations]
