"""Comments as readers see them: under a post, on its card, in feeds; and when they do not."""

import json

import feedparser
import pytest
from bs4 import BeautifulSoup
from django.db.models.signals import pre_save
from django.test import Client

from blog.models import BlogPage, Comment, CommentState, PostPage
from blog.rendering.comments import threaded
from tests.support.comment_factories import make_comment
from tests.support.factories import make_author, make_post
from tests.support.html import soup

pytestmark = pytest.mark.django_db


def words(element: BeautifulSoup) -> str:
    return " ".join(element.get_text().split())


def test_post_shows_its_comments_in_the_order_of_time(client: Client, post: PostPage) -> None:
    first, second = make_comment(post, "One *word*.", name="Ada"), make_comment(post, "Two.", name="Bo")
    page = soup(client.get("/harbour/"))
    assert words(page.select_one("#comments h2")) == "2 comments"
    assert [comment["id"] for comment in page.select("#comments .h-cite")] == [f"comment-{first.pk}", f"comment-{second.pk}"]
    shown = page.select_one(f"#comment-{first.pk}")
    assert words(shown.select_one(".meta")) == "Ada · 1 February 2018 · Reply"
    assert str(shown.select_one(".prose p")) == "<p>One <em>word</em>.</p>"
    assert shown.select_one("[rel=nofollow]")["href"] == f"/harbour/comment/?to={first.pk}"
    assert client.get(shown.select_one("a.u-url")["href"]).status_code == 200


@pytest.mark.parametrize(("count", "said"), [(0, None), (1, "1 comment"), (2, "2 comments")])
def test_card_counts_comments(client: Client, post: PostPage, count: int, said: str | None) -> None:
    for _number in range(count):
        make_comment(post)
    make_comment(post, state=CommentState.WAITING)
    link = soup(client.get("/tags/common/")).select_one('.note a[href$="#comments"]')
    assert (link and (words(link), link["href"])) == (said and (said, "/harbour/?in=common#comments"))
    full = BeautifulSoup(client.get("/?view=full").getvalue(), "html.parser")
    fragments = full.select_one('.note a[href$="#comments"]')
    assert (fragments and words(fragments)) == said


@pytest.mark.parametrize("state", [state for state in CommentState if state != CommentState.APPROVED])
def test_comment_that_is_not_approved_shows_nowhere(client: Client, post: PostPage, state: CommentState) -> None:
    addresses = ["/", "/harbour/", "/harbour.md", "/harbour/feed.atom", "/comments/", "/comments/feed.json", "/?q=xylophone"]
    before = [client.get(address).content for address in addresses]
    make_comment(post, "A xylophone.", state=state)
    assert [client.get(address).content for address in addresses] == before


def test_replies_follow_what_they_answer(client: Client, post: PostPage) -> None:
    ada, bo = make_comment(post, name="Ada"), make_comment(post, name="Bo")
    reply = make_comment(post, name="Maren", author=make_author("maren"), reply_to=ada)
    again = make_comment(post, name="Ada", reply_to=reply)
    page = soup(client.get("/harbour/"))
    order = [f"comment-{comment.pk}" for comment in (ada, reply, again, bo)]
    assert [comment["id"] for comment in page.select("#comments .h-cite")] == order
    meta = page.select_one(f"#comment-{reply.pk} .meta")
    assert words(meta) == "Maren (author) · 1 February 2018 · to Ada · Reply"
    assert [link["href"] for link in meta.select("a")][::2] == ["/@maren/", f"#comment-{ada.pk}"]


def test_reply_to_a_hidden_comment_does_not_reveal_it(client: Client, post: PostPage) -> None:
    hidden = make_comment(post, name="Xavier", state=CommentState.SPAM)
    make_comment(post, name="Bo", reply_to=hidden)
    assert b"Xavier" not in client.get("/harbour/").content


def test_threads_of_any_depth_are_laid_out(post: PostPage) -> None:
    chain = [Comment(pk=number, reply_to_id=number - 1 or None) for number in range(1, 5_000)]
    assert threaded([*chain[::-1]]) == chain


def test_author_s_present_name_is_shown(client: Client, post: PostPage) -> None:
    author = make_author("maren", name="Maren")
    make_comment(post, name="Maren", author=author)
    assert b">Maren</a>" in client.get("/harbour/").content
    author.name = "Maren Holt"
    author.save()
    assert b">Maren Holt</a>" in client.get("/harbour/").content
    author.delete()
    assert words(soup(client.get("/harbour/")).select_one("#comments .meta")).startswith("Maren ·")


def test_what_a_stranger_writes_is_a_subset(client: Client, post: PostPage) -> None:
    make_comment(
        post,
        "# Big\n\n<script>alert(1)</script> ![pixel](https://x.example/p.png) [link](https://x.example/)\n\n- one\n\n`code`",
        name="<b>Ada</b>",
    )
    shown = soup(client.get("/harbour/")).select_one("#comments .h-cite")
    assert {element.name for element in shown.select(".prose *")} == {"p", "a", "ul", "li", "code"}
    assert shown.select_one(".prose a")["rel"] == ["nofollow", "ugc"]
    assert shown.select_one(".p-name").get_text() == "<b>Ada</b>"


