"""Cures that cure: what a finding prints, published, leaves no error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.deliverability.cures import published, records_in
from mail.deliverability.findings import Finding, Level
from mail.deliverability.spf_findings import spf_findings
from tests.support.dns_server import lookup_in

GOOGLE = """_spf.google.com. TXT "v=spf1 ip4:203.0.113.0/24 ~all"
open.example. TXT "v=spf1 all"
notes.example. MX 10 mail.notes.example.
"""
IPS = ("192.0.2.1", "2001:db8::1")


def spf_of(*texts: str, ips: tuple[str, ...] = IPS) -> tuple[list[Finding], list[Finding]]:
    """Return the findings on a domain with these TXT records, and those once the first cure is published."""
    lookup = lookup_in(GOOGLE + "".join(f'notes.example. TXT "{text}"\n' for text in texts))
    found = spf_findings("notes.example", ips, "mail.notes.example", lookup)
    cure = next((finding.cure for finding in found if finding.level is Level.ERROR), "")
    return found, spf_findings("notes.example", ips, "mail.notes.example", published(records_in(cure), lookup))


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("v=spf1 include:_spf.google.com ipv4:192.0.2.1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com ip4=192.0.2.1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com ip:192.0.2.1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com 192.0.2.1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include=_spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 inlcude:_spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include: _spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com, ip4:192.0.2.1 -al", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("spf1 include:_spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf2 include:_spf.google.com ~all", "include:_spf.google.com ip4:192.0.2.1 ~all"),
        ("v=spf1 include:_spf.google.com ip4:192.0.2.300 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com -all ip4:192.0.2.1", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 -all include:_spf.google.com", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com ip4:128.0.0.0/1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:_spf.google.com ip4:0.0.0.0/1 ip4:192.0.2.1 -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:nothing.example include:_spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        ("v=spf1 include:open.example include:_spf.google.com -all", "include:_spf.google.com ip4:192.0.2.1 -all"),
        (
            "v=spf1 -ip4:192.0.2.0/24 include:_spf.google.com -all",
            "ip4:192.0.2.1 -ip4:192.0.2.0/24 include:_spf.google.com -all",
        ),
        ("v=spf1 redirect=_spf.google.com", "ip4:192.0.2.1 redirect=_spf.google.com"),
    ],
)
def test_a_cure_of_spf_keeps_what_was_meant(text: str, cure: str) -> None:
    found, after = spf_of(text, ips=IPS[:1])
    assert next(finding.cure for finding in found if finding.level is Level.ERROR) == f'notes.example. IN TXT "v=spf1 {cure}"'
    assert [finding.code for finding in after] == ["spf-pass"]


WORDS = (
    "a mx -all ~all ?all +all all ptr ip4:0.0.0.0/0 ip4:128.0.0.0/1 ip6:::/0 ip4:192.0.2.1 ip6:2001:db8::1 -ip4:192.0.2.0/24 "
    "include:_spf.google.com include:open.example include:nothing.example include:notes.example ipv4:192.0.2.1 -a/0 foo bar: "
    "redirect=open.example redirect=_spf.google.com exp=x.example exists:%{i}.example a:-all ip4:1 ip6:1.2.3.4 – , mx/33"
).split()


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=6), min_size=1, max_size=2))
def test_no_cure_of_spf_leaves_an_error(records: list[list[str]]) -> None:
    found, after = spf_of(*(" ".join(["v=spf1", *words]).replace("–", "\\226\\128\\147") for words in records))
    assert all(finding.cure for finding in found if finding.level is Level.ERROR)
    assert [finding for finding in after if finding.level is Level.ERROR] == []
