"""Relative addresses in texts lead where their authors meant, wherever the text is shown."""

import re
from typing import Any

import pytest
from django.test import Client

from blog.markdown.addresses import absolute, from_root
from blog.models import Appearance, BlogPage, PlainPage, Stream, Tag
from blog.models.comments import Comment, CommentState
from tests.support.comment_factories import make_comment
from tests.support.factories import make_author, make_post

BODY = """![i](image.png) [c](../c.png) [p](page.html) [q](?page=2) [h](//cdn.example/e.png) [r](/root) [m](mailto:a@b.example)
<video src="film.mp4" poster="still.jpg"></video> [f](#end) <audio src="s/o.ogg"></audio> [s](https://s.example/x)"""
RESOLVED = {
    *("/p/image.png", "/c.png", "/p/page.html", "/p/?page=2", "//cdn.example/e.png", "/root", "mailto:a@b.example"),
    *("/p/film.mp4", "/p/still.jpg", "/p/s/o.ogg", "https://s.example/x"),
}
ADDRESS = re.compile(r' (?:href|src|poster)="([^"]*)"')


def addresses(html: str) -> set[str]:
    """The addresses in a text, but fragments."""
    return {found for found in ADDRESS.findall(html) if "#" not in found}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("image.png", "/p/q/image.png"),
        ("./a b.png", "/p/q/a b.png"),
        ("../c.png", "/p/c.png"),
        ("../../../../c.png", "/c.png"),
        ("?page=2&amp;b=1", "/p/q/?page=2&amp;b=1"),
        ("x?a=&quot;b&quot;#c", "/p/q/x?a=&quot;b&quot;#c"),
        *((same, same) for same in ("", "#a", "/a", "//a.example/b", "https://a.example/", "HTTPS://a.example/", "tel:1")),
    ],
)
def test_address_is_resolved(written: str, found: str) -> None:
    assert from_root(f'<p><a title="x" href="{written}">a</a></p>', "/p/q/") == f'<p><a title="x" href="{found}">a</a></p>'


def test_every_attribute_that_refers_is_resolved_and_no_text() -> None:
    html = (
        '<video src="a.mp4" poster="b.jpg"></video><img alt="" src="c.png" srcset="c.png 1x, /d.png 2x, e.png 3x">'
        '<code>&lt;img src="x.png"&gt;</code><p title="src=&quot;y.png&quot;"> href="z"</p>'
    )
    assert from_root(html, "/p/") == (
        '<video src="/p/a.mp4" poster="/p/b.jpg"></video>'
        '<img alt="" src="/p/c.png" srcset="/p/c.png 1x, /d.png 2x, /p/e.png 3x">'
        '<code>&lt;img src="x.png"&gt;</code><p title="src=&quot;y.png&quot;"> href="z"</p>'
    )


def test_absolute_is_with_host_and_scheme() -> None:
    html = '<a href="#b">b</a><video src="/a.mp4" poster="//cdn.example/b.jpg"></video><a href="http://[">c</a>'
    assert absolute(html, "https://n.example/p/") == (
        '<a href="https://n.example/p/#b">b</a><video src="https://n.example/a.mp4" poster="https://cdn.example/b.jpg"></video>'
        '<a href="http://[">c</a>'
    )


@pytest.mark.parametrize("path", ["/p/", "/?view=full", "/tags/a/?view=full", "/"])
def test_post_leads_to_the_same_wherever_it_is_shown(client: Client, blog: BlogPage, path: str) -> None:
    make_post(blog, "a", slug="p", body=BODY)
    page = b"".join(client.get(path)).decode()
    shown = re.search(r'<div class="prose e-content" dir="auto">(.*?)</div>', page, re.DOTALL)
    assert shown is not None
    assert addresses(shown[1]) == RESOLVED


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feed_has_whole_urls_also_after_the_post_moved(client: Client, blog: BlogPage, form: str) -> None:
    post = make_post(blog, "a", slug="p", body=BODY)
    for slug in ("p", "q"):
        post.slug = slug
        post.save()
        content = client.get(f"/tags/a/feed.{form}").text.replace('\\"', '"').replace("&lt;", "<").replace("&gt;", ">")
        for found in (f"/{slug}/image.png", "/c.png", f"/{slug}/page.html", f"/{slug}/?page=2", f"/{slug}/still.jpg"):
            assert f'="http://testserver{found}"' in content
        assert '="http://cdn.example/e.png"' in content


def test_short_texts_and_plain_pages_lead_to_the_same_everywhere(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", authors=[make_author("ada", about="[x](ada.html)")])
    Tag.objects.filter(slug="a").update(description_html='<p><a href="tag.html">x</a></p>')
    Stream.objects.create(blog=blog, name="Every", slug="every", introduction="[x](stream.html)")
    Appearance.objects.create(site=blog.get_site(), footer="[x](foot.html)")
    blog.introduction = "[x](front.html)"
    blog.save()
    blog.add_child(instance=PlainPage(title="About", slug="about", body="[x](page.html)"))
    expected: dict[str, Any] = {
        "/@ada/": "/@ada/ada.html",
        "/tags/a/": "/tags/a/tag.html",
        "/streams/every/": "/streams/every/stream.html",
        "/streams/": "/streams/every/stream.html",
        "/": "/front.html",
        "/about/": "/about/page.html",
    }
    for address, link in expected.items():
        page = client.get(address).text
        assert f'href="{link}"' in page, address
        assert 'href="/foot.html"' in page, address


def test_comment_leads_to_the_same_under_its_post_and_among_others(client: Client, blog: BlogPage) -> None:
    comment: Comment = make_comment(make_post(blog, slug="p"), "[x](page.html)", state=CommentState.APPROVED)
    for address in ("/p/", "/comments/", f"/p/comment/?to={comment.pk}"):
        assert 'href="/p/page.html"' in client.get(address).text, address
    assert "http://testserver/p/page.html" in client.get("/comments/feed.json").text
