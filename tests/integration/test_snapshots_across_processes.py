"""Any sequence of an editor's acts in one process leaves the index of another as if it had been written down plainly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.publishing_processes import hear, processes, tell

LETTERS = "abcd"
AUTHORS = ("ada", "bob")
NEW_YEAR = 1_514_764_800_000_000  # 2018, in microseconds since 1970
DAY = 86_400_000_000
numbers = count(1)


@pytest.fixture
def pair(transactional_db: None, tmp_path: Path) -> Iterator[tuple[Connection, Connection]]:
    """A process that edits, and one that lists."""
    with processes([["run_edits"], ["compare"]], tmp_path) as (editor, reader):
        yield editor, reader


@dataclass
class Post:
    """What should be of a post."""

    id: int
    published: int
    tags: set[str]
    authors: set[str]
    external: bool
    live: bool
    hidden: bool = False

    def told(self) -> list[Any]:
        return [self.id, self.published, sorted(self.tags), sorted(self.authors), self.external]


@dataclass
class Blog:
    """A blog as it should be, and the process that edits it."""

    editor: Connection
    number: int = field(default_factory=lambda: next(numbers))
    posts: list[Post] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.id, self.path = self.order("start", True, self.number)
        self.tags = {letter: f"{letter}{self.number}" for letter in LETTERS}

    def order(self, *command: Any) -> Any:
        tell(self.editor, command)
        return hear(self.editor)

    def visible(self) -> list[list[Any]]:
        return [] if self.closed else [post.told() for post in self.posts if post.live and not post.hidden]


slots = st.integers(0, 5)
atomic = st.booleans()
moments = st.sampled_from([NEW_YEAR - 1, NEW_YEAR, NEW_YEAR + 1]) | st.integers(-1000, 1000).map(
    lambda day: NEW_YEAR + day * DAY
)
some_tags = st.frozensets(st.sampled_from(LETTERS))
some_authors = st.frozensets(st.sampled_from(AUTHORS))
acts = st.lists(
    st.one_of(
        st.tuples(st.just("write"), atomic, st.booleans(), moments, some_tags, some_authors, st.booleans()),
        st.tuples(st.sampled_from(["publish", "unpublish", "delete", "hide", "free"]), atomic, slots),
        st.tuples(st.just("retag"), atomic, slots, some_tags),
        st.tuples(st.just("credit"), atomic, slots, some_authors),
        st.tuples(st.just("redate"), atomic, slots, moments),
        st.tuples(st.just("rename"), atomic, st.sampled_from(LETTERS)),
        st.tuples(st.just("merge"), atomic, st.sampled_from(LETTERS), st.sampled_from(LETTERS)),
        st.tuples(st.sampled_from(["close", "open"]), atomic),
    ),
    min_size=3,
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts)
def test_index_of_another_process_follows(pair: tuple[Connection, Connection], acts: list[tuple[Any, ...]]) -> None:
    editor, reader = pair
    blog = Blog(editor)
    for act in [("write", True, True, NEW_YEAR, {"a", "b"}, {"ada"}, False), *acts]:
        name, atomic, *rest = act
        Model.do(blog, name, atomic, *rest)
        a, b, c, _ = (blog.tags[letter] for letter in LETTERS)
        selections = ["", a, f"{a}+-{b}" if a != b else b, f"-{c}+source:external", f"@ada{blog.number}+year:2018"]
        tell(reader, {"path": blog.path, "posts": blog.visible(), "selections": selections})
        problem = hear(reader)
        assert problem is None, problem


class Model:
    """What each act should do, beside telling the editor to do it."""

    @staticmethod
    def do(blog: Blog, name: str, atomic: bool, *rest: Any) -> None:
        if name in ("write", "rename", "merge", "close", "open"):
            getattr(Model, name)(blog, atomic, *rest)
        elif rest[0] < len(blog.posts):
            getattr(Model, name)(blog, atomic, blog.posts[rest[0]], *rest[1:])

    @staticmethod
    def write(blog: Blog, atomic: bool, live: bool, published: int, letters: set[str], names: set[str], external: bool) -> None:
        tags = {blog.tags[letter] for letter in letters}
        authors = {f"{name}{blog.number}" for name in names}
        slug = f"post-{len(blog.posts)}-{next(numbers)}"
        post = blog.order("write", atomic, blog.id, slug, live, published, sorted(tags), sorted(authors), external)
        blog.posts.append(Post(post, published, tags, authors, external, live))

    @staticmethod
    def publish(blog: Blog, atomic: bool, post: Post) -> None:
        blog.order("publish", atomic, post.id)
        post.live = True

    @staticmethod
    def unpublish(blog: Blog, atomic: bool, post: Post) -> None:
        blog.order("unpublish", atomic, post.id)
        post.live = False

    @staticmethod
    def delete(blog: Blog, atomic: bool, post: Post) -> None:
        blog.order("delete", atomic, post.id)
        blog.posts.remove(post)

    @staticmethod
    def hide(blog: Blog, atomic: bool, post: Post) -> None:
        blog.order("hide", atomic, post.id)
        post.hidden = True

    @staticmethod
    def free(blog: Blog, atomic: bool, post: Post) -> None:
        blog.order("free", atomic, post.id)
        post.hidden = False

    @staticmethod
    def retag(blog: Blog, atomic: bool, post: Post, letters: set[str]) -> None:
        post.tags = {blog.tags[letter] for letter in letters}
        blog.order("retag", atomic, post.id, sorted(post.tags))

    @staticmethod
    def credit(blog: Blog, atomic: bool, post: Post, names: set[str]) -> None:
        post.authors = {f"{name}{blog.number}" for name in names}
        blog.order("credit", atomic, post.id, sorted(post.authors))

    @staticmethod
    def redate(blog: Blog, atomic: bool, post: Post, published: int) -> None:
        blog.order("redate", atomic, post.id, published)
        post.published = published

    @staticmethod
    def rename(blog: Blog, atomic: bool, letter: str) -> None:
        old, new = blog.tags[letter], f"{letter}{blog.number}-{next(numbers)}"
        blog.order("rename", atomic, old, new)
        Model._replace(blog, old, new)

    @staticmethod
    def merge(blog: Blog, atomic: bool, letter: str, into: str) -> None:
        old, new = blog.tags[letter], blog.tags[into]
        if old != new:
            blog.order("merge", atomic, old, new)
            Model._replace(blog, old, new)

    @staticmethod
    def _replace(blog: Blog, old: str, new: str) -> None:
        blog.tags = {letter: new if tag == old else tag for letter, tag in blog.tags.items()}
        for post in blog.posts:
            post.tags = {new if tag == old else tag for tag in post.tags}

    @staticmethod
    def close(blog: Blog, atomic: bool) -> None:
        blog.order("hide", atomic, blog.id)
        blog.closed = True

    @staticmethod
    def open(blog: Blog, atomic: bool) -> None:
        blog.order("free", atomic, blog.id)
        blog.closed = False
