import time

import pytest

from annotations.language.spellings import likely_groups, name_of


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Mr Okafor", ("okafor",)),
        ("MR. OKAFOR", ("okafor",)),
        ("Prime Minister A. Okafor", ("a", "okafor")),
        ("Serevian foreign ministry spokesman Lazar Vintrec", ("lazar", "vintrec")),
        ("Serevia’s Prime Minister Tọ́na Veshari", ("tọ́na", "veshari")),
        ("the Foreign Ministry", ()),
        ("police", ()),
        ("奥卡福", ("奥", "卡", "福")),
        ("", ()),
    ],
)
def test_name_is_what_stands_behind_titles(spelling, name):
    assert name_of(spelling) == name


@pytest.mark.parametrize(
    ("spellings", "groups"),
    [
        (["Okafor", "Mr Okafor", "Prime Minister A. Okafor", "Amara Okafor"],
         [["Amara Okafor", "Mr Okafor", "Okafor", "Prime Minister A. Okafor"]]),
        (["okafor", "OKAFOR", " Okafor"], [[" Okafor", "OKAFOR", "okafor"]]),
        (["Wang Wenbin", "Wang Yi", "Wang"], []),  # whose name is it?
        (["A. Okafor", "B. Okafor", "Okafor"], []),
        (["Fumio Tanaka", "Tanaka Fumio", "Tanaka"], [["Fumio Tanaka", "Tanaka", "Tanaka Fumio"]]),
        (["the port office", "Port Office"], [["Port Office", "the port office"]]),
        (["Serevia's port office", "Serevia’s port office"],
         [["Serevia's port office", "Serevia’s port office"]]),
        (["Ilsa Brand", "Tom Okafor"], []),
        (["", "police", "Okafor"], []),
    ],
)  # fmt: skip
def test_spellings_that_fit_one_name_are_proposed_as_one(spellings, groups):
    assert likely_groups(spellings) == groups


def test_ten_thousand_spellings_are_grouped_in_a_moment():
    spellings = [f"Name{number} Family{number % 3000}" for number in range(10_000)]
    started = time.process_time()
    likely_groups(spellings)
    assert time.process_time() - started < 5
