"""Where a page that is sent from the browser may go."""

from itertools import groupby

from django.contrib.auth.models import User

from annotations.models import Role, Study

MOST_PLACES = 300  # stories to choose from, the newest


def places_for(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the stories that a user may import into, as groups of choices by study. One query.

    The value of a choice is `key/story`. Studies that hide their outlets from reviewers are left
    out for them; a moderator who codes a story there is told only when sending.
    """
    studies = Study.objects.visible_to(user)
    if not user.is_superuser:
        veiled = studies.filter(outlets_hidden=True, memberships__role__lt=Role.MODERATOR)
        studies = studies.exclude(pk__in=veiled.values("pk"))
    links = Study.stories.through.objects.filter(study__in=studies.order_by().values("pk"))
    newest = links.order_by("-story__created_at", "-story").values_list(
        "study__name", "study__key", "story", "story__title"
    )[:MOST_PLACES]
    by_study = sorted(newest, key=lambda link: link[:2])  # stable: the newest story stays first
    return [
        (name, [(f"{key}/{story}", title) for _, _, story, title in group])
        for (name, key), group in groupby(by_study, key=lambda link: link[:2])
    ]
