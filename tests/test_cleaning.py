"""Cleaning proposes what to leave out, and leaves the article alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.cleaning import byline_of, cleaned_text, is_furniture, propose_cleaning
from tests.test_normalising import any_text

LEAD = "The two ministers met in the harbour town on Tuesday and spoke for nine hours."
MORE = "Neither side would say on Wednesday when they are going to meet again."


def verdict_of(line, *, between=True):
    """Rule on a line that stands between two paragraphs, or at the end."""
    text = f"{LEAD}\n{line}\n{MORE}" if between else f"{LEAD}\n{MORE}\n{line}"
    proposal = next(p for p in propose_cleaning(text) if p.text == line)
    return proposal.verdict, proposal.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Home » World » Harbour talks end without a deal", "breadcrumb"),
        ("Startseite > Politik > Hafen", "breadcrumb"),
        ("Related news", "related links"),
        ("You may also like", "related links"),
        ("You might also like:", "related links"),
        ("Das könnte Sie auch interessieren", "related links"),
        ("Articles similaires", "related links"),
        ("延伸阅读", "related links"),
        ("Leave a Comment", "comment form"),
        ("12 comments", "comment form"),
        ("Your email address will not be published. Required fields are marked *", "comment form"),
        ("We use Akismet against spam.", "comment form"),
        ("This site uses cookies so that we can count our readers. Accept", "cookie notice"),
        ("Wir verwenden Cookies, um Ihnen mehr zu bieten.", "cookie notice"),
        ("Nous utilisons des cookies.", "cookie notice"),
        ("Мы используем файлы cookie", "cookie notice"),
        ("Privacy & Cookies Policy", "privacy notice"),
        ("Datenschutzerklärung", "privacy notice"),
        ("Sign up for our morning newsletter", "newsletter sign-up"),
        ("The day's news, straight to your inbox.", "newsletter sign-up"),
        ("ADVERTISEMENT", "advertisement"),
        ("Anzeige", "advertisement"),
        ("Advertisement - story continues below", "advertisement"),
        ("255 shares", "share count"),
        ("1.2K views", "share count"),
        ("Share on Facebook", "share buttons"),
        ("Facebook | Twitter | WhatsApp", "share buttons"),
        ("Teilen", "share buttons"),
        ("4 min read", "reading time"),
        ("Read: Fleet sails for home", "cross-link"),
        ("Read more: Who owns the harbour?", "cross-link"),
        ("See also  Fleet sails for home", "cross-link"),
        ("Editorials: A HARBOUR FOR ALL", "cross-link"),
        ("Lesen Sie auch: Wem gehört der Hafen?", "cross-link"),
        ("Lire aussi : La flotte rentre", "cross-link"),
        ("Читайте также: Флот уходит домой", "cross-link"),
        ("#harbour #talks #fleet", "tag cloud"),
        ("Tags: harbour, talks, fleet", "tag cloud"),
        ("Ann Lee|Harbour Agency|Getty Images", "photo credit"),
        ("Ann Lee / AFP", "photo credit"),
        ("Bo Chen, head of the harbour office (Photo courtesy: Bo Chen)", "photo credit"),
        ("Foto: Ann Lee", "photo credit"),
        ("(Photo: Ann Lee)", "photo credit"),
        ("© 2023 The Harbour Times", "copyright line"),
        ("The Harbour Times. All rights reserved.", "copyright line"),
    ],
)
def test_furniture_of_the_page_is_proposed_to_be_dropped(line, reason):
    assert verdict_of(line) == ("drop", reason)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Minister Lee (left) greets Minister Chen (right) in the harbour", "possible caption"),
        ("The fleet, pictured in March, has not sailed since.", "possible caption"),
        ("How the fleet is guarding the northern strait", "possible related title"),
        ("The harbour has become a fortress. What's next?", "possible related title"),
        ("Northern Fleet Sails Home After Months Without Orders", "possible related title"),
        ("Revealed: The Trick Our Clients Used to Earn $5 Million", "possible advertisement"),
        ("Get 50% off your first order", "possible advertisement"),
        ("Timeline: nine hours in the harbour", "possible cross-link"),
        ("See also the annex of the treaty, which lists the boats.", "possible cross-link"),
    ],
)
def test_doubtful_line_is_flagged_and_stays(line, reason):
    assert verdict_of(line) == ("flag", reason)


@pytest.mark.parametrize(
    "line",
    [
        "new harbours",
        "Quotas for herring see change",
        "upcoming steps",
        "What now?",
        "Among the points that they settled:",
        "• The first is about nets.",
        "- share the harbour dues",
        "“No.”",
        "He left.",
        "“We use cookies,” the harbour master joked.",
        "The court ruled that the web site uses cookies without asking its readers.",
        "Users must be able to reject all cookies, the regulator said.",
        "Copyright law is a mess, the minister said.",
        "Photo by photo, the case against the owners grew.",
        "TOKYO: The ministers met again on Friday.",
        "Sales fell 40 % (AP reported 30 %) in a year.",
        "By the end of the year the harbour had closed.",
        "2019",
        "Share prices fell.",
        "The talks were called off (Reuters).",
        "会談は火曜日に終わった。",
        "انتهت المحادثات يوم الثلاثاء.",
    ],
)
def test_headings_bullets_quotes_and_prose_survive(line):
    assert verdict_of(line) == ("keep", "")


def test_head_of_the_page_is_cleaned_around_the_title():
    text = f"Harbour talks end\nby admin\n10 May 2023\n0\n255\nHarbour talks end\n{LEAD}\n{MORE}"
    assert [(p.verdict, p.reason) for p in propose_cleaning(text)] == [
        ("keep", ""),
        ("drop", "byline"),
        ("drop", "date line"),
        ("drop", "share count"),
        ("drop", "share count"),
        ("drop", "repeated title"),
        ("keep", ""),
        ("keep", ""),
    ]


def test_headline_that_is_told_is_kept_once_wherever_it_stands():
    text = f"Fleet stays in port tonight\nHarbour talks end\n{LEAD}\nHARBOUR TALKS END\n{MORE}"
    verdicts = [p.reason for p in propose_cleaning(text, headline="Harbour talks  end")]
    assert verdicts == ["", "", "", "repeated title", ""]


def test_title_that_asks_or_advertises_is_kept_as_title():
    text = f"How the fleet is guarding the northern strait\n{LEAD}\n{MORE}"
    assert propose_cleaning(text)[0].verdict == "keep"


@pytest.mark.parametrize("last", ["Asked about the quotas, the minister said:", "The boats, which"])
def test_last_line_that_stops_short_is_flagged(last):
    assert verdict_of(last, between=False) == ("flag", "possibly cut off")


@pytest.mark.parametrize(
    "last", ["He said “no”.", "• cod and herring", "会談は終わった。", "จบแล้ว"]
)
def test_last_line_that_ends_is_kept(last):
    assert verdict_of(last, between=False) == ("keep", "")


def test_titles_below_the_related_links_are_flagged():
    text = f"{LEAD}\n{MORE}\nYou may also like\nFleet sails home\nCod is back"
    assert [p.verdict for p in propose_cleaning(text)] == ["keep", "keep", "drop", "flag", "flag"]


def test_line_above_a_credit_in_the_head_is_flagged_as_caption():
    text = f"Harbour talks end\nMinister Lee leaves the hall.\nBo Li|Reuters\n{LEAD}\n{MORE}"
    assert propose_cleaning(text)[1].reason == "possible caption"


def test_paragraph_that_comes_twice_is_flagged_the_second_time():
    assert [p.reason for p in propose_cleaning(f"{LEAD}\n{MORE}\n{LEAD}")][2] == "repeated line"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Ann Lee", "Ann Lee"),
        ("by ANN LEE and Bo van der Chen", "ANN LEE and Bo van der Chen"),
        ("by harbour news", "harbour news"),
        ("by admin", "admin"),
        ("Von Ann Lee", "Ann Lee"),
        ("by the sea", ""),
        ("By Ann Lee's account it was over.", ""),
    ],
)
def test_byline_names_somebody(line, name):
    assert byline_of(line) == name


def test_cleaned_text_has_no_blank_runs_and_no_blank_ends():
    lines = propose_cleaning("\n\na\n\n\nb\n\nc\n\n")
    assert cleaned_text(lines, {5}) == "a\n\nc"


@given(any_text)
def test_nothing_dropped_keeps_every_solid_line_in_order(text):
    kept = cleaned_text(propose_cleaning(text), set()).split("\n")
    assert [x for x in kept if x.strip()] == [x for x in text.split("\n") if x.strip()]


@given(any_text, st.text())
def test_there_is_one_proposal_a_line_and_a_reason_with_each_objection(text, headline):
    proposals = propose_cleaning(text, headline=headline)
    assert [p.text for p in proposals] == text.split("\n")
    assert [p.number for p in proposals] == list(range(len(proposals)))
    assert all((p.verdict == "keep") == (p.reason == "") for p in proposals)


@pytest.mark.parametrize(
    "line",
    [
        "WATCH: Fleet sails for home",
        "Video: Fleet sails for home",
        "READ MORE: Who owns the harbour?",
        "Related: Fleet sails for home",
        "Share on Facebook",
        "Photo: Ann Lee/Reuters",
        "By Ann Lee",
        "3 May 2026",
    ],
)
def test_line_that_alone_shows_it_is_no_part_of_the_article_is_furniture(line):
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        LEAD,
        "“Watch: we will sail home,” the captain said.",
        "Ann Lee (left) signs the accord in the harbour on Tuesday.",
        "Fleet Sails For Home As Harbour Talks End Without Deal",
        "By the sea",
    ],
)
def test_sentence_caption_and_headline_may_report(line):
    assert not is_furniture(line)
