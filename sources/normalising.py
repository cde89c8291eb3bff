"""Turn bytes into text, and text into the one form in which it is stored."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes

_BOMS = (
    # The UTF-32 mark begins with the UTF-16 mark, so it is asked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_FILES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
)
# The legacy encodings of the web (https://encoding.spec.whatwg.org/#names-and-labels): to guess
# among all that Python knows gives EBCDIC and the Macintosh code pages for short texts.
_WEB_CHARSETS = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859_2", "koi8_r", "koi8_u", "cp866", "cp874", "gb18030", "big5"),
    *("euc_jp", "cp932", "euc_kr", "cp949"),
]
# What pages call ISO-8859-1 and ASCII is Windows-1252 (same standard): the curly quotes.
_LABELS_OF_WINDOWS_1252 = {"ascii", "iso8859-1", "latin-1"}
# charset-normalizer holds these to be equally likely for a short text. The wrong one shows by
# signs inside words, and by letters that Icelandic alone has; else the commonest is right.
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "cp1258")
_ODD = re.compile(r"(?<=[a-z])[\u0080-\u00bf\u2020-\u203a](?=[a-z])|[ðþÐÞ]|[a-z][±¶¹³¼¿]")
_STATEFUL = ("iso2022", "hz", "utf-7", "utf-16", "utf-32")
_SAMPLE = 256 * 1024  # bytes that are looked at to guess a charset

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters other than tab and line feed, byte order marks, and lone surrogates (which
# UTF-8 cannot hold). C1 controls stay: they are the trace of a charset that was guessed wrongly.
_NEVER_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # and not ESC, which some charsets write
_TRAILING_SPACE = re.compile(r"[^\S\n]+$", re.MULTILINE)


class UndecodableText(Exception):
    """The bytes are not text in any charset we can tell; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, not yet normalised, and the charset it was in, by its Python name in lower case."""

    text: str
    charset: str


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """Return `data` as text.

    A byte order mark wins, then UTF-8 where the bytes are valid UTF-8 (other charsets hardly
    ever are), then the charset `declared` by whoever sent them, then the likeliest by
    charset-normalizer. Raises UndecodableText for binary files and for what nothing fits.
    """
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return _checked(data, charset)
    for magic, kind in _BINARY_FILES:
        if data.startswith(magic):
            raise UndecodableText(
                f"This is {kind}, not a text file. Save it as plain text (UTF-8), "
                "or paste the article's text."
            )
    declared = _known(declared)
    candidates = [_sixteen_bits(data), declared if declared.startswith(_STATEFUL) else ""]
    candidates += ["iso2022_jp" if b"\x1b$" in data else "", "utf-8", declared]
    for charset in filter(None, candidates):
        try:
            return _checked(data, charset)
        except UnicodeDecodeError:
            continue
    return _guessed(data)


def normalise(text: str) -> str:
    """Return `text` as it is stored. Idempotent.

    NFC; lines end in `\\n` and not in white space; no NUL, no other control character but
    tab, no byte order mark, no lone surrogate. Soft hyphens, joiners and direction marks stay.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = unicodedata.normalize("NFC", _NEVER_TEXT.sub("", text))
    return _TRAILING_SPACE.sub("", text)


def _known(label: str) -> str:
    """Return Python's name of the charset `label`, or "" if it has none."""
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    return "cp1252" if name in _LABELS_OF_WINDOWS_1252 else name


def _sixteen_bits(data: bytes) -> str:
    """Return the UTF-16 that `data` is in without a mark, or "": mostly Latin text shows it."""
    sample = data[:_SAMPLE]
    half = max(len(sample) // 2, 1)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return ""


def _checked(data: bytes, charset: str) -> Decoded:
    """Decode strictly, and refuse what decodes but reads like a binary file."""
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        if charset in {name for _, name in _BOMS}:
            raise UndecodableText(
                f"The file says that it is {charset.upper()}, but is cut or damaged. "
                "Save it again as UTF-8, or paste the text."
            ) from None
        raise
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > len(sample) / 20:
        raise UndecodableText(
            "This looks like a binary file, not text. Save it as plain text (UTF-8), "
            "or paste the article's text."
        )
    return Decoded(text, charset.removesuffix("-sig"))


def _guessed(data: bytes) -> Decoded:
    matches = from_bytes(data[:_SAMPLE], cp_isolation=_WEB_CHARSETS, enable_fallback=False)
    best = matches.best()
    if best is not None:
        charset = best.encoding
        if charset in _LATIN:
            as_good = {
                name
                for match in matches
                for name in match.could_be_from_charset
                if match.chaos <= best.chaos and match.coherence >= best.coherence - 0.15
            }
            charset = min(
                (name for name in _LATIN if name in as_good),
                key=lambda name: len(_ODD.findall(data[:_SAMPLE].decode(name, errors="replace"))),
            )
        # The sample may end in the middle of a character, and the rest may hold a stray byte.
        text = data.decode(charset, errors="replace")
        if text.count("\ufffd") <= len(text) / 1000:
            return Decoded(text, charset)
    raise UndecodableText(
        "We cannot tell which characters this file holds. Save it as UTF-8, or paste the text."
    )
