"""How long changing 1,000 posts takes, in the request and in the job that it starts, while another saves; and the listing of
posts, and a post's form.

`DATABASE_URL=… FEW_DATABASE_URL=… python -m benchmarks.many_posts [quick]`, both databases being filled, the second with 50
posts; without it, the listing is not compared. It writes into the databases.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from benchmarks.fill_database import start_django
from benchmarks.renaming import add_references, add_versions, costs_while_another_saves, report, row, signed_in
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table

POSTS, FEW_POSTS = 1_000, 30
CHOSEN = "bench-chosen"  # the tag by which the listing is filtered
JOB = "the job of "
RUNS = 15
MOST_TIMES_PLAIN = 1.3  # an edit form beside a plain Wagtail page's
MOST_TIMES_FEW = 1.2  # the listing beside that of 50 posts


def main(quick: bool) -> None:
    start_django()
    if "LISTING" in os.environ:
        print(cost_of_listing())
        return
    from blog.models import Author, PostPage, PostTag, Tag

    count = FEW_POSTS if quick else POSTS
    posts = list(PostPage.objects.order_by("-pk").values_list("pk", flat=True)[: count + 20])
    tag = Tag.objects.create(name=CHOSEN, slug=CHOSEN)
    PostTag.objects.bulk_create(PostTag(content_object_id=post, tag=tag) for post in posts[:count])
    add_versions(posts)
    add_references(posts)
    author = Author.objects.create(name="Bench many", handle="bench-many")
    client = signed_in("bench-many-posts")
    print(forms_and_listing(client, posts[0]))
    taken, saved = costs_while_another_saves(acts(client, author.pk), posts[count:])
    jobs = [row(name, taken.pop(name)) for name in list(taken) if name.startswith(JOB)]
    report(f"{count:,} posts at once", taken, saved, *jobs)


def acts(client: Any, author: int) -> dict[str, Callable[[], Any]]:
    """What an editor does with the chosen posts, in this order: each is a request, and the job that it starts."""
    from jobs.running import run_pending

    return {
        name: act for what, ask in requests(client, author).items() for name, act in ((what, ask), (JOB + what, run_pending))
    }


def requests(client: Any, author: int) -> dict[str, Callable[[], Any]]:
    from blog.models import BinnedPost, PostOperation

    chosen = quote(f"/admin/posts/?tags={CHOSEN}")  # of which all are chosen, as the listing's checkbox does

    def many(action: str, form: dict[str, Any]) -> None:
        ask(client, f"/admin/bulk/blog/postpage/{action}/?id=all&next={chosen}", form)

    def restore() -> None:
        ask(client, f"/admin/bin/restore/{BinnedPost.objects.values_list('batch', flat=True)[0]}/", {})

    def undo() -> None:
        ask(client, f"/admin/posts/changes/{PostOperation.objects.values_list('pk', flat=True)[0]}/undo/", {})

    return {
        "adding a tag": lambda: many("add_tags", {"tags": "bench many"}),
        "undoing that": undo,
        "adding it again": lambda: many("add_tags", {"tags": "bench many"}),
        "removing it": lambda: many("remove_tags", {"tags": "bench many"}),
        "undoing the removal": undo,
        "setting the author": lambda: many("set_author", {"author": author}),
        "undoing that of the author": undo,
        "moving them to the bin": lambda: many("bin", {}),
        "restoring them": restore,
        "unpublishing them": lambda: many("unpublish", {}),
        "undoing the unpublishing": undo,
        "unpublishing them again": lambda: many("unpublish", {}),
        "publishing them": lambda: many("publish", {}),
        "undoing the publishing": undo,
    }


def ask(client: Any, address: str, form: dict[str, Any]) -> None:
    response = client.post(address, form)
    if response.status_code != 302:
        raise RuntimeError(f"{address[:60]} answered {response.status_code}.")


def forms_and_listing(client: Any, post: int) -> str:
    """Measure the listing, and a post's form beside that of a plain Wagtail page."""
    from django.urls import reverse

    from blog.models import BlogPage, PlainPage

    plain = BlogPage.objects.all()[0].add_child(instance=PlainPage(title="Bench", slug="bench-plain", body="Text."))
    plain.save_revision().publish()
    addresses = {
        "the listing of posts": reverse("posts:index"),
        "Wagtail's listing of these pages": reverse("wagtailadmin_explore", args=[plain.get_parent().pk]),
        "a post's form": reverse("wagtailadmin_pages:edit", args=[post]),
        "a plain page's form": reverse("wagtailadmin_pages:edit", args=[plain.pk]),
    }
    costs = dict(zip(addresses, least_costs(client, [*addresses.values()]), strict=True))
    rows = [[name, figure(seconds * 1000), str(queries)] for name, (seconds, queries) in costs.items()]
    times = costs["a post's form"][0] / costs["a plain page's form"][0]
    verdicts = [verdict("a post's form", times, "a plain page's", MOST_TIMES_PLAIN)]
    if few := os.environ.get("FEW_DATABASE_URL"):
        of_few = float(run_listing(few))
        rows.insert(1, ["the listing of 50 posts", figure(of_few * 1000), ""])
        times = costs["the listing of posts"][0] / of_few
        verdicts.append(verdict("the listing of posts", times, "that of 50", MOST_TIMES_FEW))
    return "\n".join([table(["", "ms of processor", "queries"], rows), "", *verdicts, ""])


def verdict(what: str, times: float, other: str, most: float) -> str:
    return f"- {'met' if times <= most else 'MISSED'}: {what} takes {times:.2f} times {other} (at most {most})"


def run_listing(database: str) -> str:
    """Return what a process of its own says of the listing in another database."""
    command = [sys.executable, "-m", "benchmarks.many_posts"]
    environment = {**os.environ, "DATABASE_URL": database, "LISTING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def cost_of_listing() -> float:
    """Return what the listing of all posts takes at least, each with a version: seconds of processor."""
    from django.urls import reverse

    from blog.models import PostPage

    add_versions(list(PostPage.objects.values_list("pk", flat=True)))
    return least_costs(signed_in("bench-listing"), [reverse("posts:index")])[0][0]


def least_costs(client: Any, addresses: list[str]) -> list[tuple[float, int]]:
    """Return what each page takes at least, asked for in turns: seconds of this process's processor, and queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    queries = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            if client.get(address).status_code != 200:
                raise RuntimeError(f"{address} is no page.")
        queries.append(len(captured))
    taken: list[list[float]] = [[] for _ in addresses]
    for _ in range(RUNS):
        for address, times in zip(addresses, taken, strict=True):
            start = time.process_time()
            client.get(address)
            times.append(time.process_time() - start)
    return [(min(times), count) for times, count in zip(taken, queries, strict=True)]


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
