"""One run over a static site and an export: one report, links between them, pictures read by worker processes."""

import re
from pathlib import Path

from django.test import Client
from wagtail.images import get_image_model

from blog.models import BlogPage, Comment
from tests.support.checkout import ROOT
from tests.support.importing import counts, post, run_import, simple, write_image, write_tree
from transfer.importing.workers import MIN_ITEMS_FOR_PROCESSES

EXPORT = (ROOT / "tests/support/exports/wordpress.xml").read_text()


def write_sources(folder: Path, files: int = 1) -> tuple[Path, Path]:
    """Write a site whose first file links to a post of the export, and the export with a picture."""
    text = simple("Site 0") + "\n[tugs](/2019/03/tugs/), [lost](/lost/) and ![](one.png) ![](two.bmp)\n"
    posts = {f"2018-05-31-site-{number}.md": simple(f"Site {number}") for number in range(files)}
    site = write_tree(folder / "site", {"_config.yml": "", **posts, "2018-05-31-site-0.md": text, "two.bmp": "BM"})
    write_image(site / "one.png", "red")
    export = write_tree(folder / "export", {"wordpress.xml": EXPORT})
    write_image(export / "wp-content/uploads/2019/03/tug.png", "green")
    return site, export / "wordpress.xml"


def test_site_and_export_in_one_run(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    report = run_import(blog, *write_sources(tmp_path))
    body = post("site-0").body
    assert "[tugs](/tugs/), [lost](/lost/)" in body
    assert re.search(r"!\[]\(image:\d+\) !\[]\(two\.bmp\)", body)
    assert "[ropes](/ropes/#knots)" in post("tugs").body
    assert client.get("/2019/03/tugs/")["Location"] == "/tugs/"
    assert counts(report) == (15, 0, 0, 1)
    assert "/lost/" in report.links_to_nowhere["2018-05-31-site-0.md"]
    assert (report.images, report.types_not_taken) == (2, {".bmp": 1})
    assert report.comments == Comment.objects.count() > 0
    again = run_import(blog, *write_sources(tmp_path))
    assert (again.imported, again.changed, again.unchanged) == (0, 0, 15)


def test_parts_of_an_export_link_to_each_other(blog: BlogPage, tmp_path: Path) -> None:
    """WordPress parts a large export into files; a later one may also be imported later."""
    export = write_sources(tmp_path)[1]
    run_import(blog, export)
    item = next(item for item in re.findall("<item>.*?</item>", EXPORT, re.DOTALL) if "#knots" in item)
    head, tail = EXPORT[: EXPORT.index("<item>")], EXPORT[EXPORT.rindex("</item>") + len("</item>") :]
    item = re.sub(r"<wp:post_id>\d+<", "<wp:post_id>900<", item)
    item = re.sub(r"<link>[^<]*<", "<link>https://old.example/2020/01/later/<", item)
    item = re.sub(r"<wp:post_name>.*?</", "<wp:post_name>later</", item)
    second = write_tree(tmp_path / "second", {"part2.xml": head + item + tail})
    run_import(blog, second / "part2.xml")
    assert "[ropes](/ropes/#knots)" in post("later").body


def test_worker_processes_read_both(blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, *write_sources(tmp_path, MIN_ITEMS_FOR_PROCESSES), jobs=2)
    assert counts(report) == (MIN_ITEMS_FOR_PROCESSES + 14, 0, 0, 1)
    assert get_image_model().objects.count() == 2
    assert "[ropes](/ropes/#knots)" in post("tugs").body


def test_dry_run_says_the_same_and_writes_nothing(blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, *write_sources(tmp_path), dry_run=True)
    assert counts(report) == (15, 0, 0, 1)
    assert report.types_not_taken == {".bmp": 1}
    assert not get_image_model().objects.exists()


def test_export_that_cannot_be_understood_stops_no_other(blog: BlogPage, tmp_path: Path) -> None:
    digits = "9" * 5_000  # more than Python makes a number of
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": {digits}}}'
    folder = write_tree(tmp_path, {"one.json": feed, "wordpress.xml": EXPORT})
    for paths in ([folder], [folder / "one.json", folder / "wordpress.xml"]):
        report = run_import(blog, *paths, dry_run=True)
        reasons = {key: reason for key, _line, reason in report.refusals}
        assert "cannot be understood: ValueError" in reasons["one.json"]
        assert report.imported == 14
