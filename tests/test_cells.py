"""The kinds of the columns of our own files."""

from datetime import UTC, date, datetime

import pytest

from annotations.export.columns import ANNOTATIONS, FACTS, GOLD, RULINGS
from annotations.interchange.cells import Kind, kind_of, value

COLUMNS = {column.name: column for table in (ANNOTATIONS, FACTS, GOLD, RULINGS) for column in table}
# What nobody wrote and is no number, time or yes or no: ids, digests and words of a short list.
FIXED_WORDS = set(
    """annotation_id study revision_sha256 carry_outcome carry_ruling polarity voice status report
    stance ruling""".split()
)


def test_every_column_has_a_kind():
    words = {name for name, column in COLUMNS.items() if not column.is_text} & {
        name for name in COLUMNS if kind_of(name) == Kind.WORDS
    }
    assert words == FIXED_WORDS


def test_words_of_people_are_words():
    assert not [
        name for name, column in COLUMNS.items() if column.is_text and kind_of(name) != Kind.WORDS
    ]


@pytest.mark.parametrize(
    ("cell", "kind", "said"),
    [
        ("", Kind.INTEGER, None),
        ("-12", Kind.INTEGER, -12),
        ("0.125", Kind.NUMBER, 0.125),
        ("true", Kind.TRUTH, True),
        ("false", Kind.TRUTH, False),
        (
            "2026-01-31T09:30:00.000250Z",
            Kind.TIME,
            datetime(2026, 1, 31, 9, 30, 0, 250, tzinfo=UTC),
        ),
        ("2026-01-31", Kind.DAY, date(2026, 1, 31)),
        ("=1+1", Kind.WORDS, "=1+1"),
    ],
)
def test_cell_is_what_its_column_holds(cell, kind, said):
    assert value(cell, kind) == said


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.WORDS])
def test_cell_that_is_not_of_its_kind_is_refused(kind):
    with pytest.raises(ValueError, match="1"):
        value("=1+1", kind)
