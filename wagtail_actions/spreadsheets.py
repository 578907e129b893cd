"""Exports whose cells no spreadsheet evaluates as formulas, Wagtail's own among them."""

from collections.abc import Iterator
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.formats import localize
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.mixins import ExcelDateFormatter, SpreadsheetExportMixin

from wagtail_actions import workbooks

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a formula may begin with (OWASP)

CHUNK = 1000  # rows


def escape_formula(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would compute.

    >>> [escape_formula(cell) for cell in ("=1+1@example.org", "ada@example.org", "-food", 3)]
    ["'=1+1@example.org", 'ada@example.org', "'-food", 3]
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


class InChunks:
    """A query's rows, read a few at a time and forgotten: an export of 50,000 needs no more memory than one of a thousand."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.model = rows.model
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return self._rows.iterator(CHUNK)


def make_exports_safe() -> None:
    """Have every export hold no formula, of Wagtail's reports too: whoever writes a draft chooses its title."""
    value_of, csv_response = SpreadsheetExportMixin.preprocess_field_value, SpreadsheetExportMixin.write_csv_response

    @wraps(value_of)
    def preprocess_field_value(view: Any, field: str, value: Any, export_format: str) -> Any:
        return escape_formula(value_of(view, field, value, export_format))

    @wraps(csv_response)
    def write_csv_response(view: Any, queryset: Any) -> HttpResponseBase:
        response: HttpResponseBase = csv_response(view, queryset)
        response.headers["Content-Type"] = "text/csv; charset=utf-8"
        return response

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
    SpreadsheetExportMixin.write_csv_response = write_csv_response


class SafeSpreadsheet(SpreadsheetExportMixin):
    """An export that is read in chunks and sent row by row."""

    def as_spreadsheet(self, queryset: QuerySet[Any], spreadsheet_format: str) -> HttpResponseBase:
        response: HttpResponseBase = super().as_spreadsheet(InChunks(queryset), spreadsheet_format)
        return response

    def write_xlsx_response(self, queryset: InChunks) -> StreamingHttpResponse:
        rows = workbooks.stream(self._xlsx_rows(queryset), ExcelDateFormatter().get())
        named = content_disposition_header(as_attachment=True, filename=f"{self.get_filename()}.xlsx")
        return StreamingHttpResponse(rows, workbooks.CONTENT_TYPE, headers={"Content-Disposition": named or ""})

    def _xlsx_rows(self, queryset: InChunks) -> Iterator[list[Any]]:
        yield [self.get_heading(queryset, field) for field in self.list_export]
        for item in queryset:
            cells = self.to_row_dict(item).items()
            yield [self.preprocess_field_value(field, value, self.FORMAT_XLSX) for field, value in cells]


class SafeExportIndexView(SafeSpreadsheet, generic.IndexView):
    """A listing with such an export: of any length as CSV, of as many rows as a sheet holds as XLSX."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Export without what the page would show, which reads every row into memory."""
        if not self.is_export:
            response: HttpResponseBase = super().get(request, *args, **kwargs)
            return response
        rows, form = self.get_queryset(), request.GET["export"]
        if form == self.FORMAT_XLSX and rows[: workbooks.MOST_ROWS].count() == workbooks.MOST_ROWS:
            return self._refuse_xlsx()
        return self.as_spreadsheet(rows, form)

    def _refuse_xlsx(self) -> HttpResponseBase:
        words = _("A sheet holds %(number)s rows: more are downloaded as CSV alone.")
        messages.error(self.request, words % {"number": localize(workbooks.MOST_ROWS - 1, use_l10n=True)})
        asked = self.request.GET.copy()
        asked.pop("export")
        return HttpResponseRedirect(f"{self.request.path}?{asked.urlencode()}")
