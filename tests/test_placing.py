"""Placing: the record's words or nothing, whatever its offsets count."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotations.interchange.placing import Ground, How, Unplaceable
from annotations.interchange.records import AnnotationRecord, ArticleRef, Unit
from sources.normalising import normalise

TEXT = "Ein 😀 Wort, 世界 und مرحبا, ein Wort;\ncafe\u0301x\n\nende"
WRITING = st.text(st.sampled_from("ab \n.é\u0301😀👩\u200d世مر"), min_size=1, max_size=60)
UNITS = st.sampled_from(list(Unit))


def record(start, end, exact="", **fields):
    return AnnotationRecord(ArticleRef(id=1), start, end, exact, "loaded", **fields)


def count(text, unit):
    widths = {Unit.UTF16: len(text.encode("utf-16-le")) // 2, Unit.BYTES: len(text.encode())}
    return widths.get(unit, len(text))


def offsets(text, start, end, unit):
    return count(text[:start], unit), count(text[:end], unit)


@st.composite
def spans(draw, writing=WRITING):
    text = normalise(draw(writing))
    assume(text.strip())
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip())
    return text, start, end


@settings(max_examples=150)
@given(spans(), UNITS)
def test_words_are_placed_by_the_unit_that_is_named(span, unit):
    text, start, end = span
    placed = Ground(text).place(
        record(*offsets(text, start, end, unit), text[start:end], unit=unit)
    )
    assert (placed.quote.start, placed.quote.end, placed.unit) == (start, end, unit)


@settings(max_examples=150)
@given(spans(), UNITS)
def test_words_are_placed_by_any_unit_or_not_at_all(span, unit):
    text, start, end = span
    given = record(*offsets(text, start, end, unit), text[start:end], prefix=text[:start])
    try:
        placed = Ground(text).place(given)
    except Unplaceable:
        return
    assert (placed.quote.start, placed.quote.end) == (start, end)


@settings(max_examples=200)
@given(spans(), st.integers(0, 70), st.integers(0, 70), st.sampled_from([None, *Unit]))
def test_damaged_offsets_never_lead_to_other_words(span, first, last, unit):
    text, start, end = span
    exact = text[start:end]
    try:
        placed = Ground(text).place(record(first, last, exact, unit=unit))
    except Unplaceable:
        return
    assert text[placed.quote.start : placed.quote.end] == exact
    if placed.how is How.RE_ANCHORED:
        assert (placed.quote.start, text.find(exact, start + 1)) == (start, -1)


@settings(max_examples=100)
@given(WRITING.map(lambda text: text.replace(".", "\r\n").replace("b", "e\u0301 \r\n")), st.data())
def test_offsets_of_another_normal_form_and_line_ends_find_the_words(raw, data):
    text = normalise(raw).strip("\n")
    assume(text.strip())
    start = data.draw(st.integers(0, len(raw) - 1))
    exact = raw[start : data.draw(st.integers(start + 1, len(raw)))]
    try:
        assume(not {"\u0301"} & {exact[0], *raw[start + len(exact) :][:1]})
        placed = Ground(text, raw).place(record(start, start + len(exact), exact))
    except Unplaceable:
        return
    assert placed.quote.exact == normalise(exact + "x")[:-1]
    assert placed.quote.start <= len(normalise(raw[:start] + "x")) - 1


def test_offsets_without_words_count_in_the_files_own_text():
    raw = "\r\nEin Wort.  \r\nCafe\u0301 heute,\r\nmorgen"
    ground = Ground(unicodedata.normalize("NFC", "Ein Wort.\nCafe\u0301 heute,\nmorgen"), raw)
    for words in ("Wort", "heute", "morgen"):
        start = raw.index(words)
        placed = ground.place(record(start, start + len(words)))
        assert (placed.quote.exact, placed.how) == (words, How.UNCHECKED)


@pytest.mark.parametrize(
    ("fields", "how", "start"),
    [
        ({"start": 6, "end": 10, "exact": "Wort"}, How.AS_GIVEN, 6),
        ({"start": 7, "end": 11, "exact": "Wort"}, How.CONVERTED, 6),
        ({"start": 9, "end": 13, "exact": "Wort"}, How.CONVERTED, 6),
        ({"start": 0, "end": 2, "exact": "世界"}, How.RE_ANCHORED, 12),
        ({"start": None, "end": None, "exact": "مرحبا"}, How.RE_ANCHORED, 19),
        ({"start": 0, "end": 4, "exact": "Wort", "suffix": ";\ncafé"}, How.RE_ANCHORED, 30),
        ({"start": 0, "end": 4, "exact": "Wort", "prefix": "und مرحبا, ein "}, How.RE_ANCHORED, 30),
        ({"start": 0, "end": 3, "exact": ""}, How.UNCHECKED, 0),
    ],
)
def test_words_are_placed(fields, how, start):
    placed = Ground(normalise(TEXT)).place(record(**fields))
    assert (placed.how, placed.quote.start) == (how, start)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"start": 0, "end": 4, "exact": "Wort"}, "occurs in the text 2 times"),
        ({"start": 0, "end": 4, "exact": "fort"}, "does not occur"),
        ({"start": 0, "end": 2, "exact": "世界", "prefix": "a world of "}, "once, but not between"),
        ({"start": 1, "end": 5, "exact": "Wort", "prefix": "no "}, "none of them beyond doubt"),
        ({"start": 7, "end": 6, "exact": ""}, "are not in the text"),
        ({"start": 900, "end": 901, "exact": ""}, "are not in the text"),
        ({"start": 5, "end": 8, "exact": "", "unit": Unit.UTF16}, "are not in the text"),
        ({"start": 6, "end": 9, "exact": "", "unit": Unit.BYTES}, "are not in the text"),
        ({"start": 3, "end": 4, "exact": ""}, "Only white space"),
        ({"start": None, "end": None, "exact": ""}, "no offsets"),
    ],
)
def test_words_are_refused_with_the_reason(fields, reason):
    with pytest.raises(Unplaceable, match=reason):
        Ground(normalise(TEXT)).place(record(**fields))


def test_words_at_two_places_by_two_units_wait_until_the_file_has_shown_its_unit():
    ground, doubtful = Ground("😀aaaa ende"), record(3, 4, "a")
    with pytest.raises(Unplaceable, match="by code points, and at"):
        ground.place(doubtful)
    assert ground.place(record(3, 4, "a", unit=Unit.CODE_POINTS)).quote.start == 3
    assert ground.settle_unit([doubtful, record(7, 11, "ende")]) == Unit.UTF16
    assert (ground.place(doubtful).quote.start, ground.place(doubtful).how) == (2, How.CONVERTED)


def test_words_in_other_surroundings_are_no_conversion():
    ground = Ground("😀 Wort Wort und Wort")
    assert ground.place(record(3, 7, "Wort")).how is How.CONVERTED
    with pytest.raises(Unplaceable, match="3 times"):
        ground.place(record(3, 7, "Wort", prefix="no such words"))
