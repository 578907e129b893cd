"""Uploaded files that the web server does not give away: versions of images that not everybody may see, and originals."""

import posixpath
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.static import serve
from wagtail.documents.models import AbstractDocument
from wagtail.documents.views.serve import serve as serve_document
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

from blog.caching.public_view import mark_personal
from blog.images.storage import ORIGINALS, UNSERVED, private_name
from blog.images.versions import existing_versions
from blog.images.visibility import is_editor, may_see
from blog.request import is_public

ACCEL = "X-Accel-Redirect"  # what nginx sends a file by
LONGEST_NAME = 255  # bytes, of what a disk or a bucket could be asked for
MAX_AGE = 2_592_000  # seconds, as in deploy/nginx.conf: a name never gets another content
INTERNAL = "/_media/"  # its location of the media folder, which no reader reaches


def private_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a version of an image, or its original, to whom may see it; for all others there is no such address."""
    if "\0" in path:  # PostgreSQL refuses to look for it
        raise Http404
    image, names = _original(request, path) if path.startswith(ORIGINALS) else _version(path)
    if image is None or not may_see(request, image):
        raise Http404
    storage = image.file.storage
    name = next((name for name in names if storage.exists(name)), None)
    if name is None:
        raise Http404
    return mark_personal(file_response(request, storage, name))


def _version(path: str) -> tuple[AbstractImage | None, tuple[str, ...]]:
    """Return the image, and the names that its file may have while it is moved, for the address of a version."""
    model = get_image_model().get_rendition_model()
    names = (private_name(path), path)
    found = model.objects.filter(file__in=names).select_related("image__collection").first()
    return (None if found is None else found.image), names


def _original(request: HttpRequest, path: str) -> tuple[AbstractImage | None, tuple[str, ...]]:
    """Return the image of an original: for editors, and for readers as long as nothing else of it is there."""
    image = get_image_model().objects.filter(file=path).select_related("collection").prefetch_related("renditions").first()
    if image is None or not (existing_versions(image).src == image.file.url or is_editor(request, image)):
        return None, ()
    return image, (path,)


def file_response(request: HttpRequest, storage: Storage, name: str) -> HttpResponseBase:
    """Return a file, sent by nginx where that is in front (it announces that in a header, X-Sendfile-Type, as for Rack)."""
    if request.headers.get("X-Sendfile-Type") == ACCEL and getattr(storage, "is_local", False):
        response = HttpResponse(headers={ACCEL: INTERNAL + quote(name)})
        del response["Content-Type"]  # nginx knows it by the name
        return response
    return FileResponse(storage.open(name))


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send an uploaded file that anybody may see: from a bucket, or in development as the web server does."""
    path = posixpath.normpath(path).lstrip("/")
    if f"{path}/".startswith(UNSERVED) or len(path.encode(errors="replace")) > LONGEST_NAME or not path.isprintable():
        raise Http404
    if settings.MEDIA_STORAGE:
        return _from_bucket(request, path)
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def _from_bucket(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a file, which browsers may keep. A cache that many share has to ask each time: the post may be hidden by now."""
    storage, etag = storages["versions"], quote_etag(name)
    known = get_conditional_response(request, etag=etag)
    try:
        response: HttpResponseBase = known if known and storage.exists(name) else FileResponse(storage.open(name))
    except FileNotFoundError as error:
        raise Http404 from error
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}, s-maxage=0"
    response["X-Accel-Expires"] = "@1"  # to nginx's cache: it may be kept, and is out of date at once
    return response


def document(request: HttpRequest, document_id: str, document_filename: str) -> HttpResponseBase:
    """Send a document as Wagtail does, without its “Content-Encoding: None”; to be kept by nobody who has a session."""
    response: HttpResponseBase = serve_document(request, document_id, document_filename)
    if response.headers.get("Content-Encoding") == "None":
        del response["Content-Encoding"]
    return response if is_public(request) else mark_personal(response)


def check_document(document: AbstractDocument, request: HttpRequest) -> None:
    """Raise Http404 for a document that the reader may not see; Wagtail's own check, of its collection, came before."""
    if not may_see(request, document):
        raise Http404
