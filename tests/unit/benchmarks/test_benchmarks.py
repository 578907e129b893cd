"""That the benchmarks measure what they say: all ways give the same answers, loads are counted, the crawler stays at home."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from random import Random
from statistics import mean
from subprocess import PIPE

import pytest

from benchmarks import load, nginx, suggestions, tag_graph
from benchmarks.crawler import Crawler, _loopback_port
from benchmarks.figure_files import write_figures
from benchmarks.handwritten_sql import HandwrittenSQL, narrow_table
from benchmarks.orm_queries import orm_queries
from benchmarks.pages_report import Target
from benchmarks.sample_selections import cases
from benchmarks.servers import Server
from benchmarks.tables import figure, table
from blog.models import BlogPage, PostPage, Tag
from blog.search import analyze_tables
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from blog.tagindex.store import snapshot
from tests.support.factories import make_posts
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = pytest.mark.sockets

PAGES = {
    "/tags/": '<a href="/tags/a+b/"> <a href="/tags/日本/">',
    "/tags/a+b/": '<a href="/tags/">',
    "/tags/%E6%97%A5%E6%9C%AC/": "nothing further",
    "/": "hello",
}


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = PAGES.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    """A small server within this process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as http:
        http.daemon_threads = False
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        yield Server(os.getpid(), http.server_port)
        http.shutdown()
        thread.join()


