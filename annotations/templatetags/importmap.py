"""The import map: our ES modules by their bare names, at their hashed addresses."""

import json
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()

SCRIPTS = Path(settings.BASE_DIR) / "static" / "js"


@register.simple_tag(takes_context=True)
def importmap(context):
    """Return the <script type="importmap"> for every module under static/js.

    `static/js/desk/caret.js` is imported as `desk/caret`. The content is ours
    alone (file names and static addresses), so it needs no escaping but JSON's.
    """
    names = sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js"))
    # A static file that is missing is answered before the policy's middleware gave a nonce.
    nonce = getattr(context["request"], "csp_nonce", "")
    imports = {name.removesuffix(".js"): static(f"js/{name}") for name in names}
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        nonce,
        _Json({"imports": imports}),
    )


class _Json:
    """JSON that may stand in a script element: `<` cannot open a tag there."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __html__(self) -> str:
        return json.dumps(self.value).replace("<", "\\u003c")
