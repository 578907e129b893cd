"""The page that asks for a code after the password."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import attempts, second_factor, second_factor_sign_in
from accounts.forms import CodeForm
from accounts.models import AttemptKind
from web.client import network_of


@never_cache
@sensitive_post_parameters()
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code; sign in and lead on where it is right."""
    destination = _destination(request)
    user = second_factor_sign_in.pending_user(request)
    if user is None:
        return redirect_to_login(destination, reverse("wagtailadmin_login"))
    must_wait = request.method == "POST" and second_factor.must_wait(user, request.POST.get("code", ""))
    form = CodeForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        second_factor_sign_in.finish(request, user)
        return HttpResponseRedirect(destination)
    if form.is_bound and must_wait:
        attempts.count_refused(AttemptKind.SIGN_IN, user.get_username(), network_of(request), user)
    elif form.is_bound:
        attempts.record(AttemptKind.SIGN_IN, user.get_username(), network_of(request), success=False, user=user)
    return render(request, "accounts/admin/second_factor.html", {"form": form, "next": destination})


def _destination(request: HttpRequest) -> str:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    is_own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_own else reverse("wagtailadmin_home")
