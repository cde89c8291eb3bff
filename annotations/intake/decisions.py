"""What a person decides of a file of annotations, and what became of it: plain values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

LEAVE_OUT = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the names in a file stand for here.

    `codes` and `annotators` lead from what the file says to the key of a code and to the name of
    an account; LEAVE_OUT rejects what has that name. The annotator "" is of those that name none,
    and `annotator` is of all. `story` and `outlet` are of new articles whose record names none.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    annotators: Mapping[str, str] = field(default_factory=dict)
    annotator: str = ""
    create_annotators: bool = False
    story: str = ""
    outlet: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Decisions":
        """Return the decisions that `stored` holds; what it does not know is left alone."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    def stored(self) -> dict[str, Any]:
        """Return the decisions in a form for JSON."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return found | {"codes": dict(self.codes), "annotators": dict(self.annotators)}


@dataclass(slots=True)
class Outcome:
    """What became of the records of a file: `read` of them, the sum of the next seven.

    An article is missing that the study does not have, and whose text the file does not have.
    `unknown_…` count the annotations that were rejected because nobody said what that name
    stands for; `rulings` those that come without the moderator's ruling that the file has.
    """

    read: int = 0
    imported: int = 0
    already_there: int = 0
    removed_here: int = 0
    rejected: int = 0
    articles_made: int = 0
    articles_known: int = 0
    articles_missing: int = 0
    reanchored: int = 0
    rulings: int = 0
    converted: Counter[str] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    unknown_annotators: Counter[str] = field(default_factory=Counter)
    unknown_articles: Counter[str] = field(default_factory=Counter)
    people_made: list[str] = field(default_factory=list)

    def add(self, more: "Outcome") -> None:
        """Add what became of further records of the same file."""
        for each in fields(self):
            before = getattr(self, each.name)
            if isinstance(before, Counter):
                before.update(getattr(more, each.name))
            else:
                setattr(self, each.name, before + getattr(more, each.name))

    def stored(self) -> dict[str, Any]:
        """Return the numbers in a form for JSON."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that `stored` holds."""
        found = cls()
        for each in fields(cls):
            if each.name in stored:
                kind = type(getattr(found, each.name))
                setattr(found, each.name, kind(stored[each.name]))
        return found


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Counter) else value
