"""Sample sites of one post and of 12,000."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from wagtail.models import Page

from blog.models import BlogPage, PostPage, PostTag, Tag
from blog.models.revision import raise_revision
from tests.support.factories import make_post

MANY_POSTS = 12_000
FIRST, APART = datetime(2003, 1, 1, 12, tzinfo=UTC), timedelta(hours=16)  # to 2024
TAGS = 60
MODEL = "Note the first"
# Like the first, but for what tells one from another.
COPY = """
INSERT INTO blog_postpage (page_ptr_id, published, {columns})
SELECT %s, %s, {columns} FROM blog_postpage WHERE page_ptr_id = {model}
"""


def fill_one(blog: BlogPage) -> None:
    """One short post with one tag."""
    make_post(blog, "alone", title="Yes", slug="yes", body="No.")


def fill_many(blog: BlogPage) -> None:
    """Very many posts, straight into the tables; each has a tag or two, the first tags most often."""
    model = make_post(
        blog, title=MODEL, slug="model", body="One of very many notes, each as short as the next.", published=FIRST
    )
    path, pages = model.path, list[Page]()
    for number in range(1, MANY_POSTS):
        path, moment = Page(path=path, depth=model.depth)._inc_path(), FIRST + number * APART
        pages.append(
            Page(
                title=f"Note {number:,}",
                draft_title=f"Note {number:,}",
                slug=f"note-{number}",
                path=path,
                depth=model.depth,
                content_type=model.content_type,
                locale=model.locale,
                url_path=f"{blog.url_path}note-{number}/",
                first_published_at=moment,
                last_published_at=moment,
            )
        )
    Page.objects.bulk_create(pages, batch_size=500)
    Page.objects.filter(pk=blog.pk).update(numchild=MANY_POSTS)
    _copy(model, pages)
    _tag([page.pk for page in pages])
    raise_revision()


def _copy(model: PostPage, pages: list[Page]) -> None:
    """Give each page its row of a post."""
    given = ("page_ptr_id", "published")
    columns = [field.column for field in PostPage._meta.local_concrete_fields if field.column not in given]
    kept = connection.ops.adapt_datetimefield_value
    rows = [(page.pk, kept(page.first_published_at)) for page in pages]
    with connection.cursor() as cursor:
        cursor.executemany(COPY.format(columns=", ".join(columns), model=model.pk), rows)


def _tag(posts: list[int]) -> None:
    tags = Tag.objects.bulk_create(Tag(name=f"topic {number}", slug=f"topic-{number}") for number in range(1, TAGS + 1))
    post_tags = [
        PostTag(content_object_id=post, tag=tag)
        for number, post in enumerate(posts)
        for tag in {tags[number % (1 + number % TAGS)], tags[number**2 % TAGS]}
    ]
    PostTag.objects.bulk_create(post_tags, batch_size=1_000)
