"""Measure the search on the posts of a folder: what is found first, and what it costs with as many posts as wanted.

`DATABASE_URL=… python -m benchmarks.search FOLDER [SIZE]`, of an empty database or one that holds these posts already.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.fill_database import insert, start_django
from benchmarks.tables import figure, percentile, spread, table, times

if TYPE_CHECKING:
    from blog.tagindex import Facet, TagIndex

TAGS, MOST_WORDS = 40, 2  # the commonest tags of so many words are searched for
FIRST, ENOUGH = 10, 8  # of the first results, so many have what is searched for in their title or tags
MOST_MILLISECONDS = 50  # of processor, of the request and the database together
RUNS = 3


class Figures(NamedTuple):
    """Milliseconds of processor of each request of a kind."""

    kind: str
    milliseconds: list[float]


def main(folder: Path, size: int) -> None:
    os.environ["PAGE_CACHE_BYTES"] = "0"
    start_django()
    from django.core.management import call_command
    from django.db import connection

    from blog.models import BlogPage, PostPage
    from blog.tagindex.store import snapshot

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("prepare", stdout=StringIO())
    if not PostPage.objects.exists():
        import_folder(folder)
    index = snapshot(BlogPage.objects.get().path)
    print(f"{connection.vendor}, {len(index):,} posts: the first {FIRST} results for the names of the commonest tags.\n")
    print(relevance(index))
    if size > len(index):
        multiply(size)
    index = snapshot(BlogPage.objects.get().path)
    print(f"\nMilliseconds of processor with {len(index):,} posts: whole requests, without the page cache, and the database.\n")
    print(costs(index))


def import_folder(folder: Path) -> None:
    from django.core.management import call_command

    with redirect_stderr(StringIO()):
        call_command("import_posts", str(folder), stdout=StringIO())


def searched_tags(index: "TagIndex") -> list["Facet"]:
    return [facet for facet in index.tags() if len(facet.tag.name.split()) <= MOST_WORDS][:TAGS]


def relevance(index: "TagIndex") -> str:
    """Search for the names of tags; count the first results with that name in title or tags."""
    from blog.models import PostPage
    from blog.search import by_relevance, search

    rows, met = [], 0
    for tag, count in searched_tags(index):
        found = search(index, tag.name)
        first = by_relevance(index, tag.name, found, 0, FIRST).tolist()
        titles = PostPage.objects.titles([int(index.post_ids[position]) for position in first])
        having = [
            position
            for position in first
            if tag in index.tags_of(position) or tag.name.lower() in titles[int(index.post_ids[position])][1].lower()
        ]
        met += len(having) >= min(ENOUGH, count)
        rows.append([tag.name, f"{count:,}", f"{len(found):,}", str(len(first)), str(len(having))])
    heads = ["searched for", "tagged", "found", "first", "with it in title or tags"]
    return f"{table(heads, rows)}\n\n{met} of {len(rows)} searches have at least {ENOUGH} of them."


def multiply(size: int) -> None:
    """Copy the posts, their tags and their entries in the search index until there are `size`."""
    from django.db import connection
    from django.db.models import Max
    from wagtail.models import Page
    from wagtail.search.models import IndexEntry

    from blog.models import BlogPage, PostPage
    from blog.models.revision import raise_revision

    blog = BlogPage.objects.get()
    posts = list(PostPage.objects.of_blog(blog.path).order_by("pk").values_list("pk", flat=True))
    first = Page.objects.aggregate(last=Max("pk"))["last"] + 1
    entries = [entry.pk for entry in IndexEntry.objects.filter(object_id__in=map(str, posts))]
    with connection.cursor() as cursor:
        for copy in range(size // len(posts)):
            kept = posts[: size - len(posts) * (copy + 1)]
            number = {post: first + copy * len(posts) + place for place, post in enumerate(kept)}
            insert(cursor, "wagtailcore_page", _pages(cursor, blog, number))
            insert(cursor, "blog_postpage", _rows(cursor, "blog_postpage", "page_ptr_id", number))
            insert(cursor, "blog_posttag", _rows(cursor, "blog_posttag", "content_object_id", number))
            insert(cursor, "wagtailsearch_indexentry", _entries(cursor, entries, number))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    raise_revision()


def _rows(cursor: Any, name: str, column: str, number: dict[int, int]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that belong to some posts, as rows of their copies."""
    marks = ", ".join(["%s"] * len(number))
    cursor.execute(f"SELECT * FROM {name} WHERE {column} IN ({marks})", list(number))
    columns = [part[0] for part in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        row.pop("id", None)
        yield {**row, column: number[row[column]]}


def _pages(cursor: Any, blog: Any, number: dict[int, int]) -> Iterator[dict[str, Any]]:
    from wagtail.models import Page

    cursor.execute(f"SELECT * FROM wagtailcore_page WHERE id IN ({', '.join(['%s'] * len(number))})", list(number))
    columns = [part[0] for part in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        copy = number[row["id"]]
        slug = f"{row['slug'][:200]}-{copy}"
        yield {
            **row,
            "id": copy,
            "slug": slug,
            "path": Page._get_path(blog.path, blog.depth + 1, copy),
            "translation_key": f"{copy:032x}",
            "url_path": f"{blog.url_path}{slug}/",
            "latest_revision_id": None,
            "live_revision_id": None,
        }


def _entries(cursor: Any, entries: list[int], number: dict[int, int]) -> Iterator[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM wagtailsearch_indexentry WHERE id IN ({', '.join(['%s'] * len(entries))})", entries)
    columns = [part[0] for part in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        row.pop("id")
        if int(row["object_id"]) in number:
            yield {**row, "object_id": str(number[int(row["object_id"])])}


def costs(index: "TagIndex") -> str:
    """Time searches of several kinds, beside the front page of the same site."""
    names = [facet.tag.name for facet in searched_tags(index)]
    kinds = {
        "names of tags": names,
        "two of them": [f"{first} {second}" for first, second in pairwise(names)],
        "phrases": [f'"{name}"' for name in names if " " in name],
        "misspelt": [name[:2] + name[3:] for name in names],
        "page 3": [f"{name}&page=3" for name in names],
        "newest first": [f"{name}&order=newest" for name in names],
    }
    front = _measure("/")
    figures = [Figures(kind, [taken for text in texts for taken in _measure(_address(text))]) for kind, texts in kinds.items()]
    every = Figures("all searches", [taken for figure in figures for taken in figure.milliseconds])
    rows = [[kind, spread(taken), times(median(taken) / median(front))] for kind, taken in [*figures, every]]
    taken = percentile(every.milliseconds, 0.95)
    verdict = "met" if taken <= MOST_MILLISECONDS else "MISSED"
    heads = ["", "median / 95th percentile", "the front page's"]
    return (
        f"{table(heads, [['front page', spread(front), '1.00×'], *rows])}\n\n"
        f"- {verdict}: 95th percentile of all searches {figure(taken)} ms (at most {MOST_MILLISECONDS} ms)"
    )


def _address(text: str) -> str:
    from urllib.parse import quote_plus

    words, *more = text.split("&")
    return "&".join([f"/?q={quote_plus(words)}", *more])


def _measure(address: str) -> list[float]:
    """Return the milliseconds of processor of some requests, of this process and of the database's.

    Each is the first search for its words at this revision; cards are in the fragment cache.
    """
    from django.test import Client

    from blog.search.matching import found_before

    client, taken = Client(SERVER_NAME="localhost"), []
    for run in range(RUNS + 1):
        found_before.clear()
        begun, served = time.process_time_ns(), _database_time_ns()
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} was answered {response.status_code}.")
        if run:  # before, it warms up
            taken.append((time.process_time_ns() - begun + _database_time_ns() - served) / 1e6)
    return taken


def _database_time_ns() -> int:
    """Return the processor time of the database's process that serves this one, if it is another."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    process: int = connection.connection.info.backend_pid
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
