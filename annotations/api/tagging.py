"""Tag words by a program, with the checks of the desk."""

from django.http import Http404, HttpRequest
from ninja import Status

from annotations.access import article_for, revision_for, study_for
from annotations.api.asking import Conflict, Key, Refused
from annotations.api.findings import one_annotation, router
from annotations.api.shapes import AnnotationIn, AnnotationOut
from annotations.codebook.codes import code_called
from annotations.interchange.placing import Ground, How, Unplaceable
from annotations.interchange.records import AnnotationRecord, ArticleRef, Unit
from annotations.models import Study
from annotations.revisions.carries import revised
from annotations.tags.tagging import IdTaken, known_code, tag_span
from annotations.team.masking import mask_text, unmasked
from sources.models import Revision


@router.post("/studies/{slug:key}/annotations", response={200: AnnotationOut, 201: AnnotationOut})
def annotation_make(request: HttpRequest, key: Key, given: AnnotationIn):
    """Tag words of a text in your name.

    The same request again answers 200 with the tag that stands, and makes none: ids come from
    you. An id that stands for other words is answered 409; words that are not there, a code that
    is retired, or a part of yours that is done, 422 with the reason.
    """
    study = study_for(request.auth, key)
    revision = _revision(study, given)
    start, end, exact = _place(study, revision, given)
    code = known_code(code_called(study.codebook_id, given.code), given.code)
    coding = given.dict(include={"id", "target", "polarity", "voice", "speaker"})
    coding["note"] = given.note.replace("\r\n", "\n")
    place = {"start": start, "end": end, "exact": exact}
    try:
        tagged = tag_span(
            revision, study=study, code=code, annotator=request.auth, **place, **coding
        )
    except IdTaken as taken:
        raise Conflict("This id stands for another tag already. Make a new one.") from taken
    if tagged.annotation.removed_at:
        raise Conflict("This tag was removed. It comes back by “Undo” on the desk.")
    if tagged.created:
        _carry(revision)
    return Status(201 if tagged.created else 200, one_annotation(study, given.id))


def _revision(study: Study, given: AnnotationIn) -> Revision:
    """Return the text that the request names. Raises Http404, and Refused if it names none."""
    if given.revision is not None:
        if given.article is not None or given.revision_number is not None:
            raise Refused("Give the revision, or article and revision_number; not both.")
        return revision_for(study, given.revision)
    if given.article is None or given.revision_number is None:
        raise Refused("Say which text: give the revision, or article and revision_number.")
    article = article_for(study, given.article)
    revision = article.revisions.filter(number=given.revision_number).first()
    if revision is None:
        raise Http404("The article has no text of that number.")
    revision.article = article
    return revision


def _place(study: Study, revision: Revision, given: AnnotationIn) -> tuple[int, int, str]:
    """Return start and end in code points, and the words as the text has them, unmasked.

    Who sees names blotted out counts units and bytes of what they see. Raises Refused.
    """
    start, end = given.start, given.end
    if given.unit != Unit.CODE_POINTS:
        names = study.veil.mastheads if study.veil else ()
        seen = mask_text(revision.text, names)
        record = AnnotationRecord(
            ArticleRef(), start, end, given.exact, given.code, unit=given.unit
        )
        try:
            placed = Ground(seen).place(record)
        except Unplaceable as why:
            raise Refused(str(why)) from why
        if placed.how != How.AS_GIVEN:
            raise Refused(f"The words are not at {start}–{end} in {given.unit}.")
        start, end = placed.quote.start, placed.quote.end
    exact = unmasked(revision.text, start, end, given.exact) if study.veil else given.exact
    return start, end, exact


def _carry(revision: Revision) -> None:
    """Have a tag on an older text follow to the newest one."""
    newest = revision.article.revisions.order_by("-number").first()
    if newest != revision:
        revised(newest)