@pytest.fixture
def index(blog: BlogPage) -> TagIndex:
    """Of a blog with common and rare tags."""
    chance, tagged = Random(1), []
    for number in range(40):
        tags = {"common", *chance.sample(["a", "b", "c", "d", "e"], 2)} if number % 2 else {"other", "fg"[number % 4 // 2]}
        tagged.append(" ".join(sorted(tags | ({"rare", "rarer"} if number in (5, 15, 25) else set()))))
    make_posts(blog, [*tagged, "common a b c d e"])
    analyze_tables()  # PostgreSQL joins tables that it takes for empty row by row, and reads what others left there each time
    return snapshot(blog.path)


def test_index_pages_and_narrow_table_answer_alike(index: TagIndex) -> None:
    numbers = dict(Tag.objects.values_list("slug", "pk"))
    slugs = {number: slug for slug, number in numbers.items()}
    totals = {facet.tag.slug: facet.count for facet in index.tags()}
    moment = PostPage.objects.get(pk=next(index.ids(index.all_positions))).published
    assert moment
    with narrow_table():
        for _kind, selection in cases(index):
            chosen = index.select(selection)
            facets = [(facet.tag.slug, facet.count) for facet in index.facets(chosen, selection.tags, 30)]
            ours = [len(chosen), index.page(chosen, 20).ids, index.page(chosen, 20, oldest_first=True).ids, facets]
            pages, sql = orm_queries(selection, moment, 0), HandwrittenSQL(selection, numbers, totals).queries((0, 0))
            assert ours == [
                pages["count"](),
                pages["first page"](),
                pages["oldest first"](),
                [(tag.slug, tag.count) for tag in pages["facets"]() if tag.count < len(chosen)],  # type: ignore[attr-defined]
            ]
            assert ours == [
                sql["count"]()[0][0],
                [post for (post,) in sql["first page"]()],
                [post for (post,) in sql["oldest first"]()],
                sorted(
                    ((slugs[tag], count) for tag, count in sql["facets"]() if count < len(chosen)),
                    key=lambda facet: (-facet[1], facet[0]),
                ),
            ]
            assert index.years(chosen) == sql["years"]()


def test_cases_are_what_they_are_called(index: TagIndex) -> None:
    found = {case.kind: index.select(case.selection) for case in cases(index)}
    totals = {facet.tag.slug: facet.count for facet in index.tags()}
    selections = {case.kind: case.selection for case in cases(index)}
    assert len(found["2: common, nothing left"]) == 0
    assert max(totals[tag] for tag in selections["2: rare, rare"].wanted) < totals["common"]
    assert len(found["2: common, rare"]) > 0
    assert [len(selections[f"{number}: {kind}"]) for number, kind in ((1, "common"), (3, "common"), (5, "of one post"))] == [
        1,
        3,
        5,
    ]
    assert selections["1: common; not another"] == Selection.parse(
        f"{selections['1: common']}+-{selections['1: common; not another'].unwanted[0]}"
    )


def test_made_up_tags_have_the_shape_of_the_real_blog() -> None:
    made = list(tag_graph._made_up())
    assert len(made) == tag_graph.ITEMS
    assert 3 < mean(len(item.tags) for item in made) < 4.5
    assert 0.75 < mean(item.external for item in made) < 0.82


def test_tags_grow_with_the_square_root_of_the_posts() -> None:
    tags = [len({tag for item in islice(tag_graph.items(size), size) for tag in item.tags}) for size in (12_653, 4 * 12_653)]
    assert tags[1] / tags[0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("with_wrk", [False, True])
def test_generator_counts_answers_and_processor(server: Server, monkeypatch: pytest.MonkeyPatch, with_wrk: bool) -> None:
    if with_wrk and not load.WRK:
        pytest.skip("wrk is not installed: apt-get install wrk")
    monkeypatch.setattr(load, "WRK", load.WRK if with_wrk else None)
    measured = load.press(server, "/", 0.5, connections=2)
    assert measured.rate > 1
    assert 0 < measured.p50 <= measured.p99
    assert 0 <= measured.processor < 1000


def test_processor_of_all_processes_is_counted() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    server = Server(os.getpid(), 0)
    before = server.processor()
    with subprocess.Popen([sys.executable, "-c", busy], stdin=PIPE, stdout=PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        used = server.processor() - before
        child.communicate(b"\n")
    assert used >= 0.25


def test_processor_of_processes_that_have_ended_stays_counted() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    server = Server(os.getpid(), 0)
    with subprocess.Popen([sys.executable, "-c", busy], stdin=PIPE, stdout=PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        before = server.processor()
        child.communicate(b"\n")
    assert server.processor() >= before


def test_generator_refuses_a_page_that_fails(server: Server) -> None:
    with pytest.raises(RuntimeError, match="/absent answered 404, not 200"):
        load.press(server, "/absent", 0.1)


def test_crawler_asks_for_each_address_once_as_a_browser_does(server: Server) -> None:
    crawler = Crawler(server.port, Random(1))
    for _ in range(5):
        crawler.step()
    assert crawler.answers == {200: 3}


@pytest.mark.parametrize("url", ["http://notes.example/", "http://10.0.0.1:8000/", "https://127.0.0.1/", "127.0.0.1:8000"])
def test_crawler_leaves_other_machines_alone(url: str) -> None:
    with pytest.raises(SystemExit, match="is not on this machine"):
        _loopback_port(url)


def test_crawler_takes_a_site_on_this_machine() -> None:
    assert _loopback_port("http://127.0.0.1:8123/") == 8123


def test_configuration_of_nginx_is_measured_without_tls_and_limits(tmp_path: Path) -> None:
    found = nginx._without_tls(nginx.CONFIGURATION.read_text(encoding="utf-8"), 1234, 5678, tmp_path)
    assert "ssl_" not in found
    assert "limit_req" not in found
    assert [line.strip() for line in found.splitlines() if "listen " in line] == ["listen 127.0.0.1:5678;"]
    assert found.count("server 127.0.0.1:1234 ") == 2
    assert "set $kimonote_cache kimonote;" in found


@pytest.mark.skipif(not nginx.NGINX, reason="nginx is not installed: apt-get install nginx-light")
def test_micro_cache_gives_the_page(server: Server, tmp_path: Path) -> None:
    with nginx.micro_cache(server, tmp_path, "/") as cached:
        load.check(cached, "/", {}, 200)
        load.check(cached, "/absent", {}, 404)


def test_figures_are_a_file_that_says_how_it_was_made(tmp_path: Path) -> None:
    write_figures("14k", "## 14,000 posts\n\nold", tmp_path)
    write_figures("14k", "## 14,000 posts\n\nnew", tmp_path)
    assert (tmp_path / "14k.md").read_text() == (
        "<!-- Generated by `python -m benchmarks`: do not edit. -->\n\n## 14,000 posts\n\nnew\n"
    )


def test_target_says_whether_it_is_met() -> None:
    assert str(Target("a thing", 5.0, 6, "that")) == "- met: a thing: 5.00× (at most 6.00×)"
    missed = "- MISSED: a thing: 5.00× (at least 6.00×)\n  - what bounds it: that"
    assert str(Target("a thing", 5.0, 6, "that", at_least=True)) == missed


def test_table_lines_up() -> None:
    assert table(["page", "ms"], [["a post", figure(0.51234)]]) == "| page   |    ms |\n| :----- | ----: |\n| a post | 0.512 |"


def test_suggestions_are_measured_with_posts_mixed_of_others() -> None:
    sources = planted_posts(30)
    first, again = (list(suggestions.mixed(sources, 20, Random(1))) for _ in range(2))
    assert (first == again, [post.key for post in first]) == (True, list(range(20)))
    assert all(any(tag.startswith("rare ") for tag in post.tags) for post in first)
    small, large = (suggestions.measure(sources, count) for count in (20, 40))
    assert (small.posts, large.posts, len(large.milliseconds)) == (20, 40, suggestions.DRAFTS)
    assert small.tags < large.tags
    assert suggestions.report([small, large._replace(milliseconds=[201.0])]).endswith(": MISSED")
