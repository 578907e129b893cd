"""The tag index held against one that is written without thinking of speed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.selections.selection import Selection
from blog.tagindex import CannotUpdate, Cursor, IndexData, TagIndex, build, builder, facets, postings, update
from tests.support.reference_index import ReferenceIndex, ReferencePost, assert_same

TAGS = ("a", "b", "c", "日本", "e", "f")
AUTHORS = ("ada", "bob", "eve", "noah")
NEW_YEAR = datetime(2018, 1, 1, tzinfo=UTC)
moments = st.sampled_from(
    [NEW_YEAR, NEW_YEAR - timedelta(microseconds=1), NEW_YEAR + timedelta(microseconds=1)]
) | st.datetimes(datetime(1969, 1, 1), datetime(2021, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
selections = st.builds(
    lambda wanted, unwanted, **more: Selection.of(wanted, unwanted - wanted, **more),
    st.frozensets(st.sampled_from([*TAGS, "unknown"]), max_size=2),
    st.frozensets(st.sampled_from([*TAGS, "unknown"]), max_size=2),
    author=st.sampled_from([None, *AUTHORS, "nobody"]),
    source=st.sampled_from([None, "internal", "external"]),
    year=st.sampled_from([None, 1969, 2018, 2020]),
) | st.builds(Selection, year=st.just(2018), month=st.integers(1, 12))


@st.composite
def posts(draw: st.DrawFn) -> list[ReferencePost]:
    ids = draw(st.lists(st.integers(1, 60), unique=True, max_size=25))
    return [
        draw(
            st.builds(
                ReferencePost,
                id=st.just(post),
                published=moments,
                tags=st.frozensets(st.sampled_from(TAGS), max_size=4),
                authors=st.frozensets(st.sampled_from(AUTHORS), max_size=3),
                external=st.booleans(),
            )
        )
        for post in ids
    ]


def index_data(posts: list[ReferencePost]) -> IndexData:
    """What the database would tell of these posts, in any order."""
    pairs = [(post.id, TAGS.index(tag) + 1) for post in posts for tag in post.tags]
    written = [(post.id, AUTHORS.index(author) + 1) for post in posts for author in post.authors]
    return IndexData(
        tags={number: (slug, slug.upper()) for number, slug in enumerate(TAGS, 1)},
        authors={number: (handle, handle.title()) for number, handle in enumerate(AUTHORS, 1)},
        posts=np.array([post.id for post in posts], np.int64),
        published=np.array([post.cursor.published for post in posts], np.int64),
        external=np.array([post.external for post in posts], np.int64),
        post_tags=np.array(pairs, np.int64).reshape(-1, 2),
        post_authors=np.array(written, np.int64).reshape(-1, 2),
    )


@settings(deadline=None)
@given(posts(), st.lists(selections, min_size=1, max_size=4), zones)
def test_index_agrees_with_the_reference_index(posts: list[ReferencePost], chosen: list[Selection], zone: tzinfo) -> None:
    index = build(index_data(posts), zone, now=0)
    for few in (0, facets.FEW):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(facets, "FEW", few)  # so that small selections take the way of large ones, too
            assert_same(index, ReferenceIndex(posts, zone), [Selection(), *chosen])


@settings(deadline=None)
@given(posts(), st.integers(1, 60))
def test_position_is_none_for_every_other_post(posts: list[ReferencePost], post: int) -> None:
    index = build(index_data(posts), UTC, now=0)
    assert (index.position(post) is not None) == (post in {post.id for post in posts})


@settings(deadline=None)
@given(posts(), st.lists(st.integers(-5, 70), max_size=10))
def test_among_gives_the_visible_posts(posts: list[ReferencePost], ids: list[int]) -> None:
    index = build(index_data(posts), UTC, now=0)
    assert sorted(index.ids(index.among(ids))) == sorted({post.id for post in posts}.intersection(ids))


@settings(deadline=None)
@given(posts(), st.integers(1, 4), st.booleans())
def test_pages_together_are_the_whole_in_order(posts: list[ReferencePost], length: int, oldest_first: bool) -> None:
    index = build(index_data(posts), UTC, now=0)
    chosen = index.select(Selection())
    newest_first = list(index.ids(chosen))
    onward = list(_pages(index, length, oldest_first, forward=True))
    assert [post for page in onward for post in page] == newest_first[:: -1 if oldest_first else 1]
    back = list(_pages(index, length, oldest_first, forward=False))
    assert [post for page in back for post in reversed(page)] == newest_first[:: 1 if oldest_first else -1]


def _pages(index: TagIndex, length: int, oldest_first: bool, forward: bool):  # type: ignore[no-untyped-def]
    """The pages from the first to the last of the order, or back from the last."""
    chosen = index.select(Selection())
    to_newer = oldest_first is forward
    page = index.page(chosen, length, to_newer)
    cursor = None
    while True:
        page = index.page(
            chosen,
            length,
            oldest_first,
            before=None if to_newer else cursor or Cursor(2**60, 1),
            after=cursor or Cursor(-(2**60), 1) if to_newer else None,
        )
        yield page.ids
        cursor = page.newer if to_newer else page.older
        if cursor is None:
            return


@settings(deadline=None)
@given(st.data(), st.booleans())
def test_updated_index_equals_a_rebuilt_one(data: st.DataObject, crowded: bool) -> None:
    """Change a few posts at a time: what is shared, moved and counted again is as if all had been read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "SPACING", 1000 if crowded else 4)
        patch.setattr(postings, "COOCCURRENCE_TAGS", 3)
        patch.setattr(postings, "LONGEST_LIST", 2)
        patch.setattr(facets, "FEW", data.draw(st.sampled_from([0, 10])))
        kept = {post.id: post for post in data.draw(posts())}
        hidden = frozenset[int]()
        index = build(index_data(list(kept.values())), UTC, now=0)
        for revision in range(1, data.draw(st.integers(1, 6)) + 1):
            changed = {post.id: post for post in data.draw(posts())[:5]}
            gone = data.draw(st.frozensets(st.integers(1, 60), max_size=5))
            kept = {post: kept[post] for post in kept if post not in gone} | changed
            rows = index_data(list(changed.values()))
            rows.revision, rows.changed_posts = revision, frozenset({*gone, *changed})
            hidden = (
                hidden - rows.changed_posts | data.draw(st.frozensets(st.sampled_from(sorted(rows.changed_posts))))
                if rows.changed_posts
                else hidden
            )
            rows.hidden = hidden
            try:
                index = update(index, rows, now=0)
            except CannotUpdate:
                index = build(replace(index_data(list(kept.values())), hidden=hidden), UTC, now=0)
            visible = [post for post in kept.values() if post.id not in hidden]
            assert_same(index, ReferenceIndex(visible), [Selection(), data.draw(selections)])


