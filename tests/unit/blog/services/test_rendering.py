"""A blog's switches for texts: what is saved, previewed and rendered anew."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from blog.markdown import Rendered
from blog.models import Appearance, Author, BlogPage, PlainPage, PostPage, Stream, Tag
from blog.services import rendering
from blog.services.many_posts import publish
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


def test_other_texts_are_rendered_anew_too(blog: BlogPage, client: Client) -> None:
    page = blog.add_child(instance=PlainPage(title="About", slug="about", body='"a" :tada:'))
    page.save_revision().publish()
    stream = Stream.objects.create(blog=blog, name="S", slug="s", introduction='"b"')
    tag, author = Tag.objects.create(name="T", description='"c"'), Author.objects.create(name="A", handle="a", about='"d"')
    appearance = Appearance.objects.create(site=blog.get_site(), footer='"e"')
    blog.introduction = '"f"'
    switch_on(blog)
    assert '"a" :tada:' in client.get("/about/").content.decode()
    assert render_outdated() is False  # there are no posts: all was done at once
    for row in (page, stream, tag, author, appearance, blog):
        row.refresh_from_db()
    texts = (page.html, stream.introduction_html, tag.description_html, author.about_html, appearance.footer_html)
    assert [text.strip() for text in (*texts, blog.introduction_html)] == [
        "<p>“a” 🎉</p>", *(f"<p>“{letter}”</p>" for letter in "bcdef")
    ]  # fmt: skip
    assert "“a” 🎉" in client.get("/about/").content.decode()
    for row in (page, stream, tag, author, appearance):
        row.save()
        row.refresh_from_db()
    assert texts == (page.html, stream.introduction_html, tag.description_html, author.about_html, appearance.footer_html)
    make_blog("elsewhere.example", default=False)  # which has the switches off
    tag.save()
    assert tag.description_html.strip() == '<p>"c"</p>'


def test_introduction_has_the_signs_of_another_language(blog: BlogPage, client: Client) -> None:
    blog.introduction = 'Say "so"'
    switch_on(blog)
    assert render_outdated() is False
    assert "Say “so”" in client.get("/").content.decode()
    with override_settings(LANGUAGE_CODE="de"):
        assert render_outdated() is False
        assert "Say „so“" in client.get("/").content.decode()


@pytest.mark.parametrize(("body", "summary"), [("*new*", ""), ("old", "new")])
def test_draft_published_while_posts_are_rendered_keeps_its_html(
    blog: BlogPage, monkeypatch: pytest.MonkeyPatch, body: str, summary: str
) -> None:
    post = make_post(blog, body="old")
    post.body, post.summary = body, summary
    post.save_revision()
    switch_on(blog)

    def publish_meanwhile(*args: Any, **options: Any) -> Rendered:
        publish([post.pk])
        return render(*args, **options)

    render = rendering.render
    monkeypatch.setattr(rendering, "render", publish_meanwhile)
    while render_outdated():
        pass
    post.refresh_from_db()
    assert (post.body, post.excerpt) == (body, "new")
    assert post.html == render(body).html


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
    assert out.getvalue() == "Posts rendered anew: 3.\n"
    assert {html(post) for post in posts} == {SWITCHED}
