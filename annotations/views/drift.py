"""Drift: how coding went over time and which codes coders lean to, for moderators. No ranking."""

from datetime import date

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.access import study_for
from annotations.measuring.drift import (
    PAUSE,
    PERIODS,
    Part,
    by_period,
    by_story,
    leanings_in,
    tags_with,
    work_in,
)
from annotations.measuring.plotting import BAR, HEIGHT, WIDTH, bar, line
from annotations.models import Role

TAGS_PER_PAGE = 50
# The lines of each coder: title, attribute of a part, unit, what fills the height if nothing does.
LINES = (
    ("Tags per 1,000 words", "per_1000", "", 1.0),
    ("Minutes per story", "minutes_per_story", "min", 1.0),
    ("Passages noticed alike", "alike", "", 1.0),
)


@require_safe
def drift(request, key):
    """Show each coder's coding over time, by name. Constant number of queries."""
    study = study_for(request.user, key, Role.MODERATOR)
    weeks = _weeks(request)
    sums = by_period(work_in(study), weeks)
    leanings = leanings_in(study)
    people = _people({*sums, *leanings})
    context = {
        "study": study,
        "weeks": weeks,
        "periods": PERIODS,
        "pause": PAUSE,
        "box": {"width": WIDTH, "height": HEIGHT, "axis": BAR},
        "coders": [(each, *_drawn(sums, each)) for each in people if each.pk in sums],
        "leaning": [each for each in people if each.pk in leanings],
        "codes": _rows(study, people, leanings),
    }
    return render(request, "annotations/drift.html", context)


@require_safe
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
    work = work_in(study, coder.pk)
    if since:
        work = [each for each in work if each.period(weeks) == since]
    titles = study.stories.in_bulk({each.story for each in work})
    context["work"] = [(each, titles[each.story]) for each in by_story(work)]
    context["sum"] = sum((each.part for each in work), Part())
    return render(request, "annotations/drift_cases.html", context)


def _people(pks) -> list[User]:
    """Return the coders by name: there is no other order here."""
    return list(User.objects.filter(pk__in=pks).order_by("username"))


def _drawn(sums, coder):
    """Return the coder's rows, and a line for each measure on one scale for all coders."""
    rows = sums[coder.pk]
    lines = []
    for title, name, unit, least in LINES:
        every = [getattr(part, name) or 0 for own in sums.values() for part in own.values()]
        top = 1.0 if name == "alike" else max([least, *every])
        values = [getattr(part, name) for part in rows.values()]
        drawn = line(values, top)
        dots = [
            (dot, day, value)
            for dot, day, value in zip(drawn.dots, rows, values, strict=True)
            if dot
        ]
        lines.append({"title": title, "unit": unit, "top": top, "dots": dots, "drawn": drawn})
    return rows, lines


def _rows(study, people, leanings):
    """Return each code that was used with every coder's leaning, and a bar where it says much."""
    used = {code for own in leanings.values() for code in own}
    rows = []
    for code in study.codebook.codes.filter(pk__in=used).select_related("parent"):
        own = [leanings[each.pk].get(code.pk) for each in people if each.pk in leanings]
        cells = [
            (each, it, bar(it.ratio) if it and it.ratio is not None and not it.few else None)
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
