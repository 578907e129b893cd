"""The two endpoints: of posts and queries, and of media."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from blog.admin.image_upload import take
from blog.markdown import caching_renders
from blog.models.revision import revision_locked_by_first_write
from publishing import guard, scopes
from publishing.micropub import commands, posts, queries
from publishing.micropub.commands import Command, bad
from publishing.micropub.posts import Written
from publishing.refusals import FORBIDDEN, Refusal
from publishing.tokens import Program
from web.links import keep_private

View = Callable[[Program, HttpRequest], HttpResponse]
NEEDED = {
    commands.CREATE: (scopes.CREATE, scopes.DRAFT),
    commands.UPDATE: (scopes.UPDATE,),
    commands.DELETE: (scopes.DELETE,),
    commands.UNDELETE: (scopes.DELETE,),
}


def endpoint(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a view of a program: refusals as JSON, one transaction for each write, nothing kept by caches."""

    @csrf_exempt
    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        try:
            guard.check_size(request)
            if request.content_type in guard.FORMS:
                guard.check_form(request)
            program = guard.admit(request, in_form=True)
            response = view(program, request) if request.method in ("GET", "HEAD") else _written(view, program, request)
        except Refusal as refusal:
            response = guard.refused(refusal)
        return keep_private(response)

    return respond


def _written(view: View, program: Program, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    with revision_locked_by_first_write(), caching_renders():  # a Refusal rolls back
        return view(program, request)


@endpoint
def micropub(program: Program, request: HttpRequest) -> HttpResponse:
    """Respond to a query, or do what a command says."""
    if request.method != "POST":
        return JsonResponse(queries.respond(program, request))
    command = commands.read(request)
    guard.require(program, *NEEDED[command.action])
    if command.action == commands.CREATE:
        written = posts.create(program, request, _with_files(program, command))
        return _located(written, 202 if written.is_waiting else 201)
    if command.action == commands.DELETE:
        posts.delete(program, request, command.url)
        return HttpResponse(status=204)
    if command.action == commands.UPDATE:
        written = posts.update(program, request, command)
    else:
        written = posts.undelete(program, request, command.url)
    if written.has_new_address:
        return _located(written, 201)
    return HttpResponse(status=202 if written.is_waiting else 204)


@endpoint
def media_endpoint(program: Program, request: HttpRequest) -> HttpResponse:
    """Take a picture; its address may stand in a post, as “photo” or in the content."""
    if request.method != "POST":
        raise bad(_("Send a picture, as “file”."))
    guard.require(program, scopes.MEDIA, scopes.CREATE)
    file = request.FILES.get("file")
    if file is None or len(request.FILES) > 1:
        raise bad(_("Send a picture, as “file”."))
    image = _stored(program, file)
    return HttpResponse(status=201, headers={"Location": settings.WAGTAILADMIN_BASE_URL + image.file.url})


def _with_files(program: Program, command: Command) -> Command:
    """Return a command with the pictures that came with it stored, and named by its properties before others."""
    if not command.files:
        return command
    alts = [str(alt) for alt in command.commands.get("mp-photo-alt", [])] + [""] * len(command.files)
    stored = [f"image:{_stored(program, file, alt).pk}" for file, alt in zip(command.files, alts, strict=False)]
    properties = command.properties | {"photo": stored + command.properties.get("photo", [])}
    return replace(command, properties=properties)


def _stored(program: Program, file: "UploadedFile[Any]", alt: str = "") -> Any:
    """Add a picture, as the text field of the admin does. Raise Refusal where the library, or this user, may not take it."""
    try:
        return take(program.user, file, alt)
    except ValidationError as error:
        raise bad(" ".join(error.messages)) from None
    except PermissionDenied:
        raise Refusal(FORBIDDEN, _("You may not upload pictures.")) from None


def _located(written: Written, status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Location": written.address})
