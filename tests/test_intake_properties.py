"""Whatever records say: no exception, no wrong place, and each is counted once."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.intake.importing import Decisions, import_records
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Reject,
    Unit,
)
from annotations.models import Annotation
from sources.models import Article, Revision
from tests.conftest import HARBOUR, make_revision

pytestmark = pytest.mark.django_db
URL = "https://harbour.example/deal"
SHIPS = "Ships 🛳 at Café\u0301 — ships, ships.\n\nالعربية 漢字 🛳🛳 end"
UUIDS = st.sampled_from(
    [
        "",
        "T1",
        "11111111-1111-4111-8111-111111111111",
        "urn:uuid:22222222-2222-4222-8222-222222222222",
    ]
)
MARKS = st.text(
    st.one_of(st.sampled_from("\0\r\n\ud800🛳é\u0301 =,;\"'"), st.sampled_from(string.printable)),
    max_size=12,
)
REFS = st.builds(
    ArticleRef,
    id=st.none() | st.integers(-(2**70), 2**70) | st.integers(1, 50),
    revision=st.none() | st.integers(-5, 2**70),
    url=st.sampled_from(
        ["", "", URL, "https://ships.example/", "https://no.example/", "not an address"]
    ),
    external_id=st.sampled_from(["", "", "a\0", "e/1"]),
    name=st.sampled_from(["", "a.txt", "b.txt"]),
)
OFFSETS = st.none() | st.integers(-3, 200) | st.just(2**40)
TIMES = st.none() | st.datetimes()


AT = {HARBOUR: ArticleRef(url=URL), SHIPS: ArticleRef(url="https://ships.example/")}
CODES = {HARBOUR: "loaded", SHIPS: "Text damage"}


@st.composite
def sound(draw):
    """Draw an annotation on words of one of the texts, its offsets in any unit, or shifted."""
    text = draw(st.sampled_from([HARBOUR, SHIPS]))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, min(len(text), start + 20)))
    before, inside = text[:start], text[start:end]
    if coding := draw(st.sampled_from([None, "utf-16-le", "utf-8"])):
        size = 2 if coding == "utf-16-le" else 1
        start = len(before.encode(coding)) // size
        end = start + len(inside.encode(coding)) // size
    shift = draw(st.sampled_from([0, 0, 0, 1, -2]))
    return AnnotationRecord(
        ref=AT[text],
        start=start + shift,
        end=end + shift,
        exact=inside,
        unit=draw(st.sampled_from([None, None, *Unit])),
        code=CODES[text],
        annotator=draw(st.sampled_from(["reviewer", "colleague", "new"])),
        id=draw(UUIDS),
        prefix=before[-draw(st.integers(1, 9)) :] if draw(st.booleans()) else "",
    )


ANYTHING = st.builds(
    AnnotationRecord,
    ref=REFS,
    start=OFFSETS,
    end=OFFSETS,
    exact=MARKS | st.sampled_from(["accord", "ships", "🛳"]),
    unit=st.sampled_from([None, None, *Unit]),
    code=st.sampled_from(["loaded", "threat", "Text damage", "?"]) | MARKS,
    annotator=st.sampled_from(["reviewer", "colleague", "new", ""]) | MARKS,
    id=UUIDS,
    place=MARKS,
    note=MARKS,
    target=MARKS,
    polarity=st.sampled_from(["", "negative", "x"]),
    voice=st.sampled_from(["", "outlet", "attributed"]),
    speaker=MARKS,
    created_at=TIMES,
    codebook_revision=st.none() | st.integers(-1, 2**40),
)
ARTICLES = st.builds(
    ArticleRecord,
    ref=REFS,
    text=st.none() | MARKS | st.sampled_from([HARBOUR, SHIPS, SHIPS.replace("\n", "\r\n")]),
    story=st.sampled_from(["", "New story"]),
    outlet=st.sampled_from(["", "Blatt"]),
    headline=MARKS,
    language=st.sampled_from(["", "en", "not a code"]),
    published_at=TIMES.map(lambda when: when and when.replace(tzinfo=None)),
)
REJECTS = st.builds(Reject, place=MARKS, reason=MARKS)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    records=st.lists(sound() | sound() | ANYTHING | ARTICLES | REJECTS, max_size=25),
    size=st.sampled_from([3, 2_000]),
)
def test_any_records_are_imported_or_rejected_and_stand_where_their_words_are(
    study, story, revision, cast, records, size
):
    Article.objects.filter(pk=revision.article_id).update(url=URL)
    if not Article.objects.filter(url="https://ships.example/").exists():
        make_revision(story, text=SHIPS, url="https://ships.example/")
    given = {"study": study, "made_by": cast.owner, "batch": size}
    given["decisions"] = Decisions(create_annotators=True, story=story.title)
    rejects = []
    dry = import_records(records, **given, dry_run=True)
    outcome = import_records(records, **given, reject=rejects.append)
    assert dry == outcome
    parts = ("imported", "already_there", "removed_here", "rejected")
    parts += ("articles_made", "articles_known", "articles_missing")
    assert outcome.read == len(records) == sum(getattr(outcome, part) for part in parts)
    assert outcome.rejected == len(rejects)
    tags = Annotation.objects.select_related("span")
    texts = dict(Revision.objects.values_list("pk", "text"))
    for span in {tag.span for tag in tags}:
        assert texts[span.revision_id][span.start : span.end] == span.exact
    again = import_records(records, **given)
    assert (again.imported, again.articles_made) == (0, 0)
