"""The queue: moderators rule on tags, one by one or many at a time."""

from itertools import zip_longest

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import annotation_for, open_for, study_for
from annotations.forms.ruling import UNDO, BulkForm, QueueFilterForm, RulingForm
from annotations.models import Annotation, Decision, Role, Ruling
from annotations.plans import planned_anew
from annotations.rulings import ruling as rulings
from annotations.rulings.queue import (
    COUNTED,
    Filters,
    card_of,
    cards,
    counted,
    last_ruling,
    matching,
    page_of,
    progress,
    recent_reasons,
    what_changed,
)
from annotations.team.blinding import closed_in, is_hidden

SAMPLE = 12  # quotes that the confirmation shows
KEYS = [
    ("a", "accept"),
    ("r", "reject: write why, then Enter"),
    ("c", "change code: choose, then Enter"),
    ("o", "reopen"),
    ("j", "next card, also ↓"),
    ("k", "previous card, also ↑"),
    ("x", "select the card"),
    ("u", "undo the last ruling"),
    ("Esc", "leave a field"),
]
VERBS = {Ruling.ACCEPT: "Accept", Ruling.REJECT: "Reject", Ruling.REOPEN: "Reopen"}


@require_safe
@planned_anew()
def queue(request, key):
    """Show what waits for a ruling. Constant number of queries."""
    study = study_for(request.user, key, Role.MODERATOR)
    form = QueueFilterForm(request.GET, study=study)
    filters = form.filters() if form.is_valid() else Filters()
    found = matching(study, filters) if form.is_valid() else Annotation.objects.none()
    counts = progress(study)
    if form.is_valid() and filters == Filters():
        number = counts.pending
    else:
        found, number = counted(found, filters)
    after = _after(study, request.GET.get("after", ""))
    rows, more = page_of(found, after)
    context = {
        "study": study,
        "form": form,
        "filters": filters,
        "query": _query(filters.query, after),
        "more": _query(filters.query, rows[-1]) if more else "",
        "begun": after,
        "cards": list(zip_longest(cards(study, rows), (row.pk for row in rows[1:]))),
        "matching": number,
        "counted": COUNTED,
        "progress": counts,
        "codes": [code for code in form.codes if code.marks_spans and not code.retired_at],
        "reasons": recent_reasons(study),
        "last": last_ruling(study, request.user),
        "keys": KEYS,
    }
    return render(request, "annotations/queue.html", context)


@require_POST
@vary_on_headers("HX-Request")
def rule(request, key, annotation_id):
    """Rule on one tag, or take a ruling back; htmx gets the card, others go to the next one."""
    study = study_for(request.user, key, Role.MODERATOR)
    annotation = annotation_for(study, annotation_id)
    open_for(study, annotation.span.revision.article.story_id)
    form = RulingForm(request.POST, study=study)
    decision, problem, status = None, "", 200
    try:
        if not form.is_valid():
            raise rulings.RulingRefused(form.problem())
        decision = _carry_out(annotation, form.cleaned_data, request.user)
    except rulings.RulingConflict as conflict:
        problem, status = str(conflict), 409
    except rulings.RulingRefused as refusal:
        problem, status = str(refusal), 422
    undone = form.cleaned_data.get("ruling") == UNDO
    if not problem and not request.htmx:
        messages.success(request, _said(annotation, decision))
        target = annotation.pk if undone else form.cleaned_data["next"]
        return _back(study, form.cleaned_data["filters"], target)
    context = _card_context(study, annotation, form) | {
        "decision": decision,
        "said": problem or _said(annotation, decision),
        "problem": problem,
        "last": last_ruling(study, request.user, form.cleaned_data.get("decision")),
    }
    if status == 409:
        context["changes"] = what_changed(annotation, form.cleaned_data["version"])
    template = "annotations/_ruled.html" if request.htmx else "annotations/ruling.html"
    return render(request, template, context, status=status)


@require_POST
def rule_many(request, key):
    """Rule alike on the chosen tags or on all that match, once their number is confirmed."""
    study = study_for(request.user, key, Role.MODERATOR)
    form = BulkForm(request.POST, label_suffix="")
    if not form.is_valid():
        messages.error(request, "Choose accept, reject or reopen for the tags.")
        return _back(study, request.POST.get("filters", ""))
    asked = form.cleaned_data
    found, versions = _meant(study, form)
    count = found.count()
    if not count:
        messages.error(request, "No tag is selected. Tick some cards, or take all that match.")
        return _back(study, asked["filters"])
    if asked["confirmed"] != count:
        return _confirm(request, study, form, found, count)
    how = {"reason": asked["reason"], "versions": versions, "moderator": request.user}
    try:
        done = rulings.rule_many(found, asked["ruling"], **how)
    except rulings.RulingRefused as refusal:
        form.add_error("reason", str(refusal))
        return _confirm(request, study, form, found, count)
    messages.success(request, _said_of_many(done, asked["ruling"]))
    return _back(study, asked["filters"])


