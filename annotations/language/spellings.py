"""Propose which spellings mean the same speaker: "Mr Okafor", "Okafor", "Prime Minister A. Okafor".

Only names are compared; titles, cases and points are not. Proposals are for a person to accept:
two people may share a name, and then none is made for the name alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from annotations.texts.wording import Words

Name = tuple[str, ...]

_TITLES = set(
    """
    mr mrs ms miss dr prof professor sir lord lady dame president vice prime minister premier
    chancellor secretary general secretary-general king queen prince princess governor gov senator
    sen representative rep mayor ambassador chairman chairwoman chair director chief head leader
    spokesman spokeswoman spokesperson commissioner commander admiral colonel col captain capt
    lieutenant lt sergeant officer judge justice reverend rev father sister bishop pope expert
    analyst researcher author writer coach foreign defence defense interior finance deputy former
    ex- acting ministry office government department agency council union party
    herr frau bundeskanzler bundeskanzlerin minister ministerin sprecher sprecherin präsident
    m mme monsieur madame président premier ministre porte-parole
    señor señora presidente presidenta ministro ministra portavoz senhor senhora signor signora
    """.split()
)
_POSSESSIVE = re.compile(r"'s?$")


def name_of(spelling: str) -> Name:
    """Return the words of the name in lower case, without titles; empty for an office or a body.

    The name is what stands behind the last title, description or possessive.
    """
    name: list[str] = []
    for word in Words(spelling).keys:
        bare = word.casefold()
        is_title = bare in _TITLES or word[0].islower() or bool(_POSSESSIVE.search(word))
        if is_title:
            name.clear()
        else:
            name.append(bare)
    return tuple(name)


def likely_groups(spellings: Iterable[str]) -> list[list[str]]:
    """Return groups of two spellings or more that seem to mean one speaker, in order.

    Each spelling is in one group at most. One that fits two fuller names is in none.
    """
    by_name: dict[Name, list[str]] = defaultdict(list)
    for spelling in dict.fromkeys(spellings):
        by_name[name_of(spelling) or (_plain(spelling),)].append(spelling)
    names = sorted(by_name, key=lambda name: (-len(name), -len("".join(name)), name))
    by_word: dict[str, list[Name]] = defaultdict(list)  # heads alone
    groups: dict[Name, list[str]] = {}
    for name in names:
        near = {head for word in _keys(name) for head in by_word[word]}
        heads = [head for head in near if _is_short_for(name, head)]
        if len(heads) == 1:
            groups[heads[0]] += by_name[name]
        else:
            groups[name] = list(by_name[name])
            if not heads:
                for word in _keys(name):
                    by_word[word].append(name)
    return sorted(
        (sorted(group) for group in groups.values() if len(group) > 1), key=lambda g: g[0]
    )


def _plain(spelling: str) -> str:
    words = [word.casefold() for word in Words(spelling).keys]
    return " ".join(word for word in words if word not in {"the", "a", "an"})


def _keys(name: Name) -> set[str]:
    """Return the words by which a name is found: the first and the last."""
    return {name[0], name[-1]}


def _is_short_for(name: Name, fuller: Name) -> bool:
    """Tell whether `name` may be a shorter form of `fuller`, initials and either order allowed."""
    if len(name) == 1:
        return len(name[0]) > 1 and name[0] in (fuller[0], fuller[-1])
    if set(name) <= set(fuller):
        return True
    return name[-1] == fuller[-1] and all(
        any(_fits(word, whole) for whole in fuller[:-1]) for word in name[:-1]
    )


def _fits(word: str, whole: str) -> bool:
    return word == whole or (1 in (len(word), len(whole)) and word[0] == whole[0])
