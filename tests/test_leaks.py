"""Blindness on every address: what others tagged changes nothing that a blind reader is answered.

Each address of a study is asked for twice, without and with a colleague's tags and the rulings on
everybody's: the answers are the same to the letter, and take as many queries. A new address fails
here until it is said how to fill it in.
"""

import re
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.api.site import api
from annotations.export.choosing import Choice
from annotations.export.preparing import order_export
from annotations.facts.stating import QuotedSpan, state_quoted_fact
from annotations.language.conceiving import exclude_place, make_concept
from annotations.language.speaking import record_speaker
from annotations.models import Adjudication, Annotation, Assignment, Membership, Study
from annotations.revisions.carries import carry_to
from annotations.rulings.adjudicating import open_adjudication, rule_card
from annotations.rulings.ruling import rule
from annotations.team.tokens import make_token
from annotations.urls import urlpatterns
from sources.indexing import index_texts
from sources.models import Article, Draft, Original, Outlet
from tests.proposals import CRITICS, STATEMENT, make_proposal

pytestmark = pytest.mark.django_db

OWN, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)  # a tag of the reader's, and a colleague's
WHISPER = "quetzal"  # in all that only others said
NOBODY = 4_000_000  # of what there is none that a blind reader may see
# What fills in the address of a page, from the world; a function where it depends on it.
FILLERS = {
    "key": lambda world: world.study.key,
    "story_id": lambda world: world.story.pk,
    "article_id": lambda world: world.revision.article_id,
    "revision_id": lambda world: world.revision.pk,
    "annotation_id": OWN,
    "codebook_id": lambda world: world.study.codebook_id,
    "membership_id": lambda world: Membership.objects.filter(study=world.study).first().pk,
    "number": 1,
    "old": 1,
    "new": 2,
    "batch": lambda world: world.draft.batch,
    "draft_id": lambda world: world.draft.pk,
    "harvest_id": uuid.UUID(int=3),  # of nobody: whose it is sees it, and nobody else
    "intake_id": uuid.UUID(int=4),  # of nobody: owners alone import
    "fact_id": lambda world: world.fact.pk,
    "proposal_id": lambda world: world.proposal.pk,
    "carry_id": lambda world: world.carry.pk,
    "concept_id": lambda world: world.concept.pk,
    "name_id": lambda world: world.concept.names.first().pk,
    "exclusion_id": lambda world: world.concept.names.first().exclusions.first().pk,
    "speaker_id": lambda world: world.speaker.pk,
    "assignment_id": lambda world: world.part.pk,
    "training_id": NOBODY,
    "card_id": NOBODY,
    "ruling_id": NOBODY,
    "token_id": NOBODY,
    "release_id": NOBODY,
    "prepared_id": lambda world: world.prepared.pk,  # the reviewer's
    "coder_id": lambda world: world.cast.colleague.pk,
    "step": "retire",
    "format": "jsonl",
    "code_id": lambda world: world.codes["loaded"].pk,
    "other": lambda world: world.codes["threat"].pk,
}
# What else a page is asked, beside nothing at all.
ASKED = {
    "desk": ["articles={article}@1", "articles={article}&by_reviewer=colleague"],
    "annotation_list": ["by_status=accepted", "by_reviewer=colleague", "by_status=pending"],
    "article": ["revision=1"],
    "carries": ["outcome=&ruling=any", "article={article}&outcome=&ruling=any"],
    "echoes": ["q=military+suffocation&scope=story&story={story}", "q=accord&scope=library"],
    "export": ["story={story}", "compare=1"],
    "annotations_csv": ["form=lossless", "status=accepted", "status=pending", "layer=colleague"],
    "export_format": ["status=accepted", "layer=colleague"],
    "gold_csv": ["form=lossless"],
    "rulings_csv": ["form=lossless"],
    "quotations": ["likeness=altered"],
    "queue": ["status=any", "reviewer=colleague"],
    "concepts": ["story={story}"],
    "concepts_csv": ["form=lossless"],
    "report": ["articles={article}"],
    "revisions": ["page=1"],
    "study": ["q=harbour"],
    "api annotations": [
        "status=accepted", "annotator=colleague", "code=damage", "limit=1",
        "since=2026-01-01T00:00:00Z", "revision={revision}", "story={story}&status=pending",
    ],
    "api decisions": ["annotation=00000000-0000-0000-0000-000000000001"],
    "api gold": ["story={story}"],
}  # fmt: skip
TAG = {"code": "loaded", "exact": "accord on Monday", "occurrence": 1}
PLACE = {"code": "loaded", "start": 25, "end": 34}
# What is sent to an address beside nothing at all.
SENT = {
    "tag": [TAG | {"revision": "{revision}", "id": uuid.UUID(int=9), "articles": "{article}@1"}],
    "annotation": [{"code": "damage", "version": 1, "articles": "{article}@1"}],
    "annotation_remove": [{"articles": "{article}@1"}, {"articles": "{article}"}],
    "api annotations": [
        PLACE | {"revision": "{revision}", "id": str(uuid.UUID(int=number)), "exact": exact}
        for number, exact in ((9, "corrected"), (9, "nothing!!"), (1, "corrected"))
    ],
    "undo": [{"articles": "{article}@1"}],
    "quotations": [{"revision": "{revision}", "start": 10, "end": 14, "exact": "deal"}],
    "echoes_tag": [
        {"code": "loaded", "echo": "{revision}-88-94 accord", "batch": uuid.UUID(int=8).hex}
    ],
    "report": [{"status": "omitted", "version": ""}],
    "rule": [{"ruling": "accept", "version": 1}],
    "rule_many": [{"scope": "matching", "ruling": "accept", "filters": "status=any"}],
}
CHANGING = re.compile(
    rb"\bnonce=\"[^\"]*\"|name=\"csrfmiddlewaretoken\" value=\"\w*\"|CSRFToken[^}]*}"
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|\bname=\"(batch|seed)\" value=\"\w*\""
)
# Headers with a nonce, the time, or the length of what is random.
PASSING = {
    "Content-Length", "Content-Security-Policy", "Expires", "RateLimit-Reset", "Set-Cookie",
}  # fmt: skip
JUST_NOW = re.compile(rb'"(cre|upd)ated_at": "[^"]*"')  # in what the API says of a new tag
# What a moderator who codes is told of the whole study: how many tags it has, and pooled figures.
POOLED = ("agreement?",)


