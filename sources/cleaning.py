"""Propose which lines of an article are not the article."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sources import noise
from sources.dates import parse_date

Verdict = Literal["keep", "flag", "drop"]
KEEP: Verdict = "keep"
FLAG: Verdict = "flag"
DROP: Verdict = "drop"

LONGEST_NOTICE = 60  # words; what is longer is prose, whatever words it holds
LONGEST_CROSS_LINK = 25
LONGEST_TITLE = 20
LONGEST_HEAD = 15  # lines
_SAMPLE = 1500  # characters; more than LONGEST_NOTICE words of any language but one of long words

_SENTENCE_ENDS = frozenset(".!?…。！？．؟۔।։")
_CLOSERS = "\"'”’»›)]」』）】〉》＂"
_OPENERS = "\"'“„‘«‹「『《〈"
_NO_STOPS = {chr(code) for code in range(0x0E00, 0x0F00)}  # Thai and Lao write no full stop
_BULLETS = "•·‣◦▪●○*–—-"


@dataclass(frozen=True, slots=True)
class LineProposal:
    """What cleaning says of one line. `number` counts from 0; `reason` is "" for keep."""

    number: int
    text: str
    verdict: Verdict = KEEP
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what the rules ask of it again and again."""

    text: str
    words: list[str]
    is_sentence: bool

    @classmethod
    def of(cls, text: str) -> "_Line":
        stripped = " ".join(text.split())
        # The first words tell: a page without line breaks may be one line of millions.
        words = stripped[:_SAMPLE].split(" ") if stripped else []
        # Scripts without spaces: count a word for every two characters.
        if len(words) < 4 and len(stripped) > 40:
            words = [stripped[at : at + 2] for at in range(0, min(len(stripped), _SAMPLE), 2)]
        ends = stripped.rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS
        return cls(stripped, words, bool(stripped) and ends)

    @property
    def is_paragraph(self) -> bool:
        return self.is_sentence and len(self.words) >= 8


def propose_cleaning(text: str, *, headline: str = "") -> list[LineProposal]:
    """Return one proposal per line of `text`, blank lines included (they are kept).

    The first line that says `headline` (or, without one, the first that may be a title) is
    kept, as the headline is part of what was published; every later repetition is dropped.
    Proposals only: nothing is lost, and a person may rule otherwise.
    """
    raw = text.split("\n")
    lines = [_Line.of(line) for line in raw]
    found: list[tuple[Verdict, str]] = [_alone(line) for line in lines]
    _rule_on_head(lines, found, headline)
    _rule_on_neighbours(lines, found)
    _rule_on_repetition(lines, found)
    _rule_on_end(lines, found)
    return [
        LineProposal(number, raw[number], verdict, reason)
        for number, (verdict, reason) in enumerate(found)
    ]


def is_furniture(text: str) -> bool:
    """Tell whether a line or sentence alone shows that it is no part of the article.

    A headline of another piece behind a label ("WATCH: …"), a button, a credit, a byline, a date.
    No report of a fact is looked for in it. A caption may hold one.
    """
    line = _Line.of(text)
    verdict, reason = _alone(line)
    foreign = verdict == DROP or reason in ("possible cross-link", "possible advertisement")
    return foreign or (bool(line.words) and _head_furniture(line) is not None)


def cleaned_text(lines: Iterable[LineProposal], dropped: set[int]) -> str:
    """Join the lines whose number is not in `dropped`.

    Runs of blank lines become one; none is left at the start or the end.
    """
    kept: list[str] = []
    for line in lines:
        if line.number in dropped:
            continue
        blank = not line.text or line.text.isspace()
        if not blank:
            kept.append(line.text)
        elif kept and kept[-1]:
            kept.append("")
    if kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)


