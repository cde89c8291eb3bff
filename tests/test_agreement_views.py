"""The agreement page, its cases and its files: who sees what, plain and by htmx, and how fresh."""

import csv
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.agreement.selection import Selection
from annotations.measuring.agreeing import agree
from annotations.measuring.agreement_export import AGREEMENT
from annotations.models import AgreementRun, Assignment
from annotations.tasks import agree_later
from sources.models import Story
from tests.conftest import GAZETTE, make_revision
from tests.test_layers import ROOT
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db
WHOLE = Selection()
PAGES = ["agreement", "agreement_cases", "agreement_methods", "agreement_csv", "agreement_md"]
HTMX = {"HX-Request": "true", "HX-Target": "agreement-standing"}


@pytest.fixture(autouse=True)
def emptied(db):
    empty_queue()


@pytest.fixture
def both(tag, revision, gazette, cast):
    """Two reviewers of two articles: alike in one place, apart in two."""
    tag(revision, "military suffocation")
    tag(revision, "military suffocation", annotator=cast.colleague)
    tag(revision, "Harbour deal")
    tag(gazette, "stranglehold", code="threat", target="the accord", polarity="negative")
    tag(gazette, "stranglehold", annotator=cast.colleague)


@pytest.fixture
def computed(both, study):
    return agree(study, WHOLE)


@pytest.fixture
def moderator(client_of, cast):
    return client_of(cast.moderator)


@pytest.fixture
def address(study):
    def address(name="agreement", **asked):
        return reverse(name, args=[study.key], query=asked)

    return address


@pytest.fixture
def blind(study, story, cast):
    """The study is coded blind, and its moderator has a part of the story to do."""
    study.blind = True
    study.save(update_fields=["blind"])
    for coder, state in [
        (cast.reviewer, "done"),
        (cast.colleague, "done"),
        (cast.moderator, "to do"),
    ]:
        done_at = "2026-01-31T12:00:00Z" if state == "done" else None
        Assignment.objects.create(
            study=study, story=story, coder=coder, state=state, done_at=done_at
        )


