"""Every kind of page with its states, by name: where each is among the sample sites, and its status."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from wagtail.models import PageViewRestriction

from blog.models import Comment, CommentState, PostPage
from signup.models import State
from tests.support.comment_factories import make_comment
from tests.support.sample_customised_site import OWN
from tests.support.sample_sites import CLOSED, CLOUD, DEMO, EMPTY, LOCKED, LONG, LONGEST_HANDLE, MANY, ONE, many_tags
from tests.support.signup_factories import make_subscriber, signed_at
from tests.support.tokens import make_token


@dataclass(frozen=True)
class Kind:
    """A kind of page in one of its states."""

    name: str
    path: str
    status: int = 200
    host: str = DEMO

    def on(self, server: LiveServer) -> str:
        """The whole address at a server."""
        return f"http://{self.host}:{server.thread.port}{self.path}"


LISTINGS = (
    Kind("listing", "/"),
    Kind("listing, oldest first", "/?order=oldest"),
    Kind("listing, in full", "/tags/links/?view=full"),
    Kind("listing, with contents", "/tags/reading/?contents=1"),
    Kind("listing, full with contents", "/tags/mail/?view=full&contents=1"),
    Kind("two tags, without a third", "/tags/reading+selections+-feeds/"),
    Kind("author", "/@maren/"),
    Kind("author and tag", "/@maren/tags/reading/"),
    Kind("stream", "/streams/readers/"),
    Kind("year", "/?year=2019"),
    Kind("month of a tag", "/tags/reading/?year=2019&month=1"),
    Kind("search", "/?q=selection"),
    Kind("search, nothing found", "/tags/reading/?q=xyzzy"),
    Kind("one note", "/tags/import+wagtail/"),
    Kind("no note has all", "/tags/links+maths/"),
    Kind("nothing yet", "/", host=EMPTY),
)
OVERVIEWS = (
    Kind("tags", "/tags/"),
    Kind("tags by count", "/tags/?by=count"),
    Kind("tags that go with one", "/tags/?with=reading"),
    Kind("no tags yet", "/tags/", host=EMPTY),
    Kind("streams", "/streams/"),
    Kind("no streams yet", "/streams/", host=EMPTY),
    Kind("feeds", "/feeds/"),
    Kind("latest comments", "/comments/"),
    Kind("no comments yet", "/comments/", host=EMPTY),
)
POSTS = (
    Kind("post with everything", "/everything-markdown-can-do/"),
    Kind("post, from a selection", "/start-here/?in=reading"),
    Kind("post with a link", "/rfc-8058/"),
    Kind("post with comments", "/no-cookie-no-banner/"),
    Kind("post with a wide table", "/spf-dkim-dmarc/"),
)
REFUSALS = (
    Kind("unknown tag", "/tags/redaing/", 404),
    Kind("unknown tags", "/tags/redaing+xyzzy+reading/", 404),
    Kind("no page", "/there-is-none/", 404),
    Kind("too many tags", f"/tags/{'+'.join('abcdefghi')}/", 400),
    Kind("not yours", "/_util/403/", 403),
    Kind("failure", "/_util/500/", 500),
    Kind("down", "/_util/503/", 503),
    Kind("broken link in an email", "/signup/confirm/x/", 404),
)
SIZES = (
    Kind("the only note", "/", host=ONE),
    Kind("short post", "/yes/", host=ONE),
    Kind("the only tag", "/tags/", host=ONE),
    Kind("very many notes", "/", host=MANY),
    Kind("very many notes with contents", "/?contents=1&order=oldest", host=MANY),
    Kind("very many notes of a tag", "/tags/topic-1/?year=2010", host=MANY),
    Kind("one of very many notes", "/note-6000/?in=topic-1", host=MANY),
)
EXTREMES = (
    Kind("long names", "/", host=LONG),
    Kind("long names in full", "/?view=full&contents=1", host=LONG),
    Kind("long post", "/long/", host=LONG),
    Kind("long word", "/word/", host=LONG),
    Kind("right to left", "/rtl/", host=LONG),
    Kind("long selection", f"/tags/{'+'.join(many_tags()[:7])}/", host=LONG),
    Kind("long author", f"/@{'a' * LONGEST_HANDLE}/", host=LONG),
    Kind("long stream", "/streams/long/", host=LONG),
    Kind("long streams", "/streams/", host=LONG),
)
SHOWN = {CommentState.APPROVED}
DECIDED = (
    Kind("own name, colour and footer", "/", host=OWN),
    Kind("posts to start with", "/tags/own/", host=OWN),
    Kind("post with a picture, and others related", "/picture/", host=OWN),
    Kind("author with a site", "/@ada-own/", host=OWN),
    Kind("sign-up in a colour of its own", "/signup/", host=OWN),
    Kind("unknown tag in a colour of its own", "/tags/xyzzy/", 404, host=OWN),
    Kind("plain page", "/about/", host=OWN),
)
VERY_MANY = Kind("very many tags", "/tags/", host=CLOUD)


def kinds() -> list[Kind]:
    """All of them; some have addresses of their own in each database, so `filled` must be there."""
    return [*LISTINGS, *OVERVIEWS, *POSTS, *REFUSALS, *_forms(), *_comments(), *SIZES, *EXTREMES, *DECIDED, VERY_MANY]


def _comments() -> list[Kind]:
    post = PostPage.objects.get(slug="start-here")
    answered = post.discussion.approved().earliest("sent")
    by_state = {state: make_comment(post, "Well *said*.", name="Ada", state=state) for state in set(CommentState) - SHOWN}
    links = {state: f"/comments/publish/{make_token('publish', comment)}/" for state, comment in by_state.items()}
    gone = Comment(pk=0, post=post)
    return [
        Kind("comment", "/start-here/comment/"),
        Kind("reply", f"/start-here/comment/?to={answered.pk}"),
        Kind("comment sent", "/start-here/comment/sent/"),
        Kind("comments closed", f"/{CLOSED}/comment/", 403, host=LONG),
        Kind("long reply", f"/long/comment/?to={Comment.objects.filter(post__slug='long').earliest('sent').pk}", host=LONG),
        Kind("confirm a comment", links[CommentState.UNCONFIRMED]),
        Kind("comment confirmed", links[CommentState.WAITING]),
        Kind("comment turned down", links[CommentState.REJECTED]),
        Kind("comment shown", f"/comments/publish/{make_token('publish', answered)}/"),
        Kind("withdraw a comment", f"/comments/withdraw/{make_token('withdraw', answered)}/"),
        Kind("replies to a comment", f"/comments/replies/{make_token('replies', answered)}/"),
        Kind("comment gone", f"/comments/withdraw/{make_token('withdraw', gone)}/", 410),
        Kind("broken link to a comment", "/comments/publish/x/", 404),
    ]


def _forms() -> list[Kind]:
    pending, confirmed = make_subscriber(state=State.PENDING), make_subscriber(expression="reading+-feeds")
    gone, never = make_subscriber(state=State.UNSUBSCRIBED), make_subscriber(state=State.SUPPRESSED)
    old = signed_at(timezone.now() - timedelta(days=30), lambda: make_token("confirm", pending))
    manage = f"/signup/manage/{make_token('manage', confirmed)}/"
    lock = PageViewRestriction.objects.get(page__slug=LOCKED)
    return [
        Kind("sign-up", "/signup/"),
        Kind("sign-up for tags", "/signup/?tags=reading+-feeds"),
        Kind("sign-up for an unknown tag", "/signup/?tags=redaing"),
        Kind("sent", "/signup/sent/"),
        Kind("confirm", f"/signup/confirm/{make_token('confirm', pending)}/"),
        Kind("confirmed", f"/signup/confirm/{make_token('confirm', confirmed)}/"),
        Kind("confirmed too late", f"/signup/confirm/{old}/", 410),
        Kind("confirmed after leaving", f"/signup/confirm/{make_token('confirm', gone)}/"),
        Kind("manage", manage),
        Kind("manage after leaving", f"/signup/manage/{make_token('manage', gone)}/"),
        Kind("saved", f"{manage}?saved=1"),
        Kind("erase", f"{manage}erase/"),
        Kind("leave", f"/signup/leave/{make_token('leave', confirmed)}/"),
        Kind("left", f"/signup/leave/{make_token('leave', gone)}/"),
        Kind("refused", f"/signup/refuse/{make_token('refuse', never)}/"),
        Kind("refuse", f"/signup/refuse/{make_token('refuse', pending)}/"),
        Kind("sign in", "/_util/login/"),
        Kind("password", f"/_util/authenticate_with_password/{lock.pk}/{lock.page_id}/"),
    ]
