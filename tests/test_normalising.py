"""Bytes become text, and text becomes the one form in which it is stored."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.normalising import UndecodableText, decode, normalise

GERMAN = "Die Minister nannten die Gespräche „schwierig“ – so äußerte sich auch Frau Müller."

# Any text, with what trips programs up more often than chance would bring it.
any_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t\0\x0b\x0c\x85\u2028\u2029\ufeff\u00ad\u200d\u200f e\u0301한あ字😀"),
    )
)


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        (
            "cp1252",
            "The minister called it “a gesture” – and the café kept its name, naïve or not.",
        ),
        ("cp1250", "Ministrzy oświadczyli we wtorek, że rozmowy były trudne, a strony nie doszły."),
        ("iso8859_2", "Ministrzy oświadczyli we wtorek, że rozmowy były trudne, strony milczą."),
        ("cp1251", "Министры заявили во вторник, что переговоры прошли трудно."),
        ("koi8_r", "Министры заявили во вторник, что переговоры прошли трудно."),
        ("cp1253", "Οι υπουργοί δήλωσαν την Τρίτη ότι οι διαπραγματεύσεις ήταν δύσκολες."),
        ("cp1256", "قال الوزراء يوم الثلاثاء إن المفاوضات كانت صعبة ولم يتوصل الطرفان إلى اتفاق."),
        ("cp932", "大臣は火曜日に、交渉は難しかったと述べた。双方は合意に至らなかった。"),
        ("gb18030", "部长们周二表示，谈判十分艰难，双方未能达成协议。"),
        ("big5", "部長們週二表示，談判十分艱難，雙方未能達成協議。"),
        ("cp949", "장관들은 화요일 협상이 어려웠다고 말했다. 양측은 합의하지 못했다."),
        ("iso2022_jp", "大臣は火曜日に、交渉は難しかったと述べた。"),
        ("utf-8", GERMAN),
        ("utf-16-le", GERMAN),
        ("utf-16-be", GERMAN),
    ],
)
def test_charset_is_told_from_the_bytes_alone(charset, text):
    decoded = decode(text.encode(charset))
    assert (decoded.text, decoded.charset) == (text, charset)


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_names_the_charset(charset):
    decoded = decode(GERMAN.encode(charset))
    assert normalise(decoded.text) == GERMAN
    assert decoded.charset == charset.removesuffix("-sig")


def test_utf8_wins_over_a_declared_charset():
    assert decode(GERMAN.encode(), declared="iso-8859-1").text == GERMAN


def test_declared_charset_wins_over_a_guess():
    assert decode("žluťoučký kůň".encode("cp1250"), declared="windows-1250").text == "žluťoučký kůň"


def test_iso_8859_1_is_read_as_windows_1252_as_browsers_do():
    assert decode(b"\x93no\x94, he said", declared="ISO-8859-1").text == "“no”, he said"


def test_unknown_charset_name_is_passed_over():
    assert decode(b"plain", declared="x-made-up").text == "plain"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x00\x01\x02\x03" * 40, "binary"),
        (bytes(range(256)) * 4, "characters"),
        (b"\xff\xfe\x00\xd8", "damaged"),
    ],
)
def test_binary_file_is_refused_with_what_to_do(data, word):
    with pytest.raises(UndecodableText, match=word) as refusal:
        decode(data)
    assert "paste" in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("", ""),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\ufeffa\0b\x07\x1fc\ud800d", "abcd"),
        ("e\u0301t\u0065\u0301", "été"),
        ("a \t\nb\u00a0\n", "a\nb\n"),
        ("  indented", "  indented"),
        ("co\u00adop \u200fשלום 👩\u200d🚀", "co\u00adop \u200fשלום 👩\u200d🚀"),
    ],
)
def test_text_is_stored_in_one_form(raw, stored):
    assert normalise(raw) == stored


@given(any_text)
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@given(any_text)
def test_stored_text_is_nfc_and_can_be_written_as_utf8(text):
    stored = normalise(text)
    assert unicodedata.is_normalized("NFC", stored)
    assert not set(stored) & set("\0\r\ufeff\u2028\x85")
    stored.encode()


@given(st.binary())
def test_any_bytes_decode_or_are_refused(data):
    try:
        decoded = decode(data)
    except UndecodableText:
        return
    normalise(decoded.text).encode()
