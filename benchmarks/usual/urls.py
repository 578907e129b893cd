"""The addresses of the usual blog: lists by tags, feeds, and whatever Wagtail serves."""

from django.urls import include, path
from wagtail import urls as wagtail_urls

from benchmarks.usual import views

urlpatterns = [
    path("tags/", views.every_tag),
    path("tags/<str:tags>/", views.listing),
    path("tags/<str:tags>/feed.rss", views.TagFeed()),
    path("", include(wagtail_urls)),
]
