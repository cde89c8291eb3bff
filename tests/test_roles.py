"""The same names in other roles are told by their function words, in the languages we know."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.finding.grouping.roles import in_other_roles, roles_of


def differ(one, other):
    """Compare both ways: which comes first plays no part."""
    found = in_other_roles(roles_of(one), roles_of(other))
    assert found == in_other_roles(roles_of(other), roles_of(one))
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("An office of Norland at AZTU", "An office of AZTU in Norland"),
        ("Norland will open an office at AZTU.", "AZTU will open an office in Norland."),
        ("The Norlandic office at AZTU", "AZTU's office in Norland"),
        ("NORLAND OPENS OFFICE AT AZTU", "AZTU OPENS OFFICE IN NORLAND"),
        ("A letter from Norland to AZTU", "A letter from AZTU to Norland"),
        ("Acme sued Bolt.", "Bolt sued Acme."),
        ("Acme sued Bolt.", "Acme was sued by Bolt."),
        ("Bolt was sued by Acme.", "Acme was sued by Bolt."),
        ("Ein Büro Norlands bei der AZTU", "Ein Büro der AZTU in Norland"),
        ("Un bureau du Norland à l’AZTU", "Un bureau de l’AZTU au Norland"),
        ("Una oficina de Norlandia en la AZTU", "Una oficina de la AZTU en Norlandia"),
        ("L’ufficio di Norlandia presso la AZTU", "L'ufficio della AZTU in Norlandia"),
        ("Офис Норландии при АЗТУ", "Офис АЗТУ в Норландии"),
        ("مكتب نورلاند لدى الحلف", "مكتب الحلف في نورلاند"),
        ("北国在联盟的办事处", "联盟在北国的办事处"),
        ("AZTUは北国に事務所を開く", "北国はAZTUに事務所を開く"),
        ("동맹이 북국에 사무소를 연다", "북국이 동맹에 사무소를 연다"),
    ],
)
def test_names_that_change_places_have_other_roles(one, other):
    assert differ(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("Acme sued Bolt on Friday.", "Bolt was sued by Acme on Friday."),
        ("In Norland, AZTU opened an office.", "AZTU opened an office in Norland."),
        ("An office of AZTU in Norland", "AZTU’s office in neighbouring Norland"),
        ("Acme met Bolt in Ruma.", "Bolt met Acme in Ruma."),
        ("Norland and AZTU agreed.", "AZTU and Norland agreed."),
        ("Norland spoke with AZTU.", "AZTU spoke with Norland."),
        ("Ann Vall said Norland opened a port.", "Norland opened a port, Ann Vall said."),
        ("Ann Vall to host the Ruma Prize", "“We let Ann Vall host the Ruma Prize,” they said."),
        ("12 killed in Ruma", "21 killed in Ruma"),
        ("Ann Vall will go to Ruma.", "Ann Vall will not go to Ruma."),
        ("Норландию обвинила Рума.", "Рума обвинила Норландию."),
        ("北国与联盟合作", "联盟与北国合作"),
        ("北国とAZTUが合意", "AZTUと北国が合意"),
        ("북국과 동맹이 합의했다", "동맹과 북국이 합의했다"),
    ],
)
def test_same_roles_in_other_words_or_another_order_are_no_difference(one, other):
    assert not differ(one, other)


def test_names_far_apart_are_not_tied():
    far = "words that go on and on about something else entirely"
    assert not differ(f"Norland {far} at AZTU", f"AZTU {far} in Norland")


def test_list_of_thousands_of_names_takes_no_more_than_its_length():
    names = " ".join(f"Name{n}" for n in range(10_000))
    begun = time.process_time()
    assert not differ(f"{names} at AZTU", f"AZTU at {names}")
    assert time.process_time() - begun < 5


@given(st.text(), st.text())
def test_any_text_has_its_own_roles(one, other):
    assert not differ(one, one)
    differ(one, other)
