"""Round trips: a database, a file of each format, a fresh database, and the same annotations.

What a format has no place for, it keeps by a convention of ours: see docs/formats.md.
"""

import io
import json

import pytest
from django.contrib.auth.models import User
from django.db import connection

from annotations.export.documents import export_as
from annotations.export.exporting import export_annotations
from annotations.export.release_files import write_release
from annotations.intake.importing import Decisions, import_records
from annotations.interchange.formats import FORMATS, recognise
from annotations.interchange.records import ArticleRecord
from annotations.models import Annotation, Role
from sources.models import Article, Revision
from sources.normalising import normalise
from tests.conftest import CORRECTED, make_revision, make_study, revise

pytestmark = pytest.mark.django_db

HARD = normalise(
    "𝔘nter dem 👩‍👩‍👧‍👦 Titel\n\n"
    "Le café (cafe\u0301) – «déjà vu» — coûte 5 €;\tnaïve, \u0096 Zwo\u0308lf.\n\n"
    "世界新聞：「海峡」は静か。다음 문장.\n\n"
    "قال الوزير: «خنق عسكري» في مياه المضيق\u200f.\n\n"
    "=1+1 @all 'quoted', \"double\" & <b>tags</b> \\n \uffff end"
)
OUTER = "Le café (café) – «déjà vu»"
NOTES = (
    '=HYPERLINK("x")\n\'+1; second, line\nthird\ttab \\n \\\\ | # % [1] ]]> & <x>',
    "'",
    "\u2028\u0085\u000b\x01\x1f\ufffe, control",
    "n" * 9_999 + "😀",
)
PEOPLE = ("reviewer", "colleague", "zoë.o+b@host_-")
BOTH_WAYS = [key for key, kind in FORMATS.items() if kind.write and kind.read] + ["release"]
WITHOUT_TEXTS = {"webannotation", "csv safe", "csv lossless"}
TABLES = (
    "auth_user",
    "sources_story",
    "sources_outlet",
    "sources_original",
    "annotations_codebook",
)


@pytest.fixture
def hard(study, story, codes, tag, cast):
    """Tags of every kind that has broken some tool's export."""
    text = make_revision(story, text=HARD, url="https://a.example/1?a=1&b=2")
    third = User.objects.create_user(PEOPLE[2])
    study.memberships.create(user=third, role=Role.REVIEWER)
    tag(text, OUTER, note=NOTES[0])
    tag(text, "(café) – «déjà", code="threat", target="Ziel; „x“", polarity="mixed")
    tag(text, "café (café)", annotator=cast.colleague, note=NOTES[1])
    tag(text, "café (café)", code="damage", annotator=cast.colleague)
    tag(text, "café (café)", annotator=cast.reviewer, note=NOTES[2])
    tag(text, "café (café)", annotator=third, voice="attributed", speaker='O\'Neil, "A"; =x')
    tag(text, "👩‍👧", note=NOTES[3])
    tag(text, "nter dem", annotator=third)
    tag(text, "海峡」は静か。다음", code="threat", target=" 海", polarity="negative")
    tag(text, "خنق عسكري» في", voice="attributed", speaker="الوزير")
    tag(text, "Zwölf.\n\n世界", note="across passages")
    tag(text, "\n\n=1+1 @all 'quoted', \"double\" & <b>tags</b> \\n \uffff", annotator=third)
    tag(text, " end")
    tag(text, "𝔘")
    return text


def exported(study, key):
    file, chosen = io.BytesIO(), Annotation.objects.in_study(study)
    if key.startswith("csv"):
        export_annotations(chosen, file, lossless=key == "csv lossless")
    elif key == "release":
        write_release(study, file, with_texts=True, pseudonyms=False)
    else:
        export_as(key, study, chosen, file)
    file.seek(0)
    return file


def everything():
    """Return all that is said of each annotation, by its id and without what is the database's."""
    fields = ("pk", "annotator__username", "code__key", "target", "polarity", "voice", "speaker")
    place = ("span__start", "span__end", "span__exact", "span__prefix", "span__suffix")
    rest = ("note", "created_at", "span__revision__sha256")
    rows = Annotation.objects.order_by("pk").values_list(*fields, *place, *rest)
    return [tuple(row) for row in rows]


def empty_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
    User.objects.create_user("owner")


def fresh_study(articles=()):
    """Empty the database; return another study, which has the same codes and these articles."""
    empty_the_database()
    owner = User.objects.get()
    study = make_study("fresh", "Fresh", [(owner, Role.OWNER)])
    rejects = []
    import_records(articles, study=study, made_by=owner, reject=rejects.append)
    assert rejects == []
    return study


def brought_in(study, file):
    """Import the file by what is in it, and return what became of it and the rejects."""
    rejects = []
    outcome = import_records(
        recognise(file).read(file),
        study=study,
        made_by=User.objects.get(username="owner"),
        decisions=Decisions(create_annotators=True, story="A story", outlet="An outlet"),
        reject=rejects.append,
    )
    return outcome, rejects


def articles_of(file):
    return [each for each in FORMATS["jsonl"].read(file) if isinstance(each, ArticleRecord)]


@pytest.mark.parametrize("key", [*BOTH_WAYS, "csv safe", "csv lossless"])
def test_annotations_come_back_as_they_were(study, hard, key):
    before, file = everything(), exported(study, key)
    articles = articles_of(exported(study, "jsonl")) if key in WITHOUT_TEXTS else []
    fresh = fresh_study(articles)
    outcome, rejects = brought_in(fresh, file)
    assert rejects == []
    assert Revision.objects.get().text == HARD
    assert everything() == before
    assert (outcome.imported, outcome.reanchored, outcome.converted.total()) == (14, 0, 0)
    again, _ = brought_in(fresh, file)
    assert (again.imported, again.already_there) == (0, 14)


@pytest.mark.parametrize("key", sorted({*BOTH_WAYS} - WITHOUT_TEXTS))
def test_tags_on_two_texts_of_an_article_come_back_each_on_its_own(study, revision, tag, key):
    tag(revision, "military suffocation")
    tag(revise(revision, CORRECTED), "military pressure")
    before, file = everything(), exported(study, key)
    _, rejects = brought_in(fresh_study(), file)
    assert rejects == []
    assert everything() == before
    assert Article.objects.count() == 1


def in_other_units(line, count):
    """Return a line of JSON whose offsets count something else, without saying so."""
    found = json.loads(line)
    if found["type"] == "annotation":
        start, end = found["start"], found["end"]
        found |= {"start": count(HARD[:start]), "end": count(HARD[:end])}
        found |= {"unit": None, "prefix": None, "suffix": None}
    return json.dumps(found).encode() + b"\n"


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("UTF-16 units", lambda text: len(text.encode("utf-16-le")) // 2),
        ("UTF-8 bytes", lambda text: len(text.encode())),
    ],
)
def test_offsets_in_other_units_are_converted_and_it_is_said(study, hard, unit, count):
    before, file = everything(), exported(study, "jsonl")
    others = io.BytesIO(b"".join(in_other_units(line, count) for line in file))
    outcome, rejects = brought_in(fresh_study(), others)
    assert rejects == []
    assert everything() == before
    assert outcome.converted == {unit: 14}
