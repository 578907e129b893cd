"""The page on which an editor says whether a program may publish in their name, and what it may."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from blog.caching.content_security import ADMIN_POLICY
from blog.models import Author
from blog.paths import author_path
from blog.request import base_of
from publishing.admin.tokens import LIFETIMES
from publishing.indieauth import codes, requests
from publishing.indieauth.requests import Authorization
from publishing.refusals import Refusal
from publishing.scopes import LABELS, known
from wagtail_actions.users import admin_user


class ConsentForm(forms.Form):
    """What of the scopes asked for is given, and for how long."""

    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    lifetime = forms.ChoiceField(label=_("It is valid for"), choices=LIFETIMES, required=False, initial="365")

    def __init__(self, asked: Authorization, data: Any = None) -> None:
        super().__init__(data, initial={"scopes": asked.scopes})
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(scope, LABELS[scope]) for scope in asked.scopes]


@never_cache
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask; send the editor back to the program with a code, or with the word that they refused."""
    given = request.POST if request.method == "POST" else request.GET
    values = {name: given.get(name, "") for name in requests.FIELDS}
    try:
        asked = requests.read(values)
    except Refusal as refusal:
        return render(request, "publishing/admin/refused.html", {"sentence": refusal.sentence}, status=400)
    issuer = f"{base_of(request)}/"
    if "refuse" in request.POST:
        return _back(asked, asked.back(issuer, error="access_denied"))
    form = ConsentForm(asked, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "asked": asked, "values": values, "me": me_of(request)}
        return _allowing(asked, render(request, "publishing/admin/consent.html", context))
    days = form.cleaned_data["lifetime"]
    until = timezone.now() + timedelta(days=int(days)) if days else None
    code = codes.give(admin_user(request), asked, known(form.cleaned_data["scopes"]), me_of(request), until)
    return _back(asked, asked.back(issuer, code=code))


def me_of(request: HttpRequest) -> str:
    """Return the address that stands for who is signed in: their author's page, if there is one, else the blog."""
    handles = list(Author.objects.filter(user=admin_user(request)).values_list("handle", flat=True)[:2])
    return base_of(request) + (author_path(handles[0]) if len(handles) == 1 else "/")


def _back(asked: Authorization, address: str) -> HttpResponse:
    return _allowing(asked, HttpResponseRedirect(address))


def _allowing(asked: Authorization, response: HttpResponse) -> HttpResponse:
    """Have browsers follow the form's response to the program: they hold redirects to `form-action` too."""
    response["Content-Security-Policy"] = ADMIN_POLICY.replace("form-action 'self'", f"form-action 'self' {asked.origin}")
    response["Referrer-Policy"] = "same-origin"  # with none at all, browsers send the form from “null”, which CSRF refuses
    return response
