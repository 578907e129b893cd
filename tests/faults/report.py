"""What a test of faults has seen, printed."""

import pytest


def report(title: str, rows: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Print the figures, whether or not pytest captures."""
    with capsys.disabled():
        print(f"\n{title}", *rows, sep="\n  ")  # noqa: T201
