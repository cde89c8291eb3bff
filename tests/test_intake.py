"""Importing annotations: the records of a file against the database."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotations.intake.importing import Decisions, import_records
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Reject,
    Unit,
)
from annotations.models import Annotation, Assignment, Carry, Change, Code, Intake, Role
from annotations.tags.tagging import edit_annotation, remove_annotation
from annotations.tags.undoing import steps
from sources.models import Article, Revision
from tests.conftest import CORRECTED, HARBOUR, make_revision, make_study, revise

pytestmark = pytest.mark.django_db
WHEN = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
URL = "https://harbour.example/deal"


@pytest.fixture
def take(study, revision, cast):
    """Import records as the owner: take(record, …, decisions=…); the rejects are `take.rejects`."""
    Article.objects.update(url=URL)

    def take(*records, **given):
        take.rejects = []
        given = {"study": study, "made_by": cast.owner, "reject": take.rejects.append} | given
        outcome = import_records(records, **given)
        done = outcome.imported + outcome.already_there + outcome.removed_here
        articles = outcome.articles_made + outcome.articles_known + outcome.articles_missing
        assert outcome.read == len(records) == done + articles + outcome.rejected
        assert outcome.rejected == len(take.rejects)
        return outcome

    return take


def says(exact="military suffocation", *, text=HARBOUR, **given):
    """Return the record of an annotation on words of the article at URL."""
    start = text.find(exact)
    defaults = {"ref": ArticleRef(url=URL), "start": start, "end": start + len(exact)}
    defaults |= {"exact": exact, "code": "loaded", "annotator": "reviewer", "place": "line 2"}
    return AnnotationRecord(**defaults | given)


def test_annotation_is_stored_as_the_file_has_it(take, revision, cast):
    id = uuid.uuid4()
    coding = {"voice": "attributed", "speaker": "one", "note": "a\r\n\nnote", "target": "they"}
    record = says(
        id=f"urn:uuid:{id}", created_at=WHEN, updated_at=WHEN, status="accepted", **coding
    )
    outcome = take(record)
    assert (outcome.imported, outcome.rulings) == (1, 1)
    tag = Annotation.objects.select_related("span").get()
    assert (tag.pk, tag.annotator, tag.code.key, tag.status) == (
        id, cast.reviewer, "loaded", "pending"
    )  # fmt: skip
    assert (tag.voice, tag.speaker, tag.note, tag.target) == (
        "attributed", "one", "a\n\nnote", "they"
    )  # fmt: skip
    assert (tag.created_at, tag.updated_at, tag.version) == (WHEN, WHEN, 1)
    span = tag.span
    assert revision.text[span.start : span.end] == span.exact == "military suffocation"
    assert revision.text[span.start - 32 : span.start] == span.prefix
    assert revision.text[span.end : span.end + 32] == span.suffix
    step = Change.objects.get()
    assert (step.annotation_id, step.number, step.before, step.actor) == (id, 1, 0, cast.owner)


@pytest.mark.parametrize("id", ["", str(uuid.UUID(int=4)), "T1"])
@pytest.mark.parametrize("size", [1, 2_000])
def test_nothing_is_imported_twice(take, id, size):
    first = take(says(id=id), says("accord"), batch=size)
    again = take(says(id=id), says("accord"), batch=size)
    assert (first.imported, again.imported, again.already_there) == (2, 0, 2)
    assert Annotation.objects.count() == Change.objects.count() == 2


def test_what_a_file_says_twice_without_ids_is_there_twice_and_no_more(take):
    twice = [says(), says()]
    assert take(*twice, batch=1).imported == 2
    assert take(*twice).already_there == 2
    assert take(says(), dry_run=True).already_there == 1


def test_same_words_and_code_of_the_desk_are_known_without_an_id(take, tag, revision):
    tag(revision, "military suffocation")
    assert take(says()).already_there == 1
    assert take(says(id=str(uuid.uuid4()))).imported == 1


def test_taken_id_gives_way_to_one_of_our_own(take, revision, cast, codes):
    other = make_study("other", "Other", [(cast.owner, Role.OWNER), (cast.reviewer, Role.REVIEWER)])
    other.stories.add(revision.article.story)
    id = str(uuid.uuid4())
    take(says(id=id), study=other)
    assert [take(says(id=id)).imported, take(says(id=id)).already_there] == [1, 1]
    assert take(says("accord", id=id)).imported == 1
    assert Annotation.objects.filter(pk=id).get().study == other


def test_what_was_removed_or_changed_here_stays_so(take, cast, codes):
    id = str(uuid.uuid4())
    take(says(id=id), says("accord"))
    removed, changed = (
        Annotation.objects.get(pk=id),
        Annotation.objects.exclude(pk=id).get(),
    )
    remove_annotation(removed, actor=cast.reviewer)
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "mine"}
    edit_annotation(changed, version=1, coding=coding, code=codes["damage"], actor=cast.reviewer)
    outcome = take(says(id=id), says("accord"))
    assert (outcome.removed_here, outcome.already_there) == (1, 1)
    changed.refresh_from_db()
    assert changed.code == codes["damage"]
    assert Annotation.objects.get(pk=id).removed_at


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"code": "nonsense"}, "no code “nonsense”"),
        ({"code": "threat"}, "asks whom it is about"),
        ({"annotator": "stranger"}, "no member"),
        ({"annotator": ""}, "Nobody is named"),
        ({"speaker": "one"}, "set the voice too"),
        ({"voice": "loud"}, "none of outlet, attributed"),
        ({"polarity": "sour"}, "none of positive"),
        ({"note": "n" * 10_001}, "longer than 10,000"),
        ({"note": "a\0b"}, "NUL"),
        ({"target": "\ud800"}, "NUL or half"),
        ({"created_at": timezone.now() + timedelta(days=1)}, "still to come"),
        ({"created_at": datetime(1, 1, 1, tzinfo=UTC)}, "in the year 1"),
        ({"exact": "naval suffocation"}, "does not occur"),
        ({"ref": ArticleRef(url="https://elsewhere.example/")}, "is not in the study"),
        ({"ref": ArticleRef(id=2**70)}, "is not in the study"),
        ({"ref": ArticleRef(name="a\0b")}, "is not in the study"),
        ({"exact": "", "start": 3, "end": 9}, "offsets without words"),
        ({"start": None, "end": None, "exact": ""}, "not given"),
    ],
)
def test_what_the_desk_would_refuse_is_rejected_with_the_reason(take, given, reason):
    assert take(says(**given), says("accord")).imported == 1
    (reject,) = take.rejects
    assert reason in reject.reason
    assert reject.place == "line 2"


def test_done_part_is_locked_and_one_to_do_is_started(take, study, story, cast, revision):
    given = {"study": study, "story": story, "assigned_by": cast.owner}
    times = {"started_at": WHEN, "done_at": WHEN}
    done = Assignment.objects.create(coder=cast.reviewer, state="done", **times, **given)
    to_do = Assignment.objects.create(coder=cast.colleague, state="to do", **given)
    records = [says(), says("accord", annotator="colleague")]
    assert (take(*records, dry_run=True).imported, take.rejects[0].place) == (1, "line 2")
    to_do.refresh_from_db()
    assert to_do.state == "to do"
    assert take(*records).imported == 1
    assert "reviewer's part" in take.rejects[0].reason
    to_do.refresh_from_db()
    assert to_do.state == "in progress"
    assert Assignment.objects.get(pk=done.pk).state == "done"


def test_offsets_in_other_units_are_converted_and_lost_words_found(take, study, story):
    text = "The 🛳 harbour 🛳 deal divides the ministers of the two states."
    make_revision(story, text=text, url="https://ships.example/")
    ref = ArticleRef(url="https://ships.example/")
    shifted = says("divides", text=text, ref=ref)
    utf16 = says("ministers", text=text, ref=ref)
    start = utf16.start + 2
    outcome = take(
        says("ministers", text=text, ref=ref, start=start, end=start + 9),
        says("divides", text=text, ref=ref, start=shifted.start + 1, end=shifted.end + 1),
    )
    assert (outcome.converted, outcome.reanchored) == ({str(Unit.UTF16): 1}, 1)
    assert {tag.span.exact for tag in Annotation.objects.select_related("span")} == {
        "ministers",
        "divides",
    }


def test_codes_and_annotators_are_mapped_or_left_out(take, codes, cast):
    decisions = Decisions(
        codes={"LOADED!": "loaded", "junk": ""},
        annotators={"Anna": "colleague", "bot": "", "": "reviewer"},
    )
    take(
        says(code="LOADED!", annotator="Anna"),
        says("accord", annotator=""),
        says("Critics", code="junk"),
        says("strait", annotator="bot"),
        decisions=decisions,
    )
    made = Annotation.objects.order_by("span__start").values_list(
        "annotator__username", "code__key"
    )
    assert list(made) == [("reviewer", "loaded"), ("colleague", "loaded")]
    assert ["left out" in one.reason for one in take.rejects] == [True, True]


def test_retired_code_names_its_successor_and_is_mapped_by_a_person_only(take, codes):
    now = timezone.now()
    Code.objects.filter(pk=codes["loaded"].pk).update(retired_at=now, merged_into=codes["damage"])
    outcome = take(says())
    assert outcome.unknown_codes == {"loaded": 1}
    assert "merged into “Text damage”" in take.rejects[0].reason
    assert take(says(), decisions=Decisions(codes={"loaded": "damage"})).imported == 1


def test_annotators_are_made_only_if_asked_and_cannot_log_in(take, study, cast):
    assert take(says(annotator="newcomer")).unknown_annotators == {"newcomer": 1}
    decisions = Decisions(create_annotators=True)
    dry = take(says(annotator="newcomer"), decisions=decisions, dry_run=True)
    assert (dry.imported, dry.people_made, User.objects.filter(username="newcomer").count()) == (
        1, ["newcomer"], 0
    )  # fmt: skip
    records = [says(annotator="newcomer"), says("accord", annotator="outsider")]
    records += [says("accord", annotator="two words")]
    assert take(*records, decisions=decisions).imported == 1
    newcomer = User.objects.get(username="newcomer")
    assert not newcomer.has_usable_password()
    assert study.memberships.get(user=newcomer).role == Role.REVIEWER
    assert "no member of this study" in take.rejects[0].reason
    assert "letters, digits" in take.rejects[1].reason


def test_article_is_found_by_text_address_id_and_name_in_the_file(take, revision):
    article = revision.article
    Article.objects.filter(pk=article.pk).update(external_id="corpus/7")
    refs = [
        ArticleRef(sha256=revision.sha256),
        ArticleRef(id=article.pk),
        ArticleRef(id=article.pk, revision=revision.pk),
        ArticleRef(external_id="corpus/7"),
        ArticleRef(name="a.txt"),
    ]
    named = ArticleRecord(ArticleRef(name="a.txt"), text=HARBOUR.replace("\n", "\r\n"))
    outcome = take(named, *(says(ref=ref, id=str(uuid.uuid4())) for ref in refs))
    assert (outcome.articles_known, outcome.imported) == (1, 5)


def test_contradicting_names_are_of_no_article(take, revision):
    refs = [
        ArticleRef(id=revision.article_id, url="https://elsewhere.example/"),
        ArticleRef(id=revision.article_id, sha256="0" * 64),
        ArticleRef(sha256=revision.sha256, url="https://elsewhere.example/"),
    ]
    missing = ArticleRecord(ArticleRef(url="https://elsewhere.example/"), text=None)
    assert take(missing).articles_missing == 1
    assert take(*(says(ref=ref) for ref in refs)).rejected == 3


def test_offsets_without_words_count_in_a_text_that_is_surely_meant(take, revision):
    raw = HARBOUR.replace("\n", "\r\n")
    start = raw.index("suffocation")
    named = ArticleRecord(ArticleRef(name="a.txt"), text=raw)
    bare = {"exact": "", "start": start, "end": start + 11}
    assert take(named, says(ref=ArticleRef(name="a.txt"), **bare)).imported == 1
    assert Annotation.objects.get().span.exact == "suffocation"


def test_missing_article_is_made_of_the_file_whole(take, study, story):
    text = "Ein Titel\r\n\r\n\r\nEin Café\u0301 am Hafen, sagt jemand.\n"
    ref = ArticleRef(name="d/1.txt", external_id="corpus/1", id=7_000_000, revision=1)
    article = ArticleRecord(ref, text=text, outlet="Blatt", story="Neu", language="not a code!")
    start = text.index("Hafen")
    record = says("Hafen", ref=ref, start=start, end=start + 5)
    dry = take(article, record, dry_run=True)
    assert (dry.articles_made, dry.imported, Article.objects.count()) == (1, 1, 1)
    outcome = take(article, record)
    assert (outcome.articles_made, outcome.imported) == (1, 1)
    made = Article.objects.get(external_id="corpus/1")
    assert (made.outlet.name, made.story.title, made.language) == ("Blatt", "Neu", "")
    assert made.story in study.stories.all()
    assert made.revisions.get().text == "Ein Titel\n\n\nEin Café\u0301 am Hafen, sagt jemand.\n"
    again = take(article, record)
    assert (again.articles_known, again.already_there) == (1, 1)


def test_article_without_story_or_outlet_is_rejected_unless_they_are_decided(take, story):
    article = ArticleRecord(ArticleRef(name="a"), text="Words of nobody.", place="line 1")
    record = says("nobody", text="Words of nobody.", ref=ArticleRef(name="a"))
    assert take(article, record).rejected == 2
    assert ["outlet" in take.rejects[0].reason, take.rejects[0].place] == [True, "line 1"]
    given = {"decisions": Decisions(story=story.title, outlet="Blatt")}
    assert take(article, record, **given).imported == 1
    assert Article.objects.get(outlet__name="Blatt").story == story


def test_other_text_at_a_known_address_is_no_revision(take, revision):
    other = ArticleRecord(ArticleRef(url=URL), text="Quite another text. " + HARBOUR[:60])
    outcome = take(other, says(), says("Quite another text", start=0, end=18))
    assert (outcome.articles_known, outcome.imported, outcome.rejected) == (1, 1, 1)
    assert Revision.objects.count() == 1


def test_words_stand_in_the_text_that_holds_them_and_are_carried_on(
    take, revision, django_capture_on_commit_callbacks
):
    newer = revise(revision, CORRECTED)
    with django_capture_on_commit_callbacks(execute=True):
        take(says(), says("accord", text=CORRECTED), says("Monday", start=None, end=None))
    revisions = Annotation.objects.values_list("span__exact", "span__revision")
    assert dict(revisions) == {
        "military suffocation": revision.pk,
        "accord": newer.pk,
        "Monday": newer.pk,
    }
    assert Carry.objects.get().span.exact == "military suffocation"


def test_later_text_that_the_file_has_of_its_own_article_is_the_next_revision(take, study):
    file = [
        ArticleRecord(
            ArticleRef(id=500, revision=number, url="https://b.example/"),
            text=text,
            outlet="Blatt",
            story="Neu",
        )
        for number, text in ((1, HARBOUR), (2, CORRECTED))
    ]
    on_old = says(ref=ArticleRef(id=500, revision=1))
    on_new = says("accord", text=CORRECTED, ref=ArticleRef(id=500, revision=2))
    assert take(*file, on_old, on_new, dry_run=True).imported == 2
    outcome = take(*file, on_old, on_new)
    assert (outcome.articles_made, outcome.imported) == (2, 2)
    article = Article.objects.get(url="https://b.example/")
    assert [one.text for one in article.revisions.order_by("number")] == [HARBOUR, CORRECTED]
    assert take(*file, on_old, on_new).already_there == 2


def test_dry_run_says_what_the_import_does_and_writes_nothing(take, tag, revision):
    tag(revision, "strait")
    records = [says(), says(), says("accord"), says("strait"), says(code="?"), Reject("9", "bad")]
    dry = take(*records, dry_run=True, batch=2)
    assert (Annotation.objects.count(), Change.objects.count()) == (1, 1)
    assert dry == take(*records, batch=2)
    assert dry.imported == 3


def test_broken_off_import_goes_on_where_it_was(take, study):
    def broken():
        yield from (says(), says("accord"))
        yield says("strait")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_records(broken(), study=study, made_by=study.memberships.first().user, batch=2)
    assert Annotation.objects.count() == 2
    outcome = take(says(), says("accord"), says("strait"))
    assert (outcome.already_there, outcome.imported) == (2, 1)


def test_import_is_no_step_that_the_desk_takes_back(take, study, story, cast):
    intake = Intake.objects.create(
        study=study, filename="f", format="csv", data=b"", made_by=cast.owner
    )
    take(says(annotator="owner"), id=intake.pk)
    assert steps(study, story, cast.owner).undo is None


def test_batch_takes_as_many_queries_for_many_as_for_few(take, django_assert_num_queries):
    words = [word for word in dict.fromkeys(HARBOUR.split()) if len(word) > 3]
    with django_assert_num_queries(12):
        take(says(words[0]))
    with django_assert_num_queries(12):
        take(*(says(word) for word in words[1:]))
