"""SPF as receivers evaluate it, and the findings about its faults."""

import doctest

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from mail.deliverability import cures, spf_cures, spf_terms
from mail.deliverability.findings import Finding, Level
from mail.deliverability.spf import check_host
from mail.deliverability.spf_findings import spf_findings
from tests.support.dns_server import lookup_in

IP = "192.0.2.1"
GOOD = "v=spf1 ip4:192.0.2.1 -all"
CURE = 'notes.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"'


def txt(*texts: str, name: str = "notes.example") -> str:
    return "".join(f'{name}. TXT "{escaped(text)}"\n' for text in texts)


def escaped(text: str) -> str:
    """Text as a zone file has it: other signs than ASCII's as bytes in decimal."""
    return "".join(chr(byte) if byte < 128 else f"\\{byte}" for byte in text.encode())


def find(zone: str, *addresses: str, unanswered: tuple[str, ...] = ()) -> list[Finding]:
    return spf_findings("notes.example", addresses or (IP,), "mail.notes.example", lookup_in(zone, unanswered))


def error(code: str, sentence: str, cure: str = CURE) -> list[Finding]:
    return [Finding("SPF", Level.ERROR, code, sentence, cure)]


@pytest.mark.parametrize("module", [cures, spf_cures, spf_terms], ids=["cures", "spf_cures", "terms"])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_good_record_is_ok_for_each_address() -> None:
    assert find(txt("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all", "another text"), IP, "2001:db8::1") == [
        Finding("SPF", Level.OK, "spf-pass", "192.0.2.1 may send for notes.example: ip4:192.0.2.0/24 says so."),
        Finding("SPF", Level.OK, "spf-pass", "2001:db8::1 may send for notes.example: ip6:2001:db8::/32 says so."),
    ]


def test_findings_are_in_the_language_of_whoever_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "%(address)s may send for %(domain)s: %(because)s says so."
    german: dict[str, str] = trans_real.translation("de")._catalog._catalogs[0]
    monkeypatch.setitem(german, words, "Für %(domain)s darf %(address)s senden: %(because)s.")
    with translation.override("de"):
        assert [finding.sentence for finding in find(txt(GOOD))] == ["Für notes.example darf 192.0.2.1 senden: ip4:192.0.2.1."]


def test_without_a_record_the_cure_names_the_addresses() -> None:
    cure = 'notes.example. IN TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"'
    sentence = "notes.example has no SPF record: nothing says that 192.0.2.1 and 2001:db8::1 may send for it."
    assert find(txt("v=spf10 -all"), IP, "2001:db8::1") == error("spf-missing", sentence, cure)


@pytest.mark.parametrize(
    "text", ["spf1 ip4:192.0.2.1 -all", "v=spf2 -all", "v=spf1,ip4:192.0.2.1,-all", " v=spf1 -all", "v= spf1"]
)
def test_a_misspelt_version_is_named(text: str) -> None:
    sentence = f'notes.example has the TXT record "{text}", which receivers do not read as SPF: it must begin with "v=spf1 ".'
    assert find(txt(text)) == error("spf-misspelt", sentence)


def test_two_records_are_merged_by_the_cure() -> None:
    zone = txt("v=spf1 include:_spf.elsewhere.example ~all", "v=spf1 mx +all")
    zone += txt("v=spf1 ip4:203.0.113.0/24 -all", name="_spf.elsewhere.example")
    reason = "v=spf1 include:_spf.elsewhere.example ~all; v=spf1 mx +all"
    cure = 'notes.example. IN TXT "v=spf1 include:_spf.elsewhere.example mx ip4:192.0.2.1 ~all"'
    sentence = f"notes.example has 2 SPF records ({reason}), and receivers then heed none (permerror)."
    assert find(zone) == error("spf-two", sentence, f"Remove them all but this one:\n{cure}")


@pytest.mark.parametrize(
    ("text", "term", "cure"),
    [
        ("v=spf1 +all", "+all", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 all", "all", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 mx ip4:0.0.0.0/0 ip6:::/0 -all", "ip4:0.0.0.0/0", "v=spf1 mx ip4:192.0.2.1 -all"),
        ("v=spf1 include:open.example -all", "include:open.example → all", "v=spf1 ip4:192.0.2.1 -all"),
    ],
)
def test_a_record_that_lets_everyone_pass_is_an_error(text: str, term: str, cure: str) -> None:
    zone = txt(text) + txt("v=spf1 all", name="open.example") + "notes.example. MX 10 mail.notes.example.\n"
    found = [finding for finding in find(zone) if finding.level is not Level.OK]
    sentence = f'Anyone may send for notes.example: its SPF record "{text}" lets every address pass, by {term}.'
    assert found == error("spf-all", sentence, f'notes.example. IN TXT "{cure}"')