def words(response):
    text = re.sub(
        r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(text.split())


def cases_in(response):
    return [
        " ".join(re.sub(r"<[^>]+>", " ", case).split())
        for case in re.findall(
            r'<li class="case".*?</li>\s*(?=<li class="case"|</ol>)',
            response.content.decode(),
            re.DOTALL,
        )
    ]


@pytest.mark.parametrize("name", PAGES)
def test_outsider_finds_nothing_and_the_anonymous_log_in(name, computed, address, client_of, cast):
    assert client_of(cast.outsider).get(address(name)).status_code == 404
    assert Client().get(address(name)).status_code == 302
    assert client_of(cast.outsider).post(address("agreement_compute")).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_reviewer_of_a_blind_study_is_told_that_it_is_for_moderators(
    name, computed, blind, address, client_of, cast
):
    refused = client_of(cast.reviewer).get(address(name))
    assert refused.status_code == 403
    assert "coded blind" in words(refused)
    assert client_of(cast.moderator).get(address(name)).status_code == 200
    assert client_of(cast.reviewer).post(address("agreement_compute")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_reviewer_of_a_study_that_is_not_blind_reads_it(name, computed, address, client_of, cast):
    assert client_of(cast.reviewer).get(address(name)).status_code == 200


def test_moderator_with_a_part_to_do_sees_nothing_of_its_story(
    computed, both, blind, study, story, address, moderator
):
    agree(study, WHOLE)
    page = words(moderator.get(address()))
    assert "You still have stories to code" in page
    assert story.title not in page
    assert cases_in(moderator.get(address("agreement_cases"))) == []
    assert moderator.get(address("agreement_cases", story=story.pk)).status_code == 422
    assert moderator.get(address(story=story.pk)).status_code == 422
    assert story.title not in moderator.get(address("agreement_csv")).content.decode()


def test_page_says_what_the_figures_are_about(computed, address, moderator):
    page = words(moderator.get(address()))
    assert "Pooled, not averaged, over 2 texts of 1 story that two or more of 2 reviewers" in page
    assert "with 5 tags" in page
    assert "one story only: there is nothing to resample" in page
    assert "Codes against codes" in page


def test_figure_that_is_undefined_says_why(study, tag, revision, cast, address, moderator):
    tag(revision, "Harbour deal")
    tag(revision, "Harbour deal", annotator=cast.colleague)
    agree(study, WHOLE)
    assert "Undefined: every matched span has the same code" in words(moderator.get(address()))


def test_every_figure_and_every_cell_leads_to_cases_that_are_there(computed, address, moderator):
    page = moderator.get(address()).content.decode()
    links = set(re.findall(rf'href="({address("agreement_cases")}[^"]*)"', page))
    assert len(links) > 12
    for link in links:
        found = moderator.get(link.replace("&amp;", "&"))
        assert found.status_code == 200, link
        if "codes=" in link:
            assert cases_in(found), link


def test_nothing_is_computed_or_written_by_looking(both, address, moderator):
    page = moderator.get(address())
    assert "Compute agreement" in words(page)
    assert not AgreementRun.objects.exists()


def test_computing_a_small_selection_happens_at_once_and_leads_back(
    both, story, address, moderator
):
    answer = moderator.post(address("agreement_compute", story=story.pk))
    assert (answer.status_code, answer.url) == (303, address(story=story.pk))
    assert AgreementRun.objects.get().selection == f"story={story.pk}"
    assert "Noticed" in words(moderator.get(answer.url))


def test_selection_that_is_not_understood_is_refused_and_nothing_computed(both, address, moderator):
    for asked in ({"story": "999"}, {"pair": "1-x"}, {"since": "soon"}, {"unit": "word"},
                  {"since": "2026-02-01", "until": "2026-01-01"}):  # fmt: skip
        assert moderator.get(address(**asked)).status_code == 422, asked
        assert moderator.get(address("agreement_cases", **asked)).status_code == 422, asked
        assert moderator.post(address("agreement_compute", **asked)).status_code == 422, asked
        assert moderator.get(address("agreement_csv", **asked)).status_code == 422, asked
    assert not AgreementRun.objects.exists()


def test_page_says_that_figures_are_older_than_the_newest_tags(
    computed, tag, revision, address, moderator
):
    assert "changed since then" not in words(moderator.get(address()))
    tag(revision, "Critics")
    assert "changed since then. Compute anew" in words(moderator.get(address()))


def test_whether_figures_of_a_large_study_are_stale_is_asked_after_the_page(
    moderator, address, computed, tag, revision, monkeypatch
):
    monkeypatch.setattr("annotations.measuring.agreement_runs.SMALL", 0)
    tag(revision, "Critics")
    page = moderator.get(address())
    assert "changed since then" not in words(page)
    asked = re.search(r'hx-get="([^"]+)" hx-trigger="load"', page.text)
    part = moderator.get(unescape(asked[1]), headers=HTMX)
    assert "changed since then. Compute anew" in words(part)
    assert "hx-trigger" not in part.text


def test_page_without_a_worker_says_so_and_offers_to_compute(computed, study, address, moderator):
    agree_later(study.pk, "")
    page = words(moderator.get(address()))
    assert "No worker is running, so this waits." in page
    assert "Compute now" in page
    assert moderator.post(address("agreement_compute"), {"now": "1"}).status_code == 303


def test_htmx_gets_how_far_it_is_and_learns_of_new_figures(computed, study, address, moderator):
    shown = computed.finished_at.isoformat()
    assert b"<html" not in moderator.get(address(shown=shown), headers=HTMX).content
    assert "New figures" not in words(moderator.get(address(shown=shown), headers=HTMX))
    agree(study, WHOLE)
    assert "New figures are there. Show them" in words(
        moderator.get(address(shown=shown), headers=HTMX)
    )


def test_empty_study_says_what_to_do(study, story, revision, tag, address, moderator):
    agree(study, WHOLE)
    assert "Nothing is tagged yet." in words(moderator.get(address()))
    tag(revision, "Critics")
    agree(study, WHOLE)
    page = moderator.get(address())
    assert "No text here was coded by two reviewers." in words(page)
    assert reverse("assignments", args=[study.key]) in page.content.decode()


def test_cases_stand_side_by_side_with_what_each_tagged(both, address, moderator):
    first, second, third = cases_in(moderator.get(address("agreement_cases")))
    assert "differing" in first
    assert first.endswith("Tagged nothing here: colleague")
    assert "agreed" in second
    assert second.count("military suffocation") == 4
    assert "Cast as threat “stranglehold”" in third
    assert "Loaded language “stranglehold”" in third


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"show": "agreed"}, 2),
        ({"show": "differing"}, 1),
        ({"question": "where", "show": "agreed"}, 2),
        ({"question": "which"}, 2),
        ({"question": "which", "show": "differing"}, 1),
        ({"unit": "passage"}, 3),
    ],
)
def test_cases_are_narrowed_by_question_and_by_what_agrees(asked, count, both, address, moderator):
    assert len(cases_in(moderator.get(address("agreement_cases", **asked)))) == count


