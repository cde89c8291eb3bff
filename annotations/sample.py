"""The sample story: six invented outlets on one invented accord, tagged, lined up and ruled on.

One outlet edits its article afterwards, so that its tags are carried to a second text. All of it
goes in through the same actions as real work does. The files lie in `annotations/sample_story/`;
words are found in the articles by quoting them.
"""

import csv
import uuid
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotations.codebook.codebooks import default_codebook
from annotations.facts.stating import QuotedSpan, set_report, state_fact
from annotations.language.conceiving import make_concept
from annotations.language.speaking import record_speaker
from annotations.models import Role, Study
from annotations.revisions.carries import carry_to, rule_carry
from annotations.rulings.ruling import rule
from annotations.tags.tagging import tag_span
from annotations.team.founding import add_story, create_study
from annotations.team.staffing import add_member
from annotations.texts.anchoring import occurrence_of
from sources.cleaning import DROP, propose_cleaning
from sources.dates import parse_date
from sources.importing import import_article
from sources.models import Revision, Way
from sources.originals import keep_original
from sources.reading import Details, read_upload
from sources.revising import add_revision

FOLDER = Path(__file__).with_name("sample_story")
KEY, NAME, TITLE = "sample", "Sample study", "The Veya Port Accord"
IDS = uuid.UUID("0b5ee1a4-6d5c-4c41-9d0c-5f6a7a0f9c35")  # namespace of the annotations' ids

REVIEWERS, MODERATOR, ADMINISTRATOR = ("ada", "ben"), "mira", "admin"


class SampleRefused(ValueError):
    """The sample story cannot be loaded here; the message says why."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """The study with the sample story, and whether it was loaded just now."""

    study: Study
    created: bool


@transaction.atomic
def load_sample() -> Sampled:
    """Load the sample study with its four accounts, which have no password yet.

    A study that is there is left alone, with all that people did in it since, and does not gain
    what the sample did not hold when it was loaded. Raises SampleRefused if one of the account
    names is taken.
    """
    known = Study.objects.filter(key=KEY).first()
    if known:
        return Sampled(known, False)
    people = _accounts()
    study = create_study(KEY, NAME, default_codebook(), owner=people[ADMINISTRATOR])
    for name in REVIEWERS:
        add_member(study, username=name, role=Role.REVIEWER)
    add_member(study, username=MODERATOR, role=Role.MODERATOR)
    revisions = _articles(study, people[ADMINISTRATOR])
    _annotations(study, revisions, people)
    _facts(study, revisions, people)
    _revisions(study, revisions, people)
    _concepts(study, people)
    _speakers(study, people)
    return Sampled(study, True)


def open_accounts(password: str) -> None:
    """Give the sample's accounts a password, all the same one: for demonstrations only."""
    for user in User.objects.filter(username__in=[*REVIEWERS, MODERATOR, ADMINISTRATOR]):
        user.set_password(password)
        user.save(update_fields=["password"])


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the sample's CSV files by column."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _accounts() -> dict[str, User]:
    names = (*REVIEWERS, MODERATOR, ADMINISTRATOR)
    taken = User.objects.filter(username__in=names).values_list("username", flat=True)
    if taken:
        raise SampleRefused(
            f"There are accounts named {', '.join(sorted(taken))} already. The sample story brings "
            "its own; load it into an empty database."
        )
    people = {name: User.objects.create_user(name) for name in names}
    people[ADMINISTRATOR].is_staff = people[ADMINISTRATOR].is_superuser = True
    people[ADMINISTRATOR].save(update_fields=["is_staff", "is_superuser"])
    return people


def _articles(study: Study, importer: User) -> dict[str, Revision]:
    """Import the six articles as uploads, noise and all, as a person would confirm them."""
    story = add_story(study, TITLE)
    revisions = {}
    for row in rows_of("articles.csv"):
        revision = import_article(
            story,
            **_uploaded("articles", row, importer),
            details=_details(row),
            imported_by=importer,
        ).revision
        outlet = revision.article.outlet
        outlet.country, outlet.domain, outlet.language = (
            row["country"],
            row["domain"],
            row["language"],
        )
        outlet.save(update_fields=["country", "domain", "language"])
        revisions[row["key"]] = revision
    return revisions


