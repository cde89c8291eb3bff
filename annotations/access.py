"""Who may do what: one function per object, one exception per right.

An outsider gets Http404 for everything, so that not even a title leaks; a
member without the right gets PermissionDenied.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from annotations.codebook.codifying import may_codify
from annotations.export.prepared import is_withheld, kept
from annotations.models import (
    Adjudication,
    Annotation,
    Card,
    Carry,
    Code,
    Concept,
    Fact,
    Membership,
    PreparedExport,
    Proposal,
    Release,
    Role,
    Speaker,
    Study,
)
from annotations.revisions.carry_queue import bears_something
from annotations.revisions.waiting import count_waiting, waiting_of
from annotations.tags.quick_tagging import Ground, tag_quickly
from annotations.team.blinding import closed_in, is_hidden, own_only, sight_of, without_ruling
from annotations.team.veiling import veil_of
from sources.models import Article, Revision, Story


def study_for(user, key: str, at_least: Role = Role.REVIEWER) -> Study:
    """Return the study, with `role` set to what `user` is in it, and `sight` to what they see.

    `veil` hides the outlets from them. One query, two more for a blind study, and three for one
    that hides outlets. `carries_waiting` says how many are to review, for the navigation. A site
    administrator counts as an owner of every study.
    """
    if user.is_superuser:
        studies = Study.objects.annotate(carries_waiting=waiting_of())
        study = get_object_or_404(studies, key=key)
        study.role = Role.OWNER
        return _with_waiting(_seen_by(user, study))
    memberships = Membership.objects.select_related("study").filter(user=user, study__key=key)
    membership = memberships.annotate(carries_waiting=waiting_of()).first()
    if membership is None:
        raise Http404("No such study")
    if membership.role < at_least:
        raise PermissionDenied(f"This needs the role of {at_least.label}.")
    membership.study.role = Role(membership.role)
    membership.study.carries_waiting = membership.carries_waiting
    return _with_waiting(_seen_by(user, membership.study))


def story_for(study: Study, story_id: int) -> Story:
    """Return a story that the study codes."""
    return get_object_or_404(Story, pk=story_id, studies=study)


def article_for(study: Study, article_id: int) -> Article:
    """Return an article of a story that the study codes, with its outlet and story."""
    articles = Article.objects.select_related("outlet", "story")
    return get_object_or_404(articles, pk=article_id, story__studies=study)


def revision_for(study: Study, revision_id: int) -> Revision:
    """Return a revision of an article that the study codes, with the article."""
    revisions = Revision.objects.select_related("article")
    return get_object_or_404(revisions, pk=revision_id, article__story__studies=study)


def tag_for(user, key: str, given: dict) -> Ground:
    """Tag what a valid form gave, in a study of the user's; see `tag_quickly`. One query.

    It checks the user's right as `study_for` and `revision_for` do. In a study that hides
    something from its members it takes two queries more, and three if it hides outlets.
    """
    ground = tag_quickly(user, key, **given)
    if ground is None:
        raise Http404("No such revision in a study of yours")
    if ground.study.blind or ground.study.outlets_hidden:
        members = Membership.objects.filter(user=user, study=ground.study)
        role = members.values_list("role", flat=True).first() or Role.REVIEWER
        ground.study.role = Role.OWNER if user.is_superuser else Role(role)
        _seen_by(user, ground.study)
    return ground


def annotation_for(study: Study, annotation_id) -> Annotation:
    """Return an annotation of the study, with its span, revision and code.

    In a story that is closed to its annotator, it comes as if nobody had ruled on it.
    """
    annotations = Annotation.objects.select_related(
        "span__revision__article", "code", "ruled_code", "annotator"
    )
    annotation = get_object_or_404(annotations, pk=annotation_id, study=study)
    if is_hidden(study, annotation):
        raise Http404("No such annotation that you may see")
    return without_ruling(study, annotation.span.revision.article.story_id, annotation)


def carry_for(study: Study, carry_id: int) -> Carry:
    """Return a carry of the study, with its span, revision and article.

    In a story that is closed to the reader, only of words that bear something they may see.
    """
    carries = Carry.objects.select_related(
        "span__revision", "revision__article__outlet", "revision__article__story"
    )
    if study.sight and study.sight.closed:
        carries = carries.filter(
            bears_something(study) | ~closed_in(study, "revision__article__story")
        )
    carry = get_object_or_404(carries, pk=carry_id, study=study)
    carry.study = study
    return carry


def fact_for(study: Study, fact_id: int) -> Fact:
    """Return a fact that the study stated, with its story."""
    return get_object_or_404(Fact.objects.select_related("story"), pk=fact_id, study=study)


def adjudication_for(study: Study, story: Story) -> Adjudication:
    """Return the adjudication of a story, which has been opened."""
    adjudication = get_object_or_404(Adjudication, study=study, story=story)
    adjudication.study, adjudication.story = study, story
    return adjudication


def card_for(study: Study, card_id: int) -> Card:
    """Return a card of the study, with its story, revision and article."""
    cards = Card.objects.select_related(
        "adjudication__story", "revision__article__outlet", "revision__article__story"
    )
    card = get_object_or_404(cards, pk=card_id, adjudication__study=study)
    card.adjudication.study = study
    return card


def concept_for(study: Study, concept_id: int) -> Concept:
    """Return a concept of the study, with its names."""
    concepts = Concept.objects.select_related("created_by").prefetch_related("names")
    return get_object_or_404(concepts, pk=concept_id, study=study)


def proposal_for(study: Study, proposal_id: int) -> Proposal:
    """Return a proposed fact of the study, with its story."""
    proposals = Proposal.objects.select_related("story", "fact", "settled_by")
    proposal = get_object_or_404(proposals, pk=proposal_id, study=study)
    proposal.study = study
    return proposal


def speaker_for(study: Study, speaker_id: int) -> Speaker:
    """Return a speaker whom the study recorded, with its spellings."""
    speakers = Speaker.objects.select_related("study").prefetch_related("spellings")
    return get_object_or_404(speakers, pk=speaker_id, study=study)


def code_for(study: Study, code_id: int) -> Code:
    """Return a code of the study's codebook, with those that it names."""
    codes = Code.objects.select_related("parent", "merged_into", "codebook")
    return get_object_or_404(codes, pk=code_id, codebook=study.codebook_id)