@pytest.fixture
def client_of(settings, caplog):
    """Return a client that is logged in and has a token, by which it may ask the API."""
    settings.API_PER_MINUTE = 1_000_000
    caplog.set_level("ERROR", "django.request")  # to note the hundreds of refusals takes seconds

    def client_of(user):
        secret = make_token(str(uuid.uuid4()), may_write=True, user=user).secret
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def world(study, story, gazette, newest, revision, tag, codes, cast):
    """A blind study: the reviewer coded some of a story, and a moderator who codes it, too."""
    study.blind = True
    study.save(update_fields=["blind"])
    index_texts([story.pk], most=10, seconds=5)
    tag(gazette, "stranglehold", id=OWN, speaker="the opposition", voice="attributed")
    tag(newest, "deal divides", annotator=cast.moderator)
    coders = (cast.moderator, cast.reviewer)
    for coder in coders:
        part = Assignment.objects.create(study=study, story=story, coder=coder, state="in progress")
    start = gazette.text.index(CRITICS)
    quote = QuotedSpan(start, start + len(CRITICS), CRITICS)
    concept = make_concept(study, "the accord", wordings=["accord"], author=cast.owner)
    place = {"start": newest.text.index("accord"), "end": newest.text.index("accord") + 6}
    exclude_place(concept.names.first(), newest, **place, reviewer=cast.owner)
    world = SimpleNamespace(
        study=study,
        story=story,
        revision=revision,
        newest=newest,
        gazette=gazette,
        codes=codes,
        tag=tag,
        cast=cast,
        part=part,
        concept=concept,
    )
    world.fact = state_quoted_fact(
        study, STATEMENT, revision=gazette, quote=quote, author=cast.owner
    )
    world.speaker = record_speaker(study, "the opposition", spellings=[], recorder=cast.owner)
    world.proposal = make_proposal(study, story, "The accord.", (newest, "accord"))
    world.carry = newest.carries.order_by("pk").last()
    given = {"made_by": cast.reviewer, "now": True}
    world.prepared = order_export(study, "doccano", Choice(), **given)
    held = {"batch": uuid.UUID(int=7), "story": story, "original": newest.original}
    world.draft = Draft.objects.create(text="Words", headline="Held", **held)
    return world


def whisper(world):
    """Let the colleague tag a lot, and a moderator rule on everybody's tags."""
    said = {
        "speaker": WHISPER,
        "voice": "attributed",
        "note": WHISPER,
        "annotator": world.cast.colleague,
    }
    for text in (world.revision, world.newest, world.gazette):
        for words in sorted(set(text.text.split())):
            world.tag(text, words, code="damage", **said)
    about = {"target": WHISPER, "polarity": "negative"}
    world.tag(world.gazette, "stranglehold", id=OTHER, code="threat", **about, **said)
    world.tag(world.gazette, CRITICS, code="damage", **said)
    carry_to(world.newest)
    owner, own = world.cast.owner, Annotation.objects.exclude(annotator=world.cast.colleague)
    for number, one in enumerate(own.order_by("pk")):
        how = (
            {"ruling": "reject"}
            if number % 2
            else {"ruling": "recode", "code": world.codes["damage"]}
        )
        rule(one, **how, version=one.version, reason=WHISPER, moderator=owner)
    study = Study.objects.get(pk=world.study.pk)
    card = open_adjudication(study, world.story, moderator=owner).cards.first()
    rule_card(card, "nobody", version=card.version, reason=WHISPER, guideline=True, moderator=owner)


def filled(world, given):
    """Return words, or a dictionary of them, with the numbers of the world in their places."""
    if isinstance(given, dict):
        return {name: filled(world, value) for name, value in given.items()}
    if not isinstance(given, str):
        return given
    return given.format(
        article=world.revision.article_id, story=world.story.pk, revision=world.newest.pk
    )


