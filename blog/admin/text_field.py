"""The field of a text in Markdown: EasyMDE with a toolbar of our own, Wagtail's choosers, upload by pasting, links by `[[`."""

import json
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import register_form_field_override

from blog.admin import image_upload, markdown_help, post_titles
from blog.models.fields import MarkdownField

MODALS = {"image": "wagtailimages_chooser:choose", "page": "wagtailadmin_choose_page", "document": "wagtaildocs_chooser:choose"}


def button_labels() -> dict[str, str]:
    """Return the names of the toolbar's buttons, in its order, which is that of `text-field.js`."""
    return {
        "bold": _("Bold"),
        "italic": _("Italic"),
        "heading": _("Heading"),
        "quote": _("Quotation"),
        "unordered-list": _("List"),
        "ordered-list": _("Numbered list"),
        "page": _("Link"),
        "image": _("Picture"),
        "document": _("Document"),
        "fullscreen": _("Whole window"),
        "guide": _("What Markdown can do"),
    }


class MarkdownInput(forms.Textarea):
    """A text area that its script turns into an editor."""

    template_name = "blog/admin/markdown_input.html"

    class Media:
        css = {"all": ["wagtailmarkdown/css/easymde.min.css", "wagtailmarkdown/css/easymde.tweaks.css", "admin/text-field.css"]}
        js = [
            "wagtailmarkdown/js/easymde.min.js",
            "wagtailadmin/js/modal-workflow.js",
            "wagtailadmin/js/page-chooser-modal.js",
            "wagtailimages/js/image-chooser-modal.js",
            "wagtaildocs/js/document-chooser-modal.js",
            "admin/text-upload.js",
            "admin/text-links.js",
            "admin/text-field.js",
        ]

    def _render(self, template_name: str, context: dict[str, Any], renderer: object = None) -> SafeString:
        return render_to_string(template_name, context)  # of the site: Django's renderer of forms knows those of apps alone

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        addresses = {
            **{kind: reverse(view) for kind, view in MODALS.items()},
            "upload": reverse(image_upload.NAME),
            "titles": reverse(post_titles.NAME),
            "guide": reverse(markdown_help.NAME),
        }
        return {**context, "labels": json.dumps(button_labels()), "addresses": json.dumps(addresses)}


register_form_field_override(MarkdownField, override={"widget": MarkdownInput})
