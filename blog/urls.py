"""The URLconf of the blog: tags, authors, streams, feeds; before Wagtail's own."""

from django.urls import URLPattern, path, register_converter

from blog.caching.public_view import PublicView
from blog.rendering.feed_links import FORMS
from blog.rendering.share import PICTURE
from blog.selections.converters import DigestConverter, ExpressionConverter, WordConverter
from blog.views import comments, listings, posts, sharing, site, tags
from blog.views.other_sites import on_blog_sites

register_converter(WordConverter, "word")
register_converter(ExpressionConverter, "expression")
register_converter(DigestConverter, "digest")


def with_feeds(prefix: str, view: PublicView, name: str) -> list[URLPattern]:
    """Return the routes of a listing, its feeds, its digests as feeds, and its picture."""
    feeds = [path(f"{prefix}feed.{form}", view, {"form": form}, name=f"{name}_{form}") for form in FORMS]
    digests = path(f"{prefix}digest-<digest:form>", listings.daily(view), name=f"{name}_digest")
    return [path(prefix, view, name=name), *feeds, digests, path(f"{prefix}{PICTURE}", view, {"form": PICTURE})]


urlpatterns = on_blog_sites(
    [
        *with_feeds("tags/<expression:expression>/", listings.selection, "selection"),  # most requests match here
        path("robots.txt", site.robots),
        path("favicon.ico", site.favicon),
        path("sitemap.xml", site.sitemap_index, name="sitemap_index"),
        path("sitemap-<word:section>.xml", site.sitemap, name="sitemap"),
        path("feeds.opml", site.opml, name="opml"),
        path("feeds/", site.about_feeds, name="feeds"),
        path("random/", site.random, name="random"),
        path("tags/", tags.tags, name="tags"),
        path("streams/", listings.streams, name="streams"),
        *with_feeds("", listings.selection, "listing"),
        *with_feeds("@<expression:handle>/", listings.selection, "author"),
        *with_feeds("@<expression:handle>/tags/<expression:expression>/", listings.selection, "author_selection"),
        *with_feeds("streams/<word:slug>/", listings.stream, "stream"),
        path("comments/", comments.latest_page, name="comments"),
        *(path(f"comments/feed.{form}", comments.latest_feed, {"form": form}, name=f"comments_{form}") for form in FORMS),
    ]
)
post_patterns = on_blog_sites(
    [
        path(f"<word:slug>/{PICTURE}", sharing.of_post),
        *(path(f"<word:slug>/feed.{form}", comments.feed_of_post, {"form": form}, name=f"post_{form}") for form in FORMS),
        path("<word:slug>.md", posts.markdown, name="markdown"),
        path("<word:slug>/", posts.post, name="post"),
    ]
)
