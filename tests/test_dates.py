"""Dates are read as articles and tables write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.dates import parse_date

DAY = datetime(2023, 5, 10, tzinfo=UTC)
AFTERNOON = DAY.replace(hour=16, minute=36)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-05-10", DAY),
        ("2023-05-10 16:36:13", AFTERNOON.replace(second=13)),
        ("2023-05-10T18:36:00+02:00", AFTERNOON),
        ("2023-05-10T16:36:00Z", AFTERNOON),
        ("Wed, 10 May 2023 18:36:00 +0200", AFTERNOON),
        ("May 10, 2023", DAY),
        ("Wednesday, May 10, 2023", DAY),
        ("10th May 2023", DAY),
        ("Published: 10 May 2023 at 4:36 pm", AFTERNOON),
        ("Updated May 10, 2023 16:36 GMT", AFTERNOON),
        ("10. Mai 2023, 16:36 Uhr", AFTERNOON),
        ("10.05.2023", DAY),
        ("mercredi 10 mai 2023 à 16h36", AFTERNOON),
        ("10 de mayo de 2023", DAY),
        ("10 мая 2023 г.", DAY),
        ("2023年5月10日 16:36", AFTERNOON),
        ("May 10, 2023 12:05 am", DAY.replace(minute=5)),
    ],
)
def test_written_date_is_read(text, moment):
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "255", "2023", "3/5/2023", "2023-13-45", "31 February 2023", "12:30", "1, 2, 3"),
        *("In May 2023 he left", "The 10 May 2023 meeting of the ministers"),
        "0001-01-01T00:00:00+05:00",
    ],
)
def test_what_is_no_date_or_not_a_clear_one_is_not_guessed(text):
    assert parse_date(text) is None


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(text):
    parse_date(text)
