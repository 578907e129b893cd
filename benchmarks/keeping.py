"""Figures that outlast a run: in benchmarks/README.md for readers, in var/benchmarks/ to compare one size with another."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load import Load
from benchmarks.pages import Figures
from benchmarks.serving import ROOT
from benchmarks.tables import figure, table, times

README = ROOT / "benchmarks" / "README.md"
FOLDER = ROOT / "var" / "benchmarks"
SMALL, LARGE = "14k", "100k"
MOST_GROWTH = 3  # times the processor for seven times the posts


def keep(size: str, text: str, path: Path = README) -> None:
    """Put a run's report between the marks of its size; what was there before goes."""
    readme = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {size} -->", f"<!-- end of {size} -->"
    if begin not in readme or end not in readme:
        raise LookupError(f"{path} has no place for {size}: write {begin} and {end} on lines of their own.")
    before, _, rest = readme.partition(begin)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def remember(size: str, database: str, figures: Figures) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    loads = {f"{page} ({server})": load for (server, page), load in figures.loads.items()}
    _file(size, database).write_text(json.dumps(loads), encoding="utf-8")


def growth(size: str, database: str, figures: Figures) -> Iterator[str]:
    """What the site's pages cost at 100k beside 14k, where both were measured on this machine."""
    if size != LARGE or not _file(SMALL, database).exists():
        return
    small = {page: Load(*load) for page, load in json.loads(_file(SMALL, database).read_text(encoding="utf-8")).items()}
    rows = []
    for (server, page), load in figures.loads.items():
        before = small.get(f"{page} ({server})")
        if before and server in ("cold", "warm"):
            ratio = load.processor / before.processor
            verdict = "met" if ratio <= MOST_GROWTH else "MISSED"
            rows.append([f"{page}, {server}", figure(before.processor), figure(load.processor), times(ratio), verdict])
    heads = [f"growing (at most {MOST_GROWTH}×)", f"{SMALL}, ms", f"{LARGE}, ms", "ratio", "target"]
    yield table(heads, rows)


def _file(size: str, database: str) -> Path:
    return FOLDER / f"{size}-{re.sub(r'[^a-z]', '', database.lower())}.json"