def test_page_of_a_cursor_whose_post_is_gone_stays_in_place() -> None:
    index = build(index_data([ReferencePost(number, NEW_YEAR + timedelta(days=number)) for number in (1, 2, 4, 5)]), UTC, now=0)
    gone = ReferencePost(3, NEW_YEAR + timedelta(days=3)).cursor
    everything = index.select(Selection())
    assert index.page(everything, 2, before=gone).ids == [2, 1]
    assert index.page(everything, 2, after=gone).ids == [5, 4]
    assert index.page(everything, 2, before=ReferencePost(1, NEW_YEAR).cursor) == ([], Cursor(1514764800000000, 0), None)


@settings(deadline=None)
@given(st.integers(-(10**17), 10**17), st.integers(0, 10**18 - 1))
def test_cursor_is_read_back(published: int, post: int) -> None:
    assert Cursor.parse(str(Cursor(published, post))) == Cursor(published, post)


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "1-2-3", "1.5-2", "١-١", "1-2\n", "9" * 400 + "-1"])
def test_cursor_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read"):
        Cursor.parse(text)


def test_expiring_post_is_seen_until_its_moment() -> None:
    rows = index_data([ReferencePost(1, NEW_YEAR), ReferencePost(2, NEW_YEAR, frozenset("a")), ReferencePost(3, NEW_YEAR)])
    rows.revision, rows.expiring, rows.hidden = 7, {1: 100.0, 2: 200.5, 3: 150.0}, frozenset({3})
    told = [(i.position(2) is None, i.tag("a") is None, len(i), i.version, i.stale_at) for i in _at(rows, 50, 100, 200.5)]
    assert told == [
        (False, False, 2, "7", 100.0),
        (False, False, 1, "7-100000000", 200.5),
        (True, True, 0, "7-200500000", None),
    ]


def _at(rows: IndexData, *moments: float) -> list[TagIndex]:
    return [build(replace(rows), UTC, now) for now in moments]
