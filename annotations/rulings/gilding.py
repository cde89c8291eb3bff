"""What a ruling on a card makes of the tags on it: gold tags, and a decision on each.

`codes` maps each code to the one that it counts as. Only spans are stored here; the rest is
put in force by `annotations.rulings.recording`.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from annotations.models import CardTag, Code, Decision, GoldTag, Ruling, Span, Study, Voice
from annotations.rulings.recording import CardRefused, Kind
from annotations.tags.tagging import check_coding, check_not_retired, keep_span
from annotations.texts.anchoring import quote_at
from sources.models import Revision

Codes = Mapping[int, Code]
SAID = ("target", "polarity", "voice", "speaker", "note")
# What reviewers read where the moderator gave no reason.
REPLACED = {
    Kind.ONE: "Another tag on these words was found right.",
    Kind.SEVERAL: "Other tags on these words were found right.",
    Kind.MERGED: "A moderator put another tag in the place of those on these words.",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """A tag that a moderator makes out of those on a card; the words must be `exact`."""

    start: int
    end: int
    exact: str
    code: Code
    target: str = ""
    polarity: str = ""
    voice: str = Voice.OUTLET.value
    speaker: str = ""
    note: str = ""


def coding_of(tag: CardTag, codes: Codes) -> tuple[object, ...]:
    """Return what two tags have in common that say the same of their words: all but the note."""
    said = (getattr(tag.annotation, name) for name in SAID if name != "note")
    return (codes[tag.annotation.code_id].pk, *said)


def right_tags(
    tags: Sequence[CardTag], chosen: Collection[uuid.UUID], codes: Codes
) -> list[CardTag]:
    """Return the chosen tags and those that say the same of the same words, the chosen first.

    Raises CardRefused if none is chosen or one is not on the card, TagRefused for a code that
    is retired.
    """
    if not chosen:
        raise CardRefused("Choose the tag that is right, or say that nobody is right.")
    if not set(chosen) <= {tag.annotation_id for tag in tags}:
        raise CardRefused("Choose among the tags on the card.")
    said = {_said(tag, codes) for tag in tags if tag.annotation_id in chosen}
    found = [tag for tag in tags if _said(tag, codes) in said]
    for tag in found:
        check_not_retired(codes[tag.annotation.code_id])
    return sorted(found, key=lambda tag: tag.annotation_id not in chosen)


def gold_of(
    tags: Sequence[CardTag], text: Revision, codes: Codes, codebook_revision: int
) -> list[GoldTag]:
    """Return a gold tag for each of the tags; those on the same words under one code are one.

    `text` is the revision of their card.
    """
    made: dict[tuple[int, int, int], GoldTag] = {}
    for tag in tags:
        row, code = tag.annotation, codes[tag.annotation.code_id]
        place = (tag.start, tag.end, code.pk)
        if place not in made:
            said = {name: getattr(row, name) for name in SAID}
            made[place] = GoldTag(
                span=_span(tag, text),
                annotation=row,
                code=code,
                codebook_revision=codebook_revision,
                **said,
            )
    return list(made.values())


def merged_gold(merged: Merged, text: Revision, study: Study) -> GoldTag:
    """Return the gold tag that a moderator made. Raises AnchorError or TagRefused."""
    quote = quote_at(text.text, merged.start, merged.end, merged.exact)
    said = {name: getattr(merged, name) for name in SAID}
    check_not_retired(merged.code)
    check_coding(study, merged.code, said)
    return GoldTag(
        span=keep_span(text, quote),
        code=merged.code,
        codebook_revision=study.codebook.revision,
        **said,
    )


def decisions_on(
    tags: Sequence[CardTag], right: Collection[uuid.UUID], reason: str, standard: str
) -> list[Decision]:
    """Return an acceptance of each tag that is `right`, and a rejection of the others.

    These are told the moderator's reason, or the `standard` sentence if there is none.
    """
    return [
        _decision(tag, Ruling.ACCEPT, reason)
        if tag.annotation_id in right
        else _decision(tag, Ruling.REJECT, reason or standard)
        for tag in tags
    ]


def decisions_of_merging(
    tags: Sequence[CardTag], gold: GoldTag, reason: str, codes: Codes
) -> list[Decision]:
    """Return the decisions where a moderator's own tag takes the place of those on a card.

    A tag on the very same words stands, under the code of the moderator's.
    """
    made = []
    for tag in tags:
        if (tag.start, tag.end) != (gold.span.start, gold.span.end):
            made.append(_decision(tag, Ruling.REJECT, reason or REPLACED[Kind.MERGED]))
        elif codes[tag.annotation.code_id].pk == gold.code_id:
            made.append(_decision(tag, Ruling.ACCEPT, reason))
        else:
            made.append(_decision(tag, Ruling.RECODE, reason, gold.code))
    return made


def _said(tag: CardTag, codes: Codes) -> tuple[object, ...]:
    return (tag.start, tag.end, *coding_of(tag, codes))


def _span(tag: CardTag, text: Revision) -> Span:
    own = tag.annotation.span
    if own.revision_id == text.pk:
        return own
    return keep_span(text, quote_at(text.text, tag.start, tag.end))


def _decision(tag: CardTag, ruling: Ruling, reason: str, code: Code | None = None) -> Decision:
    row = tag.annotation
    return Decision(annotation=row, version=row.version, ruling=ruling, code=code, reason=reason)
