"""A blog's switches for texts: what is saved, previewed and rendered anew."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from blog.models import BlogPage, PostPage
from blog.services.rendering import render_outdated
from tests.support.factories import make_blog, make_post

pytestmark = pytest.mark.django_db
TEXT = '# A :tada:\n\n"b" -- c...'
AS_WRITTEN = '<h2 id="n-a-tada"><a href="#n-a-tada">A :tada:</a></h2>\n<p>"b" -- c...</p>'
SWITCHED = '<h2 id="n-a"><a href="#n-a">A 🎉</a></h2>\n<p>“b” – c…</p>'


@pytest.fixture
def blog() -> BlogPage:
    return make_blog()


def switch_on(blog: BlogPage) -> None:
    blog.smart_punctuation = blog.emoji_codes = True
    blog.save()


def html(post: PostPage) -> str:
    return PostPage.objects.values_list("html", flat=True).get(pk=post.pk)


def test_saved_post_is_rendered_as_its_blog_has_it(blog: BlogPage) -> None:
    switch_on(blog)
    post = make_post(blog, body=TEXT)
    assert html(post) == SWITCHED
    with override_settings(LANGUAGE_CODE="de"):
        post = PostPage.objects.get(pk=post.pk)
        post.save()
    assert "„b“ – c…" in html(post)


def test_posts_are_rendered_anew_after_a_switch(blog: BlogPage, client: Client) -> None:
    live, draft = make_post(blog, body=TEXT, slug="live"), make_post(blog, body=TEXT, live=False)
    elsewhere = make_post(make_blog("elsewhere.example", default=False), body=TEXT)
    assert render_outdated() is False
    assert " -- c..." in client.get("/live/").content.decode()
    switch_on(blog)
    assert html(live) == AS_WRITTEN
    assert [render_outdated(), render_outdated()] == [True, False]
    assert [html(live), html(draft), html(elsewhere)] == [SWITCHED, SWITCHED, AS_WRITTEN]
    assert "“b” – c…" in client.get("/live/").content.decode()
    assert PostPage.objects.get(pk=live.pk).excerpt == "“b” – c…"


def test_text_too_large_with_other_signs_stays_as_it_is(blog: BlogPage) -> None:
    post = make_post(blog, body="a")
    PostPage.objects.filter(pk=post.pk).update(body="é" * 200_000)
    switch_on(blog)
    assert [render_outdated(), render_outdated()] == [True, False]
    assert html(post) == "<p>a</p>"


def test_command_renders_what_is_left(blog: BlogPage) -> None:
    posts = [make_post(blog, body=TEXT) for _ in range(3)]
    switch_on(blog)
    out = StringIO()
    call_command("render_posts", stdout=out)
    assert out.getvalue() == "3 posts rendered anew.\n"
    assert {html(post) for post in posts} == {SWITCHED}
