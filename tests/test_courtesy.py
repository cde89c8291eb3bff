"""Sites are asked only for what their robots.txt allows, and one request at a time."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from sources.courtesy import NotYet, await_turn, check_redirect, leave_alone, rules_for
from sources.fetching import FetchFailed, FetchRefused
from sources.models import Site
from sources.robots import allows, crawl_delay, robots_address

pytestmark = pytest.mark.django_db
RULES = (
    "User-agent: *\nDisallow: /private\n\nUser-agent: parallax\nDisallow: /no\nCrawl-delay: 40\n"
)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/any", True),
        ("User-agent: *\nDisallow: /", "/any", False),
        ("User-agent: *\nDisallow: /\nUser-agent: Parallax\nDisallow:", "/any", True),
        ("User-agent: *\nDisallow: /*.html$", "/a/b.html", False),
        ("User-agent: *\nDisallow: /*.html$", "/a/b.html?page=2", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/news", "/a/news/1", True),
        ("User-agent: *\nDisallow: /%E2%80%9Ca", "/“a", False),
        ("\x01<html><body>Not found</body></html>", "/any", True),
    ],
)
def test_rules_are_read_as_the_standard_has_them(rules, path, allowed):
    assert allows(rules, f"https://times.example{path}") is allowed


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [("", 0), (RULES, 40), ("User-agent: *\nCrawl-delay: 2.5", 2.5), ("Crawl-delay: -1", 0)]
    + [(f"User-agent: *\nCrawl-delay: {word}", 0) for word in ("nan", "inf", "-3", "soon")],
)
def test_crawl_delay_is_a_number_of_seconds_or_none(rules, seconds):
    assert crawl_delay(rules) == seconds


def test_robots_txt_lies_at_the_root_of_the_same_port():
    assert robots_address("http://a.example:81/b?c#d") == "http://a.example:81/robots.txt"


def test_page_that_robots_txt_forbids_is_not_asked_for(paper):
    paper.say("/robots.txt", RULES, Content_Type="text/plain")
    with pytest.raises(FetchRefused, match=r"robots\.txt asks robots"):
        await_turn(paper.address("/no/page"), patience=1)
    assert paper.paths() == ["/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_site_without_rules_allows_everything(paper, status):
    paper.say("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    await_turn(paper.address(), patience=1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_site_whose_rules_cannot_be_had_is_not_asked_for_pages(paper, status):
    paper.say("/robots.txt", status=status, Retry_After="60")
    with pytest.raises(
        FetchFailed, match=rf"robots\.txt cannot be had: The site answered {status}"
    ):
        await_turn(paper.address(), patience=1)


def test_rules_are_asked_for_once_a_day(paper):
    paper.say("/robots.txt", "User-agent: *\nDisallow: /no", Content_Type="application/x-thing")
    for _ in range(2):
        await_turn(paper.address(), patience=1)
    assert paper.paths() == ["/robots.txt"]
    Site.objects.update(robots_at=timezone.now() - timedelta(days=1, minutes=1))
    paper.say("/robots.txt", "")
    await_turn(paper.address("/no"), patience=1)
    assert paper.paths() == ["/robots.txt", "/robots.txt"]


def test_old_rules_hold_while_the_site_cannot_say_new_ones(paper):
    paper.say("/robots.txt", "User-agent: *\nDisallow: /no")
    rules = rules_for(paper.address(), patience=1)
    Site.objects.update(robots_at=timezone.now() - timedelta(days=2))
    paper.say("/robots.txt", status=503)
    assert rules_for(paper.address(), patience=1) == rules


def test_two_requests_are_a_pause_apart(paper, settings):
    settings.REFETCH_PAUSE = 0.4
    begun = time.monotonic()
    await_turn(paper.address(), patience=1)  # robots.txt, and a page after it
    await_turn(paper.address(), patience=1)
    assert 0.8 <= time.monotonic() - begun < 3


def test_crawl_delay_longer_than_ones_patience_is_told(paper):
    paper.say("/robots.txt", RULES)
    with pytest.raises(NotYet) as told:
        await_turn(paper.address(), patience=1)
    assert timedelta(seconds=35) < told.value.at - timezone.now() <= timedelta(seconds=40)


def test_site_that_wants_to_be_left_alone_is(paper):
    await_turn(paper.address(), patience=1)
    leave_alone(paper.address(), 3600)
    with pytest.raises(NotYet, match="left alone until"):
        await_turn(paper.address("/other"), patience=1)


def test_redirect_to_another_site_is_bound_by_its_rules(paper):
    paper.say("/robots.txt", "User-agent: *\nDisallow: /no")
    other = paper.address("/no").replace("localhost", "127.0.0.1")
    check_redirect(paper.address("/no"), asked=paper.address(), patience=1)
    with pytest.raises(FetchRefused, match="robots"):
        check_redirect(other, asked=paper.address(), patience=1)
