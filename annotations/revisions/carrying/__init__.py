"""Carry spans of an article's revision to another revision of it.

1. Both texts are brought into a plain form, in which white space and the style of
   quotation marks are alike (`wording`). Two spans have the same words if their
   plain forms are equal, character by character.
2. What each text holds once, three words in a row or a whole sentence, is found in
   the other wherever it stands, and grows to the longest run that both share: the
   unique lines of patience diff (Bram Cohen), on words. diff-match-patch compares
   what is left between the runs, by words, then by characters (`aligning`).
3. A run that crosses more text than it holds has moved (`runs`).
4. A span that lies within a sure run is kept or moved with it. One in a changed gap
   is, if the gap is narrow and the words can hardly stand there by chance; else the
   place that is most like it is proposed for review, or it is gone (`placing`).
   The score weighs quote, prefix, suffix and position, as Hypothesis does.

A phrase is never looked for in all of the text, so it cannot jump to its twin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.revisions.carrying.aligning import align
from annotations.revisions.carrying.placing import Outcome, Placing
from annotations.revisions.carrying.wording import Wording
from annotations.texts.anchoring import OutsideText

__all__ = ["Carried", "Outcome", "carry"]


@dataclass(frozen=True, slots=True)
class Carried:
    """Where one span of the old text stands in the new one, in code points.

    `start` and `end` are None exactly if it is gone; for review they are a
    proposal. `score` says from 0 to 1 how like the place is: .6 the words, .15
    each what stands before and behind them, .1 how far they shifted.
    """

    outcome: Outcome
    start: int | None
    end: int | None
    score: float


def carry(
    old: str, new: str, spans: Sequence[tuple[int, int]], *, seconds: float = 1.0
) -> list[Carried]:
    """Return where each of `spans`, half-open ranges of `old`, stands in `new`.

    Takes not much longer than `seconds` to compare the texts: what could not be
    compared in time is for review or gone. Raises OutsideText for a range that
    is empty or not within `old`.
    """
    for start, end in spans:
        if not 0 <= start < end <= len(old):
            raise OutsideText(
                f"The span {start}–{end} does not lie within the text, which has {len(old)}"
                " characters."
            )
    if old == new:
        return [Carried(Outcome.KEPT, start, end, 1.0) for start, end in spans]
    wordings = Wording(old), Wording(new)
    placing = Placing(*wordings, align(*wordings, seconds))
    return [_carried(placing, *wordings, start, end) for start, end in spans]


def _carried(placing: Placing, old: Wording, new: Wording, start: int, end: int) -> Carried:
    """Return the place of a span in code points of the new text.

    Of white space at its ends the span holds as much as before. If there is not
    so much any more, the place is for review.
    """
    first, last = old.holding(start, end)
    place = placing.place(first, last)
    if place.outcome == Outcome.GONE:
        return Carried(Outcome.GONE, None, None, 0.0)
    to, to_end = new.raw(place.start), new.raw(place.end)
    if place.outcome == Outcome.REVIEW:
        return Carried(Outcome.REVIEW, to, to_end, place.score)
    head = new.raw(place.start + 1) - (old.raw(first + 1) - start)
    tail = new.raw(place.end - 1) + (end - old.raw(last - 1))
    if last - first == 1:  # a part of a single white space
        head, tail = to + start - old.raw(first), to + end - old.raw(first)
    if to <= head < tail <= to_end:
        return Carried(place.outcome, head, tail, place.score)
    return Carried(Outcome.REVIEW, to, to_end, place.score)
