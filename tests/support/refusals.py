"""Refusals as large providers and mail servers write them, and what is right for each."""

from pathlib import Path

from mail.bounces import Kind


def read_refusals() -> list[tuple[str, str, Kind, str]]:
    """Return who refuses, the report's Status, the kind that is right, and the words; hosts and addresses are examples."""
    lines = Path(__file__).with_suffix(".txt").read_text().splitlines()
    rows = [[part.strip() for part in line.split("|", 3)] for line in lines if not line.startswith("#")]
    return [(who, status, Kind(kind), words) for who, status, kind, words in rows]
