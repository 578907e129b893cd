"""Rate limits as an operator writes them: how many forms of one scope within a span. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta

NETWORK, ADDRESS, DOMAIN, ALL, ACCOUNT, TOKEN = "network", "address", "domain", "all", "account", "token"
FORMS = (NETWORK, ADDRESS, DOMAIN, ALL)  # scopes of what visitors send with an e-mail address
SIGN_IN = (NETWORK, ACCOUNT, ALL)  # scopes of attempts by password
API = (NETWORK, TOKEN)  # scopes of requests by programs
BULK_MAIL = (DOMAIN, ALL)  # scopes of mail that is sent to many
SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
LIMIT = re.compile(rf"([a-z]+):([1-9][0-9]{{0,8}})/({'|'.join(SPANS)})")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` forms of one scope within `span`."""

    scope: str
    count: int
    span: timedelta

    def __str__(self) -> str:
        """Return the limit as an operator writes it.

        >>> str(Limit("domain", 3600, timedelta(hours=1)))
        'domain:3600/hour'
        """
        return f"{self.scope}:{self.count}/{next(name for name, span in SPANS.items() if span == self.span)}"

    def key(self, value: str) -> str:
        """Return the counter's key; the key that all share sorts first, so that transactions wait for it and never deadlock."""
        rank = 0 if self.scope == ALL else 1
        return f"{rank}:{self.scope}:{self.span.total_seconds():.0f}:{value}"


def read_limits(
    text: str, scopes: tuple[str, ...] = FORMS, spans: tuple[str, ...] = ("minute", "hour", "day")
) -> tuple[Limit, ...]:
    """Read limits such as `network:20/hour address:3/day`, of these scopes; raises ValueError with the word that is none.

    >>> read_limits("address:3/day")
    (Limit(scope='address', count=3, span=datetime.timedelta(days=1)),)
    """
    return tuple(_read_limit(word, scopes, spans) for word in text.split())


def _read_limit(word: str, scopes: tuple[str, ...], spans: tuple[str, ...]) -> Limit:
    found = LIMIT.fullmatch(word)
    if found is None or found[1] not in scopes or found[3] not in spans:
        raise ValueError(
            f"{word!r} is no limit: write a scope ({', '.join(scopes)}), a number and a span "
            f"({', '.join(spans)}), such as {scopes[0]}:20/hour."
        )
    return Limit(found[1], int(found[2]), SPANS[found[3]])
