"""What the subject of an email of posts says by default."""

from django.utils.text import Truncator
from django.utils.translation import ngettext

from blog.rendering.formats import number
from signup.digests.posts import DigestPosts

TITLE_LENGTH = 120  # characters of a post's title


def title_of(found: DigestPosts) -> str:
    """Return the first title, and how many posts there are besides: “Betfair market making, and 3 more notes”."""
    title, others = Truncator(found.posts[0].title).chars(TITLE_LENGTH), len(found.posts) + found.more - 1
    if not others:
        return title
    more = ngettext("%(title)s, and one more note", "%(title)s, and %(number)s more notes", others)
    return more % {"title": title, "number": number(others)}
