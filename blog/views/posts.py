"""Views of a post's page and its Markdown. The index, or else Wagtail, decides whether a reader may open it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from blog.caching.public_view import mark_personal, public_view, public_view_or_page
from blog.images.versions import Versions, existing_versions
from blog.models import PostPage
from blog.models.aliases import original_of, original_url
from blog.models.rows import PostRow
from blog.paths import comment_form_path
from blog.rendering.comments import CommentView, shown_under, threaded_views, title_of
from blog.rendering.feed_links import FeedLink, feeds_below
from blog.rendering.json_ld import blog_posting
from blog.rendering.markdown_file import as_markdown
from blog.rendering.neighbours import NeighbourLinks, Pair, PostContext, Title, Way, neighbour_links, pairs
from blog.rendering.post import PostView, post_view
from blog.rendering.post_tags import tags_of
from blog.rendering.share import SharePicture, picture_of_post
from blog.request import Blog, RequestState, find_post, state_of
from blog.resolve import came_by
from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from blog.views import editor_links
from blog.views.pages import page


@dataclass(frozen=True, slots=True)
class PostPageContext:
    """What the template of a post's page shows; by default nothing of what only a published post has."""

    post: PostView
    cover: Versions | None = None
    share: SharePicture | None = None
    json_ld: str = ""
    neighbour_links: Sequence[NeighbourLinks] = ()
    related: Sequence[Title] = ()
    pairs: Sequence[Pair] = ()
    comments: Sequence[CommentView] = ()
    write_address: str = ""
    comment_feeds: Sequence[FeedLink] = ()
    comments_title: str = ""

    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@public_view_or_page
def post(request: HttpRequest, state: RequestState, slug: str) -> HttpResponse | None:
    """Return the page of a visible post; None for other pages, which Wagtail serves."""
    found = find_post(state, slug)
    return show(request, state, found) if found else None


def personal(request: HttpRequest, found: PostPage) -> HttpResponseBase:
    """Return a private post's page, uncached; of an alias within the blog, its original's."""
    state = state_of(request)
    original = original_of(found.alias_of_id)
    listed = original if original and state.snapshot.position(original.pk) is not None else found
    return mark_personal(show(request, state, PostRow.of(listed.specific)))


def show(request: HttpRequest, state: RequestState, found: PostRow) -> HttpResponse:
    """Return the page of a post, with its neighbours."""
    index = state.snapshot
    position = index.position(found.pk)
    shown = post_view(found, tags_of(index, found.pk))
    beside = PostContext() if position is None else neighbour_links(index, position, _way(request, state), state.blog.series)
    cover = cover_of(found.cover)
    context = PostPageContext(
        post=shown,
        cover=cover,
        share=None if cover else picture_of_post(shown, state.blog),
        json_ld=blog_posting(shown, state.blog, state.base, cover.src if cover else "", beside.series),
        neighbour_links=beside.ways,
        related=beside.related,
        pairs=() if position is None else pairs(index, position),
        **_comment_thread(state.blog, found, shown),
    )
    return page(
        state,
        "blog/post.html",
        canonical=shown.address,
        canonical_url=original_url(found.alias_of),
        editor_links=editor_links.of_post(state, found.pk),
        **context.values(),
    )


def _comment_thread(blog: Blog, found: PostRow, shown: PostView) -> dict[str, Any]:
    """Return the comments on a post, the URL of the comment form, and the feeds."""
    is_open = found.comments_allowed and blog.comments_allowed
    links = feeds_below(shown.address) if is_open or found.comments else []
    return {
        "comments": threaded_views(shown_under(found.pk), found.slug, is_open) if found.comments else [],
        "write_address": comment_form_path(found.slug) if is_open else "",
        "comment_feeds": links,
        "comments_title": title_of(found.title),
    }


def cover_of(image: int | None) -> Versions | None:
    """Return the image of this number, None for none."""
    return None if image is None else existing_versions(get_image_model().objects.prefetch_related("renditions").get(pk=image))


@public_view
def markdown(request: HttpRequest, state: RequestState, slug: str) -> HttpResponse:
    """Return a post's Markdown as `import_posts` parses it (RFC 7763)."""
    found = PostPage.objects.of_blog(state.blog.path).filter(slug=slug).prefetch_related("post_authors__author").first()
    if found is None or state.snapshot.position(found.pk) is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return HttpResponse(as_markdown(found), content_type="text/markdown; charset=utf-8")


def _way(request: HttpRequest, state: RequestState) -> Way | None:
    """Return how the reader came here; None from all notes, or by a selection of which this reader may not see each tag."""
    if not ("in" in request.GET or "stream" in request.GET):
        return None
    index = state.snapshot
    try:
        found = came_by(request.GET, state.blog.id, index)
    except SelectionError:
        return None
    is_hidden = isinstance(found, Selection) and (not found or index.unknown(found))
    return None if is_hidden else Way.of(found, index)
