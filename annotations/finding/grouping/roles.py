"""Tell whether two sentences give the same names other roles.

"An office of Japan at NATO" and "an office of NATO in Japan" share their words, and are two facts.
No grammar is parsed: what governs a name is the function word before it, and who acts on whom is
told by the order around the same verb, turned where a passive turns it. What the tables do not
know is no reason to keep two sentences apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sources.words import word_places

# By the word before it. HEAD is also each name without one: "Japan opened", "the office of Japan",
# "Japan's office" and "the Japan office" are one role.
HEAD, MUTUAL = "head", "mutual"
_GOVERNORS = {
    HEAD: "of de del du des di do da dos das della dell d van von der",
    "place": "at in on to into onto within inside near towards toward bei beim im am zu zum zur"
    " nach à au aux en dans chez vers sur al all ante hacia em na nel nell nella presso bij naar"
    " aan op w we в во на у к ко при في لدى إلى الى على عند",
    "from": "from aus depuis desde dal dalla uit z ze od из от со с из-за من عن",
    "for": "for für pour para dla за для",
    "by": "by durch par por door przez",
    "against": "against gegen contre contra contro tegen przeciw против ضد",
    MUTUAL: "with between versus vs mit zwischen avec entre con com tra fra met tussen między между"
    " مع بين",
}
_ROLES = {word: role for role, words in _GOVERNORS.items() for word in words.split()}
_DETERMINERS = frozenset(
    "the a an this that its their his her our die das den dem ein eine einen einem einer le la les"
    " l un une el los las una il lo gli i o os as um uma het".split()
)
_GENITIVES = frozenset("der des dos das".split())  # or an article, after another word of the kind
_INFINITIVES = frozenset("to zu à a pour para per om".split())
_AND = frozenset("and und et y e и та oraz ve och og و".split())
_FUNCTION_WORDS = _ROLES.keys() | _DETERMINERS | _AND
# They make a tense or a passive, and say nothing of who acted.
_AUXILIARIES = frozenset(
    "is are was were be been being has have had will would got fut été est sera a ont es fue"
    " fueron ha han sido será è stato stata fu foi foram são".split()
)
_BOTH_DO = frozenset("met meet meets marry marries married play plays played face faced".split())
_ELISION = re.compile(r"(?:[ld]|dell|all|nell)['’]", re.IGNORECASE)
_GENITIVE_ENDING = re.compile(r"['’ʼ]s?$")
_ENDINGS_TELL = re.compile("[\u0370-\u058f]")  # Greek, Cyrillic, Armenian: the order does not

NEAR = 8  # words; names further apart are seldom tied to each other
_NEXT_WORDS = 4  # between two names, for one of them to act on the other
_ENDING = 3  # letters at most, as in "Japan" and "Japanese"
_LEAST = 4  # letters of a name that may have an ending

# In scripts without spaces a name is known by its start: it may run on into the words after it.
_EAST_ASIAN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_STOP = re.compile("[，。、；：！？「」『』“”《》,.;:!?]")
_HANGUL_WORD = re.compile(
    "([\uac00-\ud7a3]{2,}?|[A-Za-z0-9]+)([의에은는이가을를로와과])?(?![^\\W\\d_])"
)
_KANA = re.compile("[\u3041-\u309f]")
_PARTICLE = re.compile("([的在对對向被由從从於于給给把のはがをにでへも和与與跟同とや\\s])")
_SAME_PARTICLE = str.maketrans("은는가를", "이이이을")
_MUTUAL_PARTICLES = frozenset("和与與跟同とや와과")
_NAME_START = 2  # characters


@dataclass(frozen=True, slots=True)
class Roles:
    """What `in_other_roles` compares of a sentence: make it once for each by `roles_of`.

    `bonds` holds, by their two roles, the pairs of names that stand near each other in these
    roles; `acts` holds who acts, on whom, and the words between the two.
    """

    bonds: dict[tuple[str, str], frozenset[tuple[str, str]]]
    acts: frozenset[tuple[str, str, tuple[str, ...]]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    is_name: bool
    glued: bool  # nothing but white space, or an elision, between it and the token before


def roles_of(sentence: str) -> Roles:
    """Return the roles of the names in `sentence`.

    Names are capitalised words; in scripts without capitals each word may be one.
    """
    if _EAST_ASIAN.search(sentence):
        return Roles(_bonds(_particled_names(clause) for clause in _STOP.split(sentence)))
    tokens = list(_tokens(sentence))
    clauses: list[list[tuple[int, str, str]]] = [[]]
    for at, token in enumerate(tokens):
        if not token.glued:
            clauses.append([])
        if token.is_name:
            clauses[-1].append((at, token.word, _role(tokens, at)))
    return Roles(_bonds(clauses), frozenset(_acts(tokens, clauses)))


def in_other_roles(one: Roles, other: Roles) -> bool:
    """Tell whether two names that both sentences hold have changed their roles.

    An active sentence and its passive do not; nor do figures or a negation make other roles.
    """
    return any((on, who, words) in other.acts for who, on, words in one.acts) or any(
        any(_same(first, there) and _same(second, here) for here, there in others)
        and not any(_same(first, here) and _same(second, there) for here, there in others)
        for roles in one.bonds.keys() & other.bonds.keys()
        for others in (other.bonds[roles],)
        for first, second in one.bonds[roles]
    )


def _same(name: str, other: str) -> bool:
    """Tell whether two are one name, perhaps with another ending: "Japan" and "Japanese"."""
    if name == other:
        return True
    short, long = sorted((name, other), key=len)
    return long.startswith(short) and len(short) >= _LEAST and len(long) <= len(short) + _ENDING


def _tokens(sentence: str) -> Iterator[_Token]:
    has_case = sentence.casefold() != sentence
    before = 0
    for start, end in word_places(sentence):
        raw = sentence[start:end]
        if elided := _ELISION.match(raw):
            glued = not sentence[before:start].strip()
            yield _Token(elided.group()[:-1].casefold(), False, glued)
            raw, before = raw[elided.end() :], start
        word = _GENITIVE_ENDING.sub("", raw.casefold())
        is_word = len(raw) > 1 if not has_case else raw[:1].isupper()
        is_name = is_word and word not in _FUNCTION_WORDS
        yield _Token(word, is_name, not sentence[before:start].strip())
        before = end


def _role(tokens: list[_Token], at: int) -> str:
    """Return the role of the name at `at`, by the function word before the run that it is in."""
    genitive = skipped = False
    for here in range(at, max(at - NEAR, 0), -1):
        before = tokens[here - 1]
        if not tokens[here].glued:
            break
        if before.word in _GENITIVES and not genitive:
            genitive = True  # "bei der", or a genitive
        elif before.word in _ROLES:
            # "to host the race" is no place.
            return HEAD if skipped and before.word in _INFINITIVES else _ROLES[before.word]
        elif genitive:
            break
        elif not before.is_name and before.word not in _FUNCTION_WORDS:
            if skipped:
                break
            skipped = True  # "in neighbouring Japan"
    return HEAD


def _bonds(
    clauses: Iterable[Sequence[tuple[int, str, str]]],
) -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """Return the names that are NEAR each other, each as (place, name, role), by their roles."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for clause in clauses:
        for number, (at, name, role) in enumerate(clause):
            for place, other, its in clause[number + 1 : number + 1 + NEAR]:
                if place - at <= NEAR and role != its and MUTUAL not in (role, its):
                    (low, first), (high, second) = sorted(((role, name), (its, other)))
                    found[low, high].add((first, second))
    return {roles: frozenset(names) for roles, names in found.items()}


