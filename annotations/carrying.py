"""Where the spans of an older text stand in a newer one."""

from enum import StrEnum


class Outcome(StrEnum):
    KEPT = "kept"
    MOVED = "moved"
    REVIEW = "review"
    GONE = "gone"
