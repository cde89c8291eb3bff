"""The edits of bench/carries.py: what an outlet does to an article that carries a tag.

Each edit gets a text, a span of it and a source of chance. It returns an Edit, or None where it
cannot be made at this span.
"""

import re
import string
from dataclasses import dataclass
from random import Random

NOTE = "Editor’s note: this article was updated on 6 March to correct a name.\n\n"
STRAIGHT = str.maketrans("“”„‘’‚", "\"\"\"'''")
AROUND = 12  # characters that are rewritten on each side
APART = 80  # characters at least between a phrase and its twin
SENTENCE = re.compile(r"[^.!?…\n]*[.!?…]+[”’\"')]*(?:[ ]|(?=\n|$))")
WORD = re.compile(r"\w+")


@dataclass
class Edit:
    """A text before and after; the span before, and the same words after, or None if gone."""

    old: str
    span: tuple[int, int]
    new: str
    place: tuple[int, int] | None


def random_span(text: str, chance: Random) -> tuple[int, int] | None:
    """Return a span of 3 to 60 characters in one line, every other time of whole words."""
    length = chance.randint(3, 60)
    start = chance.randrange(max(1, len(text) - length))
    end = start + length
    if chance.random() < 0.5:
        found = WORD.finditer(text, max(0, start - 20), end + 40)
        words = [word.span() for word in found if word.start() >= start]
        if not words:
            return None
        start = words[0][0]
        end = max(stop for _, stop in words if stop <= max(end, words[0][1]))
    quote = text[start:end]
    return (start, end) if "\n" not in quote and 3 <= len(quote.strip()) <= 60 else None


def add_note(text: str, start: int, end: int, _chance: Random) -> Edit:
    """Put a note on top and make curly quotes straight."""
    place = start + len(NOTE), end + len(NOTE)
    return Edit(text, (start, end), NOTE + text.translate(STRAIGHT), place)


def rewrite_neighbours(text: str, start: int, end: int, chance: Random) -> Edit:
    """Exchange each word within 12 characters on both sides for another one of the article; of a
    word that the span cuts, the letters."""
    left = re.search(r"\w*$", text[: max(0, start - AROUND)]).start()
    right = end + AROUND + re.match(r"\w*", text[end + AROUND :]).end()
    sides = (start, text[left:start]), (end, text[end:right])
    before, after = (
        scrambled(words, chance) if cuts_word(text, edge) else reworded(words, text, chance)
        for edge, words in sides
    )
    at = left + len(before)
    new = text[:left] + before + text[start:end] + after + text[right:]
    return Edit(text, (start, end), new, (at, at + end - start))


def scramble_neighbours(text: str, start: int, end: int, chance: Random) -> Edit:
    """Exchange the 12 characters on each side, blanks too, for letters."""
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    before, after = (
        "".join(chance.choices(string.ascii_lowercase, k=size))
        for size in (start - left, right - end)
    )
    new = text[:left] + before + text[start:end] + after + text[right:]
    return Edit(text, (start, end), new, (start, end))


def change_character(text: str, start: int, end: int, chance: Random) -> Edit:
    """Exchange, double, drop or capitalise a character of the span, not its first or last."""
    at = chance.randrange(start + 1, end - 1)
    char = text[at]
    letter = chance.choice([other for other in string.ascii_lowercase if other != char.lower()])
    kinds = [letter]
    if char.isalnum():
        kinds += [letter + char, ""]
    if char != char.swapcase():
        kinds.append(char.swapcase())
    changed = chance.choice(kinds)
    new = text[:at] + changed + text[at + 1 :]
    return Edit(text, (start, end), new, (start, end + len(changed) - 1))


