"""The email of one post as it is in its form or was saved last, published or not: for the editor's test and preview."""

from django.utils import translation

from blog.models import PostPage
from blog.models.rows import PostRow
from blog.rendering.describe import describe
from blog.selections.selection import Selection
from blog.selections.slugs import in_order
from mail.compose import Email
from signup.digests.posts import DigestPosts, digest_post, pictures_of, with_texts
from signup.emails.digest import render_digest
from signup.models import Wording
from signup.sites import base_url, default_site, language_of


def email_of(post: PostPage, address: str, *, whole: bool = False) -> Email:
    """Return the email that holds only this post, by its beginning or as a whole text; its links lead to the front page."""
    wording = Wording.of(post.get_site() or default_site())
    base = base_url(wording.site)
    row = PostRow.of(post)
    tags = sorted(post.tags.all(), key=lambda tag: in_order(tag.name))
    with translation.override(language_of(None)):
        shown = digest_post(row, tags, base, pictures_of([row.cover], base))
        found = DigestPosts(with_texts([shown], [row], {row.pk} if whole else ()))
        own = {"address": address, **dict.fromkeys(("manage_url", "leave_url", "copy_url"), f"{base}/")}
        return render_digest(wording, found, [describe(Selection())], own)
