"""Which refusals are hard: the table of rules, and the words of many servers."""

import pytest

from mail.bounces import Kind, parse
from mail.bounces.classifying import classify, find_rule
from mail.bounces.rules import RULES
from tests.support import bounce_samples as samples
from tests.support.refusals import read_refusals

EXAMPLES = {  # of each rule: status, words, and what the report says around them
    "account closed, said after the message": (
        "5.0.0",
        "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0]",
        "(in reply to end of DATA command)",
    ),
    "connecting, HELO, MAIL FROM or DATA": ("5.1.1", "550 5.1.1 User unknown", "(in reply to MAIL FROM command)"),
    "temporary code": ("5.0.0", "450 4.1.1 user unknown", ""),
    "directory of Exchange Online": ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", ""),
    "sender": ("5.0.0", "550 Verification failed for <bounces+7@notes.example> may not exist. Sender verify failed", ""),
    "authentication": ("5.1.1", "550 5.1.1 recipient unknown, SPF failed", ""),
    "network": ("5.1.1", "550 5.7.1 IP address blacklisted", ""),
    "content": ("5.1.1", "550 5.1.1 spam to invalid user", ""),
    "pace": ("5.1.1", "550 too many recipients this hour", ""),
    "full": ("5.1.1", "552 5.2.2 Over quota", ""),
    "suspended": ("5.2.1", "550 5.2.1 account suspended", ""),
    "policy": ("5.1.1", "550 Administrative prohibition", ""),
    "routing": ("5.4.4", "Host or domain name not found. Name service error for name=example.org type=A", ""),
    "mailbox full, code": ("5.2.2", "552 5.2.2 no", ""),
    "message, system or policy, code": ("5.7.606", "550 5.7.606 no such user", ""),
    "no such domain": ("5.0.0", "Unrouteable address", ""),
    "no such mailbox": ("5.0.0", "550 No such user here", ""),
    "no such mailbox, in other languages": ("5.0.0", "550 Empfänger unbekannt", ""),
    "mailbox or domain, code": ("5.1.1", "550 5.1.1 <ada@example.org>: Recipient address", ""),
    "unclear": ("5.0.0", "550 no", ""),
}
OURS = [  # named in an issue: each speaks of us, or of a mailbox that will be emptied, and was once taken for a missing one
    ("5.0.0", "550 Administrative prohibition"),
    ("5.0.0", "550 Verification failed for <bounces+7-0@notes.example> The account may not exist. Sender verify failed"),
    ("5.0.0", "550 Domain may not exist or DNS check failed"),
    ("5.0.0", "550 Access denied - Invalid HELO name"),
    ("5.0.0", "550 Reverse DNS lookup failed"),
    ("5.0.0", "550 192.0.2.1 is in an RBL"),
    ("5.0.0", "550 mailbox full"),
    ("5.0.0", "550 over disk space limit"),
    ("5.2.1", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages"),
    ("5.1.0", "550 5.1.0 192.0.2.1 is not allowed to send from notes.example per its SPF record"),
    ("5.1.0", "550 5.1.0 sender rejected"),
    ("5.1.1", "550 5.7.1 IP address blacklisted"),
    ("5.1.1", "552 5.2.2 Over quota"),
    ("5.1.1", "550 too many recipients this hour"),
    ("5.4.4", "Host or domain name not found. Name service error"),
    ("5.1.1", "550 mailbox full"),
    *(
        (status, f"{reply} {words}".strip())
        for status in ("5.0.0", "5.1.1")  # which sendmail makes up
        for reply in (550, 551, 553)
        for words in ("", "no", "Requested action not taken", "rejected")
    ),
]
STAGES = [
    "(in reply to end of DATA command)",
    "(in reply to DATA command)",
    "(in reply to MAIL FROM command)",
    "(in reply to HELO command)",
    "SMTP error from remote mail server after end of data:",
    "SMTP error from remote mail server after pipelined MAIL FROM:<bounces+7@notes.example> SIZE=2000:",
    "SMTP error from remote mail server after initial connection:",
    "host mx.example.org[192.0.2.9] refused to talk to me:",
    ">>> MAIL From:<bounces+7@notes.example>",
]
GONE = [
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied"),
    ("5.1.351", "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable"),
    ("5.0.0", "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com)"),
]


def test_every_rule_has_an_example_that_it_decides() -> None:
    assert {name: find_rule(*example).name for name, example in EXAMPLES.items()} == {rule.name: rule.name for rule in RULES}


@pytest.mark.parametrize(("status", "words"), OURS)
def test_a_refusal_that_speaks_of_us_is_soft(status: str, words: str) -> None:
    assert classify(status, words)[0] is Kind.SOFT


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_said_before_or_after_the_recipient_is_soft(stage: str) -> None:
    refusal = "550 5.1.1 no such user"
    assert [classify("5.1.1", refusal)[0], classify("5.1.1", refusal, stage)[0]] == [Kind.HARD, Kind.SOFT]
    report = parse(samples.exim(refusal, words=f"ada@example.org {stage} {refusal}"))
    assert report is not None
    assert report.kind is Kind.SOFT


@pytest.mark.parametrize(("status", "words"), GONE)
def test_words_of_a_missing_mailbox_are_hard(status: str, words: str) -> None:
    assert classify(status, words)[0] is Kind.HARD


def test_the_words_of_providers_and_servers_are_known() -> None:
    refusals = read_refusals()
    wrong = [(who, words) for who, status, kind, words in refusals if classify(status or None, words)[0] is not kind]
    assert (wrong, len(refusals) >= 120) == ([], True)


def test_a_name_or_an_address_decides_nothing() -> None:
    words = "550 5.1.1 <spam-policy@rbl.example.org>: user unknown, says quota.example.org, see https://block.example.org/full"
    assert classify("5.1.1", words)[0] is Kind.HARD


def test_a_part_without_headers_is_read() -> None:
    raw = samples.exim(words="Unrouteable address").replace(b"Content-type: text/plain; charset=us-ascii\r\n", b"")
    bounce = parse(raw)
    assert bounce is not None
    assert (bounce.kind, bounce.reply) == (Kind.HARD, "ada@example.org Unrouteable address")
