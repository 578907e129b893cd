"""Findings about a DMARC record, and about the alignment it asks for."""

import doctest

import pytest

from mail.deliverability import dmarc, findings, lookup, tags
from mail.deliverability.dmarc import organisation_of, walk
from mail.deliverability.dmarc_findings import alignment_findings, dmarc_findings
from mail.deliverability.findings import Finding, Level
from tests.support.dns_server import lookup_in

DOMAIN = "notes.example"
GOOD = "v=DMARC1; p=quarantine; rua=mailto:postmaster@notes.example"
FIRST = '_dmarc.notes.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@notes.example"'


def txt(*texts: str, at: str = "_dmarc.notes.example") -> str:
    return "".join(f'{at}. TXT "{text}"\n' for text in texts)


def find(zone: str, domain: str = DOMAIN, unanswered: tuple[str, ...] = ()) -> list[Finding]:
    return dmarc_findings(domain, lookup_in(zone, unanswered))


def finding(level: Level, code: str, sentence: str, cure: str = "") -> Finding:
    return Finding("DMARC", level, code, sentence, cure)


@pytest.mark.parametrize("module", [dmarc, findings, lookup, tags], ids=["dmarc", "findings", "lookup", "tags"])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_good_record_is_ok() -> None:
    good = f'_dmarc.notes.example has the policy "{GOOD}".'
    assert find(txt(GOOD, "another text")) == [finding(Level.OK, "dmarc-found", good)]


def test_a_missing_record_is_an_error() -> None:
    sentence = "notes.example has no DMARC record at _dmarc.notes.example: large receivers refuse bulk mail without one."
    assert find("") == [finding(Level.ERROR, "dmarc-missing", sentence, FIRST)]


def test_two_records_are_an_error() -> None:
    sentence = f"_dmarc.notes.example has 2 DMARC records (v=DMARC1; p=none and {GOOD}), and receivers then heed none."
    cure = 'Remove them all but one:\n_dmarc.notes.example. IN TXT "v=DMARC1; p=none"'
    assert find(txt("v=DMARC1; p=none", GOOD)) == [finding(Level.ERROR, "dmarc-two", sentence, cure)]


@pytest.mark.parametrize(
    "text",
    ["v=DMARC; p=reject", "v=dmarc1; p=reject", "p=reject; v=DMARC1", "DMARC1; p=reject", "v=DMARC1, p=reject", "p=reject"],
)
def test_a_misspelt_version_is_an_error_and_the_cure_keeps_the_policy(text: str) -> None:
    why = 'which receivers do not read as DMARC: it must begin with "v=DMARC1;".'
    sentence = f'_dmarc.notes.example has the TXT record "{text}", {why}'
    assert find(txt(text)) == [finding(Level.ERROR, "dmarc-misspelt", sentence, FIRST.replace("p=none", "p=reject"))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v=DMARC1; p=quarantaine; rua=mailto:a@notes.example", 'p="quarantaine", which is no policy'),
        ("v=DMARC1; rua=mailto:a@notes.example", "no policy p="),
    ],
)
def test_a_misspelt_policy_is_an_error(text: str, sentence: str) -> None:
    sentence = f"The DMARC record at _dmarc.notes.example has {sentence}: receivers know none, quarantine and reject."
    cure = '_dmarc.notes.example. IN TXT "v=DMARC1; p=none; rua=mailto:a@notes.example"'
    assert find(txt(text)) == [finding(Level.ERROR, "dmarc-misspelt", sentence, cure)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=DMARC1; p=reject; quarantine", '"quarantine" is no tag=value'),
        ("v=DMARC1; p=none; p=reject", 'the tag "p" is there twice'),
    ],
)
def test_a_record_that_is_no_tag_list_is_an_error(text: str, why: str) -> None:
    [found] = find(txt(text))
    sentence = f'The DMARC record at _dmarc.notes.example, "{text}", cannot be read: {why}.'
    assert (found.level, found.code, found.sentence) == (Level.ERROR, "dmarc-misspelt", sentence)


