"""The style sheet of formulas is asked for by pages that have some, wherever on the page, and by no other."""

import pytest
from django.test import Client

from blog.models import BlogPage
from tests.support.comment_factories import make_comment
from tests.support.factories import make_post

SHEET = b"/static/formulas.css"


@pytest.mark.parametrize(
    ("address", "expected"),
    [("/plain/", False), ("/tags/b/", False), ("/formula/", True), ("/tags/a/", True), ("/tags/b/?view=full", True)],
)
def test_pages_with_formulas_ask_for_their_sheet(client: Client, blog: BlogPage, address: str, expected: bool) -> None:
    make_post(blog, "a", slug="formula", body="Short: $x^2$.")
    make_post(blog, "b", slug="plain", body="`<math>` is an element.")
    assert (SHEET in b"".join(client.get(address))) == expected


def test_page_whose_comment_has_a_formula_asks_for_the_sheet(client: Client, blog: BlogPage) -> None:
    make_comment(make_post(blog, slug="plain"), "It is $x^2$.")
    assert SHEET in client.get("/plain/").content
