from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from signup.models import Subscriber
from tests.support.signup_factories import signed_at
from tests.support.tokens import SIGNUP, make_token, read_token
from web.tokens import BadToken, Claim, ExpiredToken

ADA = Subscriber(pk=12, nonce="aB3dE5gH7jK9")
CLAIM = Claim(12, "aB3dE5gH7jK9")


def made(purpose: str, days: float) -> str:
    return str(signed_at(timezone.now() - timedelta(days=days), lambda: make_token(purpose, ADA)))


@pytest.mark.parametrize("purpose", SIGNUP)
def test_read_gives_whom_make_was_for(purpose: str) -> None:
    assert read_token(purpose, make_token(purpose, ADA)) == CLAIM


@pytest.mark.parametrize("purpose", SIGNUP)
def test_a_token_opens_nothing_but_its_purpose(purpose: str) -> None:
    token = make_token(purpose, ADA)
    for other in set(SIGNUP) - {purpose}:
        with pytest.raises(BadToken):
            read_token(other, token)


@pytest.mark.parametrize("purpose", SIGNUP)
def test_a_changed_token_opens_nothing(purpose: str) -> None:
    token = make_token(purpose, ADA)
    for changed in ("", ".", "12", token[:-1], token[1:], f"3{token[1:]}", token.replace(".", ":"), token + "x", "ä" + token):
        with pytest.raises(BadToken):
            read_token(purpose, changed)


def test_confirm_expires_after_seven_days_and_says_whose_it_was() -> None:
    assert read_token("confirm", made("confirm", 6.99)) == CLAIM
    with pytest.raises(ExpiredToken) as caught:
        read_token("confirm", made("confirm", 7.01))
    assert caught.value.claim == CLAIM


def test_leave_never_expires_and_is_the_same_in_every_email() -> None:
    assert made("leave", 3650) == make_token("leave", ADA)
    assert read_token("leave", made("leave", 3650)) == CLAIM


def test_a_token_of_a_former_secret_key_still_opens(settings: Settings) -> None:
    token = make_token("leave", ADA)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert read_token("leave", token) == CLAIM


def test_a_token_may_stand_in_an_address_as_it_is() -> None:
    for purpose in SIGNUP:
        assert set(make_token(purpose, ADA)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
