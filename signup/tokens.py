"""The purposes of the links in sign-up's emails; only a link that confirms expires."""

from datetime import timedelta

from web.tokens import Purpose

CONFIRM = Purpose("confirm", "signup", timedelta(days=7))
MANAGE = Purpose("manage", "signup")
LEAVE = Purpose("leave", "signup")
REFUSE = Purpose("refuse", "signup")
PURPOSES = (CONFIRM, MANAGE, LEAVE, REFUSE)
