"""Classifies a refusal as hard or soft: by RFC 3463 codes, SMTP reply codes and, where those are general, the text."""

import re

from mail.bounces.report import Kind

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")  # not a part of an IP address
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
NO_MAILBOX = re.compile(
    r"(user|recipient|address|mailbox|account)( \S+)? (is )?(unknown|unavailable|disabled|closed|inactive|not found)"
    r"|unknown (user|recipient|address|mailbox|local)"
    r"|no such (user|recipient|address|mailbox|person|account|domain)|no mailbox here"
    r"|(doesn't|does not|not) exist|invalid (user|recipient|address|mailbox)|not a (valid|known) (user|recipient|mailbox)"
    r"|unrout(e)?able|no longer (valid|active|in use|available|exists)|domain name not found|accept(s)? no mail|null ?mx",
    re.IGNORECASE,
)
TEMPORARY = re.compile(
    r"\b(quota|(is|box) full|storage|spam|junk|virus|block(ed|list)?|black ?list(ed)?|deny ?list|reputation|policy"
    r"|gr[ae]ylist(ed|ing)?|try again|later|time-?out|timed out|retry|too (large|big|many)|size|rate|dmarc|dkim|spf"
    r"|relay(ing)?|sender|content|temporar(y|ily))\b",
    re.IGNORECASE,
)
FOR_GOOD = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
UNSPECIFIC_CODES = {"5.0.0", "5.2.0", "5.4.0", "5.4.1", "5.5.0", "5.7.0", "5.7.1"}  # used for all kinds of refusals
UNAVAILABLE = {"550", "551", "553"}  # RFC 5321: the mailbox, not the message
LONGEST = 2000  # characters of a server's words that are looked at


def classify(status: str | None, words: str) -> tuple[Kind, str | None]:
    """Return HARD or SOFT and the code that decided; `status` is the report's own, `words` the refusing server's.

    Exim says 5.0.0 whatever happened: then the code in the words counts.

    >>> classify("5.0.0", "smtp; 550 5.1.1 <ada@example.org>: user unknown")
    (<Kind.HARD: 'hard'>, '5.1.1')
    >>> classify("5.2.2", "mailbox full")
    (<Kind.SOFT: 'soft'>, '5.2.2')
    """
    words = words[:LONGEST]
    codes = [code for code in (_first(ENHANCED, status or ""), _first(ENHANCED, words)) if code]
    code = next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else None)
    return (Kind.HARD if _is_for_good(code, words) else Kind.SOFT), code


def _is_for_good(code: str | None, words: str) -> bool:
    reply = _first(REPLY, words)
    if code in FOR_GOOD:
        return True
    if (code and code not in UNSPECIFIC_CODES) or (reply and reply.startswith("4")):
        return False
    if NO_MAILBOX.search(words):
        return True
    if TEMPORARY.search(words) or (code and code != "5.0.0"):
        return False
    return reply in UNAVAILABLE or (reply is None and code is not None)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[0] if match else None
