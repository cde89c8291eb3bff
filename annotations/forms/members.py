"""Forms of the members page."""

from django import forms

from annotations.models import Role


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(choices=Role.choices, coerce=int)


class MemberForm(RoleForm):
    """A new member, by the name of their account."""

    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    field_order = ["username", "role"]
