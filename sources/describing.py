"""Propose an article's headline, byline, outlet, date and language from its text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sources import noise
from sources.cleaning import LineProposal, byline_of, propose_cleaning
from sources.dates import parse_date
from sources.webpages import page_details

_HEAD = 12  # lines at the start, blank ones aside, in which title, byline and date are looked for
_LONGEST_HEADLINE = 250  # characters
_DATELINE = re.compile(r"[^\W\d_][^:()]{0,30}(?:\([^)]{1,20}\))?\s?[:：–—-]\s")
_ENDS = (".", "。", "．", "…", ":", "：", ";", ",", "،")
_DATE_IN_BYLINE = re.compile(r"\s*[|•·–—-]\s*(?=[^|•·]*\d{4}).*$|,\s+(?=\w+ \d{1,2},? \d{4}).*$")
_IN_FILENAME = re.compile(r"(?<!\d)(\d{4})[-_](\d{2})[-_](\d{2})(?!\d)")

_SAMPLE = 4000  # characters that are looked at to guess a language
_SCRIPTS = tuple(
    (language, re.compile(f"[{letters}]"), share)
    # Kana and Hangul first: Japanese, and older Korean, are written with Han characters too.
    for language, letters, share in (
        ("ja", "\u3040-\u30ff", 0.1),
        ("ko", "\uac00-\ud7af", 0.3),
        ("zh", "\u4e00-\u9fff", 0.3),
        ("el", "\u0370-\u03ff", 0.5),
        ("he", "\u0590-\u05ff", 0.5),
        ("th", "\u0e00-\u0e7f", 0.5),
        ("hi", "\u0900-\u097f", 0.5),
    )
)
_WORD = re.compile(r"[^\W\d_]+")
# Words that are common in one language and rare in its neighbours.
_STOPWORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in that is was for on with as by at from are has were which this",
        "de": "der die und den das von zu mit sich des ist im dem nicht ein eine auf für auch",
        "fr": "le la les et des du une dans est que qui pour par sur au pas avec ce sont a été",
        "es": "el la los las de y en que del se por con una para es al lo como más pero su",
        "it": "il di che e la del per un in è della con non una sono gli le dei nel alla ha",
        "pt": "o de que e do da em um para com não uma os no se na por mais as dos ao foi",
        "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook door bij",
        "pl": "w i na z do że się nie to jest o jak po od przez dla ale za jego który są",
        "sv": "och att det i som en på är av för med till den inte har om ett var de från",
        "tr": "ve bir bu da de için ile olarak çok daha olan gibi kadar sonra ancak ise ne",
        "ru": "и в не на что с по как это из за от для его но к о был также было он году",
        "uk": "і в не на що з до та як це за від для його але у є про або був також року",
        "ar": "في من على أن إلى التي الذي عن مع هذا هذه كان ما لا قال بعد بين ذلك وقد كما",
        "fa": "و در به از که این را با است برای آن یک خود تا شد بر های ما کرد می بود",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Description:
    """Proposals; what the text does not say is "" or None. `published_at` is in UTC."""

    headline: str = ""
    byline: str = ""
    outlet: str = ""
    published_at: datetime | None = None
    language: str = ""
    url: str = ""


def describe(text: str, *, filename: str = "", html: str | None = None) -> Description:
    """Return what can be told from `text` and, for a web page, from its `html`.

    What the page's own metadata says wins over what its lines look like; a file name is asked
    last, for a date. Everything is a proposal for a person to correct.
    """
    page = page_details(html) if html else None
    lines = [line for line in propose_cleaning(text) if line.text.strip()]
    byline, published_at = _byline_and_date(lines[:_HEAD])
    anonymous = byline.casefold() in noise.NOBODY
    by_outlet = byline.split()[-1:] and byline.split()[-1].casefold() in noise.OUTLET_WORDS
    return Description(
        headline=(page.headline if page else "") or _headline(lines[:_HEAD]),
        byline=(page.byline if page else "") or ("" if anonymous else byline),
        outlet=(page.outlet if page else "") or (byline if by_outlet else ""),
        published_at=(page.published_at if page else None)
        or published_at
        or _date_in_filename(filename),
        language=(page.language if page else "") or guess_language(text),
        url=page.url if page else "",
    )


def guess_language(text: str) -> str:
    """Return the BCP 47 code of the likeliest of some twenty languages, or "" when in doubt."""
    sample = text[:_SAMPLE].casefold()
    counts = Counter(_WORD.findall(sample))
    letters = sum(len(word) * count for word, count in counts.items())
    if letters < 20:
        return ""
    if not sample.isascii():
        for language, script, share in _SCRIPTS:
            if len(script.findall(sample)) >= share * letters:
                return language
    scores = sorted(
        (sum(counts[word] for word in known), language) for language, known in _STOPWORDS.items()
    )
    (second, _), (best, language) = scores[-2:]
    # A tenth of running text is made of the commonest words; less is a list of names.
    return language if best >= max(3, counts.total() * 0.1) and best > second * 1.15 else ""


def guess_among(text: str, languages: Sequence[str]) -> str:
    """Return which of `languages` (BCP 47) a text too short for `guess_language` is in.

    "" if it is in none of their scripts; the first of them if nothing speaks for another.
    """
    if guess := guess_language(text):
        return guess
    counts = Counter(_WORD.findall(text.casefold()))
    scores = {
        language: sum(counts[word] for word in _STOPWORDS.get(_base(language), ()))
        for language in languages
        if _may_be(text, _base(language))
    }
    return max(scores, key=lambda language: scores[language], default="")


def _may_be(text: str, language: str) -> bool:
    """Whether `text` is in a script of the language; one that we do not know may be in any."""
    for known, script, _ in _SCRIPTS:
        if known == language:
            return bool(script.search(text))
    if language not in _STOPWORDS:
        return True
    return _script_of(text) == _script_of(" ".join(sorted(_STOPWORDS[language])))


def _base(language: str) -> str:
    return language.split("-")[0].lower()


def _script_of(text: str) -> str:
    """Return what the names of most letters begin with, as LATIN, or "" if there are none."""
    letters = Counter(unicodedata.name(char, "").split(" ")[0] for char in text if char.isalpha())
    return max(letters, key=lambda script: letters[script], default="")


def _headline(lines: list[LineProposal]) -> str:
    """Return the first line that the page's furniture leaves over, if it reads like a title."""
    for line in lines:
        if line.verdict == "drop" and line.reason != "cross-link":
            continue
        title = " ".join(line.text.split())
        # A short line in lower case is a heading of a text whose title was lost.
        heading = title[0].islower() and len(title.split()) < 4
        if heading or title.endswith(_ENDS) or len(title) > _LONGEST_HEADLINE:
            return ""
        dateline = _DATELINE.match(title)
        return "" if dateline and dateline[0].isupper() and len(title.split()) > 15 else title
    return ""


def _byline_and_date(lines: list[LineProposal]) -> tuple[str, datetime | None]:
    byline, published_at = "", None
    for line in lines:
        if line.reason == "byline" and not byline:
            byline = _DATE_IN_BYLINE.sub("", byline_of(line.text)).strip(" ,|")
        elif line.reason == "date line" and published_at is None:
            published_at = parse_date(line.text)
    return byline, published_at


def _date_in_filename(filename: str) -> datetime | None:
    match = _IN_FILENAME.search(filename)
    return parse_date("-".join(match.groups())) if match else None
