"""Everything that is held about a subscriber, for the subscriber."""

from typing import Any

from blog.models import Comment
from mail.models import Delivery
from signup.models import Subscriber


def everything_about(subscriber: Subscriber) -> dict[str, Any]:
    """Return all that is stored about someone, times in UTC as ISO 8601, without the nonce that signs their links."""
    names = ("address", "state", "suppressed_because", "language", "time_zone", "created", "confirmed_at", "notes")
    bounces = ("last_digest_at", "told", "bounce_score", "bounced_at", "address_hmac")
    emails = ("kind", "to", "state", "created", "ended", "attempts", "message_id", "answer")
    subscriptions = ("expression", "stream__name", "site__hostname", "rhythm", "texts", "hour", "weekday", "paused_until")
    state = ("created", "confirmed_at", "edition", "next_at", "missed")
    comments = ("post__slug", "name", "address", "language", "text", "state", "sent", "confirmed", "decided", "key")
    replies = ("replies_asked", "replies_confirmed")
    return {
        **{name: getattr(subscriber, name) for name in names + bounces},
        "site": subscriber.site.hostname if subscriber.site else "",
        "history": [record.as_dict() for record in subscriber.consents.order_by("at", "pk")],
        "letters": list(Delivery.objects.to_address(subscriber.address).order_by("pk").values(*emails)),
        "comments": list(Comment.objects.from_address(subscriber.address).order_by("pk").values(*comments, *replies)),
        "subscriptions": [
            {
                **row,
                "expression": "" if row["stream__name"] else row["expression"],
            }  # a stream's tags are not for everyone to know
            for row in subscriber.subscriptions.values(*subscriptions, *state)
        ],
    }
