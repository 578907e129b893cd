"""The parsed form of a returned message: `Bounce` and its `Kind`."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a report means for its recipient; only the first three change anything."""

    HARD = "hard"  # there is no such mailbox: never write again
    SOFT = "soft"  # full, refused this time, gave up waiting: counts
    COMPLAINT = "complaint"  # the recipient called it spam: never write again
    VACATION = "vacation"  # an automatic reply
    UNSUBSCRIBE = "unsubscribe"  # the recipient's wish
    NOTICE = "notice"  # delayed but still under way, or delivered


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report; `returned_to` are the addresses in it that may be the mail's VERP address, likeliest first."""

    kind: Kind
    recipient: str | None = None
    status: str | None = None  # RFC 3463, such as 5.1.1
    reply: str = ""  # the refusing server's words
    message_id: str | None = None  # of the mail that came back
    returned_to: tuple[str, ...] = ()
