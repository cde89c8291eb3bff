"""Hidden outlets: the letters that stand for them, for those who are not to know who published.

A reviewer does not, as long as the study hides its outlets; nor does a moderator who has a story
still to code. The letters are stored, so that they stay when outlets come.
"""

import random
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.models import Assignment, OutletAlias, Role, Study
from annotations.team.seeing import Veil
from sources.models import Outlet

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def veil_of(study: Study, reader: User, role: Role) -> Veil | None:
    """Return what hides the outlets from a member; None if nothing does. At most three queries."""
    if not study.outlets_hidden:
        return None
    if role >= Role.MODERATOR:
        parts = Assignment.objects.filter(study=study, coder=reader)
        if not parts.exclude(state=Assignment.State.DONE).exists():
            return None
    known = dict(OutletAlias.objects.filter(study=study).values_list("outlet", "letter"))
    outlets = Outlet.objects.filter(articles__story__studies=study).distinct().order_by("pk")
    found = dict(outlets.values_list("pk", "name"))
    # An outlet that has no letter yet gets the one that `letter_outlets` would store next.
    free = _free(set(known.values()))
    letters = known | {outlet: next(free) for outlet in found if outlet not in known}
    return Veil(letters, tuple(found.values()) if study.mastheads_masked else ())


def letter_outlets(study: Study) -> None:
    """Store a letter for each outlet of a study that hides them, in shuffled order."""
    if not study.outlets_hidden:
        return
    known = dict(OutletAlias.objects.filter(study=study).values_list("outlet", "letter"))
    outlets = Outlet.objects.filter(articles__story__studies=study).distinct()
    new = [outlet for outlet in outlets.order_by("pk") if outlet.pk not in known]
    if len(new) > 1:
        random.SystemRandom().shuffle(new)  # by no seed that a reader could guess
    aliases = zip(new, _free(set(known.values())), strict=False)
    try:
        with transaction.atomic():
            OutletAlias.objects.bulk_create(
                OutletAlias(study=study, outlet=outlet, letter=letter) for outlet, letter in aliases
            )
    except IntegrityError:
        return  # somebody else was quicker, and these have their letters


def outlet_name(study: Study, outlet: Outlet) -> str:
    """Return the outlet's name, or the letter under which the reader of the study knows it."""
    return study.veil.name_of(outlet.pk) if study.veil else outlet.name


def _free(taken: set[str]) -> Iterator[str]:
    """Yield A to Z, AA to ZZ and so on, without those that are taken."""
    length = 1
    while True:
        for number in range(len(ALPHABET) ** length):
            digits = [number // len(ALPHABET) ** place % len(ALPHABET) for place in range(length)]
            letter = "".join(ALPHABET[digit] for digit in reversed(digits))
            if letter not in taken:
                yield letter
        length += 1
