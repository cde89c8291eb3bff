"""Offsets of a text in UTF-16 units, as Java and browsers count, and back: many, on one text."""

from bisect import bisect_left


class Utf16:
    """A text's offsets in both units. The text is looked through once."""

    def __init__(self, text: str) -> None:
        self._text = text
        wide = () if text.isascii() else (at for at, sign in enumerate(text) if sign > "\uffff")
        self._code_points = list(wide)
        self._units = [at + number for number, at in enumerate(self._code_points)]

    def unit(self, code_point: int) -> int:
        """Return the unit at which a code point begins."""
        return code_point + bisect_left(self._code_points, code_point)

    def code_point(self, unit: int) -> int:
        """Return the code point that begins at a unit. Raises ValueError amidst one."""
        before = bisect_left(self._units, unit)
        if before and self._units[before - 1] == unit - 1:
            raise ValueError(f"{unit} is amidst a character of two UTF-16 units")
        return unit - before

    def words(self, start: int, end: int) -> str:
        """Return what stands between two units; "" if that is nothing, or half a character."""
        if not 0 <= start < end:
            return ""
        try:
            return self._text[self.code_point(start) : self.code_point(end)]
        except ValueError:
            return ""
