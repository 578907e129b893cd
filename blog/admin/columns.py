"""Columns of listings whose cells have a form."""

from typing import Any

from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column


class FormColumn(Column):
    """A column whose cells get the CSRF token."""

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "csrf_token": get_token(parent_context["request"])}


class UndoColumn(FormColumn):
    """The button that undoes an operation by a view, or that this was done."""

    cell_template_name = "blog/admin/undo_cell.html"

    def __init__(self, view: str) -> None:
        super().__init__("undone_at", label=_("Undo"), width="15%")
        self.view = view
