"""The form of the work list: which tags are meant, and what becomes of them."""

import uuid

from django import forms

from annotations.forms.ruling import is_uuid
from annotations.models import Code

KEEP, REMOVE, OTHER = "keep", "remove", "other"


class WorklistForm(forms.Form):
    """What becomes of tags: KEEP, REMOVE, OTHER with the code in `other`, or the pk of a code.

    A tag's own button says in `pick` what becomes of it, as `act|id:version`. Otherwise `act` is
    for the ticked ones, `tag=id:version` each, or with `scope` all for all of `code`.
    """

    code = forms.IntegerField()
    pick = forms.CharField(required=False)
    act = forms.CharField(required=False)
    scope = forms.ChoiceField(choices=[("ticked", "ticked"), ("all", "all")], required=False)
    other = forms.ModelChoiceField(Code.objects.none(), required=False)

    def __init__(self, *args, study, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.codes = study.codebook.codes.filter(retired_at=None, marks_spans=True)
        self.fields["other"].queryset = self.codes

    def clean(self) -> dict:
        cleaned = super().clean()
        act, _, tag = cleaned.get("pick", "").partition("|")
        act = act or cleaned.get("act", "")
        if act == OTHER:
            act = cleaned.get("other")
            if act is None:
                raise forms.ValidationError("Choose the code that the tags are to get.")
        elif act not in (KEEP, REMOVE):
            act = self.codes.filter(pk=int(act)).first() if act.isdecimal() else None
            if act is None:
                raise forms.ValidationError("Choose a code that is in use, or keep or remove.")
        is_all = cleaned.get("scope") == "all" and not tag
        return cleaned | {"act": act, "versions": None if is_all else self._versions(tag)}

    def _versions(self, tag: str) -> dict[uuid.UUID, int]:
        """Return the version of each tag that is meant, as the person saw it."""
        pairs = (value.partition(":") for value in ([tag] if tag else self.data.getlist("tag")))
        versions = {
            uuid.UUID(id): int(version)
            for id, _, version in pairs
            if is_uuid(id) and version.isdecimal()
        }
        if not versions:
            raise forms.ValidationError("No tag is ticked. Tick those that are meant.")
        return versions
