"""XLSX workbooks of one sheet, sent row by row: memory holds a row and what its compression has not given out yet.

openpyxl writes the workbook around the sheet; of the rows it would keep the whole file until the last one is there. It is
imported with the first workbook: it takes a twentieth of the time that a process needs to start.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # of a sheet, its headings included (Excel's specifications and limits)
LONGEST_TEXT = 32_767  # characters of a cell (likewise)
SHEET = "xl/worksheets/sheet1.xml"
NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
DATED = 1  # the style of times: the one that the empty workbook has besides the default


class _Unsent:
    """A buffer of what a zip file has written, until it is taken to be sent; it cannot seek."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: pieces leave when they are taken."""

    def close(self) -> None:
        """Do nothing: there is no file."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def stream(rows: Iterable[Iterable[object]], date_format: str) -> Iterator[bytes]:
    """Yield a workbook in pieces, as its rows come; times are shown by an Excel format."""
    unsent = _Unsent()
    with ZipFile(_empty_workbook(date_format)) as empty, ZipFile(unsent, "w", ZIP_DEFLATED) as made:
        for name in empty.namelist():
            if name != SHEET:
                made.writestr(name, empty.read(name))
        before, after = NO_ROWS.split(empty.read(SHEET))
        with made.open(SHEET, "w") as sheet:
            sheet.write(before + b"<sheetData>")
            for row in rows:
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                if piece := unsent.take():
                    yield piece
            sheet.write(b"</sheetData>" + after)
    yield unsent.take()


def _empty_workbook(date_format: str) -> io.BytesIO:
    """Return a file with an empty sheet, and with the style DATED."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book, file = Workbook(write_only=True), io.BytesIO()
    dated = WriteOnlyCell(book.create_sheet("Sheet1"))
    dated.number_format = date_format
    assert dated.style_id == DATED
    book.save(file)
    return file


def _cell(value: object) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{value:d}</v></c>'
        case int() | float():
            return f"<c><v>{value}</v></c>"
        case datetime():
            from openpyxl.utils.datetime import to_excel

            return f'<c s="{DATED}"><v>{to_excel(value)}</v></c>'
        case _:
            from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

            text = escape(ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT])
            return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
