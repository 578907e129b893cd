"""Tokens of the links in emails, by the names of their purposes."""

from datetime import timedelta

from comments.tokens import PUBLISH, WITHDRAW
from signup.tokens import PURPOSES
from web import tokens

SIGNUP = [purpose.name for purpose in PURPOSES]
BY_NAME = {purpose.name: purpose for purpose in (*PURPOSES, PUBLISH, WITHDRAW)}


def make_token(purpose: str, bearer: tokens.Bearer) -> str:
    return tokens.make(BY_NAME[purpose], bearer)


def read_token(purpose: str, token: str, max_age: timedelta | None = None) -> tokens.Claim:
    return tokens.read(BY_NAME[purpose], token, max_age)
