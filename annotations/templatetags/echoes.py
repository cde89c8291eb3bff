"""A row of the echoes in context, drawn without the template engine: a page has many of them."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotations.language.echoes import Echo

register = template.Library()

CONTEXT = (
    '<div class="kwic" dir="{}" lang="{}"><span class="kwic-left">{}</span>'
    '<a class="kwic-words" href="{}?articles={}#span-{}">{}</a>'
    '<span class="kwic-right">{}</span></div>'
)


@register.simple_tag
def kwic(echo: Echo) -> SafeString:
    """Return the words between what stands before and after them; they lead to the desk."""
    around, place = echo.excerpt, echo.place
    return format_html(
        CONTEXT,
        echo.direction,
        place.language,
        ("… " if around.cut_before else "") + around.before,
        reverse("desk", args=[echo.study, place.story]),
        place.article,
        echo.key,
        around.exact,
        around.after + (" …" if around.cut_after else ""),
    )
