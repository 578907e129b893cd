"""A Django project of one view that answers with one word."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "a key for measuring alone, of no use elsewhere"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.empty.settings"
USE_TZ = True


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("empty")


urlpatterns = [path("", empty)]
