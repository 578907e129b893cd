"""Everything that is held about a subscriber, for the subscriber."""

from typing import Any

from blog.models import Comment
from mail.models import Delivery
from signup.models import Subscriber
from signup.models.digests import DigestMark


def everything_about(subscriber: Subscriber) -> dict[str, Any]:
    """Return all that is stored about someone, times in UTC as ISO 8601, without the nonce that signs their links."""
    names = ("address", "state", "suppressed_because", "expression", "rhythm", "language", "created", "confirmed_at")
    bounces = ("last_digest_at", "bounce_score", "bounced_at", "address_hmac")
    emails = ("kind", "to", "state", "created", "ended", "attempts", "message_id", "answer")
    comments = ("post__slug", "name", "address", "language", "text", "state", "sent", "confirmed", "decided", "key")
    return {
        **{name: getattr(subscriber, name) for name in names + bounces},
        "site": subscriber.site.hostname if subscriber.site else "",
        "history": [record.as_dict() for record in subscriber.consents.order_by("at", "pk")],
        "letters": list(Delivery.objects.to_address(subscriber.address).order_by("pk").values(*emails)),
        "comments": list(Comment.objects.from_address(subscriber.address).order_by("pk").values(*comments)),
        "digests": list(DigestMark.objects.filter(subscriber=subscriber).values("edition", "period")),
    }
