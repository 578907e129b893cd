"""Days in which posts appear and digests are written, as fast as a test likes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from blog.models import BlogPage, PostPage
from mail.models import Delivery
from signup.digests.digester import Digester
from signup.models import Subscriber
from tests.support.factories import make_post

MONDAY = datetime(2018, 1, 29, 12, tzinfo=UTC)  # noon
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Clock:
    """Days in which posts appear and digests are written."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.digester = Digester()
        self.digester.send_due(now)

    def publish(self, blog: BlogPage, tags: str = "", **fields: Any) -> PostPage:
        """A post that appears now, and the worker's next look."""
        post = make_post(blog, tags, **{"published": self.now, **fields})
        self.look()
        return post

    def look(self) -> int:
        return self.digester.send_due(self.now)

    def wait(self, span: timedelta) -> int:
        """Let time pass, then look."""
        self.now += span
        return self.look()


def posts_sent(subscriber: Subscriber) -> list[list[int]]:
    """The posts of each email to a subscriber."""
    return [mail.context["posts"] for mail in Delivery.objects.to_address(subscriber.address).order_by("pk")]
