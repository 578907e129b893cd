"""View models of share pictures: which one a page names for links to it on other sites (`og:image`)."""

from dataclasses import dataclass

from blog.images.share_picture import ShareText
from blog.models import Author
from blog.paths import route
from blog.rendering.listing import Listing
from blog.rendering.navigation import known_name
from blog.rendering.post import PostView
from blog.request import Blog
from blog.selections.query import query
from blog.services.share_pictures import digest, text_of_listing, text_of_post

PICTURE = "share.png"  # the last part of its path


@dataclass(frozen=True, slots=True)
class SharePicture:
    """A share picture: the path of its URL, which changes with what it says, and its alternative text."""

    url: str
    alt: str


def post_text(post: PostView, blog: Blog) -> ShareText:
    """Return what the picture of a post says."""
    return text_of_post(post.title, [tag.name for tag in post.tags], blog.title, blog.accent)


def listing_text(listing: Listing, title: str, author: Author | None) -> ShareText:
    """Return what the picture of a listing says."""
    return text_of_listing(_name(listing, title, author), listing.blog.title, listing.blog.accent)


def _name(listing: Listing, title: str, author: Author | None) -> str:
    """Return the name of a tag, author or stream, else the listing's title; empty for the list of every post, and of none.

    Words that are searched for are not in it: a stranger's words would stand in a picture of this site's.
    """
    chosen = listing.selection
    if not listing.count or not (chosen or listing.stream):
        return ""
    if listing.stream or chosen.parameters or chosen.unwanted or len(chosen) + bool(chosen.author) > 1:
        return title
    return known_name(listing.index, chosen.wanted[0]) if chosen.wanted else author.name if author else title


def picture_of_post(post: PostView, blog: Blog) -> SharePicture | None:
    """Return the picture of a post without a cover; the blog's where no font has the letters of its title; else None."""
    return _picture(post.address, post_text(post, blog)) or picture_of_blog(blog)


def picture_of_listing(listing: Listing, title: str, author: Author | None) -> SharePicture | None:
    """Return the picture of a listing; the blog's where it has no post or no font has its letters; else None."""
    own = {name: value for name, value in listing.parameters.items() if name in listing.selection.parameters}
    return _picture(listing.path, listing_text(listing, title, author), **own) or picture_of_blog(listing.blog)


def picture_of_blog(blog: Blog) -> SharePicture | None:
    """Return the picture of a blog; None where no font has the letters of its name."""
    return _picture(route("listing"), text_of_listing("", blog.title, blog.accent))


def _picture(path: str, text: ShareText, **parameters: str) -> SharePicture | None:
    if not text.can_be_drawn:
        return None
    address = path + PICTURE + query({**parameters, "v": digest(text)[:8]})
    return SharePicture(address, " · ".join(filter(None, (text.title, text.blog))))
