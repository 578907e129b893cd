"""The score that Mozilla's HTTP Observatory gives to a response: its tests and modifiers, as of version 5 of its scoring.

Of the host's other tests, a redirect from plain HTTP is `test_plain_http_leads_to_tls`; a preloaded HSTS would be five more.
"""

import re
from collections.abc import Mapping

PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_A_YEAR = 15_768_000  # seconds
EXTRA_CREDIT = 90  # the score from which on what is more than needed counts


def score(headers: Mapping[str, str], body: str) -> int:
    """Return the score of a page whose headers have names in lower case; from 100 on it is an A+."""
    policy = {words[0]: words[1:] for part in headers.get("content-security-policy", "").split(";") if (words := part.split())}
    modifiers = [_policy(policy), _cookies(headers.get("set-cookie", "")), _transport(headers), _frames(policy, headers)]
    modifiers += [5 if headers.get("referrer-policy") in PRIVATE else -5 if "referrer-policy" in headers else 0]
    modifiers += [0 if headers.get("x-content-type-options") == "nosniff" else -5]
    modifiers += [0 if not re.search(r"<script[^>]+src=[\"']?(https?:)?//", body) else -50]
    modifiers += [-50 if "access-control-allow-credentials" in headers else 0]
    modifiers += [10 if headers.get("cross-origin-resource-policy", "").startswith("same-") else 0]
    needed = 100 + sum(modifier for modifier in modifiers if modifier < 0)
    return needed + (sum(modifier for modifier in modifiers if modifier > 0) if needed >= EXTRA_CREDIT else 0)


def _policy(policy: Mapping[str, list[str]]) -> int:
    if not policy:
        return -25
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    objects = policy.get("object-src", policy.get("default-src", ["*"]))
    if {"'unsafe-inline'", "data:", "https:", "*"} & {*scripts, *objects}:
        return -20
    if any(source.startswith("http:") for sources in policy.values() for source in sources):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in policy.get("style-src", []):
        return 0
    closed = policy.get("default-src") == ["'none'"] and policy.get("form-action", [""])[0] in ("'none'", "'self'")
    return 10 if closed else 5


def _cookies(cookies: str) -> int:
    """Return the modifier for a cookie; a session's is known by its name."""
    if not cookies:
        return 0
    name, *rest = cookies.lower().split(";")
    flags = {word.strip() for word in rest}
    if "secure" not in flags:
        return -40
    if re.search("login|sess", name.partition("=")[0]) and "httponly" not in flags:
        return -30
    return 5 if flags & {"samesite=lax", "samesite=strict"} else -20


def _transport(headers: Mapping[str, str]) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("strict-transport-security", ""))
    return -20 if not found else 0 if int(found[1]) >= HALF_A_YEAR else -10


def _frames(policy: Mapping[str, list[str]], headers: Mapping[str, str]) -> int:
    if policy.get("frame-ancestors", ["*"])[0] in ("'none'", "'self'"):
        return 5
    return 0 if headers.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN") else -20