def _acts(
    tokens: list[_Token], clauses: Iterable[Sequence[tuple[int, str, str]]]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for (left, who, _), (right, on, _) in (two for clause in clauses for two in pairwise(clause)):
        between = [token.word for token in tokens[left + 1 : right]]
        passive = bool(between) and _ROLES.get(between[-1]) == "by"
        said = tuple(
            word
            for word in between[: -1 if passive else None]
            if word not in _AUXILIARIES and word not in _DETERMINERS
        )
        plain = _FUNCTION_WORDS.isdisjoint(said) and _BOTH_DO.isdisjoint(said)
        if said and plain and len(said) <= _NEXT_WORDS and not _ENDINGS_TELL.search(who):
            yield (on, who, said) if passive else (who, on, said)


def _particled_names(clause: str) -> list[tuple[int, str, str]]:
    """Return what may be names, and the particle that governs each: before it only in Chinese."""
    if _HANGUL_WORD.search(clause) and not _KANA.search(clause):
        found = [(match[1], match[2] or "") for match in _HANGUL_WORD.finditer(clause)]
    else:
        parts = ["", *_PARTICLE.split(clause), ""]
        step = 1 if _KANA.search(clause) else -1
        found = [(parts[at], parts[at + step]) for at in range(1, len(parts), 2)]
    return [
        (at, name[:_NAME_START].casefold(), _particle_role(particle))
        for at, (name, particle) in enumerate(found)
        if len(name) >= _NAME_START
    ]


def _particle_role(particle: str) -> str:
    if particle in _MUTUAL_PARTICLES:
        return MUTUAL
    return particle.strip().translate(_SAME_PARTICLE)
