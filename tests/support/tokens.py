"""Tokens of the links in emails, by the names of their purposes."""

from comments.tokens import PUBLISH, REPLIES, WITHDRAW
from signup.models import Subscriber
from signup.tokens import CONFIRM, PURPOSES
from web import tokens

SIGNUP = [purpose.name for purpose in PURPOSES]
BY_NAME = {purpose.name: purpose for purpose in (*PURPOSES, PUBLISH, WITHDRAW, REPLIES)}


def make_token(purpose: str, bearer: tokens.Bearer) -> str:
    """A token; one that confirms is of the subscriber's first subscription."""
    if purpose == CONFIRM.name and isinstance(bearer, Subscriber) and not bearer._state.adding:
        bearer = bearer.subscriptions.get()
    return tokens.make(BY_NAME[purpose], bearer)


def read_token(purpose: str, token: str) -> tokens.Claim:
    return tokens.read(BY_NAME[purpose], token)
