"""Replying: what coders and moderators say about a ruling, once each, when the story is ruled."""

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Adjudication, Card, CardReply, CardTag, Membership
from annotations.rulings.ruling import studies_moderated_by

LONGEST = 2000  # code points


class ReplyRefused(ValueError):
    """The reply cannot stand; the message says why."""


def reply_to(card: Card, text: str, *, author: User) -> CardReply:
    """Say something about the ruling on a card; the same again is the reply that stands.

    For those who have a tag on the card, and the study's moderators. Raises ReplyRefused before
    the story is ruled, for anybody else, and for a second reply: each answers once.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ReplyRefused("Write what you want to say.")
    if len(text) > LONGEST:
        raise ReplyRefused(f"At most {LONGEST} characters; these are {len(text)}.")
    with transaction.atomic():
        # The story cannot be opened again in between.
        story = Adjudication.objects.select_for_update().get(pk=card.adjudication_id)
        if story.ruled_at is None:
            raise ReplyRefused("This story is not ruled yet. Answers come after the ruling.")
        _check_may_reply(card, story.study_id, author)
        reply, is_new = CardReply.objects.get_or_create(
            card=card, author=author, defaults={"text": text}
        )
    if not is_new and reply.text != text:
        raise ReplyRefused("You have answered on this card already. Each person answers once.")
    return reply


def _check_may_reply(card: Card, study: int, author: User) -> None:
    """Raise ReplyRefused for who neither moderates the study nor, as a member, tagged there."""
    if studies_moderated_by(author, [study]):
        return
    tags = CardTag.objects.filter(card=card, annotation__annotator=author)
    is_member = Membership.objects.filter(study=study, user=author).exists()
    if not is_member or not tags.filter(annotation__removed_at=None).exists():
        raise ReplyRefused("Only who tagged these words, and moderators, answer here.")
