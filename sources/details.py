"""What is said about an article beside its text: proposed, cut to fit, and checked."""

import re
from dataclasses import fields

from sources.describing import describe
from sources.normalising import normalise
from sources.reading import Details, Reading, is_web_address
from sources.refusals import BadDetail, MissingDetail

_LONGEST = {"headline": 500, "byline": 300, "outlet": 200, "url": 2000, "language": 35}
_HEADLINE_WORDS = 12  # of the text, where nobody says what the headline is
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})?")


def proposed_details(reading: Reading) -> Details:
    """Return the details of `reading`, those it lacks proposed from its text, cut to fit."""
    told, seen = (
        reading.details,
        describe(reading.text, filename=reading.filename, html=reading.markup or None),
    )
    details = Details(
        story=told.story,
        outlet=told.outlet or seen.outlet,
        headline=told.headline or seen.headline,
        url=next((url for url in (told.url, seen.url) if is_web_address(url)), ""),
        byline=told.byline or seen.byline,
        published_at=told.published_at or seen.published_at,
        language=told.language or seen.language,
    )
    return _cut(details)


def checked_details(details: Details) -> Details:
    """Return `details` without stray white space. Raises BadDetail for what cannot be stored."""
    tidied = _with(details, {field: tidy(getattr(details, field)) for field in _LONGEST})
    for field, longest in _LONGEST.items():
        if len(getattr(tidied, field)) > longest:
            raise BadDetail(field, f"This is longer than {longest} characters. Shorten it.")
    if tidied.url and not is_web_address(tidied.url):
        raise BadDetail("url", "Begin with http:// or https://, or leave it empty.")
    if not _LANGUAGE.fullmatch(tidied.language):
        raise BadDetail("language", "Use a code such as en or pt-BR, or leave it empty.")
    return tidied


def require(details: Details, field: str) -> None:
    """Raise MissingDetail if the detail is empty."""
    if not getattr(details, field):
        raise MissingDetail(field, f"Say what the {field} is: the text does not tell.")


def first_words(text: str) -> str:
    """Return the beginning of the first line that is more than a heading, or of the first."""
    lines = [line.split() for line in text.split("\n") if line.strip()]
    line = next((line for line in lines if len(line) >= 4), lines[0])
    start = " ".join(line[:_HEADLINE_WORDS])
    return start[:200] + ("…" if len(line) > _HEADLINE_WORDS or len(start) > 200 else "")


def tidy(value: str) -> str:
    """Return `value` as one normalised line."""
    return " ".join(normalise(value).split())


def _cut(details: Details) -> Details:
    """Cut proposals to what the fields hold; a URL or code that is cut would be another one."""
    cut = {}
    for field, longest in _LONGEST.items():
        value = tidy(getattr(details, field))
        if len(value) > longest:
            value = "" if field in {"url", "language"} else value[: longest - 1].rstrip() + "…"
        cut[field] = value
    return _with(details, cut)


def _with(details: Details, texts: dict[str, str]) -> Details:
    return Details(
        **{field.name: getattr(details, field.name) for field in fields(details)} | texts
    )