@pytest.mark.parametrize("text", ["v=spf1 ip4:192.0.2.1 ?all", "v=spf1 ip4:192.0.2.1"])
def test_a_record_that_stops_nobody_is_a_warning(text: str) -> None:
    sentence = f'The SPF record of notes.example, "{text}", says nothing of other servers (neutral): it stops no forger.'
    assert find(txt(text))[1:] == [Finding("SPF", Level.WARNING, "spf-open", sentence, CURE)]


@pytest.mark.parametrize(
    ("end", "result"),
    [("-all", "fail"), ("~all", "softfail")],
)
def test_the_wrong_address_is_an_error_and_added_by_the_cure(end: str, result: str) -> None:
    reason = f'its SPF record "v=spf1 ip4:198.51.100.7 {end}" gives {result} by {end}.'
    cure = f'notes.example. IN TXT "v=spf1 ip4:198.51.100.7 ip4:192.0.2.1 {end}"'
    found = find(txt(f"v=spf1 ip4:198.51.100.7 {end}"))
    assert found == error("spf-address", f"192.0.2.1 may not send for notes.example: {reason}", cure)


def test_a_record_that_names_the_address_not_at_all_is_neutral() -> None:
    found = find(txt("v=spf1 ip4:198.51.100.7"))
    reason = 'its SPF record "v=spf1 ip4:198.51.100.7" gives neutral, naming no such address.'
    assert found[0].sentence == f"192.0.2.1 may not send for notes.example: {reason}"


LOOPED = (txt("v=spf1 include:a.example -all") + txt("v=spf1 include:b.example -all", name="a.example")) + txt(
    "v=spf1 redirect=notes.example", name="b.example"
)


def test_a_loop_is_named_with_its_way() -> None:
    sentence = (
        'The SPF record of notes.example, "v=spf1 include:a.example -all", cannot be followed: '
        "it leads back to itself: notes.example → a.example → b.example → notes.example."
    )
    assert find(LOOPED) == error("spf-loop", sentence, f"Name the addresses themselves, instead of including others:\n{CURE}")


def includes(count: int) -> str:
    return " ".join(f"include:i{number}.example" for number in range(count))


def included(count: int) -> str:
    return "".join(txt("v=spf1 ip4:198.51.100.7 -all", name=f"i{number}.example") for number in range(count))


def test_more_than_ten_lookups_are_an_error() -> None:
    text = f"v=spf1 {includes(11)} ip4:192.0.2.1 -all"
    sentence = (
        f'The SPF record of notes.example, "{text}", cannot be followed: '
        "it needs more than 10 look-ups in the DNS, 'include:i10.example' being one more."
    )
    cure = f"Name the addresses themselves, instead of including others:\n{CURE}"
    assert find(txt(text) + included(11)) == error("spf-lookups", sentence, cure)


def test_more_than_ten_lookups_are_a_warning_where_our_address_passes_before() -> None:
    text = f"v=spf1 ip4:192.0.2.1 {includes(11)} -all"
    found = find(txt(text) + included(11))
    assert [(finding.level, finding.code) for finding in found] == [(Level.OK, "spf-pass"), (Level.WARNING, "spf-lookups")]


def test_ten_lookups_are_well() -> None:
    found = find(txt(f"v=spf1 {includes(10)} ip4:192.0.2.1 -all") + included(10))
    assert [finding.code for finding in found] == ["spf-pass"]


def test_names_that_do_not_exist_are_an_error_from_the_third_on() -> None:
    found = find(txt("v=spf1 a:x.example a:y.example a:z.example ip4:192.0.2.1 -all"))
    assert [finding.code for finding in found] == ["spf-void"]
    assert "it asks for more than 2 names that do not exist, z.example among them" in found[0].sentence


