"""URLs of other sites, checked where they are shown: a row may have been written without the form that refuses them."""

import pytest
from django.test import Client

from blog.models import Author, BlogPage, PostPage
from blog.models.revision import raise_revision
from blog.models.site_settings import Appearance
from blog.paths import web_url
from tests.support.factories import make_author, make_post

HOSTILE = [
    "javascript:alert(1)//x.example",
    "JAVASCRIPT://x.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>x.example",
    "vbscript:x.example",
    "https://[x.example",
    "https://x.example/\u202egnp",
    "java\tscript:x.example",
    "//x.example",
    "x.example",
    'https://x.example/" onclick="alert(1)',
]


@pytest.mark.django_db
@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_url_in_a_row_is_shown_nowhere(client: Client, blog: BlogPage, url: str) -> None:
    author = make_author("ada", url="https://fine.example/")
    post = make_post(blog, "a", authors=[author], link="https://fine.example/")
    shown = Appearance.objects.create(site=blog.get_site(), rel_me="https://fine.example/")
    addresses = ("/", f"/{post.slug}/", f"/{post.slug}.md", "/@ada/", "/feed.rss", "/feed.atom", "/feed.json", "/?view=full")
    assert [address for address in addresses if "fine.example" not in client.get(address).getvalue().decode()] == ["/feed.rss"]
    PostPage.objects.update(link=url)
    Author.objects.update(url=url)
    Appearance.objects.filter(pk=shown.pk).update(rel_me=url)
    raise_revision()
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert "x.example" not in response.getvalue().decode(), address


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example:8080/b?c=d#e", "https://xn--bcher-kva.example/ü"])
def test_url_of_the_web_is_preserved(url: str) -> None:
    assert web_url(url) == url
