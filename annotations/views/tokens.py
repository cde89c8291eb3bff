"""A person's own tokens for the API."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.forms.tokens import TokenForm
from annotations.models import ApiToken
from annotations.team.tokens import TokenRefused, make_token, revoke_token


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request):
    """List the tokens in use; POST makes one and shows its secret.

    The one page that answers a plain POST itself: the secret is kept nowhere from which the page
    of a redirect could take it.
    """
    form = TokenForm(request.POST or None, label_suffix="")
    made, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("name", "may_write")}
            try:
                made = make_token(**given, expires_at=form.expires_at(), user=request.user)
            except TokenRefused as refusal:
                form.add_error("name", str(refusal))
            else:
                form, status = TokenForm(label_suffix=""), 200
    mine = ApiToken.objects.filter(user=request.user, revoked_at=None)
    context = {
        "tokens": mine.order_by("-created_at", "-pk"),
        "form": form,
        "made": made,
        "per_minute": settings.API_PER_MINUTE,
    }
    return render(request, "annotations/tokens.html", context, status=status)


@require_POST
def token_revoke(request, token_id):
    """End one of one's own tokens."""
    token = revoke_token(get_object_or_404(ApiToken, pk=token_id, user=request.user))
    messages.success(request, f"The token “{token.name}” is revoked. It lets nobody in any more.")
    response = redirect("tokens")
    response.status_code = 303
    return response
