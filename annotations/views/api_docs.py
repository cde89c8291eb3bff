"""The page that describes the API: its schema in words, without scripts of others."""

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.api.describing import objects_of, operations_of
from annotations.api.site import api


@require_safe
def api_docs(request):
    """Show all that can be asked, and what comes back."""
    schema = api.get_openapi_schema()
    context = {
        "operations": operations_of(schema),
        "objects": objects_of(schema),
        "units": schema["components"]["schemas"]["Unit"]["enum"],
        "schema_url": reverse("api:openapi-json"),
        "root": request.build_absolute_uri(reverse("api:api-root")),
        "per_minute": settings.API_PER_MINUTE,
    }
    return render(request, "annotations/api_docs.html", context)
