"""A post's page and its Markdown; who may read which is the index's word, or Wagtail's for whoever is signed in."""

from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.views import serve

from blog import feeds
from blog.answers import answered_first_by, mark_personal, public
from blog.around import Surroundings, around, pairs
from blog.discussion import form_address, shown_under, title_of, under_post
from blog.models import PostPage
from blog.models.rows import PostRow, read_row
from blog.notes import Note, note
from blog.pictures import SIZES, versions
from blog.post_tags import tags_of
from blog.rendering.markdown_file import as_markdown
from blog.selection import Selection, SelectionError
from blog.sites import base_of, blog_of, index_of
from blog.stencils import Word
from blog.views.fragments import alternates, feed_list, title_list
from blog.views.linked import blog_posting
from blog.views.pages import fill_page


class Cover(NamedTuple):
    """A post's picture, in the sizes and formats that there are."""

    url: str
    width: str
    height: str
    alt: str
    webp: str
    avif: str
    sizes: str


def public_post(request: HttpRequest, slug: str) -> HttpResponseBase | None:
    """A post that anyone may read, for a reader without a session."""
    found = read_row(blog_of(request).path, slug)
    if found is None or index_of(request).position(found.pk) is None:
        return None
    return public(show)(request, found)


@answered_first_by(public_post)
def post(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every other page, and every signed-in reader, is Wagtail's to answer."""
    answered: HttpResponseBase = serve(request, f"{slug}/")
    return answered


def personal(request: HttpRequest, found: PostPage) -> HttpResponseBase:
    """A post that Wagtail lets this reader open: never kept anywhere. Wagtail leaves expiry to its next chore."""
    if found.expire_at and found.expire_at <= timezone.now():
        raise Http404(_("There is no note “%s”.") % found.slug)
    return mark_personal(show(request, PostRow.of(found)))


def show(request: HttpRequest, found: PostRow) -> HttpResponse:
    """The page of a post, with what lies around it."""
    index = index_of(request)
    position = index.position(found.pk)
    shown = note(found, tags_of(index, found.pk))
    beside = Surroundings() if position is None else around(index, position, _came_from(request))
    cover = _cover(found.cover) if found.cover else None
    words: dict[str, Word] = {
        "post": shown,
        "canonical": shown.address,
        "cover": cover,
        "linked": blog_posting(found, shown, blog_of(request), base_of(request), cover.url if cover else ""),
        "around": beside.ways,
        "related": title_list(beside.related),
        "pairs": () if position is None else pairs(index, position),
        **_discussion(request, found, shown),
    }
    return HttpResponse(fill_page(request, "blog/post.html", words))


def _discussion(request: HttpRequest, found: PostRow, shown: Note) -> dict[str, Word]:
    """The comments on a post, where to write one, and how to follow them."""
    is_open = found.comments_allowed and blog_of(request).comments_allowed
    links = feeds.links_below(shown.address) if is_open or found.comments else []
    return {
        "comments": under_post(shown_under(found.pk), found.slug, is_open) if found.comments else "",
        "write_address": form_address(shown.slug) if is_open else "",
        "comment_feeds": feed_list(links),
        "comment_alternates": alternates(links, title_of(found.title)),
    }


def _cover(image: int) -> Cover:
    found = get_image_model().objects.get(pk=image)
    made = versions(found)
    return Cover(made.src, str(made.width), str(made.height), found.description, made.webp, made.avif, SIZES)


@public
def markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """A post's Markdown, as `import_posts` reads it; RFC 7763."""
    found = PostPage.objects.of_blog(blog_of(request).path).filter(slug=slug).select_related("author").first()
    if found is None or index_of(request).position(found.pk) is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return HttpResponse(as_markdown(found), content_type="text/markdown; charset=utf-8")


def _came_from(request: HttpRequest) -> Selection | None:
    """The selection whose listing led here; None when there was none, or it names what this reader may not know."""
    try:
        within = Selection.parse(request.GET.get("in", ""), settings.TAG_LIMIT)
    except SelectionError:
        return None
    return within if within and not index_of(request).unknown(within) else None
