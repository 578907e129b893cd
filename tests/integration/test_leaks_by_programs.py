"""No address for programs tells of a hidden post, its tags, author or picture whoever may not see it in the admin."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from blog.models import BlogPage, PostPage
from tests.support.editors import editor_of, member_of
from tests.support.factories import make_post
from tests.support.hidden_pages import authors_in, make_drafts_of_visible_pages, make_hidden_posts, titles_in
from tests.support.programs import Program

pytestmark = pytest.mark.once  # what is shown is decided by querysets that other tests run on both databases

API = "/api/v3/"


def guest() -> User:
    user = User.objects.create_user("guest")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def hidden(blog: BlogPage) -> dict[str, PostPage]:
    make_drafts_of_visible_pages(blog)
    return make_hidden_posts(blog)


def responses(client: Client, hidden: dict[str, PostPage]) -> Iterator[tuple[str, Any]]:
    """Yield what programs may ask, by a name."""
    yield from _of_api(client, hidden)
    yield from _of_micropub(client, hidden)


def _of_api(client: Client, hidden: dict[str, PostPage]) -> Iterator[tuple[str, Any]]:
    queries = ("search=Zeppelin", "type=blog.PostPage&order=title", "descendant_of=1", "slug=zeppelin-draft")
    for address in ("whoami/", "pages/", *(f"pages/?{query}" for query in queries)):
        yield address, client.get(API + address)
    for kind in ("draft", "binned", "groups"):
        page = hidden[kind]
        for rest in ("", "?version=draft", "revisions/", f"revisions/{page.latest_revision_id or 1}/"):
            yield f"{kind}{rest}", client.get(f"{API}pages/{page.pk}/{rest}")
        yield f"{kind} published", client.post(f"{API}pages/{page.pk}/actions/publish/", {}, "application/json")
        yield f"{kind} translated", client.get(f"{API}pages/?translation_of={page.pk}")
        yield f"find {kind}", client.get(f"{API}pages/find/?id={page.pk}", follow=True)
        yield f"find {page.slug}", client.get(f"{API}pages/find/?html_path=/{page.slug}/", follow=True)


def _of_micropub(client: Client, hidden: dict[str, PostPage]) -> Iterator[tuple[str, Any]]:
    for query in ("q=source", "q=source&limit=100", "q=category", "q=category&filter=zep", "q=config"):
        yield query, client.get(f"/micropub/?{query}")
    for kind in ("draft", "scheduled", "binned", "groups"):  # one that is hidden is as one that is not there
        for action in ("source", "update", "delete", "undelete"):
            found = [_of_post(client, action, slug) for slug in (hidden[kind].slug, "none")]
            yield f"{action} {kind}", found[0]
            assert (found[0].status_code, found[0].content) == (found[1].status_code, found[1].content) or _may_see(client)


def _of_post(client: Client, action: str, slug: str) -> Any:
    url = f"http://testserver/{slug}/"
    if action == "source":
        return client.get("/micropub/", {"q": "source", "url": url})
    return client.post("/micropub/", {"action": action, "url": url, "add": {"category": ["x"]}}, "application/json")


def _may_see(client: Client) -> bool:
    return isinstance(client, Program) and client.token.user.groups.filter(name="Editors").exists()


def leaks(client: Client, hidden: dict[str, PostPage]) -> dict[str, set[str]]:
    found = {}
    for name, response in responses(client, hidden):
        text = response.content.decode() + str(response.headers)
        if told := titles_in(text) | authors_in(text):
            found[name] = told
        assert "no-store" in response["Cache-Control"] or response.status_code == 302, name
    return found


def test_nothing_hidden_is_told(blog: BlogPage, hidden: dict[str, PostPage]) -> None:
    for user in (guest(), member_of("Authors"), editor_of(make_post(blog))):
        assert leaks(Program(user), hidden) == {}, user
    assert {"draft", "scheduled"} <= leaks(Program(member_of("Editors")), hidden)["pages/"]  # the test can fail
    assert "binned" not in titles_in(Program(User.objects.create_superuser("root")).get(f"{API}pages/").content.decode())
