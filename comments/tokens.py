"""The purposes of the links in emails about a comment; only a link that publishes expires."""

from datetime import timedelta

from web.tokens import Purpose

PUBLISH = Purpose("publish", "comments", timedelta(days=7))
WITHDRAW = Purpose("withdraw", "comments")
REPLIES = Purpose("replies", "comments")
