"""Rate limits as operators write them."""

from datetime import timedelta

import pytest

from web.rates import ACCOUNT, ALL, FORMS, NETWORK, SIGN_IN, Limit, read_limits


def test_limits_of_sign_in_have_their_own_scopes() -> None:
    assert read_limits("network:20/hour account:10/day all:5/minute", SIGN_IN) == (
        Limit(NETWORK, 20, timedelta(hours=1)),
        Limit(ACCOUNT, 10, timedelta(days=1)),
        Limit(ALL, 5, timedelta(minutes=1)),
    )


@pytest.mark.parametrize(
    ("word", "scopes"),
    [
        ("account:1/hour", FORMS),
        ("domain:1/hour", SIGN_IN),
        ("network:0/hour", SIGN_IN),
        ("network:1/year", SIGN_IN),
        ("x", SIGN_IN),
    ],
)
def test_word_that_is_no_limit_is_named_with_what_may_stand_there(word: str, scopes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="is no limit") as refused:
        read_limits(f"network:1/hour {word}", scopes)
    assert str(refused.value).startswith(f"'{word}' is no limit: write a scope ({', '.join(scopes)}), a number and a span")
