"""Codings for tests, written as rows."""

import numpy as np
from hypothesis import strategies as st

from annotations.agreement.codings import Codings

SPANS = st.tuples(st.integers(0, 38), st.integers(1, 12)).map(lambda s: (s[0], min(40, sum(s))))


def codings(rows, lengths, *, coders=2, codes=1, stories=None, coded=None, units=None):
    """Return codings of rows (text, coder, start, end, code), each text its own story."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    whole = tuple(np.array([[0, length]]) for length in lengths)
    return Codings(
        lengths=np.array(lengths, dtype=np.int64),
        stories=np.arange(len(lengths)) if stories is None else np.array(stories),
        coded=np.ones((len(lengths), coders), bool) if coded is None else np.array(coded),
        text=columns[0],
        coder=columns[1],
        start=columns[2],
        end=columns[3],
        code=columns[4],
        codes=codes,
        parents=(-1,) * codes,
        units=whole if units is None else tuple(np.array(of_text) for of_text in units),
    ).without_duplicates()


def value(measure, made):
    """Return the figure of all stories together, NaN where it is undefined."""
    return float(measure.value(measure.statistics(made).sum(axis=0)))


@st.composite
def rows(draw, *, texts=2, coders=3, codes=3):
    """Return rows of spans in texts of 40 code points, stacked and overlapping at will."""
    places = st.tuples(st.integers(0, texts - 1), st.integers(0, coders - 1), SPANS)
    drawn = draw(st.lists(st.tuples(places, st.integers(0, codes - 1)), max_size=24))
    return [(text, coder, *span, code) for (text, coder, span), code in drawn]


def without_stacks(rows):
    """Return the rows that do not overlap one before them of the same coder and text."""
    kept = []
    for row in rows:
        text, coder, start, end, _ = row
        if not any(k[:2] == (text, coder) and start < k[3] and k[2] < end for k in kept):
            kept.append(row)
    return kept
