"""Headline, byline, outlet, date and language are proposed where the text has them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from sources.describing import Description, describe, guess_among, guess_language
from tests.test_cleaning import LEAD, MORE
from tests.test_normalising import any_text
from tests.test_webpages import PAGE


def test_head_of_a_text_is_read():
    text = f"Harbour talks end\n\nby harbour news\n\n2023-05-10 16:36:13\n\n{LEAD}\n\n{MORE}"
    assert describe(text) == Description(
        headline="Harbour talks end",
        byline="harbour news",
        outlet="harbour news",
        published_at=datetime(2023, 5, 10, 16, 36, 13, tzinfo=UTC),
        language="en",
    )


@pytest.mark.parametrize(
    ("first", "headline"),
    [
        ("Home » Harbour talks end\n\nHarbour talks end", "Harbour talks end"),
        ("Who owns the harbour?", "Who owns the harbour?"),
        ("TOKYO: The ministers met.", ""),
        (f"TOKYO: {LEAD}"[:-1], ""),
        ("Harbour: talks end without a deal", "Harbour: talks end without a deal"),
        ("next steps", ""),
        (LEAD, ""),
        ("港の会談が終わる", "港の会談が終わる"),
        ("x" * 400, ""),
    ],
)
def test_headline_is_a_first_line_that_is_no_sentence(first, headline):
    assert describe(f"{first}\n\n{LEAD}\n\n{MORE}").headline == headline


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("By Ann Lee", "Ann Lee"),
        ("By Ann Lee | May 10, 2023", "Ann Lee"),
        ("By Ann Lee, Harbour Editor", "Ann Lee, Harbour Editor"),
        ("by admin", ""),
    ],
)
def test_byline_names_a_person_or_nobody(line, byline):
    assert describe(f"Harbour talks end\n{line}\n{LEAD}").byline == byline


def test_date_in_the_file_name_is_the_last_resort():
    day = datetime(2023, 5, 10, tzinfo=UTC)
    assert describe(LEAD, filename="times-2023-05-10.txt").published_at == day
    assert describe(f"A title\n2021-01-01\n{LEAD}", filename="2023-05-10").published_at.year == 2021


def test_metadata_of_a_page_wins_over_its_lines():
    found = describe(f"Another title\nBy Bo Chen\n{LEAD}", html=PAGE)
    assert (found.byline, found.outlet) == ("Ann Lee", "The Harbour Times")
    assert found.language == "en-GB"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Die Minister haben sich am Dienstag in der Stadt getroffen und über Quoten geredet.",
            "de",
        ),
        (
            "Les ministres se sont réunis mardi dans la ville et ont parlé des quotas de la pêche.",
            "fr",
        ),
        (
            "Los ministros se reunieron el martes en la ciudad y hablaron de las cuotas de pesca.",
            "es",
        ),
        ("Министры встретились во вторник в городе и говорили о квотах на рыбу.", "ru"),
        ("Міністри зустрілися у вівторок у місті та говорили про квоти, які є в угоді.", "uk"),
        ("大臣は火曜日に港町で会談し、漁獲枠について話し合った。", "ja"),
        ("部长们周二在港口城市会晤，讨论了捕鱼配额问题，谈判十分艰难。", "zh"),
        ("장관들은 화요일 항구 도시에서 만나 어획 할당량을 논의했다.", "ko"),
        ("التقى الوزراء يوم الثلاثاء في المدينة وتحدثوا عن الحصص التي كانت من أسباب الخلاف", "ar"),
        ("Yoshida Tanaka Kobayashi Matsumoto Hasegawa Fujimoto", ""),
        ("", ""),
    ],
)
def test_language_is_guessed_or_left_open(text, language):
    assert guess_language(text) == language


@given(any_text)
def test_any_text_can_be_described(text):
    describe(text)


@pytest.mark.parametrize(
    ("text", "languages", "guess"),
    [
        ("The ministers signed.", ["de", "en"], "en"),
        ("Der Minister sprach.", ["en-GB", "de-AT"], "de-AT"),
        ("Ministers sign accord", ["de", "en"], "de"),
        ("Accord", ["ru", "zh", "en"], "en"),
        ("协议", ["en", "zh"], "zh"),
        ("Ministers sign accord", ["ru", "zh"], ""),
        ("Sopimus allekirjoitettiin", ["fi"], "fi"),
        ("The ministers signed the accord, and this is all that is known of it.", ["de"], "en"),
        ("", ["en"], ""),
        ("Accord", [], ""),
    ],
)
def test_short_text_is_in_one_of_the_languages_its_script_allows(text, languages, guess):
    assert guess_among(text, languages) == guess
