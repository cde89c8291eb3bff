"""A study: the boundary of who may see what."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from annotations.models.codebook import Codebook
from sources.models import Story


class Role(models.IntegerChoices):
    """What a member may do; each role may do all that a lower one may."""

    REVIEWER = 1, "reviewer"
    MODERATOR = 2, "moderator"
    OWNER = 3, "owner"


class StudyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep the studies that `user` is a member of; a site administrator sees all."""
        if user.is_superuser:
            return self
        return self.filter(memberships__user=user)


class Study(models.Model):
    """A team, a codebook and the stories it codes."""

    key = models.CharField(
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"\A[a-z0-9][a-z0-9-]*\Z", "Use a-z, 0-9 and hyphens.")],
        help_text="in addresses and file names: a-z, 0-9 and hyphens",
    )
    name = models.CharField(max_length=200)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="studies")
    stories = models.ManyToManyField(Story, related_name="studies", blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="studies"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's role in a study."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.IntegerField(choices=Role, default=Role.REVIEWER)

    class Meta:
        ordering = ["study_id", "-role", "user_id"]
        constraints = [models.UniqueConstraint(fields=["study", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_role_display()} of {self.study}"
