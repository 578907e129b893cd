"""Comments to read: the latest of a blog, and the feeds of these and of one post's. Writing them is another room's."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from blog import comment_feeds, feeds
from blog.answers import public
from blog.discussion import latest, on_posts, shown_under
from blog.models.rows import read_row
from blog.sites import blog_of, index_of
from blog.views.fragments import alternates, feed_list
from blog.views.pages import page

PAGE_LENGTH = 50  # comments


@public
def latest_page(request: HttpRequest) -> HttpResponse:
    """The comments approved last, whatever post they are on."""
    links = feeds.links_below("/comments/")
    return page(
        request,
        "blog/comments.html",
        comments=on_posts(latest(blog_of(request).path, index_of(request), PAGE_LENGTH)),
        alternates=alternates(links, _("Latest comments")),
        feeds=feed_list(links),
        canonical="/comments/",
    )


@public
def latest_feed(request: HttpRequest, form: str) -> HttpResponse:
    return comment_feeds.of_blog(request, latest(blog_of(request).path, index_of(request), feeds.FEED_LENGTH), form)


@public
def feed_of_post(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The comments on a post that this reader may open."""
    found = read_row(blog_of(request).path, slug)
    if found is None or index_of(request).position(found.pk) is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return comment_feeds.of_post(request, found, shown_under(found.pk), form)
