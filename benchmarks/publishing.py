"""What one publish from the admin costs beyond Wagtail's own work, and how long an import of many posts takes.

`DATABASE_URL=… IMPORT_DATABASE_URL=… python -m benchmarks.publishing [quick]`, the first being filled, the second empty.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

from benchmarks.fill_database import start_django
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table
from benchmarks.tag_graph import items

PUBLISHES, IMPORTED = 30, 10_000
FEW_PUBLISHES, FEW_IMPORTED = 5, 300  # in a quick run
MOST_EXTRA = 20  # milliseconds, of a publish
MOST_SECONDS = {"sqlite": 25, "postgresql": 45}  # for an import, beside rendering


def main(quick: bool) -> None:
    if "IMPORTING" in os.environ:
        import_posts(Path(os.environ["IMPORTING"]))
        return
    publish(FEW_PUBLISHES if quick else PUBLISHES)
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="kimonote-posts-") as folder:
        write_files(Path(folder), FEW_IMPORTED if quick else IMPORTED)
        environment = {**os.environ, "DATABASE_URL": os.environ["IMPORT_DATABASE_URL"], "IMPORTING": folder}
        subprocess.run([sys.executable, "-m", "benchmarks.publishing"], cwd=ROOT, env=environment, check=True)


def publish(number: int) -> None:
    """Publish new posts through the admin, by turns with and without what this site adds."""
    start_django()
    from django.contrib.auth import get_user_model
    from django.test import Client

    from blog.models import BlogPage

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.create_superuser("bench", "", "bench"))
    blog = BlogPage.objects.get()
    plain: list[float] = []
    whole: list[float] = []
    for turn in range(number + 2):
        with without_our_work():
            first = _publish(client, blog.pk, f"plain-{turn}")
        second = _publish(client, blog.pk, f"whole-{turn}")
        if turn > 1:  # before, both warm up
            plain.append(first)
            whole.append(second)
    extra = median(ours - theirs for ours, theirs in zip(whole, plain, strict=True))
    print(f"One publish from the admin: {figure(median(whole))} ms; without rendering and revision {figure(median(plain))} ms.")
    print(f"- {_verdict(extra, MOST_EXTRA)}: what this site adds: {figure(extra)} ms (at most {MOST_EXTRA} ms)\n")


@contextmanager
def without_our_work() -> Iterator[None]:
    """Posts saved as Wagtail alone saves them: nothing rendered, no revision raised."""
    from wagtail.models import Page

    from blog.models import PostPage

    with (
        mock.patch.object(PostPage, "save", Page.save),
        mock.patch.object(PostPage, "clean", Page.clean),
        mock.patch("blog.models.pages.raise_revision"),
        mock.patch("blog.signals.raise_revision"),
    ):
        yield


def _publish(client: Any, blog: int, slug: str) -> float:
    """Milliseconds."""
    from django.urls import reverse

    from benchmarks.post_texts import demo_texts

    texts = demo_texts()
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog))
    form = _form(title=slug, slug=slug, body=texts[hash(slug) % len(texts)], tags="python, css, of-our-own")
    start = time.perf_counter()
    response = client.post(address, form)
    taken = time.perf_counter() - start
    if response.status_code != 302:
        raise RuntimeError(f"Publishing answered {response.status_code}.")
    return taken * 1000


def _form(**fields: str) -> dict[str, str]:
    """The post's form as the editor sends it."""
    empty = dict.fromkeys(["link", "summary", "cover", "published", "go_live_at", "expire_at"], "")
    counts = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    formsets = {f"{prefix}-{name}": value for prefix in ("comments", "post_authors") for name, value in counts.items()}
    return {**empty, **formsets, **fields, "action-publish": "yes"}


def write_files(folder: Path, number: int) -> None:
    """Markdown files with front matter, in the shape of a real blog's tags."""
    from benchmarks.post_texts import demo_texts

    texts = demo_texts()
    for place, item in enumerate(items(number)):
        day = f"{2003 + place * 22 // number}-{place % 12 + 1:02}-{place % 28 + 1:02}"
        head = f"---\ntitle: Post {place} of the benchmark\ndate: {day}\ntags: [{', '.join(item.tags)}]\n---\n"
        (folder / f"{day}-post-{place}.md").write_text(head + texts[place % len(texts)], encoding="utf-8")


def import_posts(folder: Path) -> None:
    """Import them into an empty site: read and render first, which is timed by itself, then write."""
    start_django()
    from django.core.management import call_command
    from django.utils import timezone

    from blog.models import BlogPage
    from transfer.importing.find import PostFinder
    from transfer.importing.source import ImportOptions

    call_command("prepare", stdout=StringIO())
    options = ImportOptions(time_zone=timezone.get_default_timezone())
    with ExitStack() as unpacked:
        found = PostFinder(options, unpacked).find([folder])
    blog = BlogPage.objects.get()
    start = time.perf_counter()
    read, rendered = _read_and_render(found.files, blog, options)
    rendering = time.perf_counter() - start
    imported, writing, processor = _write(found, blog, options, read, rendered)
    _print_import(imported, rendering, writing, processor)
    if imported != len(found.files):
        raise RuntimeError(f"{len(found.files) - imported} posts were not imported.")


def _read_and_render(files: Any, blog: Any, options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the files as they were read, and as they were rendered, by key."""
    from transfer.importing import run

    render = partial(run.render_prepared, options=blog.render_options)
    with run.WorkerPool(len(files)) as workers:
        read = {one.file.key: one for one in workers.map(partial(run.read_file, options=options), files)}
        return read, {one.file.key: one for one in workers.map(render, read.values())}


def _write(found: Any, blog: Any, options: Any, read: dict[str, Any], rendered: dict[str, Any]) -> tuple[int, float, float]:
    """Import what is read and rendered; return the number of posts, the seconds, and those of this process's processor."""
    from transfer.importing import run

    start, processor = time.perf_counter(), time.process_time()
    with (
        mock.patch.object(run, "read_file", lambda file, options: read[file.key]),
        mock.patch.object(run, "render_prepared", lambda prepared, options: rendered[prepared.file.key]),
    ):
        report = run.Import(blog, options, jobs=1).run(found)
    return report.imported, time.perf_counter() - start, time.process_time() - processor


def _print_import(imported: int, rendering: float, writing: float, processor: float) -> None:
    from django.db import connection

    print(f"Importing {imported:,} posts:\n")
    rows = [
        ["reading and rendering, on every core", figure(rendering)],
        ["writing all that belongs to them", figure(writing)],
        ["of which the importing process's processor", figure(processor)],
    ]
    print(table(["", "seconds"], rows))
    limit = MOST_SECONDS[connection.vendor] * imported / IMPORTED
    print(f"\n- {_verdict(writing, limit)}: beside rendering {figure(writing)} s (at most {figure(limit)} s)")


def _verdict(measured: float, limit: float) -> str:
    return "met" if measured <= limit else "MISSED"


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
