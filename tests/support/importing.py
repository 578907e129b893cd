"""Small sites of the four generators, written into a temporary folder, and short ways to import them."""

from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import Any

from django.core.management import call_command
from PIL import Image

from blog.models import BlogPage, PostPage
from transfer.importing.find import PostFinder
from transfer.importing.report import ImportReport
from transfer.importing.run import Import
from transfer.importing.source import ImportOptions, SourcePost
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.read import read_post

POST = """\
---
title: {title}
date: 2018-05-31
tags: [a, b]
---
Some text.
"""


def simple(title: str = "A", **header: object) -> str:
    """A file with a title, a date, and whatever else its header holds."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": title, "date": "2018-05-31", **header}.items())
    return f"---\n{lines}---\nText of {title}.\n"


def write_tree(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files by their paths; text is dedented."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return root


def write_image(path: Path, colour: str = "navy") -> Path:
    """Write a small picture in the format that its suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path)
    return path


def read(root: Path, text: str | bytes, name: str = "2018-05-31-a-post.md", **options: Any) -> SourcePost:
    """Read one file, of a site that consists of it."""
    write_tree(root, {name: text})
    (found,) = find_files([root / name]).files
    return read_post(found, found.path.read_bytes(), ImportOptions(**options))


def run_import(blog: BlogPage, *paths: Path, options: ImportOptions | None = None, **rules: Any) -> ImportReport:
    """Import in this process."""
    options = options or ImportOptions()
    with ExitStack() as stack:
        found = PostFinder(options, stack, root=rules.pop("root", None)).find(paths)
        return Import(blog, options, **{"jobs": 1, **rules}).run(found)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Imported, changed, unchanged, refused."""
    return report.imported, report.changed, report.unchanged, len(report.refusals)


def command(*arguments: object) -> tuple[int, str]:
    """Run `import_posts`; gives its exit status and what it printed."""
    out = StringIO()
    try:
        call_command("import_posts", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code, out.getvalue()
    return 0, out.getvalue()


def post(slug: str) -> PostPage:
    return PostPage.objects.get(slug=slug)


def names_of(page: PostPage) -> list[str]:
    return [author.name for author in page.authors]


def tags_of(page: PostPage) -> list[str]:
    return sorted(page.tags.values_list("slug", flat=True))
