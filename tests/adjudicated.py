"""Stories that are adjudicated, for tests of what follows from it."""

from annotations.models import Annotation, Card, CardRuling
from annotations.rulings.adjudicating import close_adjudication, open_adjudication, rule_card
from annotations.rulings.cards import gold_in_force
from annotations.rulings.gilding import Merged

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


def statuses(tags):
    """Return the statuses of the tags as the database has them."""
    for tag in tags:
        tag.refresh_from_db()
    return [tag.status for tag in tags]


def merged(card, exact, code, **said):
    """Return what a moderator puts in the place of all tags: these words of the card's text."""
    start = card.revision.text.index(exact)
    return Merged(start, start + len(exact), exact, code, **said)


def words_in_force(study):
    """Return the words of the gold tags in the order they were made."""
    return [gold.span.exact for gold in gold_in_force(study).order_by("pk")]
