"""Figures as they are written and drawn."""

from django import template

from annotations.texts.segmenting import Segment

register = template.Library()

WIDTH = 200  # of a bar's drawing, in its own units


@register.filter
def coefficient(value: float) -> str:
    """Return a figure with three decimals, without the zero before the point: .402, −.050, 1."""
    said = f"{abs(value):.3f}"
    said = said.removeprefix("0") if said != "1.000" else "1"
    return f"−{said}" if value < 0 and said != ".000" else said


@register.filter
def on_scale(value: float, floor: float) -> str:
    """Return where a value stands on a bar from `floor` to 1; what is below stands at its end."""
    share = (max(floor, min(1.0, value)) - floor) / (1 - floor)
    return f"{WIDTH * share:.1f}"


@register.simple_tag
def bar_width(low: float, high: float, floor: float) -> str:
    """Return how long the bar from a low value to a high one is."""
    return f"{float(on_scale(high, floor)) - float(on_scale(low, floor)):.1f}"


@register.filter
def ticks(floor: float) -> list[float]:
    """Return where the scale has lines: every half between its ends."""
    return [tick for tick in (-1.0, -0.5, 0.0, 0.5, 1.0) if tick >= floor]


@register.filter
def mark_classes(segment: Segment) -> str:
    """Return the classes of a segment under marks, as the codebook's style sheet knows them."""
    return " ".join(["s", *(f"k{mark.code.pk}l{lane}" for mark, lane in segment.covering)])


@register.filter
def mark_letters(segment: Segment) -> str:
    """Return the letters of the codes whose marks end with the segment."""
    return "".join(mark.label for mark in segment.ending)
