"""Exports whose cells no spreadsheet evaluates as formulas."""

from typing import Any

from wagtail.admin.views import generic

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a formula may begin with (OWASP)


def harmless(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would compute.

    >>> [harmless(cell) for cell in ("=1+1@example.org", "ada@example.org", "-food", 3)]
    ["'=1+1@example.org", 'ada@example.org', "'-food", 3]
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


class SafeExportIndexView(generic.IndexView):
    """A listing whose export holds no formula."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))
