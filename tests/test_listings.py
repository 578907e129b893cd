from django.test import Client

from blog.models import BlogPage
from tests.factories import make_post


def test_two_tag_listing_has_its_posts_alone(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b", title="Both")
    make_post(blog, "a", title="One")
    response = client.get("/tags/a+b/")
    assert response.status_code == 200
    assert "Both" in response.content.decode()
    assert "One" not in response.content.decode()


def test_everything_answers(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a b", title="Both")
    make_post(blog, "a b", title="Both again")
    for path in [
        "/",
        "/tags/a/",
        "/tags/a+-b/",
        "/tags/",
        "/streams/",
        "/feed.rss",
        "/tags/a/feed.atom",
        "/tags/a+b/feed.json",
        f"/{post.slug}/",
        f"/{post.slug}.md",
        "/sitemap.xml",
        "/sitemap-posts.xml",
        "/sitemap-tags.xml",
        "/robots.txt",
        "/?view=full&order=oldest",
        "/?contents=1",
        "/?q=both",
        f"/{post.slug}/?in=a+b",
    ]:
        response = client.get(path)
        body = response.getvalue().decode()
        assert response.status_code == 200, path
        print(path, body if path in ("/", f"/{post.slug}/") else len(body))
    for path in ["/tags/b+a/", "/tags/B/", "/tags/a", "/tags/a b/"]:
        assert client.get(path).status_code == 301, path
    for path in ["/tags/zzz/", "/nothing/", "/@bob/", "/streams/x/"]:
        assert client.get(path).status_code == 404, path
