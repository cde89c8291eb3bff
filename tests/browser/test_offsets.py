"""The border between the DOM and the revision: code points there and back, whatever the text."""

import random

from tests.browser.desk_page import open_desk
from tests.conftest import make_revision

TEXT = (
    "👩‍👩‍👧‍👦 Family 𝔉𝔯𝔢𝔢 🇺🇦\n\n\n"
    "Cafe\u0301 nai\u0308ve — re\u0301sume\u0301\n"
    "نهر النيل طويل جدا\n\n"
    "  部长们星期一签署了港口协议。\t\n"
    "x"
)
THERE_AND_BACK = """async ([revision, spans]) => {
  const { offsetOf, quoteOf, rangeOf, textOf } = await import("desk/offsets");
  const text = textOf(revision);
  return spans.map(([start, end]) => {
    const range = rangeOf(text, start, end);
    const from = offsetOf(text, range.startContainer, range.startOffset);
    const to = offsetOf(text, range.endContainer, range.endOffset);
    const quote = quoteOf(text, start, end);
    return [from, to, quote && [quote.start, quote.end, quote.exact]];
  });
}"""


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return [start, end) without the white space at its ends (empty if there is only that)."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def inside_words(text: str) -> list[int]:
    """Return the offsets that stand at a character, not at a line end."""
    return [at for at, character in enumerate(text) if character != "\n"]


def test_every_span_goes_to_the_dom_and_back(page, log_in, cast, study, story, tag):
    revision = make_revision(story, outlet="Scripts", text=TEXT)
    tag(revision, "Family 𝔉𝔯")
    tag(revision, "𝔢 🇺🇦\n\n\nCafe\u0301", code="damage")  # marks cut the text nodes
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    places = inside_words(TEXT)
    some = random.Random(7)
    spans = [(a, b + 1) for a, b in (sorted(some.choices(places, k=2)) for _ in range(400))]
    found = page.evaluate(THERE_AND_BACK, [str(revision.pk), spans])
    for (start, end), (there, back, quote) in zip(spans, found, strict=True):
        assert (there, back) == (start, end)
        first, last = trimmed(TEXT, start, end)
        assert quote == ([first, last, TEXT[first:last]] if first < last else None)


def test_a_point_between_passages_is_the_next_passages_start(page, log_in, cast, study, story):
    revision = make_revision(story, outlet="Scripts", text="One 👩.\n\nTwo.\n")
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    found = page.evaluate(
        """async (revision) => {
          const { offsetOf, passagesOf, textOf } = await import("desk/offsets");
          const text = textOf(revision);
          const second = [...text.childNodes].indexOf(passagesOf(text)[1]);
          return [[text, 0], [text, second], [text, text.childNodes.length], [document.body, 0]]
            .map(([node, index]) => offsetOf(text, node, index));
        }""",
        str(revision.pk),
    )
    assert found == [0, 8, 12, 0]
