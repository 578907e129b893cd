"""How long an editor waits for renaming, splitting, merging or deleting a tag of 4,000 posts, and for undoing it.

`DATABASE_URL=… python -m benchmarks.renaming [quick]`, the database being filled; an author of as many is saved too. Each
is one request to the admin, while another process goes on saving posts; beside them, what saving one post takes. After each, a
reader asks for the first page of the listing. Processor time is that of this process, without the database server's. It writes
into the database.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.fill_database import insert, start_django
from benchmarks.machine import load
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table

POSTS, FEW_POSTS = 4_000, 40
MOST_SECONDS = 0.5  # in the request
PAUSE = 0.2  # seconds between two saves: SQLite lets one write at a time, and whoever waits looks every tenth of a second
SOURCE, TARGET = "bench-source", "bench-target"


class Cost(NamedTuple):
    """What a request took: seconds on the clock, of the processor, and in the database; and its number of queries."""

    clock: float
    processor: float
    database: float
    queries: int
    next_reader: float  # seconds on the clock


def main(quick: bool) -> None:
    start_django()
    if "SAVING" in os.environ:
        save_until_stopped()
        return
    count = FEW_POSTS if quick else POSTS
    posts = prepare(count)
    one_post = median_of(lambda: save_post(posts[0]))
    taken, saved = costs_while_another_saves(acts(signed_in("bench-renaming")), posts[1:20])
    alone = ["saving one post, alone", figure(one_post * 1000), *[""] * 4]
    report(f"A tag and an author of {count:,} posts", taken, saved, alone)


def signed_in(name: str) -> Any:
    """Return the client of a new superuser."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.create_superuser(name, "", "bench"))
    return client


