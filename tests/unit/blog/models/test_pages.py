from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import Author, BlogPage, IndexRevision, PostPage, Tag
from tests.support.factories import make_author, make_post


def test_saving_a_post_raises_the_revision(blog: BlogPage) -> None:
    before = IndexRevision.objects.get().number
    make_post(blog, "a b")
    assert IndexRevision.objects.get().number > before


def test_draft_asks_as_much_with_many_tags_and_authors_as_with_few(blog: BlogPage) -> None:
    few = make_post(blog, "a", authors=[make_author("ada")])
    many = make_post(blog, "a b c d e f g h", authors=[make_author("eve"), make_author("bob")])
    numbers = []
    for post in (few, many):
        revision = post.save_revision()
        revision.as_object()
        with CaptureQueriesContext(connection) as captured:
            revision.as_object()
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


def test_draft_leaves_out_tags_and_authors_that_are_gone(blog: BlogPage) -> None:
    post = make_post(blog, "a b", authors=[make_author("ada"), make_author("eve")])
    revision = post.save_revision()
    Tag.objects.get(slug="a").delete()
    Author.objects.get(handle="ada").delete()
    draft: PostPage = revision.as_object()
    assert [tag.slug for tag in draft.tags.all()] == ["b"]
    assert [author.handle for author in draft.authors] == ["eve"]
