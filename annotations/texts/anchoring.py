"""Where a quote stands in a text.

Offsets are Unicode code points, half-open. JavaScript and .NET count UTF-16
units, so the border converts. Selectors are W3C Web Annotation's
TextPositionSelector and TextQuoteSelector.
"""

from dataclasses import dataclass

CONTEXT = 32  # code points of prefix and of suffix


class AnchorError(ValueError):
    """The words cannot be placed; the message says why, in words for the reviewer."""


class OutsideText(AnchorError):
    """The range does not lie within the text."""


class QuoteMismatch(AnchorError):
    """The text at the range is not the quote."""


class QuoteNotFound(AnchorError):
    """The text does not hold the quote that often."""


@dataclass(frozen=True, slots=True)
class TextQuote:
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def quote_at(text: str, start: int, end: int, exact: str | None = None) -> TextQuote:
    """Return the quote at [start, end), with up to 32 code points of context.

    Raises OutsideText unless 0 <= start < end <= len(text), or if only white
    space stands there. Raises QuoteMismatch if `exact` is given and differs:
    the browser and we disagree about the text, and to store the span would
    move it silently.
    """
    if not 0 <= start < end <= len(text):
        raise OutsideText(
            f"The selection {start}–{end} does not lie within the text, which has "
            f"{len(text)} characters. Reload the page and select the words again."
        )
    found = text[start:end]
    if exact is not None and found != exact:
        raise QuoteMismatch(
            f"The text at {start}–{end} reads “{shortened(found)}”, not “{shortened(exact)}”. "
            "Reload the page and select the words again."
        )
    if not found.strip():
        raise OutsideText("Only white space is selected. Select at least one word.")
    return TextQuote(
        start, end, found, text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    )


def occurrence_of(text: str, exact: str, number: int = 1) -> TextQuote:
    """Return the `number`-th place, from 1, where `exact` stands; places may overlap.

    Raises QuoteNotFound, saying how often the words do occur.
    """
    if not exact.strip():
        raise OutsideText("No words are given. Copy the words to tag from the article.")
    start, seen = -1, 0
    while (start := text.find(exact, start + 1)) >= 0:
        seen += 1
        if seen == number:
            return quote_at(text, start, start + len(exact))
    times = {0: "does not occur", 1: "occurs once"}.get(seen, f"occurs {seen} times")
    raise QuoteNotFound(f"“{shortened(exact)}” {times} in this article.")


def utf16_offsets(text: str, start: int, end: int) -> tuple[int, int]:
    """Return [start, end) of code points as UTF-16 units of the same text."""
    before = utf16_length(text[:start])
    return before, before + utf16_length(text[start:end])


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units `text` takes: two for what lies beyond the BMP."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def shortened(words: str, limit: int = 60) -> str:
    """Return the words as a message can hold them: at most `limit` code points, cut with "…"."""
    return words if len(words) <= limit else words[: limit - 1] + "…"
