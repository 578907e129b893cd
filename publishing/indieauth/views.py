"""The endpoints that programs ask: for the token, whether it is valid still, and its end; and where these are."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from blog.request import base_of
from publishing import guard, tokens
from publishing.indieauth import codes
from publishing.refusals import UNSUPPORTED, Refusal
from publishing.scopes import LABELS
from web.links import keep_private

AUTHORIZE: Final = "publishing_authorize"  # the page in the admin
View = Callable[[HttpRequest], HttpResponse]


def _endpoint(view: View) -> View:
    @csrf_exempt
    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        try:
            guard.check_size(request)
            guard.check_form(request)
            response = view(request)
        except Refusal as refusal:
            response = guard.refused(refusal)
        return keep_private(response)

    return respond


@never_cache
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Say where the endpoints are, and what they take (RFC 8414)."""
    base = base_of(request)
    return JsonResponse(
        {
            "issuer": f"{base}/",
            "authorization_endpoint": base + reverse(AUTHORIZE),
            "token_endpoint": base + reverse("indieauth_token"),
            "revocation_endpoint": base + reverse("indieauth_revoke"),
            "revocation_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": list(LABELS),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


@_endpoint
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code for a token; to GET, say what the token of the header is."""
    if request.method != "POST":
        program = guard.admit(request)
        return JsonResponse({"me": program.me, "client_id": program.client, "scope": " ".join(sorted(program.scopes))})
    if request.POST.get("action") == "revoke":  # as programs did before there was an endpoint of its own
        return _revoked(request)
    guard.count(request, timezone.now())
    if request.POST.get("grant_type") != "authorization_code":
        raise Refusal(UNSUPPORTED, _("“grant_type” must be “authorization_code”."))
    given = [request.POST.get(name, "") for name in ("code", "client_id", "redirect_uri", "code_verifier")]
    row, text = codes.exchange(*given)
    said = {"access_token": text, "token_type": "Bearer", "scope": row.scopes, "me": row.me}
    if row.token_expires_at:
        said["expires_in"] = str(int((row.token_expires_at - timezone.now()).total_seconds()))
    return JsonResponse(said)


@require_POST
@_endpoint
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token; the response says nothing of whether there was one (RFC 7009)."""
    return _revoked(request)


def _revoked(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    guard.count(request, now)
    program = tokens.find(request.POST.get("token", ""), now)
    if program:
        tokens.end(program.user, str(program.token.pk))
    return HttpResponse(status=200)
