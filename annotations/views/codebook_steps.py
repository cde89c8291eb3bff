"""Steps that end or change the use of a code: another key, merge, split, retire, restore.

Each page shows what hangs on the code before anything is written.
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from annotations.access import code_for, codified_by, study_for
from annotations.codebook.codifying import CodeRefused, rename_key
from annotations.codebook.retiring import merge_code, restore_code, retire_code, split_code
from annotations.codebook.worklist import effect_on
from annotations.forms.codebook import KeyForm, MergeForm, PartFormSet, ReasonForm
from annotations.models import Code, Role
from annotations.views.codebook import back_to

VERBS = {
    "key": "Change the key of",
    "merge": "Merge",
    "split": "Split",
    "retire": "Retire",
    "restore": "Restore",
}
FIRST_PARTS = 2  # shown open, since fewer are no split


@require_http_methods(["GET", "POST"])
def code_step(request, key, code_id, step):
    """Ask for what a step needs, with what it touches; carry it out."""
    if step not in VERBS:
        raise Http404("No such step")
    study = codified_by(request.user, study_for(request.user, key, Role.OWNER))
    code = code_for(study, code_id)
    data = request.POST if request.method == "POST" else None
    form = _form(step, data, code)
    parts = _parts(data, code) if step == "split" else None
    if request.method == "POST":
        try:
            if done := _carry_out(step, code, form, parts, request.user):
                messages.success(request, done)
                return back_to(study, code)
        except CodeRefused as refusal:
            form.refuse(refusal)
    context = {"study": study, "code": code, "step": step, "verb": VERBS[step], "form": form}
    context |= {"parts": parts, "first_parts": FIRST_PARTS, "effect": effect_on(study, code)}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/code_step.html", context, status=status)


def _form(step: str, data, code: Code) -> ReasonForm:
    how = {"label_suffix": "", "auto_id": "step-%s"}
    if step == "merge":
        return MergeForm(data, code=code, **how)
    if step == "key":
        return KeyForm(data, initial={"key": code.key}, **how)
    return ReasonForm(data, **how)


def _parts(data, code: Code):
    parts = PartFormSet(
        data,
        prefix="part",
        initial=[{"colour": code.colour}] * PartFormSet.max_num,
        form_kwargs={"label_suffix": "", "empty_permitted": True, "use_required_attribute": False},
    )
    for form in parts.forms:
        form.empty_permitted = True
    return parts


def _carry_out(step: str, code: Code, form, parts, user) -> str:
    """Do what was asked; return what to say, or nothing if the forms are not valid."""
    if not form.is_valid() or (parts is not None and not parts.is_valid()):
        return ""
    given = form.cleaned_data | {"made_by": user}
    if step == "key":
        rename_key(code, **given)
        return f"“{code}” has the key “{code.key}”. Its former keys go on to mean it."
    if step == "merge":
        merge_code(code, **given)
        return f"“{code}” is merged into “{given['into']}”. Its tags are in the work list."
    if step == "split":
        made = split_code(code, [part for part in parts.cleaned_data if part], **given)
        names = ", ".join(f"“{each}”" for each in made)
        return f"“{code}” is split into {names}. Its tags are in the work list."
    if step == "retire":
        retire_code(code, **given)
        return f"“{code}” is retired. Its tags are in the work list."
    restore_code(code, **given)
    return f"“{code}” takes tags again."