def _alone(line: _Line) -> tuple[Verdict, str]:
    """Rule on a line for what it says, wherever it stands."""
    count = len(line.words)
    if not count or count > LONGEST_NOTICE or len(line.text) > _SAMPLE:
        return KEEP, ""
    # A speaker may talk of cookies, and a list may name what a page calls a button.
    if line.text[0] in _OPENERS or (line.text[0] in _BULLETS and count > 3):
        return KEEP, ""
    for reason, pattern in noise.WHOLE_LINES.items():
        if pattern.fullmatch(line.text):
            return DROP, reason
    if noise.HASHTAGS.fullmatch(line.text):
        return DROP, "tag cloud"
    if noise.TAG_LIST.fullmatch(line.text) and not line.is_sentence:
        return DROP, "tag cloud"
    if noise.BREADCRUMB.fullmatch(line.text):
        return DROP, "breadcrumb"
    if _is_credit(line):
        return DROP, "photo credit"
    for reason, pattern in noise.PHRASES.items():
        if _may_be(reason, line) and pattern.search(line.text):
            return DROP, reason
    if count <= LONGEST_CROSS_LINK and noise.CROSS_LINK.fullmatch(line.text):
        # "Read: the minister resigned. He will not return." is prose behind a label.
        return (FLAG, "possible cross-link") if line.text.endswith(".") else (DROP, "cross-link")
    return _doubtful(line)


def _may_be(reason: str, line: _Line) -> bool:
    lower = line.text.lower()
    return any(trigger in lower for trigger in noise.TRIGGERS[reason])


def _doubtful(line: _Line) -> tuple[Verdict, str]:
    if line.text.endswith((")", "]")) and noise.AGENCY_TAIL.search(line.text):
        return FLAG, "possible caption"
    if noise.CAPTION_PLACE.search(line.text):
        return FLAG, "possible caption"
    if _may_be("possible caption", line) and noise.CAPTION.search(line.text):
        return FLAG, "possible caption"
    if len(line.words) > LONGEST_CROSS_LINK or line.text.endswith("."):
        return KEEP, ""
    if noise.MAYBE_CROSS_LINK.fullmatch(line.text):
        return FLAG, "possible cross-link"
    if noise.ADVERTISING.search(line.text):
        return FLAG, "possible advertisement"
    if _is_related_title(line):
        return FLAG, "possible related title"
    return KEEP, ""


def _is_credit(line: _Line) -> bool:
    """Tell a credit ("Ann Lee|Agency|Getty Images") and a captioned one ("(Photo: Ann Lee)")."""
    if match := noise.CREDIT_LINE.fullmatch(line.text):
        rest = match["rest"].strip()
        # "Photo by photo, the case grew" is prose: names begin with a capital.
        return len(rest.split()) <= 12 and not rest[:1].islower()
    if line.text.endswith((")", "]")) and len(line.words) <= 40:
        tail = noise.CREDIT_TAIL.search(line.text)
        # A sentence that ends before the credit is a caption with news in it: not ours to drop.
        return tail is not None and line.text[: tail.start()].rstrip()[-1:] not in _SENTENCE_ENDS
    parts = noise.CREDIT_PARTS.split(line.text)
    short = all(0 < len(part.split()) <= 4 for part in parts)
    return len(parts) > 1 and short and any(noise.AGENCY.fullmatch(part) for part in parts)


def _is_related_title(line: _Line) -> bool:
    """Tell the title of another piece or video from a heading, which is shorter and plainer."""
    if not 5 <= len(line.words) <= LONGEST_TITLE:
        return False
    body = line.text.rstrip("?!")
    if line.text.endswith("?"):
        # "It is over. What's next?": two sentences, the last one a teaser.
        return any(f"{end} " in body for end in ".!?")
    if line.is_sentence or line.text.endswith((":", ";", ",")):
        return False
    if noise.QUESTION_WORD.match(line.text):
        return True
    long_words = [word for word in line.words if len(word) > 3 and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in long_words)
    return len(line.words) >= 6 and len(long_words) >= 4 and capitals >= 0.85 * len(long_words)


