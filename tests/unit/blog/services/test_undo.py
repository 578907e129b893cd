"""An operation on a tag is undone byte for byte; what came later stays, or is named where it makes that impossible."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from blog.models import BlogPage, Pin, PostPage, PostTag, Stream, Tag, TagAlias, TagOperation
from blog.models.operations import UNDOABLE
from blog.selections.selection import Selection
from blog.services.tags import add_alias, delete_tag, merge, split_tag
from blog.services.undo import CannotBeUndone, undo
from signup.models import ConsentRecord, Event, Subscription
from tests.support.factories import make_blog, make_post, rename_tag
from tests.support.signup_factories import make_subscriber, make_subscription

pytestmark = pytest.mark.django_db

TAGS = ("a", "b", "c", "new", "old", "older", "a+b", "a+-b", "-a", "b+-c")
FEEDS = ("feed.rss", "feed.atom", "feed.json")


def tag(slug: str) -> Tag:
    return Tag.objects.get(slug=slug)


@pytest.fixture
def blog(db: None) -> BlogPage:
    blog = make_blog()
    for number, tags in enumerate(("a", "a b", "b", "a b c", "c a", "c")):
        make_post(
            blog, tags, title=f"Number {number}", slug=f"number-{number}", body="A text of cats." if number % 2 else "Dogs."
        )
    Tag.objects.filter(slug="a").update(description="About *a*", description_html="<p>About a</p>", order="oldest")
    TagAlias.objects.create(slug="older", tag=tag("a"))
    Pin.objects.create(tag=tag("a"), post=PostPage.objects.get(slug="number-4"))
    Stream.objects.create(blog=blog, name="Both", slug="both", expression="a+b")
    Stream.objects.create(blog=blog, name="Without", slug="without", expression="c+-a")
    ada = make_subscriber("ada@example.org", expression="a+-c")
    make_subscription(ada, "a")
    make_subscription(ada, "b")
    return blog


def everything(client: Client) -> dict[str, tuple[int, str, bytes]]:
    """What readers get: status, where it leads and body of listings, feeds, streams and posts."""
    listings = ["/", "/tags/", "/streams/", "/streams/both/", "/streams/without/", "/sitemap-tags.xml"]
    listings += [f"/tags/{tags}/" for tags in TAGS] + [f"/number-{number}/?in=a" for number in range(6)]
    feeds = [f"{listing}{feed}" for listing in listings if listing.startswith(("/tags/a", "/streams/b")) for feed in FEEDS]
    found = {}
    for address in (*listings, *feeds, "/feed.json", "/tags/a/?view=full"):
        response = client.get(address)
        found[address] = (response.status_code, response.get("Location", ""), response.getvalue())
    return found


def subscribed() -> list[str]:
    return sorted(Subscription.objects.values_list("expression", flat=True))


OPERATIONS: dict[str, Callable[[], TagOperation]] = {
    "rename": lambda: rename_tag(tag("a"), "New", "new"),
    "rename without slug": lambda: rename_tag(tag("a"), "Ä"),
    "rename to its old name": lambda: rename_tag(tag("a"), "Older", "older"),
    "merge": lambda: merge(tag("a"), tag("b")),
    "alias": lambda: add_alias(tag("a"), "Old"),
    "split to new": lambda: split_tag(tag("a"), "New", posts("number-1", "number-3")),
    "split to other": lambda: split_tag(tag("a"), "b", posts("number-0", "number-3")),
    "split off again": lambda: split_tag(tag("a"), "older", posts("number-4")),
    "delete": lambda: delete_tag(tag("a")),
    "delete to a tag": lambda: delete_tag(tag("a"), leads_to=Selection.parse("b")),
    "delete to a selection": lambda: delete_tag(tag("a"), leads_to=Selection.parse("b+-c")),
}


def posts(*slugs: str) -> list[int]:
    return list(PostPage.objects.filter(slug__in=slugs).values_list("pk", flat=True))


@pytest.mark.parametrize("name", OPERATIONS)
def test_undo_restores_pages_and_feeds_byte_for_byte(client: Client, blog: BlogPage, name: str) -> None:
    rows = sorted(PostTag.objects.values_list())
    tags = [(*row, bytes(key)) for *row, key in Tag.objects.values_list("pk", "folded_name", "slug", "sort_key")]
    before = everything(client)
    operation = OPERATIONS[name]()
    changed = everything(client)
    assert changed != before
    assert all(status < 500 for status, _location, _body in changed.values())
    undo(operation)
    assert everything(client) == before
    assert sorted(PostTag.objects.values_list()) == rows
    assert [(*row, bytes(key)) for *row, key in Tag.objects.values_list("pk", "folded_name", "slug", "sort_key")] == tags
    assert subscribed() == ["a", "a+-c", "b"]
    with pytest.raises(CannotBeUndone, match="undone before"):
        undo(operation)


def test_old_addresses_of_a_deleted_tag_lead_where_its_editor_said(client: Client, blog: BlogPage) -> None:
    delete_tag(tag("a"), leads_to=Selection.parse("b+-c"))
    assert client.get("/tags/a/")["Location"] == "/tags/b+-c/"
    assert client.get("/tags/older/feed.rss")["Location"] == "/tags/b+-c/feed.rss"
    assert client.get("/tags/-a/").status_code == 404
    assert sorted(Stream.objects.values_list("expression", flat=True)) == ["b+-c", "c+-a"]
    rename_tag(tag("b"), "B", "bees")
    assert client.get("/tags/a/")["Location"] == "/tags/bees+-c/"
    make_post(blog, "a")
    assert client.get("/tags/a/").status_code == 200


def test_redirect_of_a_deleted_tag_tells_nothing_of_hidden_posts(client: Client, blog: BlogPage) -> None:
    make_post(blog, "hidden gone", live=False)
    delete_tag(tag("gone"), leads_to=Selection.parse("hidden+c"))
    assert client.get("/tags/gone/").status_code == client.get("/tags/unknown/").status_code == 404
    assert "hidden" not in client.get("/tags/gone/").text


@pytest.mark.parametrize("name", ["merge", "split to new", "delete", "split to other"])
def test_older_revisions_follow(blog: BlogPage, name: str) -> None:
    post = PostPage.objects.get(slug="number-3")  # of a, b and c
    old = post.save_revision()
    other = PostPage.objects.get(slug="number-1").save_revision()
    expected = {"merge": "b c", "split to new": "b c new", "delete": "b c", "split to other": "b c"}[name]
    operation = OPERATIONS[name]()
    old.publish()
    assert slugs("number-3") == expected
    between = PostPage.objects.get(slug="number-3").save_revision()
    undo(operation)
    other.publish()
    assert slugs("number-1") == "a b"
    assert slugs("number-3") == ("a b c" if name in ("split to new", "merge") else slugs("number-3"))
    between.publish()
    assert set(slugs("number-3").split()) <= {"a", "b", "c"}


def slugs(post: str) -> str:
    return " ".join(sorted(PostPage.objects.get(slug=post).tags.values_list("slug", flat=True)))


def test_what_was_done_to_posts_since_stays(blog: BlogPage) -> None:
    operation = merge(tag("a"), tag("b"))
    PostPage.objects.get(slug="number-0").delete()
    post = PostPage.objects.get(slug="number-3")
    post.tags.set(["c"])
    post.save()
    Stream.objects.filter(slug="both").update(expression="c")
    undo(operation)
    assert (slugs("number-1"), slugs("number-3"), slugs("number-2"), slugs("number-4")) == ("a b", "c", "b", "a c")
    assert Stream.objects.get(slug="both").expression == "c"


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        (lambda: merge(tag("b"), tag("c")), "“Merged: b → c” of .* came later and concerns the same tags: undo that first"),
        (lambda: Tag.objects.create(name="A", slug="other"), "“a” stands for the tag “A” by now"),
        (lambda: TagOperation.objects.update(at=timezone.now() - UNDOABLE), "more than 30 days old"),
    ],
)
def test_undo_is_refused_in_words(blog: BlogPage, later: Callable[[], object], sentence: str) -> None:
    operation = merge(tag("a"), tag("b"))
    later()
    with pytest.raises(CannotBeUndone, match=sentence):
        undo(operation)
    assert not Tag.objects.filter(slug="a").exists()


def test_split_is_not_undone_where_posts_got_the_tag_since(blog: BlogPage) -> None:
    operation = split_tag(tag("a"), "New", posts("number-1"))
    make_post(blog, "new")
    with pytest.raises(CannotBeUndone, match="1 post got the tag “New” since: merge it into “a” instead"):
        undo(operation)


def test_undo_twice_in_order(client: Client, blog: BlogPage) -> None:
    before = everything(client)
    first, second = merge(tag("a"), tag("b")), rename_tag(tag("b"), "New", "new")
    with pytest.raises(CannotBeUndone, match="“Renamed: b → New”"):
        undo(first)
    undo(second)
    undo(first)
    assert everything(client) == before


def test_an_old_name_becomes_the_present_tag(blog: BlogPage) -> None:
    merge(tag("a"), tag("b"))
    make_post(blog, "a older", slug="typed")
    assert slugs("typed") == "b"
    with pytest.raises(ValidationError, match="“a” is an old name of the tag “b”: split it off there"):
        Tag(name="a").full_clean()
    split_tag(tag("b"), "a", [])
    make_post(blog, "a", slug="typed-again")
    assert slugs("typed-again") == "a"


def test_history_of_subscribers_notes_the_undoing(blog: BlogPage) -> None:
    undo(merge(tag("a"), tag("b")))
    noted = ConsentRecord.objects.filter(event=Event.CHANGED).order_by("pk").values_list("expression", "detail")
    assert list(noted) == [
        ("b+-c", "a → b"),
        ("a+-c", "b+-c → a+-c"),
        ("a", "✕ → a"),
    ]
