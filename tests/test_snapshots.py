"""Snapshots over a real database: who sees which posts, and when."""

import pytest

from blog import snapshots
from blog.models import BlogPage
from blog.selection import Selection
from tests.factories import make_author, make_post


@pytest.fixture(autouse=True)
def _forget_snapshots() -> None:
    snapshots.clear()


def test_snapshot_holds_what_was_saved(blog: BlogPage) -> None:
    ada = make_author("ada")
    older = make_post(blog, "a b", author=ada)
    newer = make_post(blog, "b c", link="https://example.org/")
    make_post(blog, "d", live=False)
    index = snapshots.snapshot(blog.path)
    assert [(facet.tag.slug, facet.count) for facet in index.tags()] == [("b", 2), ("a", 1), ("c", 1)]
    assert index.authors() == {"ada": 1}
    assert index.page(index.select(Selection()), 20).ids == [newer.pk, older.pk]
    assert index.page(index.select(Selection.parse("b+source:internal")), 20).ids == [older.pk]
    assert index.unknown(Selection.parse("a+-d+@bob")) == ("d", "@bob")
    assert (index.revision, index.version) == (snapshots.read_revision(), str(snapshots.read_revision()))
