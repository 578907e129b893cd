"""What an export takes: everything that is the blog's, or what anybody may read now."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from blog.images.visibility import public_pages
from blog.models import Author, BlogPage, PlainPage, PostPage, Tag


@dataclass(frozen=True)
class ExportedThings:
    """The objects of a blog that an export takes; each property asks the database once."""

    blog: BlogPage
    public_only: bool

    @cached_property
    def public(self) -> frozenset[int]:
        """Return the ids of the blog's pages, itself included, that anybody may open now."""
        return frozenset(public_pages().filter(path__startswith=self.blog.path).values_list("pk", flat=True))

    @cached_property
    def paths(self) -> dict[int, str]:
        """Return the paths of the exported pages, by id; aliases have none."""
        posts = PostPage.objects.of_blog(self.blog.path).filter(alias_of=None)
        pages = PlainPage.objects.filter(path__startswith=self.blog.path, alias_of=None)
        start = len(self.blog.url_path)
        rows = [*posts.values_list("pk", "url_path"), *pages.values_list("pk", "url_path")]
        return {pk: f"/{path[start:]}" for pk, path in rows if not self.public_only or pk in self.public}

    @cached_property
    def posts(self) -> list[int]:
        """Return the ids of the exported posts, in the order in which they were made."""
        rows = PostPage.objects.of_blog(self.blog.path).order_by("pk").values_list("pk", flat=True)
        return [pk for pk in rows if pk in self.paths]

    @cached_property
    def plain_pages(self) -> list[PlainPage]:
        """Return the exported plain pages, each after the one above it."""
        found = PlainPage.objects.filter(path__startswith=self.blog.path).order_by("path")
        return [page for page in found if page.pk in self.paths]

    @property
    def tags(self) -> "QuerySet[Tag]":
        """Return the tags: all, or those of exported posts."""
        tags = Tag.objects.order_by("pk").prefetch_related("aliases", "pins__post")
        return tags.filter(post_tags__content_object__in=self.posts).distinct() if self.public_only else tags

    @property
    def authors(self) -> "QuerySet[Author]":
        """Return the authors: all, or those of exported posts and of comments on them."""
        authors = Author.objects.order_by("pk")
        shown = Q(post_authors__post__in=self.posts) | Q(comments__post__in=self.posts, comments__state="approved")
        return authors.filter(shown).distinct() if self.public_only else authors

    @cached_property
    def site(self) -> Site | None:
        return Site.objects.filter(root_page=self.blog).order_by("-is_default_site").first()

    @cached_property
    def redirects(self) -> list[Redirect]:
        """Return the redirects of the blog's site, to exported pages or to addresses."""
        found = Redirect.objects.filter(Q(site=self.site) | Q(site=None)).order_by("pk")
        return [
            one for one in found if one.redirect_page_id in self.paths or (one.redirect_page_id is None and one.redirect_link)
        ]
