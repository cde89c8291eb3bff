"""The settings of a study: its owners say how it is coded, and who sees what meanwhile."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.access import study_for
from annotations.forms.arranging import SettingsForm
from annotations.models import Role
from annotations.team.arranging import (
    OpensTags,
    SettingsConflict,
    arrange_study,
    digest_of,
    settings_of,
)

BLIND_FROM_NOW = (
    "Blind coding is on. What reviewers have seen of others’ tags before, they have seen."
)


@require_http_methods(["GET", "POST"])
def study_settings(request, key):
    """Read and change the settings of a study; what shows hidden tags is to be confirmed."""
    study = study_for(request.user, key, Role.OWNER)
    form = SettingsForm(request.POST or None, study=study)
    context, status = {"study": study, "form": form}, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("seen", "confirmed")}
            try:
                changed = arrange_study(study, form.wanted(), **given)
            except SettingsConflict as conflict:
                form.add_error(None, str(conflict))
                form.data = form.data.copy()
                form.data["seen"] = digest_of(conflict.current)
                status, context["stands"] = 409, _listed(form, settings_of(conflict.current))
            except OpensTags as opening:
                context["opening"] = opening
            else:
                messages.success(request, _said(form, changed))
                response = redirect("study_settings", key)
                response.status_code = 303
                return response
    return render(request, "annotations/settings.html", context, status=status)


def _said(form: SettingsForm, changed: dict) -> str:
    """Return what was changed, and what it was."""
    if not changed:
        return "Nothing was changed."
    listed = "; ".join(f"{label}: was {value}" for label, value in _listed(form, changed))
    told = f"Saved. {listed}."
    return f"{told} {BLIND_FROM_NOW}" if changed.get("blind") is False else told


def _listed(form: SettingsForm, values: dict) -> list[tuple[str, str]]:
    """Return the label of each setting and its value in words."""
    listed = []
    for name, value in values.items():
        shown = dict(getattr(form.fields[name], "choices", ())).get(value, value)
        shown = {True: "on", False: "off"}.get(shown, shown) if isinstance(shown, bool) else shown
        listed.append((form.fields[name].label, str(shown)))
    return listed
