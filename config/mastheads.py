"""Pages for those who are not to know which outlet published what they read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from annotations.team.masking import mask


class MaskMastheads:
    """Blot the outlets' names out of a page, if the study that it shows asks for that.

    `annotations.access` notes on the user what hides the outlets from them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        response = self.get_response(request)
        veil = getattr(request.user, "veil", None)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if veil and veil.mastheads and is_page and isinstance(response, HttpResponse):
            page = response.content.decode(response.charset)
            response.content = mask(page, veil.mastheads).encode(response.charset)
        return response
