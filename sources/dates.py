"""Read the dates that articles and tables carry."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro januari января styczeń stycznia",
            "feb february februar février febrero febbraio fevereiro februari февраля lutego",
            "mar march märz mars marzo março maart марта marca",
            "apr april avril abril aprile апреля kwietnia",
            "may mai mayo maggio maio mei мая maja",
            "jun june juni juin junio giugno junho июня czerwca",
            "jul july juli juillet julio luglio julho июля lipca",
            "aug august août agosto augustus августа sierpnia",
            "sep sept september septembre septiembre settembre setembro сентября września",
            "oct october oktober okt octobre octubre ottobre outubro октября października",
            "nov november novembre noviembre novembro ноября listopada",
            "dec december dezember dez décembre diciembre dicembre dezembro декабря grudnia",
        ),
        start=1,
    )
    for name in names.split()
}
_PREFIX = re.compile(
    r"(?:(?:first )?published|posted|updated|last updated|modified|date|stand|veröffentlicht"
    r"|aktualisiert|publié(?: le)?|mis à jour(?: le)?|publicado(?: el)?|actualizado(?: el)?"
    r"|pubblicato|опубликовано|发布时间|公開日?)\b[:：]?\s*(?:on |am |le |el )?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,|[^\W\d_]+(?:di|day|tag|dag))\s*(?=\d|[^\W\d_]+\.? \d)",
    re.IGNORECASE,
)
_CLOCK = (
    r"(?:[\s,T|·•–-]*(?:at |um |à |a las )?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?:uhr|h)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?)?"
)
_FORMS = [
    re.compile(form + _CLOCK, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        # 3.5.2023 is the third of May wherever dots are written; 3/5/2023 says nothing.
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        (
            r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?(?: de)? (?P<name>[^\W\d_]+)\.?,?(?: de)?"
            r" (?P<year>\d{4})(?: г\.?)?"
        ),
        r"(?P<name>[^\W\d_]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
    )
]
_LONGEST = 80  # characters; a longer line is prose


def parse_date(text: str) -> datetime | None:
    """Return the date and time that `text` is, in UTC, or None if it is anything else.

    Reads ISO 8601, RFC 2822 and the common written forms of a dozen languages, with
    "Published:" and a weekday before them. Midnight stands for a date without a time, and UTC
    for a time without a zone. Dates such as 3/5/2023, which two countries read differently,
    are not guessed.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST or not any(letter.isdigit() for letter in text):
        return None
    try:
        if "T" in text or "-" in text:
            return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        pass
    bare = _WEEKDAY.sub("", _PREFIX.sub("", text, count=1), count=1)
    for form in _FORMS:
        if match := form.fullmatch(bare):
            return _from_match(match)
    try:
        return _in_utc(parsedate_to_datetime(text)) if "," in text or ":" in text else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _from_match(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else _MONTHS.get(parts["name"].lower(), 0)
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
    zone = (parts["zone"] or "").upper().replace("UTC", "").replace("GMT", "").replace("Z", "")
    try:
        moment = datetime.fromisoformat(
            f"{int(parts['year']):04}-{month:02}-{int(parts['day']):02}"
            f"T{hour:02}:{int(parts['minute'] or 0):02}:{int(parts['second'] or 0):02}{zone}"
        )
    except ValueError:
        return None
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
