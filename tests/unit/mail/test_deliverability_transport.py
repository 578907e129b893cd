"""MTA-STS and TLS-RPT: heard of only when they are published, and then looked at."""

import doctest

import pytest

from mail.deliverability import transport
from mail.deliverability.cures import published, records_in
from mail.deliverability.findings import Level
from mail.deliverability.transport import transport_findings
from tests.support.dns_server import lookup_in

MX = "notes.example. MX 10 mail.notes.example.\nmta-sts.notes.example. A 192.0.2.1\n"
STS = MX + '_mta-sts.notes.example. TXT "v=STSv1; id=20261128"\n'
POLICY = "version: STSv1\nmode: enforce\nmx: mail.notes.example\nmax_age: 604800\n"


def codes(zone: str, policy: str = POLICY) -> list[tuple[str, Level]]:
    return [(found.code, found.level) for found in transport_findings("notes.example", lookup_in(zone), lambda _url: policy)]


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(transport).failed == 0


def test_nothing_published_is_no_finding() -> None:
    assert codes(MX) == []


@pytest.mark.parametrize(
    ("zone", "policy", "expected"),
    [
        (STS, POLICY, [("sts-found", Level.OK)]),
        (STS, POLICY.replace("mail.", "*."), [("sts-found", Level.OK)]),
        (STS, POLICY.replace("mail.", "mx."), [("sts-mx", Level.ERROR)]),
        (STS, POLICY.replace("mail.", "mx.").replace("enforce", "testing"), [("sts-mx", Level.WARNING)]),
        (STS, POLICY.replace("STSv1", "STSv2"), [("sts-policy", Level.ERROR)]),
        (STS, "<html>Not found</html>", [("sts-policy", Level.ERROR)]),
        (STS.replace("id=20261128", "id=2026-11-28"), POLICY, [("sts-unreadable", Level.ERROR)]),
        (STS + '_mta-sts.notes.example. TXT "v=STSv1; id=2"\n', POLICY, [("sts-two", Level.ERROR)]),
        (STS.replace("mta-sts.notes.example. A", "other.example. A"), POLICY, [("sts-no-host", Level.ERROR)]),
        (MX + '_smtp._tls.notes.example. TXT "v=TLSRPTv1; rua=mailto:tls@notes.example"', POLICY, [("rpt-found", Level.OK)]),
        (MX + '_smtp._tls.notes.example. TXT "v=TLSRPTv1; rua=tls@notes.example"', POLICY, [("rpt-unreadable", Level.ERROR)]),
        (MX + '_smtp._tls.notes.example. TXT "v=TLSRPTv1"', POLICY, [("rpt-unreadable", Level.ERROR)]),
    ],
)
def test_what_is_published_is_looked_at(zone: str, policy: str, expected: list[tuple[str, Level]]) -> None:
    assert codes(zone, policy) == expected
    lookup = lookup_in(zone)
    for found in transport_findings("notes.example", lookup):
        if records := records_in(found.cure):
            after = transport_findings("notes.example", published(records, lookup))
            assert [one.code for one in after if one.level is Level.ERROR] == []


def test_a_policy_that_cannot_be_fetched_is_not_checked() -> None:
    def fetch(url: str) -> str:
        raise OSError(f"{url[:5]} refused")

    [found] = transport_findings("notes.example", lookup_in(STS), fetch)
    assert (found.level, found.code) == (Level.NOT_CHECKED, "not-checked")
    assert found.sentence == "https://mta-sts.notes.example/.well-known/mta-sts.txt was not checked: https refused."