def _rule_on_head(lines: list[_Line], found: list[tuple[Verdict, str]], headline: str) -> None:
    """Rule on what stands before the first paragraph: title, byline, date, share counts."""
    title = " ".join(headline.split()).casefold() or _first_title(lines, found)
    seen_title = False
    solid_lines = 0
    in_head = True
    for at, line in enumerate(lines):
        if not line.words:
            continue
        solid_lines += 1
        in_head = in_head and solid_lines <= LONGEST_HEAD and not line.is_paragraph
        if title and line.text.casefold() == title:
            found[at] = (DROP, "repeated title") if seen_title else (KEEP, "")
            seen_title = True
        elif in_head and found[at][0] != DROP:
            found[at] = _head_furniture(line) or found[at]


def _first_title(lines: list[_Line], found: list[tuple[Verdict, str]]) -> str:
    """Return the first line that is not the page's furniture, if it may be a title."""
    for line, (verdict, reason) in zip(lines, found, strict=True):
        if line.words and (verdict != DROP or reason == "cross-link"):
            return "" if line.is_paragraph or byline_of(line.text) else line.text.casefold()
    return ""


def _head_furniture(line: _Line) -> tuple[Verdict, str] | None:
    if byline_of(line.text):
        return DROP, "byline"
    if parse_date(line.text):
        return DROP, "date line"
    if line.text.replace(",", "").replace(".", "").rstrip("kKmM+").isdigit():
        return DROP, "share count"
    return None


def byline_of(line: str) -> str:
    """Return whom a line such as "By Ann Lee" names, or "" if it is no byline.

    "by admin" names "admin": whether that is a person is for the caller to say.
    """
    match = noise.BYLINE.fullmatch(line.strip())
    if not match or match["name"].rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS | {":", ";"}:
        return ""
    name = match["name"].strip()
    words = name.replace(",", " ").split()
    lower = [word for word in words if word[0].islower() and word not in _NAME_PARTICLES]
    if not lower:
        return name if len(words) <= 12 else ""
    # "by admin" and "by harbour news", but not "by the sea".
    machine_made = len(words) == 1 or name in noise.NOBODY or words[-1] in noise.OUTLET_WORDS
    return name if machine_made and len(lower) == len(words) <= 4 else ""


_NAME_PARTICLES = {"and", "und", "et", "y", "e", "in", "de", "da", "di", "van", "von", "der", "for"}


def _rule_on_neighbours(lines: list[_Line], found: list[tuple[Verdict, str]]) -> None:
    """Flag what stands above a credit in the head, and titles below a block of related links."""
    solid = [at for at, line in enumerate(lines) if line.words]
    prose = [at for at in solid if lines[at].is_paragraph]
    for above, at in pairwise(solid):
        caption = above != solid[0] and not any(before < above for before in prose)
        if found[at] == (DROP, "photo credit") and caption and found[above][0] == KEEP:
            found[above] = (FLAG, "possible caption")
    below_links = False
    for at in solid:
        if not prose or at > prose[-1]:
            below_links = below_links or found[at] == (DROP, "related links")
            if below_links and found[at][0] == KEEP and not lines[at].is_sentence:
                found[at] = (FLAG, "possible related title")


def _rule_on_repetition(lines: list[_Line], found: list[tuple[Verdict, str]]) -> None:
    """Flag a line of several words that was there before, word for word."""
    seen: set[str] = set()
    for at, line in enumerate(lines):
        if found[at][0] == KEEP and len(line.words) >= 6:
            if line.text in seen:
                found[at] = (FLAG, "repeated line")
            seen.add(line.text)


def _rule_on_end(lines: list[_Line], found: list[tuple[Verdict, str]]) -> None:
    """Flag the last line of an article that stops in the middle of a sentence."""
    kept = [at for at, line in enumerate(lines) if line.words and found[at][0] == KEEP]
    if len(kept) < 2 or not any(lines[at].is_paragraph for at in kept[:-1]):
        return
    last = lines[kept[-1]]
    if not last.is_sentence and last.text[0] not in _BULLETS and last.text[-1] not in _NO_STOPS:
        found[kept[-1]] = (FLAG, "possibly cut off")
