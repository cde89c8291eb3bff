"""Find the verb of saying and the speaker that stand beside a quotation.

Looks at one sentence, and no further than REACH on either side, so that a text of many
quotations takes time in proportion to its length.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from annotations.language.quoting import verbs
from annotations.language.quoting.marks import Range

REACH = 300  # code points on either side
NAME_WORDS = 8  # a speaker in more words is a clause that was misread
SHORT_NAME = 5  # words, where only a colon tells that it is one
LEAD_WORDS = 8  # between a quotation and the verb behind it
ASIDE_WORDS = 15  # likewise, with an aside between commas: "Okafor, who was in Tarrow, said"

_TITLES = "Mr Mrs Ms Dr St Gen Sen Rep Gov Prof Lt Col Jr Sr Hon Rev Capt No".split()
_ABBREVIATED = "".join(rf"(?<!\b{title})" for title in _TITLES)
_SENTENCE_END = re.compile(rf"(?<!\b[^\W\d_]){_ABBREVIATED}[.!?…؟][\"'”’»)\]]*(?=\s|$)|[。！？]|\n")
_NAME = re.compile(rf"(?:(?:\b[^\W\d_]|{'|'.join(_TITLES)})\.\s?|[\w'’‘&\u2010\u2011-]+\s?)+")
_CUT = re.compile(r"[;:—–()“”„\"«»\[\]،]|,(?=\s)")
_CLAUSE = re.compile(
    r"(?<!\w)(?:(?P<and>and|und|et|y|e|и)|but|that|while|when|as|because|although)\s+"
)
_SCRIPTS = {
    "ja": re.compile("[\u3041-\u30ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
}
# Between the marks, as Russian and Ukrainian print it: «Нет, — сказал он, — никогда».
_WITHIN = re.compile(r"[,!?…]\s+([—–]\s+([^—–\n«»„“”]{2,100}?)[,.]\s+[—–]\s+)")
_AGENT = re.compile(r"\s*(?<!\w)(?:by|von|par|por|da)\s")
_ARTICLES = set("the a an el la los las le les der die das dem den il lo o os as".split())
_OPENING_NAME = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*\s+){2,8}(?=[a-z])(?!and |of )")
_BE = set("was were is are been being wurde worden fue été".split())


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says it and how, as ranges of the text; `behind`: the verb follows the quotation."""

    verb: Range | None
    speaker: Range | None
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language that attribute."""

    key: str
    saying: re.Pattern[str]
    ahead: re.Pattern[str]
    participles: frozenset[str]
    around: frozenset[str]
    behind_speaker: frozenset[str]
    conjunctions: frozenset[str]


def lexicon_for(language: str, text: str) -> Lexicon:
    """Return the words of `language` (BCP 47); of the script's, else English, if unknown."""
    key = language.split("-")[0].lower()
    if key not in verbs.SAYING:
        sample = text[:500]
        key = next((name for name, script in _SCRIPTS.items() if script.search(sample)), "en")
    return _lexicon(key)


@lru_cache
def _lexicon(key: str) -> Lexicon:
    def words(table: dict[str, str]) -> frozenset[str]:
        return frozenset(table.get(key, "").split())

    phrases = [phrase for phrase in verbs.PHRASES.get(key, "").split("|") if phrase]
    forms = sorted([*phrases, *words(verbs.SAYING)], key=lambda form: (-len(form), form))
    ahead = verbs.AHEAD.get(key, "(?!)")
    if key in ("zh", "ja", "ko"):
        return Lexicon(key, _any(forms), re.compile(ahead), *[frozenset[str]()] * 4)
    attached = "و?" if key == "ar" else ""  # "and"
    return Lexicon(
        key,
        re.compile(rf"(?<![\w'’-]){attached}(?:{_any(forms).pattern})(?![\w'’-])", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{ahead})(?!\w)", re.IGNORECASE),
        words(verbs.PARTICIPLES),
        words(verbs.AROUND_SUBJECT),
        words(verbs.BEHIND_SPEAKER),
        words(verbs.CONJUNCTIONS),
    )


def _any(forms: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, forms)))