def prepare(count: int) -> list[int]:
    """Give two tags and an author `count` posts each, half of the tags' in common, with versions and references."""
    from django.db import connection

    from blog.models import Author, PostAuthor, PostPage, Tag

    source, target = (Tag.objects.create(name=name, slug=name) for name in (SOURCE, TARGET))
    author = Author.objects.create(name="Bench", handle="bench")
    posts = list(PostPage.objects.order_by("pk").values_list("pk", flat=True)[: count + count // 2])
    post_tags = [(post, source.pk) for post in posts[:count]] + [(post, target.pk) for post in posts[-count:]]
    with connection.cursor() as cursor:
        insert(cursor, "blog_posttag", ({"content_object_id": post, "tag_id": tag} for post, tag in post_tags))
    PostAuthor.objects.bulk_create(PostAuthor(post_id=post, author=author, sort_order=0) for post in posts[:count])
    add_versions(posts)
    add_references(posts)
    return posts


def add_versions(posts: list[int]) -> None:
    """Give each post the revision that Wagtail's editor opens."""
    from django.contrib.contenttypes.models import ContentType
    from django.db.models import CharField, OuterRef, Subquery
    from django.db.models.functions import Cast
    from django.utils import timezone
    from wagtail.models import Page, Revision

    from blog.models import PostPage

    own, base = (ContentType.objects.get_for_model(model) for model in (PostPage, Page))
    for start in range(0, len(posts), 500):
        some = PostPage.objects.filter(pk__in=posts[start : start + 500]).prefetch_related("tagged_items", "post_authors")
        Revision.objects.bulk_create(
            Revision(
                content_type=own,
                base_content_type=base,
                object_id=str(post.pk),
                created_at=timezone.now(),
                object_str=str(post),
                content=post.serializable_data(),
            )
            for post in some
        )
    latest = Revision.objects.filter(base_content_type=base, object_id=Cast(OuterRef("pk"), CharField())).values("pk")
    Page.objects.filter(pk__in=posts).update(latest_revision=Subquery(latest[:1]))


def add_references(posts: list[int]) -> None:
    """Note in Wagtail's index which post refers to which tag and author."""
    from blog.models import PostPage
    from blog.services.references import index_references

    for start in range(0, len(posts), 500):
        some = PostPage.objects.filter(pk__in=posts[start : start + 500]).prefetch_related("tagged_items", "post_authors")
        index_references(list(some))


class Editor:
    """Sends forms to the admin."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def post(self, view: str, arguments: tuple[Any, ...], form: dict[str, Any], query: str = "") -> None:
        from django.urls import reverse

        response = self.client.post(reverse(view, args=arguments) + query, form)
        if response.status_code != 302:
            raise RuntimeError(f"{view} answered {response.status_code}.")

    def confirm(self, view: str, arguments: tuple[Any, ...], form: dict[str, Any]) -> None:
        """Send a form as its preview has it."""
        self.post(view, arguments, {**form, "confirmed": repr([*form.values()])})

    def undo(self) -> None:
        from blog.models import TagOperation

        self.post("tag_undo", (TagOperation.objects.values_list("pk", flat=True)[0],), {})


def acts(client: Any) -> dict[str, Callable[[], None]]:
    """What an editor does, in this order."""
    from blog.models import Author, Tag

    editor, edit = Editor(client), "wagtailsnippets_blog_tag:edit"
    source, target = (Tag.objects.get(slug=slug).pk for slug in (SOURCE, TARGET))
    author = Author.objects.get(handle="bench").pk
    pins = {"pins-TOTAL_FORMS": "0", "pins-INITIAL_FORMS": "0", "pins-MIN_NUM_FORMS": "0", "pins-MAX_NUM_FORMS": "10"}
    renamed = {"name": "Bench renamed", "slug": "bench-renamed", "description": "", "order": "newest", **pins}
    half = {"name": "bench-half", "other": TARGET, "words": ""}
    anew = {"name": "Bench anew", "handle": "bench", "about": "", "url": "", "user": ""}
    merge = ("wagtail_bulk_action", ("blog", "tag", "merge"))
    return {
        "renaming the tag": lambda: editor.post(edit, (source,), renamed),
        "splitting off half of it": lambda: editor.confirm("tag_split", (source,), half),
        "undoing that": editor.undo,
        "merging it into another of as many": lambda: editor.post(*merge, {"target": TARGET}, f"?id={source}"),
        "undoing the merge": editor.undo,
        "deleting that one": lambda: editor.post("wagtailsnippets_blog_tag:delete", (target,), {}),
        "undoing the deletion": editor.undo,
        "saving the author": lambda: editor.post("wagtailsnippets_blog_author:edit", (author,), anew),
    }


def save_post(pk: int) -> None:
    from blog.models import PostPage

    PostPage.objects.get(pk=pk).save_revision().publish()


def save_until_stopped() -> None:
    """Save posts over and over; then tell how many, how long the slowest took, and how many could not be saved."""
    from select import select

    posts = [int(post) for post in os.environ["SAVING"].split()]
    print("begun", flush=True)
    taken: list[float] = []
    failed = 0
    while not select([sys.stdin], [], [], 0)[0]:
        try:
            taken.append(timed(lambda: save_post(posts[len(taken) % len(posts)])))
        except Exception as error:
            print(error, file=sys.stderr)
            failed += 1
        time.sleep(PAUSE)
    print(json.dumps({"saved": len(taken), "slowest": max(taken, default=0.0), "failed": failed}))


def costs_while_another_saves(
    acts: dict[str, Callable[[], None]], posts: list[int]
) -> tuple[dict[str, Cost], dict[str, float]]:
    """Return what each act takes while another process saves these posts, and what that one tells of its saves."""
    from django.test import Client

    reader = Client(SERVER_NAME="127.0.0.1")
    ask_for_listing(reader)  # the first builds the index
    environment = {**os.environ, "SAVING": " ".join(map(str, posts))}
    command = [sys.executable, "-m", "benchmarks.renaming"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        other.stdout.readline()  # it has begun
        taken = {name: cost_of(act, reader) for name, act in acts.items()}
        return taken, json.loads(other.communicate("stop\n")[0])


def ask_for_listing(reader: Any) -> None:
    response = reader.get("/")
    if response.status_code != 200:
        raise RuntimeError(f"The listing answered {response.status_code}.")


def cost_of(act: Callable[[], None], reader: Any) -> Cost:
    """Measure an editor's request, and the reader's that comes next."""
    from django.db import connection

    queries: list[float] = []

    def measure(execute: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            queries.append(time.perf_counter() - start)

    processor = time.process_time()
    with connection.execute_wrapper(measure):
        clock = timed(act)
    processor = time.process_time() - processor
    return Cost(clock, processor, sum(queries), len(queries), timed(lambda: ask_for_listing(reader)))


def timed(act: Callable[[], None]) -> float:
    """Seconds."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def median_of(act: Callable[[], None], runs: int = 5) -> float:
    return sorted(timed(act) for _ in range(runs))[runs // 2]


def row(name: str, cost: Cost) -> list[str]:
    milliseconds = [figure(seconds * 1000) for seconds in (cost.clock, cost.processor, cost.database, cost.next_reader)]
    return [name, *milliseconds[:3], str(cost.queries), milliseconds[3]]


def report(title: str, taken: dict[str, Cost], saved: dict[str, float], *more: list[str]) -> None:
    print(f"{title}, while another process saves posts; {load()}:\n")
    heads = ["", "ms", "ms of processor", "ms in the database", "queries", "ms of the next reader"]
    print(table(heads, [*map(row, taken, taken.values()), *more]))
    slowest = max(cost.clock for cost in taken.values())
    verdict = "met" if slowest <= MOST_SECONDS else "MISSED"
    print(f"\n- {verdict}: the slowest of them {figure(slowest * 1000)} ms (at most {MOST_SECONDS * 1000:.0f} ms)")
    verdict = "MISSED" if saved["failed"] or not saved["saved"] else "met"
    slowest_save = figure(saved["slowest"] * 1000)
    print(f"- {verdict}: meanwhile {saved['saved']:.0f} posts were saved, the slowest in {slowest_save} ms")
    print(f"  and {saved['failed']:.0f} could not be")


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
