"""Texts rendered anew after a blog's switches for them have changed: its posts, then whatever else it shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Model

from blog.markdown import RenderError, RenderOptions, render
from blog.markdown.postprocessing import PREFIX
from blog.models import Author, BlogPage, PlainPage, PostPage, Tag
from blog.models.querysets import PostQuerySet
from blog.models.render_options import shared_options
from blog.models.revision import locked_revision, raise_revision
from blog.models.site_settings import PREFIX as FOOTER_PREFIX
from blog.models.site_settings import Appearance

BATCH = 20  # posts, half a second


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a row: the names of its fields, and how it is rendered."""

    row: Model
    name: str
    html: str
    options: RenderOptions
    prefix: str = PREFIX

    def render(self) -> str | None:
        """Return the HTML; None where the text is too large with other signs: it stays as it is."""
        try:
            return render(getattr(self.row, self.name), self.prefix, self.options).html
        except RenderError:
            return None


def count_outdated() -> int:
    """Return the number of posts that were rendered otherwise than their blog has it now."""
    return sum(_outdated(blog).count() for blog in _changed_blogs())


def render_outdated() -> bool:
    """Render some posts anew whose blog has other switches than it had; return whether there may be more."""
    for blog in _changed_blogs():
        if posts := list(_outdated(blog)[:BATCH]):
            _render(posts, blog.render_options)
            return True
        _render_others(blog)
        BlogPage.objects.filter(pk=blog.pk).update(rendered_as=blog.render_options.code)
    return False


def _changed_blogs() -> Iterator[BlogPage]:
    return (blog for blog in BlogPage.objects.all() if blog.rendered_as != blog.render_options.code)


def _outdated(blog: BlogPage) -> PostQuerySet:
    code = blog.render_options.code
    posts: PostQuerySet = PostPage.objects.of_blog(blog.path).exclude(rendered_as=code).order_by("-pk")
    return posts


def _render(posts: list[PostPage], options: RenderOptions) -> None:
    """Render posts, and store those whose texts nobody has changed meanwhile, as publishing a draft does."""
    for post in posts:
        try:
            post.take_rendered(render(post.body, options=options))
        except RenderError:  # with other signs the text is too large: it stays as it is
            post.rendered_as = options.code
    with locked_revision():
        for post in posts:
            unchanged = PostPage.objects.filter(pk=post.pk, body=post.body, summary=post.summary)
            fields = ("html", "toc", "excerpt", "minutes", "rendered_as")
            unchanged.update(**{name: getattr(post, name) for name in fields})
        raise_revision([post.pk for post in posts])


def _render_others(blog: BlogPage) -> None:
    """Render plain pages, introductions, descriptions and footers, and store those that nobody has saved meanwhile."""
    changed = [(text, html) for text in _others(blog) if (html := text.render()) not in (None, getattr(text.row, text.html))]
    if not changed:
        return
    with locked_revision():
        for text, html in changed:
            written = {"pk": text.row.pk, text.name: getattr(text.row, text.name)}
            type(text.row)._base_manager.filter(**written).update(**{text.html: html})
        raise_revision([blog.pk, *(text.row.pk for text, _ in changed if isinstance(text.row, PlainPage))])


def _others(blog: BlogPage) -> Iterator[Text]:
    own, shared = blog.render_options, shared_options()
    yield Text(blog, "introduction", "introduction_html", own)
    yield from (Text(page, "body", "html", own) for page in PlainPage.objects.descendant_of(blog))
    yield from (Text(stream, "introduction", "introduction_html", own) for stream in blog.streams.all())
    yield from (Text(tag, "description", "description_html", shared) for tag in Tag.objects.exclude(description=""))
    yield from (Text(author, "about", "about_html", shared) for author in Author.objects.exclude(about=""))
    for appearance in Appearance.objects.filter(site__root_page=blog.pk):
        yield Text(appearance, "footer", "footer_html", own, FOOTER_PREFIX)