def ends_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence ends within [start, end)."""
    return bool(_SENTENCE_END.search(text, start, end))


def sentence_before(text: str, floor: int, at: int) -> int:
    """Return where the sentence begins that `at` lies in, not before `floor`."""
    floor = max(floor, at - REACH)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, floor, at)]
    return ends[-1] if ends else floor


def sentence_after(text: str, at: int, ceiling: int) -> int:
    """Return where the sentence ends that `at` lies in, not behind `ceiling`."""
    ceiling = min(ceiling, at + REACH)
    found = _SENTENCE_END.search(text, at, ceiling)
    return found.start() if found else ceiling


def attribute(
    text: str, lexicon: Lexicon, quotation: Range, floor: int, ceiling: int, *, full_stop: bool
) -> Attribution | None:
    """Return who says the words of `quotation`, which has its marks; None if nothing tells.

    `floor` and `ceiling` are where the neighbouring quotations or the passage
    end. `full_stop`: the words end their sentence, so what follows is another.
    """
    start, end = quotation
    begin = sentence_before(text, floor, start)
    close = sentence_after(text, end, ceiling)
    if lexicon.key == "zh":
        return _of_chinese(text, lexicon, begin, start, end, close)
    if lexicon.key in ("ja", "ko"):
        return _of_topic(text, lexicon, begin, start, end, close)
    found = _ahead_of(text, lexicon, begin, start, end, close)
    if found and (found.speaker or full_stop):
        return found
    follows = None if full_stop else _behind(text, lexicon, end, close)
    if found and follows:  # "Calling it “a trap,” Okafor left"
        return Attribution(found.verb, follows.speaker)
    return found or follows


def attribute_within(text: str, lexicon: Lexicon, words: Range) -> tuple[Attribution, Range] | None:
    """Return who says `words`, and where within them that is said; None if it is not there."""
    if lexicon.key not in ("ru", "uk"):
        return None
    for match in _WITHIN.finditer(text, *words):
        verb = lexicon.saying.search(text, *match.span(2))
        if verb and match.end() < words[1]:
            subject = _subject(text, lexicon, match.start(2), verb.start())
            speaker = subject or _name_behind(text, lexicon, verb.end(), match.end(2))
            return Attribution(verb.span(), speaker, behind=True), (match.start() + 1, match.end())
    return None


def _ahead_of(
    text: str, lexicon: Lexicon, begin: int, start: int, end: int, close: int
) -> Attribution | None:
    """Find an attribution in the words that stand before the quotation in its sentence."""
    said = [*lexicon.saying.finditer(text, begin, start)]
    ahead = [*lexicon.ahead.finditer(text, begin, start)]
    if ahead and not (said and said[-1].start() > ahead[-1].start()):
        speaker = _name_behind(text, lexicon, ahead[-1].end(), start, verb_follows=True)
        return Attribution(ahead[-1].span(), speaker)
    if not said:
        return _before_colon(text, begin, start)
    verb = said[-1]
    words = text[begin : verb.start()].split()
    if words and words[-1].lower() in _BE:
        if _AGENT.search(text, verb.end(), start):  # "was announced by the paper ‘Today’"
            return None
        if not verb.group().lower().endswith("ing"):
            agent = _AGENT.match(text, end, close)
            by = _name_behind(text, lexicon, agent.end(), close) if agent else None
            return Attribution(verb.span(), by)
    if verb.group().lower() in lexicon.participles:
        finite = [one for one in said if one.group().lower() not in lexicon.participles]
        if not finite:
            return Attribution(verb.span(), _first_name(text, lexicon, begin, verb.start()))
        subject = _subject(text, lexicon, begin, finite[-1].start())
        return Attribution(verb.span(), subject)
    behind = _name_behind(text, lexicon, verb.end(), start)
    if lexicon.key == "en" and behind and not text[behind[0]].isupper():
        behind = None  # "said simply: “…”"
    if lexicon.key == "ar" and behind:  # the verb comes first
        return Attribution(verb.span(), behind)
    subject = _subject(text, lexicon, begin, verb.start())
    return Attribution(verb.span(), subject or behind)


def _before_colon(text: str, begin: int, start: int) -> Attribution | None:
    """Find the speaker of `Okafor: “…”`."""
    lead = text[begin:start].rstrip()
    name = lead.rstrip(":： ").lstrip()
    if not lead.endswith((":", "：")) or len(name.split()) > SHORT_NAME or _CUT.search(name):
        return None
    return Attribution(None, _trimmed(text, begin, begin + len(lead) - 1))


def _behind(text: str, lexicon: Lexicon, end: int, close: int) -> Attribution | None:
    """Find an attribution in the words that follow the quotation in its sentence."""
    lead = re.compile(r"[\s,،–—-]*").match(text, end, close)
    at = lead.end() if lead else end
    first = text[at:close].split(maxsplit=1)
    if not first or first[0].lower().strip(",") in lexicon.conjunctions:
        return None
    if ahead := lexicon.ahead.match(text, at, close):
        speaker = _name_behind(text, lexicon, ahead.end(), close, verb_follows=True)
        return Attribution(ahead.span(), speaker, behind=True)
    verb = lexicon.saying.search(text, at, close)
    if verb is None:
        # "Calling it “a trap,” Okafor, who …": the sentence's subject follows a participle.
        subject = _name_behind(text, lexicon, at, close, verb_follows=True)
        return Attribution(None, subject, behind=True)
    between = text[at : verb.start()]
    if ";" in between or len(between.split()) > (ASIDE_WORDS if "," in between else LEAD_WORDS):
        return None
    if between.strip():
        speaker = _subject(text, lexicon, at, verb.start())
    else:
        speaker = _name_behind(text, lexicon, verb.end(), close)
    return Attribution(verb.span(), speaker, behind=True)


def _subject(text: str, lexicon: Lexicon, begin: int, end: int) -> Range | None:
    """Return the noun phrase that ends where a verb begins, or does before an aside."""
    words = text[begin:end].split()
    while words and (words[-1].lower() in lexicon.around or _is_adverb(words[-1], lexicon)):
        end = text.rindex(words.pop(), begin, end)
    lead = text[begin:end].rstrip()
    if lead.endswith(","):
        name = _before_aside(text, begin, begin + len(lead) - 1)
        if name is None:
            return None
        return _noun_phrase(text, lexicon, _after_last_cut(text, *name), name[1])
    at = _after_last_cut(text, begin, begin + len(lead))
    return _noun_phrase(text, lexicon, at, begin + len(lead))


def _is_adverb(word: str, lexicon: Lexicon) -> bool:
    return lexicon.key == "en" and word.endswith("ly") and word.islower()


def _before_aside(text: str, begin: int, comma: int) -> Range | None:
    """Return whom "Okafor, who was in Tarrow," is about; `comma` is the last one."""
    places = [match.start() for match in _CUT.finditer(text, begin, comma)]
    borders = [begin - 1, *places]
    for number in range(len(borders) - 1, 0, -1):
        name = _trimmed(text, borders[number - 1] + 1, borders[number])
        if name and _looks_like_name(text[slice(*name)]):
            return name
    name = _trimmed(text, borders[max(len(borders) - 2, 0)] + 1, places[-1] if places else comma)
    return name if name and len(text[slice(*name)].split()) <= NAME_WORDS else None


def _after_last_cut(text: str, begin: int, end: int) -> int:
    """Return where the last clause begins. Names joined by "and" are not cut."""
    cuts = [match.end() for match in _CUT.finditer(text, begin, end)]
    at = cuts[-1] if cuts else begin
    for joint in _CLAUSE.finditer(text, at, end):
        left, right = text[at : joint.start()].split(), text[joint.end() : end].split()
        joins = bool(joint["and"] and left and right)
        if right and not (joins and left[-1][0].isupper() and right[0][0].isupper()):
            at = joint.end()
    return at


def _noun_phrase(text: str, lexicon: Lexicon, begin: int, end: int) -> Range | None:
    """Return the noun phrase in [begin, end) without the adverbs before it; None if too long."""
    place = _trimmed(text, begin, end)
    if place is None:
        return None
    begin, end = place
    words = text[begin:end].split()
    if words[-1].lower() in verbs.PRONOUNS:
        return end - len(words[-1]), end
    passed = lexicon.around | lexicon.behind_speaker | lexicon.conjunctions
    while words and words[0].lower().strip(",") in passed:
        begin = text.index(words[0], begin, end) + len(words[0])
        words = words[1:]
    if len(words) > NAME_WORDS:
        return _last_name(text, begin, end)
    return _trimmed(text, begin, end) if words else None


def _last_name(text: str, begin: int, end: int) -> Range | None:
    """Return the capitalised words at the end of a long noun phrase, if there are any."""
    found = re.search(r"(?:[^\W\d_a-z][\w'’.-]*\s+){0,4}[^\W\d_a-z][\w'’.-]*$", text[begin:end])
    return (begin + found.start(), end) if found else None


def _first_name(text: str, lexicon: Lexicon, begin: int, end: int) -> Range | None:
    """Return the subject with which a sentence begins: its first names, or up to a comma.

    An adverbial before it, "On Monday,", is passed.
    """
    comma = text.find(",", begin, end)
    if comma > 0 and text[begin:end].split()[0].lower() in lexicon.behind_speaker:
        begin = comma + 1
    begin += len(text[begin:end]) - len(text[begin:end].lstrip())
    if name := _OPENING_NAME.match(text, begin, end):
        return _trimmed(text, *name.span())
    comma = text.find(",", begin, end)
    place = _trimmed(text, begin, comma if comma > 0 else begin)
    return place if place and len(text[slice(*place)].split()) <= NAME_WORDS + 2 else None


def _name_behind(
    text: str, lexicon: Lexicon, begin: int, end: int, *, verb_follows: bool = False
) -> Range | None:
    """Return the noun phrase that begins there: up to a comma, a preposition or the like.

    Where a verb may follow, a phrase that begins as a name ends with its last name.
    """
    begin += len(text[begin:end]) - len(text[begin:end].lstrip(" \u00a0"))
    found = _NAME.match(text, begin, end)
    if found is None:
        return None
    stop = begin
    for number, word in enumerate(re.finditer(r"\S+", found.group())):
        if word.group().lower() in lexicon.behind_speaker or number == NAME_WORDS:
            break
        stop = begin + word.end()
    words = text[begin:stop].split()
    if words and words[-1].lower() in _ARTICLES:  # "el ministro el lunes"
        stop = text.rindex(words[-1], begin, stop)
    if verb_follows and words and words[0][0].isupper():
        while words and words[-1].islower():
            stop = text.rindex(words.pop(), begin, stop)
    return _trimmed(text, begin, stop)


def _looks_like_name(words: str) -> bool:
    cut = words.split()
    return 0 < len(cut) <= 5 and all(word[0].isupper() for word in cut)


def _of_chinese(
    text: str, lexicon: Lexicon, begin: int, start: int, end: int, close: int
) -> Attribution | None:
    """Find 王某说：“…” or “…”，王某说."""
    said = [*lexicon.saying.finditer(text, begin, start)]
    verb = said[-1] if said else None
    if verb and verb.start() > begin and len(text[verb.end() : start]) <= 12:
        lead = re.split("[，。；：、！？\\s”」]", text[begin : verb.start()])[-1]
        return Attribution(verb.span(), _trimmed(text, verb.start() - len(lead), verb.start()))
    behind = re.compile(rf"[，,]?([^，。！？；：“「]{{0,20}}?)({lexicon.saying.pattern})")
    found = behind.match(text, end, min(close, end + 40))
    if found is None:
        return None
    return Attribution(found.span(2), _trimmed(text, *found.span(1)), behind=True)


_TOPIC = {"ja": "(?:は|が)、?", "ko": "(?:은|는|이|가) "}


def _of_topic(
    text: str, lexicon: Lexicon, begin: int, start: int, end: int, close: int
) -> Attribution | None:
    """Find Xは「…」と述べた or 「…」とXは述べた: the topic is the speaker, the verb comes last."""
    verb = lexicon.saying.search(text, end, min(close, end + 60))
    topic = re.compile(rf"([^、。「」“”\"]{{1,30}}?){_TOPIC[lexicon.key]}")
    for lower, upper in ((begin, start), (end, verb.start() if verb else end)):
        for found in topic.finditer(text, lower, upper):
            lead = re.match("^と", found.group(1)) if lower == end else None
            place = _trimmed(text, found.start(1) + (1 if lead else 0), found.end(1))
            if verb and place:
                return Attribution(verb.span(), place, behind=True)
    return Attribution(verb.span(), None, behind=True) if verb else None


def _trimmed(text: str, start: int, end: int) -> Range | None:
    words = text[start:end]
    bare = words.strip(" \t\u00a0\u3000,，、•*·")
    if not bare:
        return None
    begin = start + words.index(bare)
    return begin, begin + len(bare)
