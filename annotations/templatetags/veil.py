"""Outlets as the reader of a study knows them."""

from django import template

from annotations.models import Study
from annotations.team.veiling import outlet_name
from sources.models import Outlet

register = template.Library()


@register.filter
def veiled(outlet: Outlet, study: Study) -> str:
    """Return the outlet's name, or the letter that hides it from the reader of the study."""
    return outlet_name(study, outlet)