@pytest.mark.parametrize("place", ["notes.example", "dmarc.notes.example", "_dmarc.notes.example.notes.example"])
def test_a_record_in_the_wrong_place_is_an_error(place: str) -> None:
    sentence = f"The DMARC record of notes.example is at {place}, where no receiver looks: its place is _dmarc.notes.example."
    assert find(txt(GOOD, at=place)) == [finding(Level.ERROR, "dmarc-misplaced", sentence, FIRST)]


def test_a_policy_of_none_is_a_warning() -> None:
    text = GOOD.replace("quarantine", "none")
    sentence = "The DMARC policy of notes.example is p=none: it asks for reports, but stops nobody who writes in its name."
    cure = f'When the reports show that your own mail passes:\n_dmarc.notes.example. IN TXT "{GOOD}"'
    assert find(txt(text)) == [
        finding(Level.WARNING, "dmarc-none", sentence, cure),
        finding(Level.OK, "dmarc-found", f'_dmarc.notes.example has the policy "{text}".'),
    ]


@pytest.mark.parametrize(
    ("text", "code", "cure"),
    [
        (
            "v=DMARC1; p=reject; rua=mailto:a@notes.example; pct=20",
            "dmarc-pct",
            "v=DMARC1; p=reject; rua=mailto:a@notes.example",
        ),
        ("v=DMARC1; p=reject", "dmarc-no-reports", "v=DMARC1; p=reject; rua=mailto:postmaster@notes.example"),
        ("v=DMARC1; p=reject; rua=a@notes.example", "dmarc-reports", "v=DMARC1; p=reject; rua=mailto:postmaster@notes.example"),
        (
            "v=DMARC1; p=reject; rau=x; rua=mailto:a@notes.example",
            "dmarc-unknown",
            "v=DMARC1; p=reject; rua=mailto:a@notes.example",
        ),
    ],
)
def test_what_weakens_a_record_is_a_warning(text: str, code: str, cure: str) -> None:
    warning, good = find(txt(text))
    expected = (Level.WARNING, code, f'_dmarc.notes.example. IN TXT "{cure}"', Level.OK)
    assert (warning.level, warning.code, warning.cure, good.level) == expected


def test_reports_to_a_domain_that_has_not_agreed_are_a_warning() -> None:
    zone = txt("v=DMARC1; p=reject; rua=mailto:a@reports.example")
    why = "but reports.example has not agreed to get them: none will come."
    sentence = f"DMARC reports on notes.example go to mailto:a@reports.example, {why}"
    cure = 'notes.example._report._dmarc.reports.example. IN TXT "v=DMARC1"'
    assert find(zone)[0] == finding(Level.WARNING, "dmarc-reports", sentence, cure)
    assert [found.code for found in find(f"{zone}\n{cure}")] == ["dmarc-found"]


def test_a_subdomain_is_under_its_organisations_record_and_sp() -> None:
    zone = txt(f"{GOOD}; sp=none")
    assert [found.code for found in find(zone)] == ["dmarc-found"]
    assert [found.code for found in find(zone, "blog.notes.example")] == ["dmarc-none", "dmarc-found"]


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("notes.example", "notes.example"),
        ("a.b.notes.example", "notes.example"),
        ("a.city.example", "a.city.example"),
        ("x.a.city.example", "a.city.example"),
        ("x.own.example", "x.own.example"),
        ("unknown.test", "unknown.test"),
    ],
)
def test_the_organisation_is_the_highest_record_unless_psd_says_more(domain: str, organisation: str) -> None:
    zone = (
        txt(GOOD)
        + txt("v=DMARC1; p=none; psd=y", at="_dmarc.city.example")
        + txt("v=DMARC1; p=none; psd=n", at="_dmarc.x.own.example")
        + txt("v=DMARC1; p=none", at="_dmarc.own.example")
    )
    assert organisation_of(domain, lookup_in(zone)) == organisation


def test_the_walk_leaps_over_the_middle_of_a_long_name() -> None:
    assert walk("a.b.c.d.e.f.g.h.i.example") == [
        "a.b.c.d.e.f.g.h.i.example",
        *(
            "d.e.f.g.h.i.example",
            "e.f.g.h.i.example",
            "f.g.h.i.example",
            "g.h.i.example",
            "h.i.example",
            "i.example",
            "example",
        ),
    ]


