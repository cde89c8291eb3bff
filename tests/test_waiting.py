"""The navigation's count of carries is that of the list, for every pair of eyes."""

import pytest

from annotations.access import study_for
from annotations.facts.stating import QuotedSpan, state_quoted_fact
from annotations.models import Carry
from annotations.revisions.carries import carry_to
from annotations.revisions.carry_queue import standing
from annotations.revisions.carrying import Outcome
from annotations.revisions.waiting import count_waiting
from annotations.rulings.adjudicating import open_adjudication, rule_card
from annotations.tags.tagging import remove_annotation
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db

WORDS, QUOTED, GOLD = "military suffocation", "harbour accord", "Critics"


@pytest.fixture
def changed(study, revision, tag, cast):
    """Words that a tag, a fact and a gold tag alone point at, all changed since."""
    tag(revision, WORDS, annotator=cast.colleague)
    start = revision.text.index(QUOTED)
    quote = QuotedSpan(start, start + len(QUOTED), QUOTED)
    state_quoted_fact(study, "An accord.", revision=revision, quote=quote, author=cast.owner)
    story = revision.article.story
    gold = tag(revision, GOLD)
    card = next(
        card
        for card in open_adjudication(study, story, moderator=cast.owner).cards.all()
        if card.tags.filter(annotation=gold).exists()
    )
    rule_card(card, "one", version=card.version, chosen=[gold.pk], moderator=cast.owner)
    remove_annotation(gold, actor=cast.reviewer)
    text = HARBOUR
    for words in (WORDS, QUOTED, GOLD):
        text = text.replace(words, "x" * len(words))
    newest = revise(revision, text)
    carry_to(newest)
    Carry.objects.update(outcome=Outcome.REVIEW)
    return newest


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("who", ["reviewer", "colleague", "moderator", "administrator"])
def test_count_is_that_of_the_list(study, cast, changed, blind, who):
    study.blind = blind
    study.save(update_fields=["blind"])
    seen = study_for(getattr(cast, who), study.key)
    listed = standing(seen).to_review().count()
    assert seen.carries_waiting == listed == count_waiting(seen)
    assert listed == {"reviewer": 1, "colleague": 2}.get(who, 3) if blind else listed == 3
