"""The words around a range of a text, for showing it outside the text."""

from dataclasses import dataclass

REACH = 320  # code points on either side, at most


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A range with the rest of its passage; `cut_…` says where more of the passage follows."""

    before: str
    exact: str
    after: str
    cut_before: bool
    cut_after: bool


def excerpt(text: str, start: int, end: int, reach: int = REACH) -> Excerpt:
    """Return [start, end) of `text` in its passage, at most `reach` code points on either side.

    A range that crosses passages keeps the `\\n` between them. A cut falls
    between words where it can.
    """
    begin = text.rfind("\n", 0, start) + 1
    finish = text.find("\n", end)
    finish = len(text) if finish < 0 else finish
    left, right = max(begin, start - reach), min(finish, end + reach)
    if left > begin:
        left = _after_space(text, left, start)
    if right < finish:
        right = _before_space(text, end, right)
    return Excerpt(text[left:start], text[start:end], text[end:right], left > begin, right < finish)


def _after_space(text: str, left: int, start: int) -> int:
    space = text.find(" ", left, start)
    return left if space < 0 else space + 1


def _before_space(text: str, end: int, right: int) -> int:
    space = text.rfind(" ", end, right)
    return right if space < 0 else space
