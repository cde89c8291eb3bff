import io
import re

import pytest

from annotations.export.concept_export import CONCEPTS, export_word_choice
from annotations.language.conceiving import make_concept
from annotations.language.word_choice import WordChoice, concepts_of
from tests.conftest import make_revision
from tests.test_exporting import DOCS

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(study, story, cast):
    make_revision(story, outlet="=cmd()", text="A deal, an accord, a deal.")
    make_revision(story, outlet="Mute", text="No word of it.")
    wordings = ["deal", "accord"]
    make_concept(study, "@deal", kind="event", wordings=wordings, author=cast.reviewer)
    make_concept(study, "empty", author=cast.reviewer)
    return WordChoice(study, list(concepts_of(study))).table()


def exported(table, **how):
    file = io.BytesIO()
    number = export_word_choice(table, file, study="press", **how)
    return number, file.getvalue()


def test_every_outlet_has_a_row_for_every_name(table):
    number, data = exported(table, story="The accord", lossless=True)
    lines = (
        "row_lossless,study,story,concept,kind,outlet,name,count,words,articles,per_1000",
        "1,press,The accord,@deal,event,=cmd(),accord,1,6,1,166.667",
        "2,press,The accord,@deal,event,=cmd(),deal,2,6,1,333.333",
        "3,press,The accord,@deal,event,Mute,accord,0,4,1,0.000",
        "4,press,The accord,@deal,event,Mute,deal,0,4,1,0.000",
        "5,press,The accord,empty,other,=cmd(),,0,6,1,0.000",
        "6,press,The accord,empty,other,Mute,,0,4,1,0.000",
    )
    assert data.decode() == "".join(f"{line}\r\n" for line in lines)
    assert number == 6


def test_safe_form_runs_no_formula(table):
    _, data = exported(table)
    first = data.decode("utf-8-sig").splitlines()[1]
    assert data.startswith("\ufeffrow_safe".encode())
    assert first == "1,press,,'@deal,event,'=cmd(),accord,1,6,1,166.667"


@pytest.mark.parametrize("name", ["'quoted'", " =1+1", "-x", "+x", "＝x"])
def test_name_that_a_spreadsheet_would_run_gets_an_apostrophe(study, story, cast, name):
    make_revision(story, text="A deal.")
    make_concept(study, name.strip(), wordings=["deal"], author=cast.reviewer)
    _, data = exported(WordChoice(study, list(concepts_of(study))).table())
    assert f",'{name.strip()}," in data.decode()


def test_docs_describe_every_column_in_order():
    [section] = [
        part for part in DOCS.read_text().split("\n## ") if part.startswith("concepts.csv")
    ]
    documented = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, flags=re.MULTILINE)[1:]
    described = [(name, meaning.replace("`", "")) for name, meaning in documented]
    assert described == [(column.name, column.meaning) for column in CONCEPTS]
