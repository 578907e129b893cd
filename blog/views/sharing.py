"""Views of share pictures: of pages that their reader may open, and of listings in which the reader finds a note."""

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponseBase

from blog.caching.public_view import mark_personal
from blog.images.share_picture import ShareText
from blog.models import Author, Stream
from blog.models.rows import read_row
from blog.rendering.post import post_view
from blog.rendering.post_tags import tags_of
from blog.rendering.share import post_text
from blog.request import Blog, is_public, state_of
from blog.services.share_pictures import file_name, text_of_listing
from blog.views.media import file_response


def of_blog(request: HttpRequest) -> HttpResponseBase:
    return _send(request, _listing(state_of(request).blog, ""))


def of_post(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send the picture of a visible post."""
    state = state_of(request)
    found = read_row(state.blog.path, slug)
    if found is None or state.snapshot.position(found.pk) is None or found.cover:
        raise Http404
    return _send(request, post_text(post_view(found, tags_of(state.snapshot, found.pk)), state.blog))


def of_tag(request: HttpRequest, expression: str) -> HttpResponseBase:
    """Send the picture of a tag that a visible post has."""
    state = state_of(request)
    tag = state.snapshot.tag(expression)
    if tag is None:
        raise Http404
    return _send(request, _listing(state.blog, tag.name))


def of_author(request: HttpRequest, handle: str) -> HttpResponseBase:
    """Send the picture of an author of visible posts."""
    state = state_of(request)
    author = Author.objects.filter(handle=handle).first() if handle in state.snapshot.authors() else None
    return _send(request, _listing(state.blog, _name(author)))


def of_stream(request: HttpRequest, slug: str) -> HttpResponseBase:
    state = state_of(request)
    return _send(request, _listing(state.blog, _name(Stream.objects.filter(blog_id=state.blog.id, slug=slug).first())))


def _name(found: Author | Stream | None) -> str:
    if found is None:
        raise Http404
    return found.name


def _listing(blog: Blog, name: str) -> ShareText:
    return text_of_listing(name, blog.title, blog.accent)


def _send(request: HttpRequest, text: ShareText) -> HttpResponseBase:
    """Send a picture; raise Http404 until the worker has drawn it."""
    storage, name = storages["default"], file_name(text)
    if not storage.exists(name):
        raise Http404
    response = file_response(request, storage, name)
    if not is_public(request):
        return mark_personal(response)
    response["Cache-Control"] = "public, no-cache"
    return response
