"""The addresses of the blog: tags, authors, streams, feeds; ahead of Wagtail's own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