def test_an_included_domain_without_a_record_is_an_error() -> None:
    text = "v=spf1 include:none.example -all"
    sentence = (
        f'The SPF record of notes.example, "{text}", cannot be followed: it includes none.example, which has no SPF record.'
    )
    assert find(txt(text)) == error("spf-empty", sentence)


@pytest.mark.parametrize(
    "term", ["ip4:192.0.2", "ipv4:192.0.2.1", "ip4:192.0.2.1/33", "include", "a:", "ip6:192.0.2.1", "ip4=192.0.2.1x%", "–all"]
)
def test_a_term_that_is_none_is_an_error_and_named(term: str) -> None:
    [found] = find(txt(f"v=spf1 {term} -all"))
    assert (found.level, found.code) == (Level.ERROR, "spf-syntax")
    assert term in found.sentence


def test_fault_in_an_included_record_is_reported_with_its_domain() -> None:
    zone = txt("v=spf1 include:a.example -all") + txt("v=spf1 nonsense", name="a.example")
    assert "(by way of a.example): it has 'nonsense', which is no term of SPF" in find(zone)[0].sentence


def test_ptr_in_a_record_is_a_warning() -> None:
    found = find(txt("v=spf1 ip4:192.0.2.1 ptr -all"))
    assert [(finding.level, finding.code) for finding in found] == [(Level.OK, "spf-pass"), (Level.WARNING, "spf-ptr")]


@pytest.mark.parametrize("silent", ["notes.example", "a.example"])
def test_what_nobody_answers_is_not_checked(silent: str) -> None:
    zone = txt("v=spf1 include:a.example -all") + txt("v=spf1 -all", name="a.example")
    [found] = find(zone, unanswered=(silent,))
    why = f"SPF of notes.example was not checked: the DNS did not answer for {silent} TXT (time ran out)."
    assert found == Finding("SPF", Level.NOT_CHECKED, "not-checked", why)


def test_without_known_addresses_the_record_is_still_looked_at() -> None:
    found = spf_findings("notes.example", (), "mail.notes.example", lookup_in(txt("v=spf1 +all")))
    assert [finding.code for finding in found] == ["spf-all"]


ZONE = """
    mail.example. A 192.0.2.7
    mail.example. AAAA 2001:db8::7
    mx.example. MX 10 mail.example.
    7.2.0.192.in-addr.arpa. PTR mail.example.
    7.2.0.192._spf.mx.example. A 127.0.0.2
    sub.mail.example. TXT "v=spf1 a:mail.example -all"
"""


@pytest.mark.parametrize(
    ("text", "address", "result"),
    [
        ("v=spf1 a:mail.example -all", "192.0.2.7", "pass"),
        ("v=spf1 a:mail.example -all", "2001:db8::7", "pass"),
        ("v=spf1 a:mail.example -all", "::ffff:192.0.2.7", "pass"),
        ("v=spf1 a:mail.example/24//64 -all", "192.0.2.99", "pass"),
        ("v=spf1 a:mail.example/24//64 -all", "2001:db8::99", "pass"),
        ("v=spf1 a:mail.example//64 -all", "192.0.2.99", "fail"),
        ("v=spf1 mx:mx.example ~all", "192.0.2.7", "pass"),
        ("v=spf1 mx:mx.example ~all", "192.0.2.8", "softfail"),
        ("v=spf1 ptr:elsewhere.example ?all", "192.0.2.7", "neutral"),
        ("v=spf1 ptr:mail.example ?all", "192.0.2.7", "pass"),
        ("v=spf1 exists:%{ir}._spf.mx.example -all", "192.0.2.7", "pass"),
        ("v=spf1 exists:%{ir}._spf.mx.example -all", "192.0.2.8", "fail"),
        ("v=spf1 include:sub.mail.example ?all", "192.0.2.8", "neutral"),
        ("v=spf1 redirect=sub.mail.example", "192.0.2.8", "fail"),
        ("v=spf1 redirect=sub.mail.example", "192.0.2.7", "pass"),
        ("v=spf1 a:%{d1r}.example unknown=%{d} -all", "192.0.2.7", "fail"),
        ("V=SPF1 IP4:192.0.2.7 -ALL", "192.0.2.7", "pass"),
    ],
)
def test_records_are_evaluated_as_receivers_do(text: str, address: str, result: str) -> None:
    lookup = lookup_in(ZONE + txt(text))
    assert check_host(address, "notes.example", "ada@notes.example", "mail.example", lookup).result == result
