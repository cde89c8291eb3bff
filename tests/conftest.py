"""The cast: two reviewers, a moderator, an owner, an administrator, and an outsider."""

import hashlib
import os
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from hypothesis import settings

from annotations.models import Code, Codebook, Membership, Role, Study
from annotations.revisions.carries import carry_to
from annotations.tags.tagging import tag_span
from sources.models import Article, Original, Outlet, Revision, Story
from tests.emptying import empty_by_deleting
from tests.newspaper import let_in, printed

# A busy machine is no failure; and CI tries the same examples each time.
settings.register_profile("parallax", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("parallax")

HARBOUR = (
    "Harbour deal divides the strait\n\n"
    "The ministers signed the harbour accord on Monday.\n\n"
    "Critics spoke of a military suffocation of the strait; “a Cold War mentality”, one said."
)
CORRECTED = "A note: this article was corrected.\n\n" + HARBOUR.replace(
    "military suffocation", "military pressure"
)
GAZETTE = (
    "Ministers sign accord\n\n"
    "On Monday the two ministers signed an accord on the harbour.\n\n"
    "The opposition calls it a stranglehold."
)


def pytest_make_parametrize_id(val, argname):
    """Name bytes and long texts by their argument: a zip holds the time, and processes compare."""
    is_text = isinstance(val, str)
    return argname if isinstance(val, bytes) or (is_text and len(val) > 100) else None


def make_revision(
    story, *, outlet="The Harbour Times", headline="Harbour deal", text=HARBOUR, url=""
):
    """Store an article with one revision, as an import would."""
    outlet, _ = Outlet.objects.get_or_create(name=outlet)
    article = Article.objects.create(story=story, outlet=outlet, headline=headline, url=url)
    return _store_revision(article, 1, headline, text)


def revise(revision, text, headline=None):
    """Store `text` as the revision after `revision`; without `headline` that stays as it was."""
    article = revision.article
    if headline is None:
        headline = revision.headline
    else:
        article.headline = headline
        article.save(update_fields=["headline"])
    return _store_revision(article, revision.number + 1, headline, text)


def _store_revision(article, number, headline, text):
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    original, _ = Original.objects.get_or_create(
        sha256=sha256,
        defaults={"data": text.encode(), "media_type": "text/plain", "charset": "utf-8"},
    )
    return Revision.objects.create(
        article=article,
        number=number,
        headline=headline,
        text=text,
        sha256=sha256,
        word_count=len(text.split()),
        original=original,
    )


def make_study(key="press", name="Press study", users=()):
    """Store a study with a codebook of three codes; `users` are (user, role) pairs."""
    codebook = Codebook.objects.create(name=f"{name} codebook")
    Code.objects.create(
        codebook=codebook,
        key="loaded",
        name="Loaded language",
        definition="Charged words.",
        colour="#b3261e",
        hotkey="l",
        position=1,
    )
    Code.objects.create(
        codebook=codebook,
        key="threat",
        name="Cast as threat",
        definition="Dangerous.",
        colour="#6750a4",
        hotkey="t",
        asks_target=True,
        position=2,
    )
    Code.objects.create(
        codebook=codebook,
        key="damage",
        name="Text damage",
        definition="Scraping faults.",
        colour="#5f6368",
        hotkey="x",
        counts_as_bias=False,
        position=3,
    )
    study = Study.objects.create(key=key, name=name, codebook=codebook)
    for user, role in users:
        Membership.objects.create(study=study, user=user, role=role)
    return study


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Make the test database as pytest-django does, and one that is emptied quickly."""
    with django_db_blocker.unblock():
        empty_by_deleting()


@pytest.fixture
def cast(django_user_model):
    """Six people; the outsider is a member of nothing."""
    make = django_user_model.objects.create_user
    return SimpleNamespace(
        reviewer=make("reviewer"),
        colleague=make("colleague"),
        moderator=make("moderator"),
        owner=make("owner"),
        administrator=django_user_model.objects.create_superuser("administrator"),
        outsider=make("outsider"),
    )


@pytest.fixture
def study(cast):
    return make_study(
        users=[
            (cast.reviewer, Role.REVIEWER),
            (cast.colleague, Role.REVIEWER),
            (cast.moderator, Role.MODERATOR),
            (cast.owner, Role.OWNER),
        ]
    )


@pytest.fixture
def codes(study):
    """The study's codes by key."""
    return {code.key: code for code in study.codebook.codes.all()}


@pytest.fixture
def story(study):
    story = Story.objects.create(title="The harbour accord")
    study.stories.add(story)
    return story


@pytest.fixture
def revision(story):
    return make_revision(story)


@pytest.fixture
def gazette(story):
    """A second outlet's revision in the same story."""
    return make_revision(story, outlet="Gazette", headline="Ministers sign accord", text=GAZETTE)


@pytest.fixture
def tag(study, codes, cast):
    """Tag the first place of some words: tag(revision, "words", code="loaded", annotator=…)."""

    def tag(revision, exact, *, code="loaded", annotator=None, **coding):
        start = revision.text.index(exact)
        return tag_span(
            revision,
            study=study,
            id=coding.pop("id", None) or uuid.uuid4(),
            start=start,
            end=start + len(exact),
            exact=exact,
            code=codes[code],
            annotator=annotator or cast.reviewer,
            **coding,
        ).annotation

    return tag


@pytest.fixture
def client_of():
    """Return a test client that is logged in as the user."""

    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def paper(monkeypatch, settings):
    """A news site on this machine that may be fetched, without a pause between two pages."""
    settings.REFETCH_PAUSE = 0
    with printed() as paper:
        let_in(paper.port, monkeypatch.setattr)
        yield paper


@pytest.fixture
def newest(revision, tag):
    """A second revision: of two tags on the first, `accord` is kept, the other is to review."""
    tag(revision, "accord")
    tag(revision, "military suffocation")
    newest = revise(revision, CORRECTED, headline="Harbour deal, corrected")
    carry_to(newest)
    return newest
