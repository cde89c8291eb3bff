"""Quotations: which words stand between marks, who says them and how. All are invented."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.language.quoting import Kind, is_pronoun, quotations_of, surroundings

MARKS = "“”„\"'‘’«»‹›「」『』《》＂`‚"


def told(text, language=""):
    """Return (words, verb, speaker) of each outer quotation."""
    return [
        (
            quotation.words(text),
            text[slice(*quotation.verb)] if quotation.verb else "",
            text[slice(*quotation.speaker)] if quotation.speaker else "",
        )
        for quotation in quotations_of(text, language)
        if quotation.depth == 0
    ]


def words_in(text, language=""):
    return [quotation.words(text) for quotation in quotations_of(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "“We sail”", '"We sail"', "‘We sail’", "'We sail'", "«We sail»", "« We sail »", "»We sail«",
        "‹We sail›", "„We sail“", "„We sail”", "”We sail”", "「We sail」", "『We sail』",
        "＂We sail＂", "``We sail''", "〝We sail〟", '“We sail"', '"We sail”', "‚We sail‘",
    ],
)  # fmt: skip
def test_every_pair_of_marks_is_recognised(text):
    assert words_in(f"The crew: {text} and left.") == ["We sail"]


@pytest.mark.parametrize(
    "text",
    [
        "", " \n ", "no marks at all", "Don't go; it's the players' room, o'clock, rock 'n' roll.",
        "The ’90s and the ‘90s and the '90s", "A 6'2\" man with a 12\" pipe and a 6\" one.",
        "《海峡日报》", "“”",
        '""', "'' ''", "“ ”", '5" long', "the sailors’ and the captains’ mess",
        "O‘Neil’s", "a ’ b ’ c", "``", '"',
    ],
)  # fmt: skip
def test_apostrophes_inches_titles_and_empty_marks_are_no_quotations(text):
    assert quotations_of(text) == []


def test_straight_mark_may_stand_apart_from_the_words_that_it_closes():
    text = '"We sail at noon, "Okafor said. He called it a "good day ".'
    assert told(text) == [("We sail at noon,", "said", "Okafor"), ("good day", "called", "He")]


def test_plural_apostrophe_does_not_close_a_quotation():
    text = "‘The sailors’ room is open,’ the mate said. He called it the sailors’ ‘den’."
    assert words_in(text) == ["The sailors’ room is open,", "den"]


def test_quotations_nest():
    text = "“They said ‘never “ever” again’ and left,” Okafor said."
    found = quotations_of(text)
    assert [quotation.depth for quotation in found] == [0, 1, 2]
    assert found[2].words(text) == "ever"


def test_marks_of_one_kind_nest_where_they_open_again():
    text = "He said: “All want a “free strait” today.”"
    assert words_in(text) == ["All want a “free strait” today.", "free strait"]


def test_quotation_runs_over_passages_that_open_again():
    text = "“The first.\n\n“The second.\n\n“The third,” Okafor said.\n\n“Another.”"
    first, second = quotations_of(text)
    assert [text[start:end] for start, end in first.parts] == [
        "The first.", "The second.", "The third,",
    ]  # fmt: skip
    assert (first.closed, first.start, second.words(text)) == (True, 0, "Another.")


def test_quotation_that_is_never_closed_ends_with_its_passage():
    text = "“We sail, he said.\n\nThe harbour is closed."
    [found] = quotations_of(text)
    assert (found.words(text), found.closed) == ("We sail, he said.", False)


@pytest.mark.parametrize("text", ["'We sail, he said.", "‘We sail, he said.", '6" "wide"'])
def test_lone_mark_that_may_be_something_else_swallows_nothing(text):
    assert words_in(text) in ([], ["wide"])


def test_interrupted_utterance_is_one():
    text = "“It is,” she said, “a trap.” “Run!” he cried."
    assert told(text) == [("It is, a trap.", "said", "she"), ("Run!", "cried", "he")]
    assert [text[start:end] for start, end in quotations_of(text)[0].parts] == ["It is,", "a trap."]


def test_two_sentences_of_one_speaker_are_two_quotations():
    text = "“It is a trap,” Okafor said. “We must go.” Nobody moved. “Why?” Lorne asked."
    assert told(text, "en") == [
        ("It is a trap,", "said", "Okafor"),
        ("We must go.", "said", "Okafor"),
        ("Why?", "asked", "Lorne"),
    ]


@pytest.mark.parametrize(
    ("text", "verb", "speaker"),
    [
        ("Okafor said: “We sail.”", "said", "Okafor"),
        ("“We sail,” said Prime Minister A. Okafor on Monday.", "said", "Prime Minister A. Okafor"),
        ("“We sail,” the port’s spokeswoman insisted.", "insisted", "the port’s spokeswoman"),
        ("“We sail,” Okafor, who was in Tarrow, said.", "said", "Okafor"),
        ("Ilsa Brand, head of the union, warned that “we sail”.", "warned", "Ilsa Brand"),
        ("“We sail at once”, according to the ministry, is true.", "according to", "the ministry"),
        ("According to Okafor, “we sail at once”.", "According to", "Okafor"),
        ("It was called “a rotten old deal” by the union.", "called", "the union"),
        ("Calling it “a rotten old deal,” Okafor left.", "Calling", "Okafor"),
        ("Okafor said on Monday, adding that “we sail at once”.", "adding", "Okafor"),
        ("On Monday he repeatedly stressed that “we sail”.", "stressed", "he"),
        ("On Monday, Minister Okafor left, stating that “we sail”.", "stating", "Minister Okafor"),
        ("“We sail,” Juror No. 12 said.", "said", "Juror No. 12"),
        ("He left while Ilsa Brand, of the union, said “we sail”.", "said", "Ilsa Brand"),
        ("In Tarrow on Monday: said simply “we sail at once”.", "said", ""),
        ("Okafor and Brand said “we sail at once”.", "said", "Okafor and Brand"),
        ("Okafor: “We sail at once.”", "", "Okafor"),
        ("Okafor commented:\n\n“We sail at once.”", "commented", "Okafor"),
        ("The deal was called “a rotten old deal” in town.", "called", ""),
        ("“We sail at once.” Okafor said no more.", "", ""),
        ("“We sail,” but others said no.", "", ""),
        ("Ships carry “green” flags.", "", ""),
    ],
)
def test_verb_and_speaker_are_found_beside_the_words(text, verb, speaker):
    assert told(text, "en")[0][1:] == (verb, speaker)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "„Das“, sagte Minister Okafor am Montag, „ist eine Falle.“",
         ("Das ist eine Falle.", "sagte", "Minister Okafor")),
        ("de", "Laut Okafor ist »alles verloren«.", ("alles verloren", "Laut", "Okafor")),
        ("fr", "« Nous partons », a dit Amara Okafor lundi.",
         ("Nous partons", "a dit", "Amara Okafor")),
        ("es", "«No es enemigo», dijo el ministro Okafor el lunes.",
         ("No es enemigo", "dijo", "el ministro Okafor")),
        ("pt", "Segundo Okafor, “tudo mudou”.", ("tudo mudou", "Segundo", "Okafor")),
        ("it", "«Tutto è perso», ha detto Okafor.", ("Tutto è perso", "ha detto", "Okafor")),
        ("ru", "«Это ловушка, — заявил Окафор, — и мы уйдём».",
         ("Это ловушка, и мы уйдём", "заявил", "Окафор")),
        ("pl", "„To pułapka”, powiedział Okafor.", ("To pułapka", "powiedział", "Okafor")),
        ("sv", "”Det är en fälla”, sade Okafor.", ("Det är en fälla", "sade", "Okafor")),
        ("zh", "发言人奥卡福表示：“我们不走。”", ("我们不走。", "表示", "发言人奥卡福")),
        ("zh-TW", "「我們不走，」奧卡福說。", ("我們不走，", "說", "奧卡福")),
        ("ja", "首相は「敵ではない」と述べた。", ("敵ではない", "述べた", "首相")),
        ("ko", "오카포 총리는 “적이 아니다”라고 말했다.", ("적이 아니다", "라고", "오카포 총리")),
        ("ar", "قال الوزير أوكافور: \"لن نرحل\".", ("لن نرحل", "قال", "الوزير أوكافور")),
        ("he", "הוא אמר \"צה\"ל נכנס\" היום", ("צה\"ל נכנס", "", "")),
        ("", "«Мы уйдём», — сказал Окафор.", ("Мы уйдём", "сказал", "Окафор")),
    ],
)  # fmt: skip
def test_ten_languages_and_more_are_read(language, text, expected):
    assert told(text, language) == [expected]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The “reform” failed.", Kind.SNIPPET),
        ("He spoke at the ‘Centre for Old Ropes and Sails’ then.", Kind.SNIPPET),
        ("The union said it was “a joke”.", Kind.SPEECH),
        ("Okafor said “Never” to that.", Kind.SPEECH),
        ("The banner read “we want our herring back”.", Kind.SPEECH),
        ("这是“自由”的海峡。", Kind.SNIPPET),
    ],
)
def test_few_words_without_a_verb_of_saying_are_a_snippet(text, kind):
    assert [quotation.kind for quotation in quotations_of(text)] == [kind]


def test_offsets_count_code_points():
    text = "🛳️🛳️ “We 🌫 sail,” Te\u0301a said."
    [found] = quotations_of(text)
    assert text[slice(*found.inner)] == "We 🌫 sail,"
    assert text[slice(*found.speaker)] == "Te\u0301a"


def test_surroundings_are_the_rest_of_the_sentence():
    text = "Before. Of the port he said “we sail” at noon. After."
    found = surroundings(text, quotations_of(text)[0])
    assert found == ("Of the port he said ", " at noon")


@pytest.mark.parametrize("speaker", ["he", "She", "они", "他"])
def test_pronoun_names_nobody(speaker):
    assert is_pronoun(speaker)
    assert not is_pronoun("Okafor")


@given(st.text(st.sampled_from(MARKS + "ab s,.\n—:他说"), max_size=60), st.sampled_from(["", "sv"]))
def test_any_text_is_cut_into_ranges_that_nest_and_hold_words(text, language):
    found = quotations_of(text, language)
    for quotation in found:
        places = [quotation.start, *(at for part in quotation.parts for at in part), quotation.end]
        assert places == sorted(places)
        assert all(text[start:end].strip() == text[start:end] for start, end in quotation.parts)
        assert all(quotation.parts), text
    starts = [quotation.start for quotation in found]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    "text",
    [
        "said he “word word word” and " * 4000, "“a " * 10_000, '"a ' * 10_000, "'a " * 10_000,
        "“‘«「" * 3000 + "a" + "」»’”" * 3000, "“a b” " * 10_000, "“a,” he said, " * 3000,
        "s' " * 10_000, "他说“我们”" * 5000, "“a b\n\n" * 5000,
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(text):
    started = time.process_time()
    quotations_of(text)
    assert time.process_time() - started < 5
