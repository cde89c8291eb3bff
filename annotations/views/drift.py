"""Drift: how coding went over time and which codes coders lean to, for moderators. No ranking."""

from datetime import date

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from annotations.access import study_for
from annotations.measuring.drift import (
    PAUSE,
    PERIODS,
    Figures,
    Scope,
    begun_by,
    by_story,
    figures_of,
    sum_of,
    tags_with,
    work_in,
)
from annotations.measuring.drift_runs import figures_in, is_large, prepare, standing_of
from annotations.measuring.plotting import BAR, HEIGHT, WIDTH, bar, line
from annotations.models import Role
from annotations.plans import planned_anew

TAGS_PER_PAGE = 50
STORIES_PER_PAGE = 100
# The lines of each coder: title, attribute of a part, unit, what fills the height if nothing does.
LINES = (
    ("Tags per 1,000 words", "per_1000", "", 1.0),
    ("Minutes per story", "minutes_per_story", "min", 1.0),
    ("Passages noticed alike", "alike", "", 1.0),
)


@require_safe
@vary_on_headers("HX-Request")
@planned_anew()
def drift(request, key):
    """Show each coder's coding over time, by name. Constant number of queries.

    Of a large study it is what a worker stored; how old that is comes by htmx, since it takes a
    while to find out.
    """
    study = study_for(request.user, key, Role.MODERATOR)
    weeks = _weeks(request)
    context = {"study": study, "weeks": weeks}
    if is_large(study):
        is_part = request.htmx.target == "drift-standing"
        standing = standing_of(study, compare=is_part)
        shown_at = request.GET.get("shown", standing.shown_at)
        context |= {"standing": standing, "shown_at": shown_at}
        if is_part:
            return render(request, "annotations/_drift_standing.html", context)
        figures = figures_in(standing.run, weeks) if standing.is_there else Figures({}, {})
    elif request.htmx:  # tags were removed, so that there is no standing any more
        return HttpResponseClientRefresh()
    else:
        figures = figures_of(study, weeks)
    return render(request, "annotations/drift.html", context | _shown(study, figures))


@require_POST
def drift_compute(request, key):
    """Have a worker compute the drift of a large study, or compute it now."""
    study = study_for(request.user, key, Role.MODERATOR)
    if is_large(study):
        prepare(study, now="now" in request.POST)
    response = redirect(reverse("drift", args=[study.key]) + f"?weeks={_weeks(request)}")
    response.status_code = 303
    return response


@require_safe
@planned_anew()
def drift_cases(request, key, coder_id):
    """Show the stories behind a coder's numbers, or with ?code= the tags."""
    study = study_for(request.user, key, Role.MODERATOR)
    coder = get_object_or_404(User, pk=coder_id)
    weeks, since = _weeks(request), _day(request.GET.get("since", ""))
    context = {"study": study, "coder": coder, "weeks": weeks, "since": since, "pause": PAUSE}
    if number := request.GET.get("code", ""):
        number = int(number) if number.isdecimal() and len(number) < 10 else 0
        code = get_object_or_404(study.codebook.codes, pk=number)
        tags = tags_with(study, coder.pk, code).with_place()
        page = Paginator(tags, TAGS_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"code": code, "page": page}
        return render(request, "annotations/drift_tags.html", context)
    return render(request, "annotations/drift_cases.html", context | _cases(request, context))


def _cases(request, context):
    """Return a page of the stories that a coder began, in one period or in all."""
    study, weeks, since = context["study"], context["weeks"], context["since"]
    coder = context["coder"].pk

    def meant(work):
        return [each for each in work if since is None or each.period(weeks) == since]

    stories = list(dict.fromkeys(each.story for each in meant(begun_by(study, coder))))
    page = Paginator(stories, STORIES_PER_PAGE).get_page(request.GET.get("page"))
    work = meant(work_in(study, coder, Scope.of(study, list(page))))
    titles = study.stories.in_bulk(list(page))
    shown = [(each, titles[each.story]) for each in by_story(work)]
    return {"page": page, "work": shown, "sum": sum_of(work)}


def _shown(study, figures):
    """Return what the page draws of figures."""
    people = _people({*figures.parts, *figures.leanings})
    days = {day for own in figures.parts.values() for day in own}
    named = {day: date_format(day, "j M Y") for day in days}
    return {
        "periods": PERIODS,
        "pause": PAUSE,
        "box": {"width": f"{WIDTH:g}", "height": f"{HEIGHT:g}", "axis": f"{BAR:g}"},
        "coders": [
            (each, *_drawn(figures.parts, each, named))
            for each in people
            if each.pk in figures.parts
        ],
        "leaning": [each for each in people if each.pk in figures.leanings],
        "codes": _rows(study, people, figures.leanings),
    }


def _bar(leaning) -> tuple[str, ...]:
    """Return the place and width of a bar as SVG writes numbers, in whatever language."""
    return tuple(map(str, bar(leaning.ratio)))


def _people(pks) -> list[User]:
    """Return the coders by name: there is no other order here."""
    return list(User.objects.filter(pk__in=pks).order_by("username"))


def _drawn(sums, coder, named):
    """Return the coder's rows (day, day in words, part), and a line for each measure.

    The scales are the same for all coders. A dot comes with its place and what it says; `named`
    are the days in words.
    """
    own = sums[coder.pk]
    lines = []
    for title, name, unit, least in LINES:
        every = [getattr(part, name) or 0 for rows in sums.values() for part in rows.values()]
        top = 1.0 if name == "alike" else max([least, *every])
        values = [getattr(part, name) for part in own.values()]
        drawn = line(values, top)
        shown = [
            (*map(str, dot), named[day], f"{value:.2f}")
            for dot, day, value in zip(drawn.dots, own, values, strict=True)
            if dot
        ]
        dots = [(x, y, f"{day}: {value}") for x, y, day, value in shown]
        said = ", ".join(value for *_, value in shown) or "no value"
        lines.append(
            {"title": title, "unit": unit, "top": top, "dots": dots, "said": said, "drawn": drawn}
        )
    return [(day, named[day], part) for day, part in own.items()], lines


def _rows(study, people, leanings):
    """Return each code that was used with every coder's leaning, and a bar where it says much."""
    used = {code for own in leanings.values() for code in own}
    rows = []
    for code in study.codebook.codes.filter(pk__in=used).select_related("parent"):
        own = [leanings[each.pk].get(code.pk) for each in people if each.pk in leanings]
        cells = [
            (each, it, _bar(it) if it and it.ratio is not None and not it.few else None)
            for each, it in zip((p for p in people if p.pk in leanings), own, strict=True)
        ]
        rows.append((code, cells))
    return rows


def _weeks(request) -> int:
    value = request.GET.get("weeks", "")
    return int(value) if value in map(str, PERIODS) else 1


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
