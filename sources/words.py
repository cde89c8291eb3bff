"""Find and count the words of a text, in any script."""

import re

# A Han or Kana character is a word, as word processors count them; Hangul is written with
# spaces. What hangs together by an apostrophe, hyphen, point or comma ("U.S.-led", "1,000") is one.
_IDEOGRAPHS = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = rf"[^\W{_IDEOGRAPHS}]"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|{_LETTERS}+(?:['’.,\u2010\u2011-]{_LETTERS}+)*")


def words_of(text: str) -> list[str]:
    """Return the words of `text` in their order; each Han or Kana character is one.

    Scripts that write neither spaces nor Han, such as Thai, are cut into phrases.
    """
    return _WORD.findall(text)


def word_places(text: str) -> list[tuple[int, int]]:
    """Return where the words of `text` stand, as half-open code points."""
    return [match.span() for match in _WORD.finditer(text)]


def words(text: str) -> int:
    """Count the words of `text`, as `words_of` finds them."""
    return len(_WORD.findall(text))
