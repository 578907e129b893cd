"""No output tells of a post that its reader may not open: before and after each transition, everywhere."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Revision

from blog.models import BlogPage, CommentState, Pin, PlainPage, PostPage, Stream, Tag
from blog.models.revision import raise_revision
from blog.services.bin import move_to_bin
from blog.services.scheduling import publish_scheduled
from tests.support.admin_addresses import public_routes, route_of
from tests.support.comment_factories import make_comment
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post

WORD = "xylophone"  # in the title, text, summary and slug of the post, and nowhere else
TAG = "zeppelin"  # that post alone has it
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # of entries: any four digits may be in it
Transition = Callable[[Page], None]
# The beginnings of the routes that these tests do not ask for, and which others do.
ELSEWHERE = (
    *("api/v3/", "micropub", "indieauth/"),  # test_leaks_by_programs
    *("media/", "documents/"),  # test_image_leaks
    *("signup/", "comments/publish/", "comments/replies/", "comments/withdraw/"),  # unit/signup, unit/comments: by token
    *("new", "random/", "_util/"),  # unit/blog/admin/test_new_post; below
    *(".well-known/", "favicon.ico", "readyz"),  # tell of no post
    "((?:",  # Wagtail's, of other pages: unit/blog/views/test_other_sites
)
SHARED = "share.png"  # ends the routes of pictures: unit/blog/images/test_share_pictures


def addresses(neighbour: PostPage, hidden_slug: str) -> list[str]:
    listings = ["/tags/common/", "/tags/-other/", f"/tags/common+-{TAG}/", f"/tags/{TAG}/", "/@eve/", "/@ada/tags/common/"]
    queried = ["/", "/tags/common+other/"]
    queries = ["", "?view=full", "?order=oldest&contents=1", f"?q={WORD}", "?year=2018", "?year=1999", "?source=external"]
    fed = ["/", "/tags/common/", f"/tags/{TAG}/", "/@eve/", "/@ada/tags/common/", "/streams/all/"]
    return [
        *listings,
        *(address + query for address in queried for query in queries),
        *(address + feed for address in fed for feed in ("feed.rss", "feed.atom", "feed.json", "digest-monthly.atom")),
        *(f"/{neighbour.slug}/{query}" for query in ("", "?in=common", f"?in={TAG}", "?in=@eve")),
        *(f"/{neighbour.slug}.md", f"/{hidden_slug}/", f"/{hidden_slug}.md"),
        *("/streams/rare/", "/streams/rare/feed.json", "/streams/rare/?view=full"),
        *("/tags/", "/tags/?by=count", "/tags/?with=common", f"/tags/?with={TAG}", "/streams/"),
        *("/?q=xylofone", "/?q=zepelin", "/tags/?find=zepp", "/tags/zepelin/", "/the-xylofone/", "/zepelins/"),
        *("/sitemap.xml", "/sitemap-posts.xml", "/sitemap-tags.xml", "/robots.txt"),
        *("/feeds.opml", "/feeds/", "/comments/", "/comments/feed.rss", "/comments/feed.atom", "/comments/feed.json"),
        *(f"/{slug}/{rest}" for slug in (neighbour.slug, hidden_slug) for rest in ("feed.rss", "feed.atom", "feed.json")),
        *(f"/{slug}/comment/{rest}" for slug in (neighbour.slug, hidden_slug) for rest in ("", "?to=1", "sent/")),
    ]


def outputs(client: Client, neighbour: PostPage, hidden_slug: str) -> dict[str, tuple[int, str]]:
    """Every output twice: the second time from the page cache."""
    found = {}
    for address in addresses(neighbour, hidden_slug):
        for visit in (1, 2):
            response = client.get(address)
            found[f"{address} ({visit})"] = (response.status_code, response.getvalue().decode())
    return found


def fragments(text: str, asked: str) -> list[str]:
    """What of the hidden post a text tells, beyond repeating what was asked."""
    for word in (WORD, TAG, "eve"):
        if word in asked.lower():
            text = text.replace(f"“{word}”", "").replace(f"“<bdi>{word}</bdi>”", "").replace(f"“<bdi>@{word}</bdi>”", "")
            text = text.replace(f"q={word}", "").replace(f"/{word}", "").replace(f"-{word}", "")
            text = re.sub(rf'value="(the )?{word}( #common #other)?"', "", text)  # the search box
            text = text.replace(f"with={word}", "")
    text = UUID.sub("", text.replace("www.w3.org/1999/xhtml", ""))
    year = [] if "1999" in asked else ["1999"]
    return [word for word in (WORD, TAG, "Eve Hidden", *year) if word in text]


def expire(post: Page) -> None:
    Page.objects.filter(pk=post.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    publish_scheduled()


def restrict(kind: str) -> Transition:
    return lambda post: PageViewRestriction(page=post, restriction_type=kind, password="secret").save()


def move_away(post: Page) -> None:
    root = Page.objects.get(depth=1)
    redirected = root.add_child(instance=BlogPage(title="Elsewhere", slug="redirected"))
    post.move(redirected, pos="last-child")


HIDING: dict[str, Transition] = {
    "unpublished": lambda post: post.unpublish(),
    "expired": expire,
    "deleted": lambda post: post.delete(),
    "for those signed in": restrict("login"),
    "behind a password": restrict("password"),
    "for groups": restrict("groups"),
    "moved to another site's tree": move_away,
}
HIDING_POSTS: dict[str, Transition] = {**HIDING, "in the bin": lambda post: move_to_bin([post.pk])}


@pytest.fixture
def world(blog: BlogPage) -> tuple[PostPage, PostPage]:
    return make_world(blog)


def make_world(blog: BlogPage) -> tuple[PostPage, PostPage]:
    """A neighbour that anyone may read, and the post to be hidden."""
    Stream.objects.create(blog=blog, name="All", slug="all")
    Stream.objects.create(blog=blog, name="Rare", slug="rare", expression=TAG)
    ada, eve = make_author("ada"), make_author("eve", name="Eve Hidden")
    neighbour = make_post(blog, "common other", title="Neighbour", authors=[ada])
    hidden = make_post(
        blog,
        f"common other {TAG}",
        title=f"The {WORD}",
        slug=f"the-{WORD}",
        body=f"A {WORD}.",
        authors=[eve, ada],
        summary=f"{WORD} summary",
        link=f"https://{WORD}.example/",
        published=timezone.now().replace(year=1999),
    )
    make_comment(hidden, f"A {WORD} indeed.", name="Eve Hidden")
    Pin.objects.create(tag=Tag.objects.get(slug="common"), post=hidden)
    return neighbour, hidden


def test_every_public_address_is_asked_for_or_elsewhere() -> None:
    asked = {route_of(urlsplit(address).path) for address in addresses(PostPage(slug="a"), "b")}
    others = {route for route in public_routes() if route not in asked and not route.endswith(SHARED)}
    assert {route for route in others if not route.startswith(ELSEWHERE)} == set()
    assert {start for start in ELSEWHERE if not any(route.startswith(start) for route in others)} == set()


@pytest.mark.parametrize("transition", HIDING_POSTS)
def test_hidden_post_shows_nowhere(client: Client, world: tuple[PostPage, PostPage], transition: str) -> None:
    neighbour, hidden = world
    slug = hidden.slug
    before = outputs(client, neighbour, slug)
    assert WORD in before["/ (1)"][1]  # it did show: the test can fail
    assert before[f"/tags/{TAG}/ (1)"][0] == 200
    assert 'aria-label="Start here"' in before["/tags/common/ (1)"][1]
    assert "Related notes" in before[f"/{neighbour.slug}/ (1)"][1]
    HIDING_POSTS[transition](hidden)
    after = outputs(client, neighbour, slug)
    leaks = {address: fragments(text, address) for address, (_status, text) in after.items() if fragments(text, address)}
    assert leaks == {}
    assert "0 notes" in after["/?year=1999 (1)"][1]
    unknown = client.get("/tags/never-heard-of/")
    assert after[f"/tags/{TAG}/ (1)"] == (404, unknown.getvalue().decode().replace("never-heard-of", TAG))
    assert after["/@eve/ (1)"][0] == 404
    assert [at["/@ada/tags/common/ (1)"][1].count("<article") for at in (before, after)] == [2, 1]


@pytest.fixture
def plain_page(blog: BlogPage) -> tuple[PostPage, PlainPage]:
    """A post that links to a plain page of the navigation, and that page; the introduction links to it too."""
    page = blog.add_child(instance=PlainPage(title=f"The {WORD}", slug=f"the-{WORD}", body=f"A {WORD}.", show_in_menus=True))
    Stream.objects.create(blog=blog, name="All", slug="all", introduction=f"[words](page:{page.pk})")
    blog.introduction = f"[words](page:{page.pk})"
    blog.save()
    return make_post(blog, "common other", body=f"[words](page:{page.pk})"), page


@pytest.mark.parametrize("transition", HIDING)
def test_hidden_plain_page_shows_nowhere(client: Client, plain_page: tuple[PostPage, PlainPage], transition: str) -> None:
    neighbour, page = plain_page
    slug = page.slug
    before = outputs(client, neighbour, slug)
    for address in ("/", "/feed.rss", "/streams/all/", "/sitemap-pages.xml", f"/{slug}/"):
        assert WORD in (before.get(f"{address} (1)") or (0, client.get(address).getvalue().decode()))[1]
    HIDING[transition](page)
    after = outputs(client, neighbour, slug)
    leaks = {address: fragments(text, address) for address, (_status, text) in after.items() if fragments(text, address)}
    assert leaks == {}


def test_expired_plain_page_hides_without_the_worker(client: Client, plain_page: tuple[PostPage, PlainPage]) -> None:
    neighbour, page = plain_page
    for seconds in (0.3, 3, 30, 300):  # a busy machine may take longer than a moment for the page before it expires
        page.expire_at = timezone.now() + timedelta(seconds=seconds)
        page.save()
        before = [client.get("/").content.decode() for _visit in range(2)]
        if timezone.now() < page.expire_at:
            break
    assert WORD in before[1]
    while timezone.now() <= page.expire_at:
        time.sleep(0.05)
    after = outputs(client, neighbour, "none")
    assert {address for address, (_status, text) in after.items() if fragments(text, address)} == set()


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_post_not_published_yet_shows_nowhere(
    client: Client, world: tuple[PostPage, PostPage], blog: BlogPage, state: str
) -> None:
    neighbour, hidden = world
    hidden.delete()
    draft = PostPage(title=f"The {WORD}", slug=f"the-{WORD}", body=WORD, live=False)
    draft.tags.add("common", TAG)
    blog.add_child(instance=draft)
    if state == "scheduled":
        draft.go_live_at = timezone.now() + timedelta(days=1)
    revision = draft.save_revision()
    if state == "scheduled":
        revision.publish()
    after = outputs(client, neighbour, draft.slug)
    assert {address: fragments(text, address) for address, (_status, text) in after.items() if fragments(text, address)} == {}
    PostPage.objects.get(pk=draft.pk).latest_revision.publish() if state == "draft" else go_live(draft)
    assert WORD in client.get(f"/tags/{TAG}/").content.decode()


@pytest.mark.parametrize("state", sorted(set(CommentState) - {CommentState.APPROVED}))
def test_comment_that_is_not_approved_shows_nowhere(
    client: Client, world: tuple[PostPage, PostPage], state: CommentState
) -> None:
    neighbour, hidden = world
    slug = hidden.slug
    hidden.delete()
    comment = make_comment(neighbour, f"A {WORD} for {TAG}.", name="Eve Hidden", state=CommentState.APPROVED)
    before = outputs(client, neighbour, slug)
    showing = {address for address, (_status, text) in before.items() if fragments(text, address)}
    assert {
        f"/{neighbour.slug}/ (1)",
        f"/{neighbour.slug}/feed.rss (2)",
        "/comments/ (1)",
        "/comments/feed.json (1)",
    } <= showing
    comment.state = state
    comment.save()
    raise_revision([neighbour.pk])
    after = outputs(client, neighbour, slug)
    assert {address: fragments(text, address) for address, (_status, text) in after.items() if fragments(text, address)} == {}
    assert "comment<" in before["/ (1)"][1]
    assert "comment<" not in after["/ (1)"][1]


def go_live(draft: PostPage) -> None:
    """Let the scheduled time come, as the worker does."""
    past = timezone.now() - timedelta(seconds=1)
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()
    publish_scheduled()


def test_unpublished_changes_of_a_live_post_do_not_show(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "common", title="Plain")
    post.title, post.body = f"A {WORD}", WORD
    post.tags.add(TAG)
    post.save_revision()
    after = outputs(client, post, "none")
    assert {address: fragments(text, address) for address, (_status, text) in after.items() if fragments(text, address)} == {}


def test_expired_post_hides_without_the_worker(client: Client, world: tuple[PostPage, PostPage]) -> None:
    """The index knows when a post expires: nothing needs to run for it to vanish."""
    _neighbour, hidden = world
    for seconds in (0.3, 3, 30, 300):  # a busy machine may take longer than a moment for the page before it expires
        hidden.expire_at = timezone.now() + timedelta(seconds=seconds)
        hidden.save()
        before = client.get("/").content.decode()
        if timezone.now() < hidden.expire_at:
            break
    assert WORD in before
    while timezone.now() <= hidden.expire_at:
        time.sleep(0.05)
    assert WORD not in client.get("/").content.decode()
    assert client.get(f"/the-{WORD}/").status_code == 404


def test_random_note_is_never_a_hidden_one(client: Client, world: tuple[PostPage, PostPage]) -> None:
    neighbour, hidden = world
    assert client.get(f"/random/?in={TAG}")["Location"] == f"/{hidden.slug}/?in={TAG}"
    hidden.unpublish()
    assert client.get(f"/random/?in={TAG}").status_code == 404
    assert {client.get("/random/")["Location"] for _ in range(10)} == {f"/{neighbour.slug}/"}


def test_private_post_shows_to_whom_it_may(client: Client, admin_client: Client, world: tuple[PostPage, PostPage]) -> None:
    _neighbour, hidden = world
    restrict("login")(hidden)
    assert f"The {WORD}" in admin_client.get("/").content.decode()
    assert f"The {WORD}" in admin_client.get(f"/{hidden.slug}/").content.decode()
    assert admin_client.get(f"/tags/{TAG}/")["Cache-Control"] == "private, no-store"
    assert WORD not in client.get("/").content.decode()
    login = client.get(f"/{hidden.slug}/")
    assert login.status_code == 302
    assert "/_util/login/" in login["Location"]


def test_member_whom_a_post_is_not_for_is_told_so(client: Client, world: tuple[PostPage, PostPage]) -> None:
    _neighbour, hidden = world
    restriction = PageViewRestriction.objects.create(page=hidden, restriction_type="groups")
    restriction.groups.set(Group.objects.filter(name="Moderators"))
    led = client_of(member_of("Authors", name="autho")).get(f"/{hidden.slug}/", follow=True)
    shown = led.content.decode()
    assert (led.redirect_chain[0][1], led.status_code) == (302, 200)
    assert "You are signed in as autho, but this page is for others" in shown
    assert "for those who sign in" not in shown
    assert f"The {WORD}" not in shown
    anybody = client.get(f"/{hidden.slug}/", follow=True).content.decode()
    assert "This page is for those who sign in" in anybody
    assert (
        "This page is for those who sign in"
        in client_of(User.objects.get(username="autho")).get("/_util/login/").content.decode()
    )


def test_post_behind_a_password_opens_with_it(client: Client, world: tuple[PostPage, PostPage]) -> None:
    _neighbour, hidden = world
    restrict("password")(hidden)
    asked = client.get(f"/{hidden.slug}/")
    assert "password" in asked.content.decode()
    assert f"The {WORD}" not in asked.content.decode()
    restriction = PageViewRestriction.objects.get()
    address = f"/_util/authenticate_with_password/{restriction.pk}/{hidden.pk}/"
    client.post(address, {"password": "secret", "return_url": f"/{hidden.slug}/"})
    assert f"The {WORD}" in client.get(f"/{hidden.slug}/").content.decode()
    assert f"The {WORD}" in client.get("/").content.decode()
    assert WORD not in Client().get("/").content.decode()
