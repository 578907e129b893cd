"""Measure the tag index on a filled database: building it, its memory, what a listing asks of it, bringing it up to date.

`DATABASE_URL=… python -m benchmarks.index` after `python -m benchmarks.fill_database SIZE`.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from benchmarks.fill_database import start_django

SELECTIONS, COMMONEST = 4_000, 60
PAGE, FACETS = 20, 30
TARGETS = {  # by size: seconds to build, MB, milliseconds to update, median and worst milliseconds of a listing
    14_000: "0.15 s, 15 MB, 5 ms, median 0.1 and worst 1 ms",
    100_000: "0.8 s, 40 MB, 20 ms, median 0.1 and worst 3 ms",
    1_000_000: "5 s, 150 MB, 100 ms, 95th percentile 100 times a bare AND",
}


def main() -> None:
    start_django()
    from blog.models import BlogPage

    path = BlogPage.objects.get().path
    parts: dict[str, Callable[[str], None]] = {"build": build, "query": query, "update": update}
    if sys.argv[1:]:
        parts[sys.argv[1]](path)
        return
    for part in parts:
        _watched(part)


def _watched(part: str) -> None:
    """Run a part in a process of its own, and watch its memory: what it has to itself beyond what it had at its start."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.index", part], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = most = 0
        os.set_blocking(process.stdout.fileno(), False)
        while process.poll() is None:
            held = _own_memory(process.pid)
            for line in process.stdout:
                if line == "start\n":
                    first = most = held
                elif line == "built\n":
                    print(f"memory over an empty process: {held - first:.1f} MB, at most {most - first:.1f} MB while building")
                else:
                    print(line, end="")
            most = max(most, held)
            time.sleep(0.001)
        print(process.stdout.read(), end="")


def _own_memory(pid: int) -> float:
    """Give a process's anonymous memory in MB, without what it maps of files."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon")), 0.0)
    except OSError:
        return 0.0


def build(path: str) -> None:
    from blog.tagindex import store

    store.read_revision()
    _read_all_pages()
    _say("start", wait=0.1)
    took, worked = _timed(lambda: store.snapshot(path))
    _say("built", wait=0.2)
    index = store.snapshot(path)
    print(f"{len(index)} posts, {len(index.tags())} tags; targets: {TARGETS.get(len(index), 'none')}")
    print(f"build from cold: {took:.3f} s, of which this processor's {worked:.3f} s")
    for _ in range(3):
        store.clear()
        took, worked = _timed(lambda: store.snapshot(path))
        print(f"build again: {took:.3f} s, of which this processor's {worked:.3f} s")


def _timed(do: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds that passed, and those in which this thread was at work."""
    started, started_working = time.perf_counter(), time.thread_time()
    do()
    return time.perf_counter() - started, time.thread_time() - started_working


def _read_all_pages() -> None:
    """Have the modules loaded that a process has loaded before its first index, and the database's file in memory."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM blog_posttag")


def _say(word: str, wait: float) -> None:
    print(word, flush=True)
    time.sleep(wait)  # for whoever watches to look


def query(path: str) -> None:
    from blog.selections.selection import Selection
    from blog.tagindex import store

    index = store.snapshot(path)
    ids = list(index.ids(index.all_positions))
    chance = random.Random(1)
    selections = []
    while len(selections) < SELECTIONS:
        position = index.position(chance.choice(ids))
        assert position is not None
        tags = [tag.slug for tag in index.tags_of(position)]
        if tags:
            selections.append(Selection.of(chance.sample(tags, min(len(tags), chance.randint(1, 3)))))
    commonest = [facet.tag.slug for facet in index.tags()[:COMMONEST]]
    selections += [Selection.of(pair) for pair in combinations(commonest, 2)]

    def listing(selection: Selection) -> None:
        chosen = index.select(selection)
        len(chosen), index.page(chosen, PAGE), index.facets(chosen, selection.tags, FACETS)

    pairs = list(combinations([index.postings_of(number) for number in range(COMMONEST)], 2))
    bare = _times(lambda pair: len(pair[0] & pair[1]), pairs)
    times = _times(listing, selections)
    _report("bare AND with its count", bare)
    _report("count, first page and facets", times)
    print(f"95th percentile: {_at(times, 0.95) / statistics.median(bare):.0f} times a bare AND")
    for name, ask in {
        "select": index.select,
        "first page": lambda s: index.page(index.select(s), PAGE),
        "years": lambda s: index.years(index.select(s)),
    }.items():
        _report(name, _times(ask, selections))
    slowest = sorted(zip(times, selections, strict=True), key=lambda found: -found[0])[:3]
    print(
        "slowest:",
        "; ".join(f"{selection} ({len(index.select(selection))} posts): {took * 1e3:.2f}" for took, selection in slowest),
    )


def _times(ask: Callable[[Any], object], questions: Iterable[Any]) -> list[float]:
    """Ask each question twice, and take the second time: the processor's, since others may be using it too."""
    times = []
    for question in questions:
        ask(question)
        started = time.thread_time()
        ask(question)
        times.append(time.thread_time() - started)
    return times


def _at(times: list[float], part: float) -> float:
    return sorted(times)[int(part * (len(times) - 1))]


def _report(name: str, times: list[float]) -> None:
    figures = [1e3 * figure for figure in (statistics.median(times), _at(times, 0.95), _at(times, 0.99), max(times))]
    print("{}: median {:.4f}, 95 % {:.4f}, 99 % {:.4f}, worst {:.4f} ms".format(name, *figures))


def update(path: str) -> None:
    """Publish, date back and unpublish, and time until another process would have seen it."""
    from django.db import connection

    from blog.models import PostPage
    from blog.models.revision import raise_revision
    from blog.tagindex import store

    ids = list(store.snapshot(path).ids(store.snapshot(path).all_positions))
    chance = random.Random(2)
    first, last = PostPage.objects.order_by("published").first(), PostPage.objects.order_by("-published").first()
    assert first
    assert last
    assert first.published
    assert last.published
    kinds: dict[str, Callable[[], datetime]] = {
        "publish": lambda: datetime.now(UTC),
        "date back": lambda: first.published + (last.published - first.published) * chance.random() + timedelta(microseconds=7),
    }
    for name, moment in kinds.items():
        times, busy = [], []
        for _ in range(100):
            post = chance.choice(ids)
            PostPage.objects.filter(pk=post).update(published=moment())
            raise_revision([post])
            took, worked = _timed(lambda: store.snapshot(path))
            times.append(took)
            busy.append(worked)
        _report(f"{name}, until it is seen", times)
        _report("  of which this processor's", busy)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE blog_postpage SET published = (SELECT first_published_at FROM wagtailcore_page WHERE id = page_ptr_id)"
        )
    raise_revision()


if __name__ == "__main__":
    main()
