"""Old addresses lead to pages that the reader may open; those of hidden pages answer as an unknown address does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from blog.models import BlogPage, PlainPage, PostPage
from tests.support.factories import make_post

SLUG = "xylophone"
OLD = ("/2015/old-address.html", "/old/?p=7", f"/was-{SLUG}/")


def restrict(kind: str) -> Callable[[Page], None]:
    return lambda page: PageViewRestriction(page=page, restriction_type=kind, password="secret").save()


def expire(page: Page) -> None:
    """Let the page expire; the worker has not unpublished it yet."""
    page.expire_at = timezone.now() - timedelta(seconds=1)
    page.save()


HIDING: dict[str, Callable[[Page], None]] = {
    "unpublished": lambda page: page.unpublish(),
    "expired": expire,
    "deleted": lambda page: page.delete(),
    "for those signed in": restrict("login"),
    "behind a password": restrict("password"),
    "for groups": restrict("groups"),
}


@pytest.fixture(params=[PostPage, PlainPage])
def page(request: pytest.FixtureRequest, blog: BlogPage, django_capture_on_commit_callbacks: Any) -> Page:
    """A page with a redirect of each kind: imported, made by an editor, and made by Wagtail for a changed slug."""
    slug = f"was-{SLUG}"
    made = make_post(blog, slug=slug) if request.param is PostPage else blog.add_child(instance=PlainPage(title="P", slug=slug))
    site = blog.get_site()
    for old in OLD[:2]:
        Redirect.objects.create(old_path=Redirect.normalise_path(old), site=site, redirect_page=made, is_permanent=True)
    made.slug = SLUG
    with django_capture_on_commit_callbacks(execute=True):
        made.save_revision().publish()
    return made.__class__.objects.get(pk=made.pk)


def test_old_addresses_lead_to_the_page(client: Client, page: Page) -> None:
    for old in OLD:
        for _visit in range(2):
            response = client.get(old)
            assert (response.status_code, response["Location"].removeprefix("http://testserver")) == (301, f"/{SLUG}/"), old


def without_echo(response: Any, asked: str) -> str:
    """Return a page without the address that was asked for, and without its words in the search box."""
    path = asked.partition("?")[0]
    words = re.sub(r"\W+", " ", path.rstrip("/").rpartition("/")[2].partition(".")[0])
    return str(response.getvalue().decode()).replace(path, "").replace(f'value="{words}"', 'value=""')


@pytest.mark.parametrize("transition", HIDING)
def test_old_address_of_a_hidden_page_is_unknown(client: Client, page: Page, transition: str) -> None:
    assert {client.get(old).status_code for old in OLD} == {301}
    HIDING[transition](page)
    unknown = client.get("/never-heard-of/")
    for old in OLD:
        for _visit in range(2):
            response = client.get(old)
            assert (response.status_code, response.get("Location")) == (404, None), old
            assert without_echo(response, old) == without_echo(unknown, "/never-heard-of/")
            assert set(response.headers) == set(unknown.headers)


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_page_not_published_yet_and_then(client: Client, blog: BlogPage, state: str) -> None:
    go_live = timezone.now() + timedelta(days=1) if state == "scheduled" else None
    post = make_post(blog, slug=SLUG, live=False, go_live_at=go_live)
    Redirect.objects.create(old_path="/old", redirect_page=post)
    assert client.get("/old/").status_code == 404
    post.go_live_at = None
    post.save_revision().publish()
    assert client.get("/old/")["Location"].endswith(f"/{SLUG}/")


def test_reader_who_may_open_it_is_led_there(client: Client, page: Page) -> None:
    restrict("login")(page)
    client.force_login(User.objects.create_user("ada"))
    assert client.get(OLD[0])["Location"].endswith(f"/{SLUG}/")


def test_redirect_made_after_its_address_was_asked_for(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, slug=SLUG)
    assert [client.get("/old/").status_code for _ in range(2)] == [404, 404]
    redirect = Redirect.objects.create(old_path="/old", redirect_page=post)
    assert client.get("/old/")["Location"].endswith(f"/{SLUG}/")
    redirect.delete()
    assert client.get("/old/").status_code == 404


def test_slug_there_and_back_again_leaves_no_redirect_to_itself(
    client: Client, blog: BlogPage, django_capture_on_commit_callbacks: Any
) -> None:
    post = make_post(blog, slug="first")
    for slug in ("second", "first"):
        post = PostPage.objects.get(pk=post.pk)
        post.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            post.save_revision().publish()
    assert list(Redirect.objects.values_list("old_path", flat=True)) == ["/second"]
    assert client.get("/second/")["Location"] == "/first/"
    PostPage.objects.get(pk=post.pk).unpublish()
    unknown = client.get("/unknown/").status_code
    assert [client.get(f"/{slug}/").status_code for slug in ("first", "second")] == [unknown, unknown] == [404, 404]


@pytest.mark.parametrize(("old", "status"), [("/?p=12", 200), ("/tags/gone/", 404)])
def test_redirect_holds_from_the_next_request(client: Client, blog: BlogPage, old: str, status: int) -> None:
    """Beside pages, the cache holds what is said of unknown tags; WordPress's numbers are a query of the front page."""
    new = make_post(blog).url
    statuses = [client.get(old).status_code]
    redirect = Redirect.add_redirect(old, new)
    statuses.append(client.get(old).status_code)
    redirect.delete()
    statuses.append(client.get(old).status_code)
    assert statuses == [status, 301, status]
