"""The field of a post's tags: their names with commas between, which a script turns into a combobox (WAI-ARIA APG).

Without the script it is a text field; what is refused and which tag a name means is decided here and by `TagsField`.
"""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.telepath import register
from wagtail.admin.telepath.widgets import WidgetAdapter

from blog.admin import suggested_tags, tag_suggestions
from blog.models import Tag
from blog.models.tag_names import TagsField
from blog.models.tags import UNTYPEABLE, name_fault

SEPARATORS = re.compile(r"[,\n]")


class TagsInput(forms.TextInput):
    """A text field with the names of tags, and what its script needs."""

    template_name = "blog/admin/tags_input.html"

    class Media:
        css = {"all": ["admin/tag-field.css"]}
        js = ["admin/tag-field.js"]

    def format_value(self, value: str | Iterable[Tag] | None) -> str:
        return value if isinstance(value, str) else ", ".join(str(tag) for tag in value or ())

    def _render(self, template_name: str, context: dict[str, Any], renderer: object = None) -> SafeString:
        return render_to_string(template_name, context)  # of the site: Django's renderer of forms knows those of apps alone

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        urls = {"suggestions": reverse(tag_suggestions.NAME), "suggested": reverse(suggested_tags.NAME)}
        return {**context, **urls, "refused": "".join(sorted(set(UNTYPEABLE) - set(",\n\r\t")))}


class TagsInputAdapter(WidgetAdapter):
    """Tells Wagtail's scripts of the field without its HTML, which would be made a second time: they never add one."""

    def js_args(self, widget: TagsInput) -> list[str]:
        return [""]


register(TagsInputAdapter(), TagsInput)


class TagsFormField(forms.CharField):
    """A list of tags' names, without two of the same, in the order given."""

    widget = TagsInput

    def to_python(self, value: Any) -> str:
        """Return the names in one text: Wagtail's API has them in a list."""
        return super().to_python(", ".join(map(str, value)) if isinstance(value, list) else value) or ""

    def clean(self, value: Any) -> list[str]:
        names = [" ".join(name.split()) for name in SEPARATORS.split(super().clean(value))]
        names = list(dict.fromkeys(filter(None, names)))
        if faults := [fault for fault in map(name_fault, names) if fault]:
            raise ValidationError(faults)
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        names = SEPARATORS.split(self.to_python(data or ""))
        return not self.disabled and [str(tag) for tag in initial or ()] != [name.strip() for name in names if name.strip()]


register_form_field_override(TagsField, override={"form_class": TagsFormField})
