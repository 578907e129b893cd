"""Posts by tags: a page, with or without the tags that would narrow it, a feed, and every tag with its count."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from taggit.models import Tag

from benchmarks.usual.models import BlogPage

POSTS, FACETS = 20, 30


def posts_with(tags: list[str]) -> "QuerySet[BlogPage]":
    posts = BlogPage.objects.live().public().order_by("-date")
    for tag in tags:
        posts = posts.filter(tags__slug=tag)
    return posts.distinct()


def listing(request: HttpRequest, tags: str) -> HttpResponse:
    chosen = tags.split("+")
    posts = posts_with(chosen)
    page = Paginator(posts, POSTS).get_page(request.GET.get("page"))
    facets = facets_of(posts, chosen) if "facets" in request.GET else []
    return render(request, "usual/listing.html", {"tags": chosen, "posts": page, "facets": facets})


def facets_of(posts: "QuerySet[BlogPage]", chosen: list[str]) -> "QuerySet[Tag]":
    among = Tag.objects.filter(usual_blogpagetag_items__content_object__in=posts.order_by().values("pk"))
    return among.exclude(slug__in=chosen).annotate(count=Count("pk")).order_by("-count", "slug")[:FACETS]


def every_tag(request: HttpRequest) -> HttpResponse:
    tags = Tag.objects.annotate(count=Count("usual_blogpagetag_items")).filter(count__gt=0).order_by("name")
    return render(request, "usual/tags.html", {"tags": tags})


class TagFeed(Feed):
    link = "/"

    def get_object(self, request: HttpRequest, tags: str) -> list[str]:
        return tags.split("+")

    def title(self, tags: list[str]) -> str:
        return " + ".join(tags)

    def items(self, tags: list[str]) -> "QuerySet[BlogPage]":
        return posts_with(tags)[:POSTS]

    def item_title(self, item: BlogPage) -> str:
        return str(item.title)

    def item_description(self, item: BlogPage) -> str:
        return str(item.body)

    def item_link(self, item: BlogPage) -> str:
        return str(item.full_url)

    def item_pubdate(self, item: BlogPage) -> datetime:
        date: datetime = item.date
        return date

    def item_categories(self, item: BlogPage) -> list[str]:
        return [tag.name for tag in item.tags.all()]
