"""View models of share pictures: which one a page names for links to it on other sites (`og:image`)."""

from dataclasses import dataclass

from blog.images.share_picture import ShareText
from blog.models import Author
from blog.paths import route
from blog.rendering.listing import Listing
from blog.rendering.navigation import known_name
from blog.rendering.post import PostView
from blog.request import Blog
from blog.services.share_pictures import digest, text_of_listing, text_of_post

FILE_NAME = "share.png"


@dataclass(frozen=True, slots=True)
class SharePicture:
    """A share picture: the path of its URL, which changes with what it says, and its alternative text."""

    url: str
    alt: str


def post_text(post: PostView, blog: Blog) -> ShareText:
    """Return what the picture of a post says."""
    return text_of_post(post.title, [tag.name for tag in post.tags], blog.title, blog.accent)


def picture_of_post(post: PostView, blog: Blog) -> SharePicture | None:
    """Return the picture of a post without a cover; the blog's where the font lacks letters of its title; else None."""
    return _picture(post.address, post_text(post, blog)) or picture_of_blog(blog)


def picture_of_listing(listing: Listing, author: Author | None) -> SharePicture | None:
    """Return the picture of a tag's, an author's or a stream's listing; the blog's for every other."""
    chosen, name, path = listing.selection, "", route("listing")
    if listing.stream:
        name, path = listing.stream.name, listing.path
    elif len(chosen) == 1 and chosen.wanted and not chosen.author:
        name, path = known_name(listing.index, chosen.wanted[0]), listing.path
    elif author and not len(chosen):
        name, path = author.name, listing.path
    blog = listing.blog
    return _picture(path, text_of_listing(name, blog.title, blog.accent)) or picture_of_blog(blog)


def picture_of_blog(blog: Blog) -> SharePicture | None:
    """Return the picture of a blog; None where the font lacks letters of its name."""
    return _picture(route("listing"), text_of_listing("", blog.title, blog.accent))


def _picture(path: str, text: ShareText) -> SharePicture | None:
    if not text.can_be_drawn:
        return None
    return SharePicture(f"{path}{FILE_NAME}?v={digest(text)[:8]}", " · ".join(filter(None, (text.title, text.blog))))
