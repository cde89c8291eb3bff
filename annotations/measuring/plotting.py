"""Small lines and bars, as numbers for SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 220.0, 48.0, 5.0
BAR = 30.0  # how far a bar reaches to either side, at four times or a quarter


@dataclass(frozen=True, slots=True)
class Line:
    """Where values stand in a box of WIDTH × HEIGHT; `strokes` join those without a gap."""

    dots: list[tuple[float, float] | None]
    strokes: list[str]


def line(values: Sequence[float | None], top: float) -> Line:
    """Return the places of values from 0 to `top`, from left to right; None leaves a gap."""
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    dots = [
        None if value is None else (round(EDGE + step * at, 1), _height(value, top))
        for at, value in enumerate(values)
    ]
    strokes: list[list[str]] = [[]]
    for dot in dots:
        if dot is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{dot[0]},{dot[1]}")
    return Line(dots, [" ".join(stroke) for stroke in strokes if len(stroke) > 1])


def bar(ratio: float) -> tuple[float, float]:
    """Return (x, width) of a bar that starts at BAR and leads right for more, left for less.

    The scale is logarithmic and ends at four times and at a quarter.
    """
    reach = BAR * max(-1.0, min(1.0, math.log2(ratio) / 2)) if ratio > 0 else -BAR
    return (round(BAR + min(reach, 0.0), 1), round(abs(reach), 1))


def _height(value: float, top: float) -> float:
    share = min(value / top, 1.0) if top > 0 else 0.0
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)
