"""Words are counted in any script."""

import pytest

from sources.words import words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("• — 😀", 0),
        ("It’s the U.S.-led fleet’s 1,000th day", 7),
        ("naïve café", 2),
        ("部长们周二", 5),
        ("東京でNATO会議", 6),
        ("장관들은 화요일", 2),
        ("التقى الوزراء", 2),
    ],
)
def test_words_are_counted_in_any_script(text, count):
    assert words(text) == count
