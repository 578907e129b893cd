"""Posts rendered anew after a blog's switches for texts have changed."""

from collections.abc import Iterator

from blog.markdown import RenderError, RenderOptions, render
from blog.models import BlogPage, PostPage
from blog.models.pages import PostQuerySet
from blog.models.revision import locked_revision, raise_revision

BATCH = 20  # posts, half a second


def count_outdated() -> int:
    """Return the number of posts that were rendered otherwise than their blog has it now."""
    return sum(_outdated(blog).count() for blog in _changed_blogs())


def render_outdated() -> bool:
    """Render some posts anew whose blog has other switches than it had; return whether there may be more."""
    for blog in _changed_blogs():
        if posts := list(_outdated(blog)[:BATCH]):
            _render(posts, blog.render_options)
            return True
        BlogPage.objects.filter(pk=blog.pk).update(rendered_as=blog.render_options.code)
    return False


def _changed_blogs() -> Iterator[BlogPage]:
    return (blog for blog in BlogPage.objects.all() if blog.rendered_as != blog.render_options.code)


def _outdated(blog: BlogPage) -> PostQuerySet:
    code = blog.render_options.code
    posts: PostQuerySet = PostPage.objects.of_blog(blog.path).exclude(rendered_as=code).order_by("-pk")
    return posts


def _render(posts: list[PostPage], options: RenderOptions) -> None:
    """Render posts, and store those that nobody has saved meanwhile."""
    for post in posts:
        try:
            post.take_rendered(render(post.body, options=options))
        except RenderError:  # with other signs the text is too large: it stays as it is
            post.rendered_as = options.code
    with locked_revision():
        for post in posts:
            unsaved = PostPage.objects.filter(pk=post.pk, latest_revision=post.latest_revision_id)
            fields = ("html", "toc", "excerpt", "minutes", "rendered_as")
            unsaved.update(**{name: getattr(post, name) for name in fields})
        raise_revision([post.pk for post in posts])
