"""What people type into the admin's search boxes is never an error, of FTS5's syntax, of PostgreSQL's or of a limit."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.utils import parse_query_string

from blog.models import BlogPage, PostPage
from tests.support.admin_addresses import PARAMETER, admin_routes
from tests.support.factories import make_post

SIGNS = ('"', '"a', 'a"b', "'", "'a", "\\", "\\\\", "*", "a*", "(", ")", "^", ":", "a:", "-", "-a", "+", "%", "%s", "{", ",")
OTHERS = ("NEAR(", "AND", "OR", "NOT", "a AND", "\0", "a\0b", "😀", '"😀', "a" * 5_000, "a " * 2_500, '"a" b "', "' ' '")
HOSTILE = (*SIGNS, *OTHERS)
BOXES = (
    *("/admin/posts/?q", "/admin/pages/{blog}/?q", "/admin/choose-page/search/?q", "/admin/pages/search/?q", "/admin/users/?q"),
    *("/admin/images/?q", "/admin/images/chooser/results/?q", "/admin/documents/?q", "/admin/documents/chooser/results/?q"),
    *(f"/admin/api/main/{kind}/?search" for kind in ("pages", "images", "documents")),
)


@pytest.mark.parametrize("box", BOXES)
def test_any_text_may_be_searched_for(admin_client: Client, blog: BlogPage, box: str) -> None:
    make_post(blog, title="Alpha")
    address, name = box.format(blog=blog.pk).split("?")
    for text in HOSTILE:
        response = admin_client.get(f"{address}?{urlencode({name: text})}")
        assert response.status_code < 500, (box, text)


def test_every_listing_of_the_admin_takes_an_odd_quote(admin_client: Client, blog: BlogPage) -> None:
    routes = [route for route in admin_routes() if not PARAMETER.search(route)]
    assert len(routes) > 100
    for route in routes:
        query = urlencode({"q": '"a', "search": '"a\0'})
        assert admin_client.get(f"/{route}?{query}").status_code < 500, route


@pytest.mark.parametrize("text", HOSTILE)
def test_backend_takes_any_text(blog: BlogPage, text: str) -> None:
    make_post(blog, title="Alpha")
    backend, parsed = get_search_backend(), parse_query_string(text)[1]
    for model in (Page, PostPage, Image):
        for query in (text, parsed):
            list(backend.search(query, model))
            assert backend.search(query, model).count() >= 0
        list(backend.autocomplete(text, model))


def test_odd_quotes_are_as_none(blog: BlogPage) -> None:
    post = make_post(blog, title="Alpha beta")
    make_post(blog, title="Gamma")
    for text in ('alpha "', '"alpha', 'alpha"beta', "alpha (beta) -"):
        assert [page.pk for page in get_search_backend().search(text, Page)] == [post.pk], text
        assert [page.pk for page in get_search_backend().search(parse_query_string(text)[1], Page)] == [post.pk], text
    assert not get_search_backend().search('"', Page)
