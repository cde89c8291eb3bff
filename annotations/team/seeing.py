"""What one person may see of a study: plain values, set by `annotations.access`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes a study is seen through.

    In the stories of `closed` the reader sees nobody's tags but their own, and no rulings. Those
    of `lasting` are closed for good: the reader trains on them. `everywhere`: the study has no
    other stories, so that its tags need not be looked through for those that are seen.
    """

    reader: int
    closed: frozenset[int] = frozenset()
    lasting: frozenset[int] = frozenset()
    everywhere: bool = False

    def own_only(self, story: int) -> int | None:
        """Return whose tags alone are seen in a story: the reader's; None: everybody's."""
        return self.reader if story in self.closed else None


@dataclass(frozen=True, slots=True)
class Veil:
    """The letters under which a reader sees outlets, by the outlets' ids.

    `mastheads` are the names that are masked in what the reader gets to see.
    """

    letters: Mapping[int, str]
    mastheads: tuple[str, ...] = ()

    def name_of(self, outlet: int) -> str:
        """Return what the reader knows an outlet by, given its id."""
        return f"Outlet {self.letters.get(outlet, '?')}"
