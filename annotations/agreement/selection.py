"""Which of a study's tags an agreement is about, and its address.

No numpy here: pages that only show stored figures import this alone.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

DAYS = ("since", "until")


class Unit(enum.StrEnum):
    """What two coders have, or have not, both noticed."""

    SENTENCE = "sentence"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, by primary keys; what is None narrows nothing.

    `since` and `until` are days, both included. A pair is ascending.
    """

    story: int | None = None
    outlet: int | None = None
    code: int | None = None
    pair: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    unit: Unit = Unit.SENTENCE

    @classmethod
    def of(cls, address: str) -> "Selection":
        """Return the selection that an address of ours names; raises ValueError for another."""
        return cls.chosen(dict(parse_qsl(address, strict_parsing=True)) if address else {})

    @classmethod
    def chosen(cls, given: Mapping[str, str]) -> "Selection":
        """Return the selection of the parts of an address; raises ValueError."""
        first, _, second = given.get("pair", "").partition("-")
        pair = (int(first), int(second)) if first else None
        keys = {name: int(given[name]) for name in ("story", "outlet", "code") if name in given}
        days = {name: date.fromisoformat(given[name]) for name in DAYS if name in given}
        return cls(
            story=keys.get("story"),
            outlet=keys.get("outlet"),
            code=keys.get("code"),
            pair=(min(pair), max(pair)) if pair else None,
            since=days.get("since"),
            until=days.get("until"),
            unit=Unit(given.get("unit", Unit.SENTENCE)),
        )

    def parts(self) -> dict[str, str]:
        """Return what stands in the address, in its fixed order."""
        given = {
            "story": self.story,
            "outlet": self.outlet,
            "code": self.code,
            "pair": self.pair and "-".join(map(str, self.pair)),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "unit": self.unit.value if self.unit != Unit.SENTENCE else None,
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    @property
    def address(self) -> str:
        """Return the one address of this selection; "" is the whole study."""
        return urlencode(self.parts())
