import datetime

import pytest

from annotations.facts.matrix import matrix_of
from annotations.facts.stating import set_report, state_fact
from annotations.texts.comparing import Op
from tests.conftest import make_revision, revise
from tests.test_exporting import carry
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles(story):
    """Articles of four outlets, a day apart."""
    revisions = [make_revision(story, outlet=f"Outlet {letter}") for letter in "ABCD"]
    for day, revision in enumerate(revisions, start=1):
        revision.article.published_at = datetime.datetime(2026, 3, day, tzinfo=datetime.UTC)
        revision.article.save(update_fields=["published_at"])
    return [revision.article for revision in revisions]


@pytest.fixture
def stated(study, story, cast, articles):
    """State a fact with a letter a cell: stated("RPON") is reported, partial, omitted, n/a."""

    def stated(letters, statement="The ministers signed."):
        fact = state_fact(study, story, statement, author=cast.reviewer)
        names = {"R": "reported", "P": "partial", "O": "omitted", "N": "not_applicable"}
        for article, letter in zip(articles, letters, strict=False):
            if letter == "-":
                continue
            quotes = [quoted(article.revisions.get(), "harbour accord")] if letter in "RP" else []
            set_report(
                fact, article, status=names[letter], quotes=quotes, version=None,
                reviewer=cast.reviewer,
            )  # fmt: skip
        return fact

    return stated


@pytest.mark.parametrize(
    ("letters", "has", "lacks"),
    [
        ("ROOO", "Outlet A", ""),
        ("RONN", "Outlet A", ""),
        ("PO--", "Outlet A", ""),
        ("RRRO", "", "Outlet D"),
        ("RPNO", "", "Outlet D"),
        ("RR-O", "", "Outlet D"),
        ("RRRR", "", ""),
        ("R---", "", ""),
        ("RNNN", "", ""),
        ("OOOO", "", ""),
        ("RROO", "", ""),
        ("----", "", ""),
    ],
)
def test_only_outlets_are_found_among_checked_and_applicable_cells(
    study, story, stated, letters, has, lacks
):
    stated(letters)
    row = matrix_of(study, story).rows[0]
    assert (str(row.only_one_has or ""), str(row.only_one_lacks or "")) == (has, lacks)
    assert [cell.article.outlet.name for cell in row.cells if cell.stands_alone] == [
        name for name in (has, lacks) if name
    ]


def test_two_articles_of_one_outlet_count_once(study, story, stated, articles):
    articles[1].outlet = articles[0].outlet
    articles[1].save(update_fields=["outlet"])
    stated("OROO")
    row = matrix_of(study, story).rows[0]
    assert (len(row.having), row.applicable, str(row.only_one_has)) == (1, 3, "Outlet A")


def test_counts_leave_out_what_is_unchecked_or_not_applicable(study, story, stated):
    stated("RPON", "One.")
    stated("O---", "Two.")
    matrix = matrix_of(study, story)
    assert (matrix.checked, len(matrix.cells)) == (5, 8)
    assert [(column.reported, column.applicable) for column in matrix.columns] == [
        (1, 2), (1, 1), (0, 1), (0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "order"), [("position", "abc"), ("most", "bca"), ("fewest", "acb")]
)
def test_rows_are_sorted_by_how_many_outlets_report(study, story, stated, sort, order):
    for statement, letters in (("a", "OOOO"), ("b", "RRRO"), ("c", "RONN")):
        stated(letters, statement)
    rows = matrix_of(study, story, sort=sort).rows
    assert "".join(row.fact.statement for row in rows) == order
    assert sorted(row.place for row in rows) == [0, 1, 2]


def test_next_unchecked_goes_row_by_row_and_round_the_end(study, story, stated, articles):
    first, second = stated("R-RR", "a"), stated("RR-R", "b")
    matrix = matrix_of(study, story)
    following = matrix.next_unchecked(first, articles[1])
    assert (following.fact, following.article) == (second, articles[2])
    assert matrix.next_unchecked(second, articles[2]).fact == first


def test_cells_are_compared_with_the_baselines_words(study, story, stated, articles, cast):
    fact = stated("R-O-")
    quote = quoted(articles[1].revisions.get(), "signed the harbour accord")
    set_report(
        fact, articles[1], status="reported", quotes=[quote], version=None, reviewer=cast.reviewer
    )
    row = matrix_of(study, story, baseline=articles[0].pk).rows[0]
    compared = [
        [piece.op for _, pieces, _ in cell.compared() for piece in pieces] for cell in row.cells
    ]
    assert compared == [[], [Op.INSERT, Op.EQUAL], [], []]
    assert [cell.beside for cell in row.cells[:2]] == ["", str(articles[0].pk)]


def test_unknown_baseline_is_none(study, story, stated):
    stated("R---")
    assert matrix_of(study, story, baseline=10**12).baseline is None


def test_matrix_takes_four_queries_whatever_it_holds(
    study, story, stated, django_assert_num_queries
):
    for number in range(6):
        stated("RPON", f"Fact {number}")
    with django_assert_num_queries(4):
        matrix = matrix_of(study, story)
        assert [quote.span.exact for cell in matrix.cells for quote, _, _ in cell.compared()]
        assert all(row.first_reported for row in matrix.rows)


@pytest.mark.parametrize(
    ("outcome", "exact", "ruling", "said", "is_certain"),
    [
        ("kept", "harbour accord", "", "kept", True),
        ("moved", "harbour accord", "", "moved", True),
        ("review", "", "", "changed – to review", False),
        ("gone", "", "", "gone", False),
        ("review", "port accord", "accepted", "changed, accepted", True),
        ("gone", "accord", "placed", "placed by hand", True),
        ("moved", "", "gone", "gone", False),
    ],
)
def test_older_words_have_the_place_to_which_they_were_carried(
    study, story, stated, articles, outcome, exact, ruling, said, is_certain
):
    stated("R---")
    old = articles[0].revisions.get()
    newest = revise(old, "A port accord. No harbour accord.")
    [quote] = matrix_of(study, story).rows[0].cells[0].quotes
    carried = carry(study, quote.span, newest, outcome, exact, ruling=ruling)
    [(_, _, place)] = matrix_of(study, story).rows[0].cells[0].compared()
    assert (place.is_older, place.said, place.is_certain) == (True, said, is_certain)
    if is_certain:
        assert place.column == str(articles[0].pk)
        assert place.anchor == f"span-{newest.pk}-{carried.start}-{carried.end}"
    else:
        assert place.column == f"{articles[0].pk}@1"
        assert place.anchor == f"span-{old.pk}-{quote.span.start}-{quote.span.end}"


def test_words_carried_to_a_text_that_is_not_the_newest_are_not_carried_yet(
    study, story, stated, articles
):
    stated("R---")
    middle = revise(articles[0].revisions.get(), "The harbour accord.")
    [quote] = matrix_of(study, story).rows[0].cells[0].quotes
    carry(study, quote.span, middle, "kept", "harbour accord")
    revise(middle, "That harbour accord.")
    place = matrix_of(study, story).rows[0].cells[0].places[quote.span_id]
    assert (place.said, place.newest_number, place.is_certain) == ("not carried yet", 3, False)


def test_older_words_take_one_query_more_however_many(
    study, story, stated, articles, django_assert_num_queries
):
    for number in range(6):
        stated("RPRP", f"Fact {number}")
    for article in articles:
        revise(article.revisions.get(), "The harbour accord.")
    with django_assert_num_queries(5):
        cells = matrix_of(study, story).cells
        assert all(place.said for cell in cells for _, _, place in cell.compared())