def replace_phrase(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Put another stretch of the article, about as long and cut alike, in the place of the span."""
    length = end - start
    whole = not cuts_word(text, start) and not cuts_word(text, end)
    for _ in range(50):
        at = chance.randrange(len(text))
        other = " ".join(text[at : at + length + chance.randrange(-2, 8)].split("\n"))
        if whole:
            other = " ".join(WORD.findall(other)[1:-1])
        new = text[:start] + other + text[end:]
        near = new[max(0, start - length + 1) : start + len(other) + length - 1]
        if other.strip() and text[start:end] not in near:
            return Edit(text, (start, end), new, None)
    return None


def delete_sentence(text: str, start: int, end: int, _chance: Random) -> Edit | None:
    """Delete the sentence that holds the span."""
    found = sentence_around(text, start, end)
    return found and Edit(text, (start, end), text[: found[0]] + text[found[1] :], None)


def delete_phrase_with_twin(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Delete the span from an article that has its words elsewhere, too."""
    twin = with_twin(text, start, end, chance)
    if not twin:
        return None
    text, start, end = twin
    return Edit(text, (start, end), text[:start] + text[end:], None)


def delete_sentence_with_twin(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Delete the span's sentence from an article that has its words elsewhere, too."""
    twin = with_twin(text, start, end, chance)
    return twin and delete_sentence(*twin, chance)


def delete_twin(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Delete the copy of the span that stands elsewhere in the article."""
    twin = with_twin(text, start, end, chance)
    return twin and Edit(twin[0], twin[1:], text, (start, end))


def move_sentence(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Move the span's sentence to the beginning or the end of another paragraph."""
    found = sentence_around(text, start, end)
    if not found:
        return None
    sentence, rest = text[slice(*found)].rstrip(), text[: found[0]] + text[found[1] :]
    home = rest.rfind("\n", 0, found[0]) + 1, rest.find("\n", found[0])
    ends = [stop.start() for stop in re.finditer(r"(?<=[.!?…”])(?=\n|$)", rest)]
    ends = [stop for stop in ends if not home[0] <= stop <= home[1]]
    if not ends:
        return None
    to = chance.choice(ends)
    if chance.random() < 0.5:
        put, inside = f" {sentence}", 1
    else:
        to, put, inside = rest.rfind("\n", 0, to) + 1, f"{sentence} ", 0
    new = rest[:to] + put + rest[to:]
    if new.split() == text.split():
        return None  # it was beside that paragraph, and only the line break has moved
    at = to + inside + start - found[0]
    return Edit(text, (start, end), new, (at, at + end - start))


def swap_paragraphs(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Let the span's paragraph change places with another one."""
    number = text[:start].count("\n\n")
    order = list(range(text.count("\n\n") + 1))
    if len(order) < 4:
        return None
    other = chance.choice([place for place in order if place != number])
    order[number], order[other] = other, number
    return in_order(text, start, end, order)


def shuffle_paragraphs(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Bring the paragraphs into any order."""
    order = list(range(text.count("\n\n") + 1))
    chance.shuffle(order)
    return in_order(text, start, end, order) if len(order) >= 4 else None


def rewrite_paragraph(text: str, start: int, end: int, chance: Random) -> Edit | None:
    """Rewrite the paragraph as another translation would: half of the names and small words stay,
    in another order, among other words. None if the span's words happen to be in it again."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    vocabulary = WORD.findall(text[:first] + text[last:])
    words = [
        word
        if (word[:1].isupper() or len(word) < 4) and chance.random() < 0.5
        else chance.choice(vocabulary).lower()
        for word in text[first:last].split(" ")
    ]
    for number in range(0, len(words) - 3, 3):
        words[number], words[number + 2] = words[number + 2], words[number]
    paragraph = " ".join(words)
    if text[start:end] in paragraph:
        return None
    return Edit(text, (start, end), text[:first] + paragraph + text[last:], None)


def with_twin(text: str, start: int, end: int, chance: Random) -> tuple[str, int, int] | None:
    """Return the text with a copy of the span before a word elsewhere, and the span's place."""
    places = [
        word.start()
        for word in re.finditer(r"(?<= )\w", text)
        if word.start() < start - APART or word.start() > end + APART
    ]
    if not places:
        return None
    place, copy = chance.choice(places), text[start:end] + " "
    shift = len(copy) if place < start else 0
    return text[:place] + copy + text[place:], start + shift, end + shift


def in_order(text: str, start: int, end: int, order: list[int]) -> Edit:
    """Return the edit that brings the paragraphs into `order`."""
    paragraphs = text.split("\n\n")
    number = text[:start].count("\n\n")
    inside = start - sum(len(paragraph) + 2 for paragraph in paragraphs[:number])
    before = order[: order.index(number)]
    at = inside + sum(len(paragraphs[place]) + 2 for place in before)
    new = "\n\n".join(paragraphs[place] for place in order)
    return Edit(text, (start, end), new, (at, at + end - start))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the sentence that holds the span, with the blank behind it."""
    for sentence in SENTENCE.finditer(text):
        if sentence.start() <= start and end <= sentence.end():
            return sentence.span()
    return None


def reworded(words: str, text: str, chance: Random) -> str:
    vocabulary = WORD.findall(text)
    return WORD.sub(lambda _: chance.choice(vocabulary), words)


def scrambled(words: str, chance: Random) -> str:
    return WORD.sub(
        lambda word: "".join(chance.choices(string.ascii_lowercase, k=len(word[0]))), words
    )


def cuts_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1 : place + 1].isalnum()