def test_microformats_name_each_comment(client: Client, post: PostPage) -> None:
    comment = make_comment(post, "Well said.", name="Ada")
    fragments = soup(client.get("/harbour/")).select_one(".h-entry .u-comment.h-cite")
    assert fragments.select_one(".p-author.h-card .p-name").get_text() == "Ada"
    assert fragments.select_one("a.u-url")["href"] == f"/harbour/#comment-{comment.pk}"
    assert fragments.select_one("time.dt-published")["datetime"] == comment.sent.isoformat()
    assert words(fragments.select_one(".e-content")) == "Well said."


def test_feeds_hold_what_was_approved_last_first(client: Client, post: PostPage) -> None:
    comments = [make_comment(post, f"Number {number}", name="Ada") for number in range(22)]
    newest = [f"http://testserver/harbour/#comment-{comment.pk}" for comment in comments[:1:-1]]
    read = json.loads(client.get("/harbour/feed.json").content)
    assert (read["title"], read["home_page_url"]) == ("Notes: Comments on “Harbour”", "http://testserver/harbour/#comments")
    assert [item["url"] for item in read["items"]] == newest
    assert {key: read["items"][0][key] for key in ("id", "title", "content_html", "authors")} == {
        "id": comments[-1].key.urn,
        "title": "Ada on “Harbour”",
        "content_html": "<p>Number 21</p>",
        "authors": [{"name": "Ada"}],
    }
    for form in ("rss", "atom"):
        parsed = feedparser.parse(client.get(f"/harbour/feed.{form}").content)
        assert not parsed.bozo
        assert [entry.link for entry in parsed.entries] == newest


def test_feed_of_the_blog_holds_comments_on_posts_that_anyone_may_read(client: Client, blog: BlogPage, post: PostPage) -> None:
    other = make_post(blog, title="Lighthouse", slug="lighthouse")
    first, second = make_comment(post, name="Ada"), make_comment(other, name="Bo")
    read = json.loads(client.get("/comments/feed.json").content)
    assert [item["title"] for item in read["items"]] == ["Bo on “Lighthouse”", "Ada on “Harbour”"]
    page = soup(client.get("/comments/"))
    assert [comment["id"] for comment in page.select(".h-cite")] == [f"comment-{second.pk}", f"comment-{first.pk}"]
    assert words(page.select_one(".h-cite .meta")) == "Bo · 1 February 2018 · on “Lighthouse”"
    other.unpublish()
    read = json.loads(client.get("/comments/feed.json").content)
    assert [item["title"] for item in read["items"]] == ["Ada on “Harbour”"]
    assert b"Bo" not in client.get("/comments/").content
    assert client.get("/lighthouse/feed.json").status_code == 404


def test_feeds_are_discovered(client: Client, post: PostPage) -> None:
    links = soup(client.get("/harbour/")).select('link[rel=alternate][href^="/harbour/feed"]')
    assert [link["href"] for link in links] == ["/harbour/feed.rss", "/harbour/feed.atom", "/harbour/feed.json"]
    assert links[0]["title"] == "Comments on “Harbour” (RSS)"
    assert {client.get(link["href"]).status_code for link in links} == {200}


def test_nobody_has_commented_yet(client: Client, post: PostPage) -> None:
    assert "Nobody has commented yet." in words(soup(client.get("/comments/")))
    assert json.loads(client.get("/comments/feed.json").content)["items"] == []
    section = soup(client.get("/harbour/")).select_one("#comments")
    assert words(section) == "Write a comment · Follow the comments: RSS · Atom · JSON Feed"


def test_saving_a_post_keeps_the_count(client: Client, post: PostPage) -> None:
    make_comment(post)
    stale = PostPage.objects.get(pk=post.pk)
    make_comment(post)
    stale.title = "Haven"
    stale.save_revision().publish()
    card = soup(client.get("/")).select_one(".note")
    assert (card.h2.get_text(), words(card.select_one('a[href$="#comments"]'))) == ("Haven", "2 comments")


def test_comment_approved_between_a_card_s_rendering_and_its_saving_is_counted(client: Client, post: PostPage) -> None:
    def approve(**_about: object) -> None:
        pre_save.disconnect(approve, PostPage)
        make_comment(post)

    pre_save.connect(approve, PostPage)
    post.save()
    assert [words(link) for link in soup(client.get("/")).select('a[href$="#comments"]')] == ["1 comment"]


def test_copy_of_a_post_has_no_comments_and_a_deleted_post_leaves_none(client: Client, post: PostPage) -> None:
    make_comment(post)
    copy = post.copy(update_attrs={"slug": "harbour-2", "title": "Copy"}, keep_live=True)
    assert "comment" not in words(soup(client.get("/harbour-2/")).select_one(".meta"))
    assert [words(link) for link in soup(client.get("/")).select('a[href$="#comments"]')] == ["1 comment"]
    post.delete()
    assert list(Comment.objects.all()) == []
    assert "Copy" in words(soup(client.get("/")))
    assert copy.comment_count == 0


def test_deleted_comment_is_gone_with_the_next_request(client: Client, post: PostPage) -> None:
    comment = make_comment(post, "A xylophone.")
    assert (b"xylophone" in client.get("/harbour/").content, b"1 comment" in client.get("/").content) == (True, True)
    comment.delete()
    assert (b"xylophone" in client.get("/harbour/").content, b"1 comment" in client.get("/").content) == (False, False)
