"""Releases for tests: of a study with something of everything, and ways to tamper with them."""

import csv
import io
import json
import zipfile

from annotations.export.manifest import MANIFEST, Measured, read_manifest, seal
from annotations.export.release_files import write_release
from annotations.facts.stating import QuotedSpan, set_report, state_fact
from annotations.interchange.archives import Archive
from annotations.rulings.ruling import rule
from tests.adjudicated import Kind, cards_of, rule_on
from tests.conftest import GAZETTE, make_revision

WIDE = "'Fog 🌫 lifts', 他说。\n\n=1+1 is “שלום” to her.\n\nA q\u0307 closed."


def code_everything(study, story, revision, tag, cast, codes):
    """Tag, rule, adjudicate and state a fact; return the annotations by what is special of them."""
    wide = make_revision(story, outlet="=Outlet", headline="'Wide", text=WIDE)
    make_revision(story, outlet="Gazette", headline="Nobody tagged this", text=GAZETTE)
    kept = {
        "plain": tag(revision, "military suffocation", note="=1; \"two\"\n\nlines, 'three'"),
        "nested": tag(revision, "suffocation", annotator=cast.colleague, code="damage"),
        "wide": tag(wide, "🌫 lifts', 他说", speaker="@her", voice="attributed"),
        "across": tag(wide, "他说。\n\n=1+1", annotator=cast.colleague, polarity="mixed"),
    }
    ruled = rule(
        kept["wide"], "recode", version=1, code=codes["damage"], reason="-no", moderator=cast.owner
    )
    [card, *_] = cards_of(study, story, cast.moderator)
    rule_on(card, Kind.ONE, kept["plain"], moderator=cast.moderator, reason="+yes")
    fact = state_fact(study, story, "=An accord was signed.", author=cast.owner)
    start = revision.text.index("signed")
    quote = QuotedSpan(start, start + 6, "signed")
    cell = {"status": "reported", "quotes": [quote], "version": None, "reviewer": cast.reviewer}
    set_report(fact, revision.article, **cell)
    return kept | {"decision": ruled}


def released(study, *, with_texts=True, pseudonyms=True, **given) -> bytes:
    """Return a release of the study."""
    file = io.BytesIO()
    write_release(study, file, with_texts=with_texts, pseudonyms=pseudonyms, **given)
    return file.getvalue()


def member(release: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(release)) as archive:
        return archive.read(name)


def rows(release: bytes, name: str) -> list[dict[str, str]]:
    """Return the rows of a table in the release, in their safe form."""
    content = member(release, name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def manifest_of(release: bytes):
    return read_manifest(member(release, MANIFEST))


def tampered(release: bytes, *, honest=True, **changes) -> bytes:
    """Return the release with other contents, by names with _ for a dot; None leaves one out.

    `honest`: the manifest tells of them, as somebody does who knows how a release is made.
    """
    changes = {name.replace("_csv", ".csv").replace("_json", ".json"): new
               for name, new in changes.items()}  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(release)) as old, Archive(file) as archive:
        whole = json.loads(old.read(MANIFEST))
        for name in dict.fromkeys([*old.namelist()[:-1], *changes]):
            content = changes[name] if name in changes else old.read(name)
            if content is None:
                continue
            archive.add(name, content)
            if honest and name in whole["files"]:
                whole["files"][name] |= _measured(content)
        archive.add(MANIFEST, json.dumps(whole).encode())
    seal(file)
    return file.getvalue()


def _measured(content: bytes) -> dict:
    measured = Measured(io.BytesIO())
    measured.write(content)
    fact = measured.fact(None)
    return {"sha256": fact.sha256, "bytes": fact.bytes}
