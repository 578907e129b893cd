"""Fields of forms outside Wagtail's panels, for templates."""

from typing import Any

from django.forms import BoundField
from django.template import Library
from wagtail.admin.templatetags.wagtailadmin_tags import formattedfield

register = Library()


@register.inclusion_tag("wagtailadmin/shared/formatted_field.html")
def described_field(field: BoundField) -> dict[str, Any]:
    """Return what Wagtail shows of a field, described by what is wrong with it, too: Wagtail does so in panels alone."""
    error = f"{field.auto_id}_error"
    if field.errors and not field.use_fieldset:
        help_text = f"{field.id_for_label}-helptext " if field.help_text else ""
        field.field.widget.attrs["aria-describedby"] = help_text + error
    context: dict[str, Any] = formattedfield(field, error_message_id=error)
    return context
