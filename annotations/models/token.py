"""Tokens by which programs ask the API in a person's name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ApiToken(models.Model):
    """A secret that stands for its user. Only its digest is kept: it is shown once, when made.

    `asked` counts the requests of the minute that began at `window_at`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=100, help_text="what it is for")
    beginning = models.CharField(max_length=12, help_text="by which its owner knows it again")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token")
    may_write = models.BooleanField(default=False, help_text="may tag in its user's name")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="empty: never")
    revoked_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(digest=""), name="api_token_has_a_digest")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"