def test_cases_of_a_pair_show_what_one_of_them_tagged_alone(both, cast, address, moderator):
    pair = f"{cast.reviewer.pk}-{cast.colleague.pk}"
    alone = cases_in(moderator.get(address("agreement_cases", pair=pair, show="first")))
    assert ["Harbour deal" in case for case in alone] == [True]
    assert not cases_in(moderator.get(address("agreement_cases", pair=pair, show="second")))


def test_cases_of_two_codes_are_those_where_they_met(both, codes, address, moderator):
    asked = f"{codes['loaded'].pk}-{codes['threat'].pk}"
    (case,) = cases_in(moderator.get(address("agreement_cases", codes=asked)))
    assert "stranglehold" in case
    alone = f"{codes['loaded'].pk}-0"
    (case,) = cases_in(moderator.get(address("agreement_cases", codes=alone)))
    assert "Harbour deal" in case


def test_queries_do_not_grow_with_tags_stories_or_coders(
    computed, study, tag, cast, address, moderator
):
    def count(name):
        moderator.get(address(name))
        with CaptureQueriesContext(connection) as queries:
            moderator.get(address(name))
        return len(queries)

    before = {name: count(name) for name in PAGES}
    for number in range(4):
        story = Story.objects.create(title=f"Story {number}")
        study.stories.add(story)
        text = make_revision(story, outlet=f"Paper {number}", text=GAZETTE)
        for coder in (cast.reviewer, cast.colleague, cast.owner):
            tag(text, "stranglehold", annotator=coder)
    agree(study, WHOLE)
    assert {name: count(name) for name in PAGES} == before


def test_hidden_outlets_stay_hidden(computed, blind, study, address, moderator):
    study.outlets_hidden = True
    study.save(update_fields=["outlets_hidden"])
    for name in ("agreement", "agreement_csv", "agreement_cases"):
        assert "Harbour Times" not in moderator.get(address(name)).content.decode(), name


def test_file_has_a_row_for_each_figure_and_the_same_bytes_each_time(computed, address, moderator):
    first = moderator.get(address("agreement_csv")).content
    assert moderator.get(address("agreement_csv")).content == first
    rows = list(csv.DictReader(first.decode("utf-8-sig").splitlines()))
    assert len(rows) == computed.figures.exclude(part="about").count()
    assert list(rows[0]) == ["row_safe", *(column.name for column in AGREEMENT)]
    (exact,) = (
        row for row in rows if row["part"] == "whole" and row["measure"] == "where_f1_exact"
    )
    assert (exact["value"], exact["n"], exact["basis"]) == ("0.400000", "5", computed.basis)
    assert {row["name"] for row in rows if row["part"] == "pair"} == {"reviewer and colleague"}


def test_cell_that_a_spreadsheet_would_run_is_disarmed_unless_lossless(
    computed, story, address, moderator
):
    story.title = "=1+1"
    story.save(update_fields=["title"])
    assert b",'=1+1," in moderator.get(address("agreement_csv")).content
    lossless = moderator.get(address("agreement_csv", form="lossless")).content
    assert lossless.startswith(b"row_lossless,")
    assert b",=1+1," in lossless


def test_methods_name_software_data_formulas_and_every_value(computed, study, address, moderator):
    page = words(moderator.get(address("agreement_methods")))
    markdown = moderator.get(address("agreement_md")).content.decode()
    for said in (
        computed.basis,
        computed.version,
        "1000 bootstrap samples",
        "seed 0",
        "Krippendorff",
        "2 coders tagged framing in 2 news texts of 1 story",
        "stacked or nested",
    ):
        assert said in page, said
        assert said in markdown, said
    assert "| Where | F1, exactly the same words | 0.400 | one story only" in markdown
    assert moderator.get(address("agreement_md")).content.decode() == markdown


def test_names_cannot_break_out_of_markdown(computed, study, address, moderator):
    study.name = "A | B <b>*x*\n# y"
    study.save(update_fields=["name"])
    head = moderator.get(address("agreement_md")).content.decode().splitlines()[0]
    assert head == r"## Agreement between coders: A \| B \<b\>\*x\* \# y"
    assert b"<b>*x*" not in moderator.get(address("agreement_methods")).content


def test_files_of_a_selection_that_was_not_computed_lead_to_where_it_is(both, address, moderator):
    for name in ("agreement_csv", "agreement_md", "agreement_methods"):
        assert moderator.get(address(name)).url == address()


def test_every_column_of_the_file_is_documented():
    lines = (ROOT / "docs" / "agreement.md").read_text().splitlines()
    described = [line for line in lines if line.startswith("| `")]
    for column in AGREEMENT:
        assert f"| `{column.name}` | {column.meaning} |" in described
