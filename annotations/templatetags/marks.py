"""What `annotations.tags.drawing` draws, for the pages' templates."""

from django import template

from annotations.tags import drawing

register = template.Library()

register.simple_tag(drawing.draw_passage, name="passage")
register.simple_tag(drawing.draw_entries, name="entries")
register.simple_tag(drawing.draw_adrift, name="adrift")
register.simple_tag(drawing.draw_count, name="tag_count")
register.simple_tag(drawing.draw_button, name="step_button")
register.filter("meta", drawing.meta_of)


@register.filter
def carried(outcome: str) -> str:
    """Return what the desk says of a carry's outcome."""
    return drawing.CARRIED[outcome]
