"""Share pictures: of pages that their reader may open, and of listings (`blog.views.listings`)."""

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse

from blog.caching.public_view import public_view
from blog.images.share_picture import ShareText, draw
from blog.rendering.post import post_view
from blog.rendering.post_tags import tags_of
from blog.rendering.share import post_text
from blog.request import RequestState, post_of
from blog.services.share_pictures import file_name


@public_view
def of_post(request: HttpRequest, state: RequestState, slug: str) -> HttpResponse:
    """Return the picture of a visible post."""
    found = post_of(state, slug)
    if found.cover:
        raise Http404
    return send(post_text(post_view(found, tags_of(state.snapshot, found.pk)), state.blog))


def send(text: ShareText) -> HttpResponse:
    """Return a picture: the worker's, else one drawn now; raise Http404 where no font has its letters.

    There are more combinations of tags than a worker can draw, and a post may be shared before it has come to it. Drawing
    costs as much as a search, and the page cache keeps the response.
    """
    if not text.can_be_drawn:
        raise Http404
    return HttpResponse(_read(file_name(text)) or draw(text), content_type="image/png")


def _read(name: str) -> bytes:
    """Return a picture that the worker has drawn; empty until then."""
    try:
        with storages["default"].open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return b""
    return content