def test_what_nobody_answers_is_not_checked() -> None:
    why = "the DNS did not answer for _dmarc.notes.example TXT (time ran out)"
    assert find(txt(GOOD), unanswered=("_dmarc.notes.example",)) == [
        finding(Level.NOT_CHECKED, "not-checked", f"DMARC of notes.example was not checked: {why}.")
    ]


# Alignment


def align(envelope: str, signing: str, record: str = GOOD) -> list[tuple[Level, str]]:
    found = alignment_findings(DOMAIN, envelope, signing, lookup_in(txt(record)))
    return [(one.level, one.code) for one in found]


ALIGNED = (Level.OK, "dmarc-aligned")
NO_DKIM = (Level.ERROR, "dmarc-unaligned-dkim")


@pytest.mark.parametrize(
    ("envelope", "signing", "record", "expected"),
    [
        ("notes.example", "notes.example", GOOD, [ALIGNED]),
        ("bounces.notes.example", "mail.notes.example", GOOD, [ALIGNED]),
        ("notes.example", "", GOOD, [ALIGNED]),
        ("", "notes.example", GOOD, [ALIGNED]),
        ("", "elsewhere.example", GOOD, [NO_DKIM]),
        ("", "", GOOD, []),
        ("elsewhere.example", "notes.example", GOOD, [(Level.WARNING, "dmarc-unaligned-spf")]),
        ("elsewhere.example", "", GOOD, [(Level.ERROR, "dmarc-unaligned-spf")]),
        ("notes.example", "elsewhere.example", GOOD, [NO_DKIM]),
        ("elsewhere.example", "elsewhere.example", GOOD, [NO_DKIM, (Level.ERROR, "dmarc-unaligned-spf")]),
        ("bounces.notes.example", "notes.example", f"{GOOD}; aspf=s", [(Level.WARNING, "dmarc-unaligned-spf")]),
        ("notes.example", "mail.notes.example", f"{GOOD}; adkim=s", [NO_DKIM]),
        ("notes.example", "notes.example", f"{GOOD}; adkim=s; aspf=s", [ALIGNED]),
        ("bounces.notes.example", "notes.example", "no record", [ALIGNED]),
        ("othernotes.example", "notes.example", "no record", [(Level.WARNING, "dmarc-unaligned-spf")]),
    ],
)
def test_alignment_follows_the_record(envelope: str, signing: str, record: str, expected: list[tuple[Level, str]]) -> None:
    assert align(envelope, signing, record) == expected


@pytest.mark.parametrize(
    ("envelope", "signing", "sentence"),
    [
        (
            DOMAIN,
            "mail.notes.example",
            "SPF (notes.example) and DKIM (mail.notes.example) are aligned with notes.example in From.",
        ),
        (DOMAIN, "", "SPF (notes.example) is aligned with notes.example in From."),
        ("", DOMAIN, "DKIM (notes.example) is aligned with notes.example in From."),
    ],
)
def test_what_is_aligned_is_named(envelope: str, signing: str, sentence: str) -> None:
    assert alignment_findings(DOMAIN, envelope, signing, lookup_in(txt(GOOD))) == [finding(Level.OK, "dmarc-aligned", sentence)]


def test_what_is_not_aligned_is_named_with_the_setting_that_cures_it() -> None:
    found = alignment_findings(DOMAIN, "bounces.test", "signs.test", lookup_in(txt(GOOD)))
    signs = "DKIM signs for signs.test, which is not aligned with notes.example in From: DMARC does not count the signature."
    bounces = "Bounces go to bounces.test, which is not aligned with notes.example in From: SPF passes for the wrong domain."
    assert found == [
        finding(Level.ERROR, "dmarc-unaligned-dkim", signs, "DKIM_DOMAIN=notes.example"),
        finding(Level.ERROR, "dmarc-unaligned-spf", bounces, "BOUNCE_DOMAIN=notes.example"),
    ]