def codifies(user, study: Study) -> bool:
    """Whether the user may change the study's codebook from there. At most two queries."""
    return study.role >= Role.OWNER and may_codify(user, study.codebook)


def codified_by(user, study: Study) -> Study:
    """Return the study if the user may change its codebook; raises PermissionDenied."""
    if not codifies(user, study):
        raise PermissionDenied("Only an owner of every study with this codebook edits it.")
    return study


def sees_outlets(study: Study) -> Study:
    """Return the study if its reader may know who published what; raises PermissionDenied."""
    if study.veil:
        raise PermissionDenied(
            "This page says who published what, and the study hides that from those who code. "
            "It opens when the owner of the study shows the outlets."
        )
    return study


def agreement_for(user, key: str) -> Study:
    """Return the study if the user may see how far its coders agree; raises PermissionDenied."""
    study = study_for(user, key)
    if study.blind and study.role < Role.MODERATOR:
        raise PermissionDenied(
            "This study is coded blind, so what others tagged, and how far you agree with them, "
            "is for its moderators. What became of your own tags is shown to you when a story is "
            "adjudicated."
        )
    return study


def why_not_released(study: Study) -> str:
    """Return why the study's reader may not have a release of it, which hides nothing; "" if so."""
    if study.veil:
        return (
            "A release says who published what, and the study hides that from you while you have a "
            "part to code. Finish your part, or show the outlets in the settings."
        )
    if study.sight and study.sight.closed:
        return (
            "A release holds everybody’s tags, and a story is closed to you: you code it blind. "
            "Finish your part of it, or have another owner make the release."
        )
    return ""


def releases_for(user, key: str) -> Study:
    """Return the study if the user may make and take its releases; raises PermissionDenied."""
    study = study_for(user, key, Role.OWNER)
    if reason := why_not_released(study):
        raise PermissionDenied(reason)
    return study


def release_for(study: Study, release_id: int) -> Release:
    """Return a release of the study."""
    return get_object_or_404(Release, pk=release_id, study=study)


def prepared_for(user, study: Study, prepared_id: int) -> PreparedExport:
    """Return a file that was prepared for the user: nobody else knows of it."""
    return get_object_or_404(kept(), pk=prepared_id, study=study, made_by=user)


def taken_by(user, study: Study, prepared_id: int) -> PreparedExport:
    """Return a file that was prepared for the user, if they see all that is in it still.

    Raises PermissionDenied; Http404 for one that is not made yet.
    """
    prepared = prepared_for(user, sees_outlets(study), prepared_id)
    if not prepared.finished_at:
        raise Http404("This file is not made yet")
    if is_withheld(study, study.role, prepared):
        raise PermissionDenied(
            "You may see less of this study than when the file was made, so it is not handed out. "
            "Prepare it again: it then holds what you may see now."
        )
    return prepared


def open_for(study: Study, story: Story | int) -> None:
    """Raise PermissionDenied if a story is closed to the study's reader, who has to code it."""
    if own_only(study, story if isinstance(story, int) else story.pk) is not None:
        raise PermissionDenied(
            "You code this story yourself: finish your own part of it first, then rule on it."
        )


def _seen_by(user, study: Study) -> Study:
    """Note what the member sees of the study; what `masking` needs is noted on the user."""
    study.sight = sight_of(study, user, study.role)
    study.veil = user.veil = veil_of(study, user, study.role)
    return study


def _with_waiting(study: Study) -> Study:
    """Count the carries that wait in a blind study, of what its reader sees."""
    if study.blind:
        study.carries_waiting = count_waiting(study)
    return study
