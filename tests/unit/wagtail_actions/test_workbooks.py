import io
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

import pytest
from openpyxl import load_workbook

from wagtail_actions import workbooks

pytestmark = pytest.mark.pure
FORMAT = "dd.mm.yyyy hh:mm"


def test_workbook_has_its_values_and_no_control_characters() -> None:
    rows = [["Ä <b>&amp;</b> ", "=1+1"], [3, 2.5, True, None, datetime(2026, 3, 29, 1, 30)], ["a\x00\x0bb\nc", "x" * 40_000]]
    sheet = load_workbook(io.BytesIO(b"".join(workbooks.stream(rows, FORMAT)))).active
    assert list(sheet.values) == [
        ("Ä <b>&amp;</b> ", "=1+1", None, None, None),
        (3, 2.5, True, None, datetime(2026, 3, 29, 1, 30)),
        ("ab\nc", "x" * 32_767, None, None, None),
    ]
    assert (sheet["B1"].data_type, sheet["E2"].number_format) == ("s", FORMAT)


def test_workbook_is_sent_as_its_rows_come() -> None:
    read: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(20_000):
            read.append(number)
            yield [sha256(bytes(number)).hexdigest(), "confirmed"]

    sent = [(len(read), len(piece)) for piece in workbooks.stream(rows(), FORMAT)]
    sizes = [size for _rows, size in sent]
    assert sent[0][0] == 1  # what stands before the rows leaves with the first
    assert max(sizes) < 100_000 < sum(sizes) / 5
    assert len({rows for rows, _size in sent}) > 10
