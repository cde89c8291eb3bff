"""The desk: articles of one story side by side, with everybody's tags."""

from dataclasses import replace

from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from annotations.access import story_for, study_for
from annotations.codebook.codes import code_called
from annotations.models import Code, Polarity, Status, Voice
from annotations.tags.desk import Filters, articles_of, chosen, columns
from annotations.tags.undoing import steps
from annotations.team.assignments import part_of


@require_GET
def desk(request, key, story_id):
    """Read a story's articles side by side and tag them. Constant number of queries."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    return render(request, "annotations/desk.html", _context(request, study, story))


@require_GET
@vary_on_headers("HX-Request")
def annotation_list(request, key, story_id):
    """The side list alone, narrowed by its filters; a plain request gets the whole desk."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    template = "annotations/_annotation_list.html" if request.htmx else "annotations/desk.html"
    return render(request, template, _context(request, study, story))


def _context(request, study, story) -> dict:
    articles = articles_of(story)
    wanted = request.GET.getlist("article") or request.GET.get("articles", "").split(",")
    opened = chosen(articles, wanted)
    filters = Filters.of(request.GET)
    codes = list(Code.objects.filter(codebook=study.codebook_id))
    if filters.code and filters.code not in {code.key for code in codes}:
        meant = code_called(study.codebook_id, filters.code)  # by a former key
        filters = replace(filters, code=meant.key if meant else filters.code)
    built = columns(study, opened, filters)
    marks = [mark for column in built for mark in [*column.marks, *column.adrift]]
    order = [str(each) for each in opened]
    return {
        "study": study,
        "reader": request.user,
        "story": story,
        "part": part_of(study, story, request.user),
        "articles": articles,
        "columns": [(column, _moves(order, str(column.opened))) for column in built],
        "opened": {each.article.pk for each in opened},
        "joined": ",".join(order),
        "filters": filters,
        "filtered": filters != Filters(),
        "reviewers": sorted({mark.annotator for mark in marks}),
        "targets": sorted({mark.target for mark in marks if mark.target}),
        "speakers": sorted({mark.speaker for mark in marks if mark.speaker}),
        "codes": codes,
        "steps": steps(study, story, request.user),
        "polarities": Polarity.choices,
        "voices": Voice.choices,
        "statuses": Status.choices,
    }


def _moves(order: list[str], own: str) -> dict[str, str]:
    """Return the column orders that the column's own links lead to, as `articles=`."""
    at = order.index(own)
    moves = {}
    if at:
        moves["left"] = [*order[: at - 1], own, order[at - 1], *order[at + 1 :]]
    if at + 1 < len(order):
        moves["right"] = [*order[:at], order[at + 1], own, *order[at + 2 :]]
    if len(order) > 1:
        moves["close"] = [other for other in order if other != own]
    moves["newest"] = [other.partition("@")[0] if other == own else other for other in order]
    return {name: ",".join(moved) for name, moved in moves.items()}
