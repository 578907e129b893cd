"""The chooser of an author in a byline: one line instead of Wagtail's panel in a panel."""

from typing import Any

from django import forms
from wagtail.snippets.widgets import AdminSnippetChooser


class AuthorChooser(AdminSnippetChooser):
    """Wagtail's, with a template of its own: the name, a button for another author, a link to the author's form."""

    template_name = "blog/admin/author_chooser.html"

    def get_context(self, name: str, value_data: dict[str, Any], attrs: dict[str, Any]) -> dict[str, Any]:
        return {
            "widget": self,
            "name": name,
            "id": attrs["id"],
            "value": value_data.get("id", ""),
            "title": value_data.get(self.display_title_key, ""),
            "edit_url": value_data.get("edit_url") or "",
            "chooser_url": self.get_chooser_modal_url(),
        }

    @property
    def media(self) -> forms.Media:
        media: forms.Media = super().media + forms.Media(css={"all": ["admin/byline.css"]})
        return media