def addresses(world):
    """Yield the name and the address of every page of the application, and of all of the API."""
    for pattern in urlpatterns:
        kwargs = in_address(world, pattern.pattern.converters, pattern.pattern)
        yield pattern.name, reverse(pattern.name, kwargs=kwargs)
    for path, operations in api.get_openapi_schema()["paths"].items():
        kwargs = in_address(world, re.findall(r"{(\w+)}", path), path)
        yield f"api {operations['get']['operationId']}", path.format(**kwargs)


def in_address(world, names, pattern):
    """Return what fills in the named parts of an address."""
    kwargs = {}
    for name in names:
        assert name in FILLERS, f"say in FILLERS what “{name}” of {pattern} may be"
        filler = FILLERS[name]
        kwargs[name] = filler(world) if callable(filler) else filler
    return kwargs


def requests(world):
    """Yield what is asked: a label, the method, the address, what goes with it, and the headers."""
    for name, address in list(addresses(world)):
        queries = ["", *(filled(world, query) for query in ASKED.get(name, []))]
        sent = [filled(world, data) for data in SENT.get(name, [])]
        yield f"{name} {{}}", "post", address, {}, {}
        for htmx in ({}, {"HX-Request": "true"})[: 1 if name.startswith("api ") else 2]:
            for query in queries[:1] if htmx else queries:
                yield f"{name}?{query} {htmx}", "get", f"{address}?{query}", None, htmx
            for data in sent:
                yield f"{name} {data} {htmx}", "post", address, data, htmx


def answer(client, method, address, data, headers):
    """Return what is answered, without what changes by itself; nothing of it is kept."""
    client.cookies.pop("messages", None)
    asked = []
    with transaction.atomic():
        with connection.execute_wrapper(lambda run, *how: asked.append(1) or run(*how)):
            kind = {"content_type": "application/json"} if is_json(address, data) else {}
            response = getattr(client, method)(address, data, headers=headers, **kind)
            body = b"".join(response)
            if kind:
                body = JUST_NOW.sub(b"", body)
                del response["ETag"]
        transaction.set_rollback(True)
    said = response.cookies.get("messages")
    heard = [one for one in (WHISPER, str(OTHER)) if one.encode() in body]
    kept = sorted((k, v) for k, v in response.headers.items() if k not in PASSING)
    return (
        response.status_code,
        heard,
        kept,
        CHANGING.sub(b"", body),
        said and said.value.split(":")[0],  # without when it was signed
        len(asked),
    )


def is_json(address, data):
    return address.startswith("/api/") and data is not None


def answers(world, client):
    return {label: answer(client, *asked) for label, *asked in requests(world)}


@pytest.mark.parametrize("reader", ["reviewer", "moderator"])
def test_answers_to_a_blind_reader_do_not_depend_on_others_tags(world, client_of, reader):
    client = client_of(getattr(world.cast, reader))
    client.raise_request_exception = False
    for _, address in addresses(world):
        b"".join(client.get(address))  # what a first visit makes is there from here on
    before = answers(world, client)
    whisper(world)
    after = answers(world, client)
    broken = [label for label in before if before[label][0] == 500]
    assert not broken, "; ".join(broken)
    told = POOLED if reader == "moderator" else ()
    leaking = [
        label for label in before if before[label] != after[label] and not label.startswith(told)
    ]
    assert not leaking, "; ".join(leaking)


def test_colleagues_tag_is_not_there_for_a_blind_reader(world, client_of):
    whisper(world)
    client = client_of(world.cast.reviewer)
    for name in ("annotation", "annotation_remove", "rule"):
        address = reverse(name, args=[world.study.key, OTHER])
        assert client.post(address, {}).status_code == (403 if name == "rule" else 404)
    assert client.get(reverse("annotation", args=[world.study.key, OTHER])).status_code == 404


def test_everything_shows_once_the_story_is_open(world, client_of):
    whisper(world)
    Adjudication.objects.update(ruled_at=timezone.now())
    client = client_of(world.cast.reviewer)
    shown = [
        name
        for name, address in addresses(world)
        if WHISPER.encode() in b"".join(client.get(address))
    ]
    assert {"desk", "annotation", "annotations_csv", "speakers", "api annotations"} <= set(shown)


def test_hidden_outlets_are_named_nowhere_to_those_who_code(world, client_of):
    study = Study.objects.get(pk=world.study.pk)
    study.outlets_hidden = True
    study.save(update_fields=["outlets_hidden"])
    for outlet in Outlet.objects.all():
        outlet.name, outlet.domain = f"{WHISPER} {outlet.pk}", f"{WHISPER}.example"
        outlet.save(update_fields=["name", "domain"])
    for article in Article.objects.all():
        article.byline, article.url = WHISPER, f"https://{WHISPER}.example/{article.pk}"
        article.save(update_fields=["byline", "url"])
    Original.objects.update(filename=f"{WHISPER}.txt")
    for reader in (world.cast.reviewer, world.cast.moderator):
        client = client_of(reader)
        asked = [(label, answer(client, *rest)) for label, *rest in requests(world)]
        assert not [label for label, told in asked if WHISPER.encode() in told[3]]
