"""The site of the desk: a small blog with a post and a draft of each member, tags, a comment, a stream, a picture, a document.

Its words are German or names, so that English words on a German page are faults of the site.
"""

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from blog.models import Author, BlogPage, PostPage, Stream, Tag
from blog.services.tags import merge
from tests.support.comment_factories import make_comment
from tests.support.desk import GROUPS
from tests.support.editors import member_of
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions, png

BODY = "Am Morgen liegt das Boot am Steg, und es ist still. Die Flut kommt bald.\n\n## Segel\n\nDas Segel ist rot.\n"


def fill() -> BlogPage:
    """Make the site, with a member of each group."""
    blog = make_blog("127.0.0.1", "Logbuch")
    for group, name in GROUPS.items():
        _fill_for(blog, _member(group, name))
    for number, tags in enumerate(("Hafen Boot", "Hafen Segel", "Boot", "Meer Boot", "Meer", "colour", "color Segel")):
        make_post(blog, tags, title=f"Logbuch {number}", slug=f"logbuch-{number}", body=BODY, summary="Was am Tag geschah.")
    merge(Tag.objects.create(name="Kahn", slug="kahn"), Tag.objects.get(slug="boot"))  # of which it becomes an old name
    Stream.objects.create(blog=blog, name="Am Wasser", slug="am-wasser", expression="meer")
    make_comment(PostPage.objects.get(slug="logbuch-0"), "Gut gesehen.", name="Ina")
    get_image_model().objects.create(title="Leuchtturm", description="Ein Leuchtturm", file=png("leuchtturm.png"))
    get_document_model().objects.create(title="Seekarte", file=ContentFile(b"Nordsee", "seekarte.txt"))
    make_versions()
    return blog


def _member(group: str, name: str) -> User:
    user = User.objects.create_superuser(name) if group == "superuser" else member_of(group, name=name)
    Author.objects.create(handle=name, name=name.title(), user=user)
    return user


def _fill_for(blog: BlogPage, user: User) -> None:
    author = Author.objects.get(user=user)
    common = {"owner": user, "authors": [author], "body": BODY, "summary": "Aus dem Hafen."}
    post = make_post(blog, "Hafen", title=f"Fahrt von {author.name}", slug=f"fahrt-{user.username}", **common)
    draft = make_post(blog, "Meer", title=f"Entwurf von {author.name}", slug=f"entwurf-{user.username}", live=False, **common)
    for page in (post, draft):
        page.save_revision(user=user)