def _uploaded(folder: str, row: dict[str, str], importer: User) -> dict[str, Any]:
    """Return what an import takes of the row's file: original, text, dropped lines and way."""
    filename = f"{row['key']}.txt"
    (reading,) = read_upload(filename, (FOLDER / folder / filename).read_bytes()).readings
    original = keep_original(
        reading.original,
        filename=filename,
        media_type=reading.media_type,
        charset=reading.charset,
        uploaded_by=importer,
    )
    return {
        "original": original,
        "text": reading.text,
        "dropped": _dropped(reading.text, row),
        "way": Way.UPLOAD,
    }


def _dropped(text: str, row: dict[str, str]) -> set[int]:
    """Return the lines that cleaning proposes to drop, and those it left to a person."""
    by_hand = row["dropped_by_hand"].splitlines()
    lines = propose_cleaning(text, headline=row["headline"])
    if missing := set(by_hand) - {line.text for line in lines}:
        raise SampleRefused(f"{row['key']} has no line {sorted(missing)}.")
    return {line.number for line in lines if line.verdict == DROP or line.text in by_hand}


def _details(row: dict[str, str]) -> Details:
    return Details(
        outlet=row["outlet"],
        headline=row["headline"],
        url=row["url"],
        byline=row["byline"],
        published_at=parse_date(row["published_at"]),
        language=row["language"],
    )


def _annotations(study: Study, revisions: dict[str, Revision], people: dict[str, User]) -> None:
    codes = {code.key: code for code in study.codebook.codes.all()}
    for row in rows_of("annotations.csv"):
        revision = revisions[row["article"]]
        place = occurrence_of(revision.text, row["exact"], int(row["occurrence"]))
        identity = "/".join(row[name] for name in ("annotator", "article", "exact", "code"))
        annotation = tag_span(
            revision,
            study=study,
            id=uuid.uuid5(IDS, identity),
            start=place.start,
            end=place.end,
            exact=row["exact"],
            code=codes[row["code"]],
            **{name: row[name] for name in ("target", "polarity", "voice", "speaker", "note")},
            annotator=people[row["annotator"]],
        ).annotation
        if row["ruling"]:
            rule(
                annotation,
                row["ruling"],
                version=annotation.version,
                code=codes[row["ruled_code"]] if row["ruled_code"] else None,
                reason=row["reason"],
                moderator=people[MODERATOR],
            )


def _facts(study: Study, revisions: dict[str, Revision], people: dict[str, User]) -> None:
    cells = groupby(rows_of("facts.csv"), key=itemgetter("fact", "reviewer", "article", "status"))
    story = study.stories.get()
    for (statement, reviewer, article, status), rows in cells:
        fact = state_fact(study, story, statement, author=people[reviewer])
        if not article:  # stated, and not looked for in any article yet
            continue
        revision = revisions[article]
        set_report(
            fact,
            revision.article,
            status=status,
            quotes=[_quoted(revision, row) for row in rows if row["exact"]],
            version=None,
            reviewer=people[reviewer],
        )


def _quoted(revision: Revision, row: dict[str, str]) -> QuotedSpan:
    place = occurrence_of(revision.text, row["exact"])
    return QuotedSpan(place.start, place.end, row["exact"], row["stance"], row["speaker"])


def _revisions(study: Study, first: dict[str, Revision], people: dict[str, User]) -> None:
    """Store the second texts, carry to them what stands on the first, and rule on some of it."""
    newest = {}
    for row in rows_of("revisions.csv"):
        newest[row["key"]] = add_revision(
            first[row["key"]].article,
            **_uploaded("revisions", row, people[ADMINISTRATOR]),
            headline=row["headline"],
            made_by=people[ADMINISTRATOR],
        ).revision
        carry_to(newest[row["key"]])
    for row in rows_of("carries.csv"):
        revision = newest[row["article"]]
        carry = revision.carries.get(study=study, span__exact=row["exact"])
        place = occurrence_of(revision.text, row["current"]) if row["current"] else None
        rule_carry(
            carry,
            ruling=row["ruling"],
            start=place.start if place else None,
            end=place.end if place else None,
            version=carry.version,
            moderator=people[MODERATOR],
        )


def _concepts(study: Study, people: dict[str, User]) -> None:
    for (concept, kind), rows in groupby(rows_of("concepts.csv"), itemgetter("concept", "kind")):
        names = [row["name"] for row in rows]
        make_concept(study, concept, kind=kind, wordings=names, author=people[REVIEWERS[0]])


def _speakers(study: Study, people: dict[str, User]) -> None:
    for speaker, rows in groupby(rows_of("speakers.csv"), itemgetter("speaker")):
        spellings = [row["spelling"] for row in rows]
        record_speaker(study, speaker, spellings=spellings, recorder=people[REVIEWERS[0]])
