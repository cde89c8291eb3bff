"""Stories that are adjudicated, for tests of what follows from it."""

from annotations.models import Annotation, Card, CardRuling
from annotations.rulings.adjudicating import close_adjudication, open_adjudication, rule_card

Kind = CardRuling.Kind


def cards_of(study, story, moderator) -> list[Card]:
    """Open the story's adjudication and return its cards in reading order."""
    adjudication = open_adjudication(study, story, moderator=moderator)
    return list(adjudication.cards.order_by("revision_id", "start"))


def rule_on(card, kind, *chosen: Annotation, moderator, **given) -> CardRuling:
    """Rule on a card as it stands now; `chosen` are annotations."""
    card.refresh_from_db()
    ids = [annotation.pk for annotation in chosen]
    return rule_card(card, kind, version=card.version, chosen=ids, moderator=moderator, **given)


def close(card, moderator):
    """Say that the card's story is ruled."""
    return close_adjudication(card.adjudication, moderator=moderator)
