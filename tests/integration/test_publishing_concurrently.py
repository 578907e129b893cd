"""Several processes publish while others list: no listing misses a post, doubles one, or shows one that it must not."""

from pathlib import Path

import pytest

from blog.tagindex import store
from tests.support.factories import make_blog, make_post
from tests.support.publishing_processes import hear, processes, seen, tell

ACTS = 20  # of each editor
POSTS = 12  # of each editor


@pytest.mark.django_db(transaction=True)
def test_listings_are_what_was_committed(tmp_path: Path) -> None:
    """Every listing is exactly what one revision's commit left, and no older than what was committed before it began."""
    blog = make_blog()
    for number in (1, 2):
        for post in range(POSTS):
            make_post(blog, slug=f"editor-{number}-{post}", live=False)
    steady = make_post(blog, "a d")
    first = store.read_revision()
    kinds = [["write", blog.path, "1"], ["write", blog.path, "2"], ["read", blog.path], ["read", blog.path]]
    with processes(kinds, tmp_path) as started:
        for writer in started[:2]:
            tell(writer, ACTS)
        commits = sorted((commit[1], commit[0], writer, commit[2]) for writer in (0, 1) for commit in hear(started[writer]))
        for reader in started[2:]:
            tell(reader, "stop")
        readings = [hear(reader) for reader in started[2:]]
    store.clear()
    state = {"steady": {str(steady.pk): seen(store.snapshot(blog.path))[str(steady.pk)]}}
    expected = {first: dict(state["steady"])}
    for revision, _, writer, visible in commits:
        state[str(writer)] = visible
        expected[revision] = {post: told for part in state.values() for post, told in part.items()}
    assert {writer for _, _, writer, _ in commits} == {0, 1}
    for reading in readings:
        assert len(reading["contents"]) > 5
        for revision, found in reading["contents"].items():
            assert found == expected[int(revision)]
        committed = iter([*sorted((at, revision) for revision, at, _, _ in commits), (float("inf"), 0)])
        at, newest = next(committed)
        least = first
        for began, revision in reading["listings"]:
            while at < began:
                least = max(least, newest)
                at, newest = next(committed)
            assert revision >= least
