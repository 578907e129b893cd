"""docs/security.md: no requirement of OWASP ASVS 5.0.0 up to level 2 is left out, and the tests that it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text()
# The last number up to level 2 in each section, all before it being of these levels too. V10 and V17 do not apply as a whole.
SECTIONS = (
    "1.1.2 1.2.9 1.3.11 1.4.3 1.5.2 2.1.3 2.2.3 2.3.4 2.4.1 3.2.2 3.3.4 3.4.6 3.5.5 3.7.2 4.1.3 4.2.1 4.3.2 4.4.4 "
    "5.1.1 5.2.3 5.3.2 5.4.3 6.1.3 6.2.12 6.3.4 6.4.4 6.5.5 6.6.3 6.8.4 7.1.3 7.2.4 7.3.2 7.4.5 7.5.2 7.6.2 8.1.2 "
    "8.2.3 8.3.1 8.4.1 9.1.3 9.2.4 11.1.2 11.2.3 11.3.3 11.4.4 11.5.1 11.6.1 12.1.3 12.2.2 12.3.4 13.1.1 13.2.5 "
    "13.3.2 13.4.5 14.1.2 14.2.4 14.3.3 15.1.3 15.2.3 15.3.7 16.1.1 16.2.5 16.3.4 16.4.3 16.5.3 "
).split()


def numbers(first: str, last: str = "") -> set[str]:
    """Return the numbers from one to another; those of two sections are named by both of them."""
    chapter, section, start = map(int, first.split("."))
    _, end_section, end = map(int, (last or first).split("."))
    if section == end_section:
        return {f"{chapter}.{section}.{number}" for number in range(start, end + 1)}
    between = [one for one in SECTIONS if one.startswith(f"{chapter}.") and section <= int(one.split(".")[1]) <= end_section]
    return {number for one in between for number in numbers(one.rpartition(".")[0] + ".1", one)}


def test_every_requirement_has_its_row() -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")]
    found = [re.fullmatch(r"(\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))?", part.strip()) for cell in cells for part in cell.split(",")]
    listed = set().union(*(numbers(one[1], one[2] or "") for one in found if one))
    wanted = set().union(*(numbers(one.rpartition(".")[0] + ".1", one) for one in SECTIONS))
    assert listed == wanted


def test_tests_that_are_named_exist() -> None:
    named = {Path(name) for name in re.findall(r"`((?:unit|integration|faults|fuzz)/[a-z_/]+)`", PAGE)}
    assert len(named) > 40
    tests = ROOT / "tests"
    there = {name for name in named if (tests / name).is_dir() or (tests / name.with_name(f"test_{name.name}.py")).is_file()}
    assert named == there
