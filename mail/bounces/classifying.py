"""Classifies a refusal as hard or soft: finds its code (RFC 3463), reduces its words, and asks the table of rules."""

import re

from mail.bounces.report import Kind
from mail.bounces.rules import UNCLEAR, Refusal, Rule, decide

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")  # not a part of an IP address
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|$)")
GENERAL = {f"5.{subject}.0" for subject in range(8)} | {"5.4.1", "5.7.1"}  # codes used for all kinds of refusals
URL = re.compile(r"\bhttps?:\S+|\bwww\.\S+", re.IGNORECASE)
ADDRESS = re.compile(r"<[^<>\s]*>|[^\s<>\"'(),;:=\[\]]+@[^\s<>\"'(),;:\[\]]+")
HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9_-]+\.)+[a-z]{2,}\b(?!\()")
CODES = re.compile(r"(?<![\w.])#?[245]\d\d[- ](?:#?[245]\.\d{1,3}\.\d{1,3}\b)?[ -]?|\(?#?[245]\.\d{1,3}\.\d{1,3}\b\)?(?!\.\d)")
LONGEST = 2000  # characters of a server's words that are looked at


def classify(status: str | None, words: str, context: str = "") -> tuple[Kind, str | None]:
    """Return HARD or SOFT and the code that decided.

    `status` is the report's own, `words` the refusing server's, `context` what the report says to people about it. A code
    in the words counts more than the status: exim reports 5.0.0 and sendmail 5.1.1 whatever happened.

    >>> classify("5.0.0", "smtp; 550 5.1.1 <ada@example.org>: user unknown")
    (<Kind.HARD: 'hard'>, '5.1.1')
    >>> classify("5.1.1", "550 5.7.1 IP address blacklisted")
    (<Kind.SOFT: 'soft'>, '5.7.1')
    """
    return find_rule(status, words, context).kind, find_code(status, words[:LONGEST])


def find_rule(status: str | None, words: str, context: str = "") -> Rule:
    """Return the rule that decides on a refusal.

    Of a reply without a code in it (`550 Rejected`) the status decides nothing: sendmail makes up 5.1.1 of each.
    """
    words = words[:LONGEST]
    reply = REPLY.search(words)
    code = "4.0.0" if reply and reply[0].startswith("4") else find_code(None if reply else status, words) or ""
    return decide(Refusal(reduce(words), code, normalise(f"{words} {context[:LONGEST]}")))


def speaks_of_sender(words: str) -> bool:
    """Return whether a rule knows a server's words as soft: they speak of the sender, or of a mailbox that is full."""
    rule = find_rule(None, words)
    return rule.kind is Kind.SOFT and rule is not UNCLEAR


def find_code(status: str | None, words: str) -> str | None:
    """Return the code that says most: a particular one of the words, any of the words, the report's own."""
    found = [match[0] for match in ENHANCED.finditer(words)]
    own = ENHANCED.search(status or "")
    particular = [code for code in found if code not in GENERAL]
    general = [code for code in found if not code.endswith(".0.0")]
    last = [own[0]] if own else []
    return next(iter([*particular, *general, *last, *found]), None)


def reduce(words: str) -> str:
    """Return words in lower case without what names someone or something: addresses, hosts, URLs, codes.

    >>> reduce("550-5.1.1 <spam@example.org> is unknown; 550 5.1.1 see https://spam.example.org/policy")
    'address is unknown; see'
    """
    text = ADDRESS.sub(" address ", URL.sub(" ", words))
    text = CODES.sub(" ", HOST.sub(" host ", text))
    return normalise(text).replace("address address", "address")


def without_addresses(words: str) -> str:
    """Return words with each e-mail address replaced.

    >>> without_addresses("550 <ada@example.org> unknown")
    '550 <…> unknown'
    """
    return ADDRESS.sub("<…>", words)


def normalise(text: str) -> str:
    """Return text in lower case with single blanks and plain apostrophes."""
    return " ".join(text.lower().replace("’", "'").split())
