"""A study: the boundary of who may see what."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.codebook import Codebook
from annotations.team.seeing import Sight, Veil
from sources.models import Story


class Role(models.IntegerChoices):
    """What a member may do; each role may do all that a lower one may."""

    REVIEWER = 1, "reviewer"
    MODERATOR = 2, "moderator"
    OWNER = 3, "owner"


class BlindUntil(models.TextChoices):
    """When a reviewer of a blind study sees the tags of others on a story."""

    ADJUDICATED = "adjudicated", "the story is adjudicated"
    PART_DONE = "part done", "their own part of it is done"


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
    blind = models.BooleanField(
        default=False, help_text="reviewers see their own tags only, until a story is opened"
    )
    blind_until = models.CharField(
        max_length=11, choices=BlindUntil, default=BlindUntil.ADJUDICATED
    )
    outlets_hidden = models.BooleanField(
        default=False, help_text="who has a part to code sees outlets as A, B, C"
    )
    mastheads_masked = models.BooleanField(
        default=False, help_text="outlets' names in the texts are masked too, letter by letter"
    )
    coders_per_story = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1)]
    )
    coders_may_rule = models.BooleanField(
        default=False, help_text="a moderator who codes a story may rule on its cards"
    )
    pass_mark = models.PositiveSmallIntegerField(
        default=70,
        validators=[MaxValueValidator(100)],
        help_text="of 100: the agreement with the gold standard that training stories ask",
    )
    licence = models.CharField(
        max_length=200,
        blank=True,
        help_text="under which the study's releases may be used, such as CC BY 4.0",
    )
    texts_released = models.BooleanField(
        default=False, help_text="releases hold the articles' texts, not only the words tagged"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = StudyQuerySet.as_manager()

    # What the person who asks may see of it; set by `annotations.access`. A study that was not
    # reached through there, as in a command or a job, is seen whole.
    sight: Sight | None = None
    veil: Veil | None = None

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(blind_until__in=BlindUntil.values), name="study_blind_until_is_known"
            ),
            models.CheckConstraint(
                condition=Q(coders_per_story__gte=1), name="study_has_coders_per_story"
            ),
            models.CheckConstraint(
                condition=Q(pass_mark__lte=100), name="study_pass_mark_within_100"
            ),
        ]

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
