"""What one person may see of a study: plain values, set by `annotations.access`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes a study is seen through.

    In the stories of `closed` the reader sees nobody's tags but their own, and no rulings.
    """

    reader: int
    closed: frozenset[int] = frozenset()