def _confirm(request, study, form, found, count):
    """Ask whether so many are meant, and for the reason; 422 if that was asked before."""
    confirmed, scope = form.cleaned_data["confirmed"], form.cleaned_data["scope"]
    context = {
        "study": study,
        "form": form,
        "asked": form.cleaned_data,
        "verb": VERBS[form.cleaned_data["ruling"]],
        "count": count,
        "moved": confirmed not in (None, count),
        "chosen": request.POST.getlist("chosen") if scope == "chosen" else [],
        "sample": found.with_place()[:SAMPLE],
        "rest": count - SAMPLE,
        "reasons": recent_reasons(study),
    }
    status = 200 if confirmed is None else 422
    return render(request, "annotations/rule_many.html", context, status=status)


def _carry_out(annotation, asked, moderator) -> Decision | None:
    if asked["ruling"] == UNDO:
        decision = get_object_or_404(Decision, pk=asked["decision"], annotation=annotation)
        return rulings.take_back(decision, moderator=moderator)
    return rulings.rule(
        annotation,
        asked["ruling"],
        version=asked["version"],
        code=asked["code"],
        reason=asked["reason"],
        after=asked["after"],
        moderator=moderator,
    )


def _card_context(study, annotation, form) -> dict:
    """What a card outside the queue's own page needs."""
    return {
        "study": study,
        "card": card_of(study, annotation),
        "codes": study.codebook.codes.filter(marks_spans=True, retired_at=None).select_related(
            "parent"
        ),
        "query": QueryDict(form.data.get("filters", "")).urlencode(),
        "next": form.cleaned_data.get("next"),
        "typed": form.data.get("reason", ""),
        "reasons": recent_reasons(study),
        "progress": progress(study),
    }


def _meant(study, form):
    """Return the annotations that a bulk ruling means, and the versions its cards showed."""
    if form.cleaned_data["scope"] == "chosen":
        versions = form.versions()
        chosen = Annotation.objects.filter(study=study, pk__in=versions)
        return chosen.exclude(closed_in(study)).in_queue_order(), versions
    filters = QueueFilterForm(QueryDict(form.cleaned_data["filters"]), study=study)
    if not filters.is_valid():
        return Annotation.objects.none(), None
    return matching(study, filters.filters()), None


def _after(study, value: str) -> Annotation | None:
    """Return the annotation that the page begins after; a stale link begins at the top."""
    try:
        found = Annotation.objects.with_place().filter(study=study, pk=value).first()
    except ValidationError:  # not an id at all
        return None
    return None if found and is_hidden(study, found) else found


def _query(query: str, after: Annotation | None) -> str:
    """Return the query of the page that begins after an annotation."""
    parts = [query, f"after={after.pk}" if after else ""]
    return "&".join(filter(None, parts))


def _back(study, filters: str, card=None):
    """Redirect to the queue as it was narrowed, at a card."""
    query = QueryDict(filters).urlencode()
    address = reverse("queue", args=[study.key]) + (f"?{query}" if query else "")
    response = redirect(f"{address}#card-{card}" if card else address)
    response.status_code = 303
    return response


def _said(annotation, decision: Decision | None) -> str:
    words = annotation.span.exact
    words = words if len(words) <= 60 else f"{words[:59]}…"
    if decision is None:
        return f"“{words}”: nothing to change, it was ruled the same before."
    as_code = f": {decision.code}" if decision.code else ""
    return f"“{words}” {decision.get_ruling_display()}{as_code}."


def _said_of_many(done: rulings.Ruled, ruling: str) -> str:
    verb = Ruling(ruling).label
    parts = [f"{done.count} {'tag' if done.count == 1 else 'tags'} {verb}"]
    if done.unchanged:
        parts.append(f"{done.unchanged} ruled the same before")
    if done.refused:
        parts.append(f"{done.refused} left alone: changed or removed since you saw them")
    return "; ".join(parts) + "."
