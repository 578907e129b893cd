"""Reading what comes back."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.bounces import Bounce, Kind, classifying, parse, read_verp, verp, verp_address
from mail.bounces.classifying import classify, find_code
from tests.support import bounce_samples as samples
from tests.support.bounce_samples import VERP

KEY = "a key"
ANSWERS = [
    ("550-5.1.1 The email account does not exist. Please try\r\n 550 5.1.1 double-checking the address", Kind.HARD, "5.1.1"),
    ("552 5.2.2 <ada@example.org>: mailbox full", Kind.SOFT, "5.2.2"),
    ("554 5.7.1 Message refused by policy", Kind.SOFT, "5.7.1"),
    ("550 5.7.1 <ada@example.org>: Recipient address rejected: user ada unknown", Kind.HARD, "5.7.1"),
    ("550 no", Kind.SOFT, "5.0.0"),
    ("550 Blocked: see our policy", Kind.SOFT, "5.0.0"),
    ("554 Transaction failed", Kind.SOFT, "5.0.0"),
    ("451 4.7.1 greylisted: retry timeout exceeded", Kind.SOFT, "4.7.1"),
    ("550 5.5.0 Requested action not taken: mailbox unavailable", Kind.HARD, "5.5.0"),
    ("550 5.4.1 Recipient address rejected: Access denied. [mx.example.org 10.5.1.1]", Kind.HARD, "5.4.1"),
    ("556 5.1.10 Recipient address has null MX", Kind.HARD, "5.1.10"),
    ("552 5.3.4 Message too big", Kind.SOFT, "5.3.4"),
]


@pytest.mark.parametrize("module", [verp, classifying], ids=["verp", "classifying"])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(st.integers(0, 10**18), st.text(min_size=1))
def test_a_verp_address_gives_back_its_number_in_any_case_and_with_older_keys(mail_id: int, key: str) -> None:
    address = verp_address(mail_id, "notes.example", key)
    assert [read_verp(address, key), read_verp(f"<{address.upper()}>", "newer", key)] == [mail_id, mail_id]
    assert len(address.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "forged",
    [
        VERP,
        verp_address(7, "notes.example", "other key"),
        verp_address(7, "notes.example", KEY).replace("+7-", "+8-"),
        verp_address(7, "notes.example", KEY).replace("+7-", "+07-") + "x y",
        verp_address(7, "notes.example", KEY).replace("bounces", "news"),
        verp_address(7, "notes.example", KEY)[:-20],
        "bounces+٧-00000000000000000000@notes.example",
        "",
    ],
)
def test_a_forged_verp_address_gives_nothing(forged: str) -> None:
    assert read_verp(forged, KEY) is None


def test_a_verp_address_without_keys_gives_nothing() -> None:
    assert read_verp(verp_address(7, "notes.example", KEY)) is None


@pytest.mark.parametrize(("answer", "kind", "status"), ANSWERS)
def test_exims_report_counts_by_the_code_in_its_diagnostic(answer: str, kind: Kind, status: str) -> None:
    reply = " ".join(answer.split())
    assert parse(samples.exim(answer)) == Bounce(kind, "ada@example.org", status, reply, "<mail7@notes.example>", (VERP, VERP))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Unrouteable address", Kind.HARD),
        ("retry timeout exceeded", Kind.SOFT),
        ("all hosts were refused by policy", Kind.SOFT),
    ],
)
def test_exims_report_without_a_diagnostic_counts_by_its_words(words: str, kind: Kind) -> None:
    reply = f"ada@example.org {words}"
    assert parse(samples.exim(words=words)) == Bounce(
        kind, "ada@example.org", "5.0.0", reply, "<mail7@notes.example>", (VERP, VERP)
    )


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown", Kind.HARD),
        ("5.2.1", "550 5.2.1 The account is disabled", Kind.HARD),
        ("5.4.4", "x-postfix; Host or domain name not found. Name service error", Kind.SOFT),
        ("5.1.1", "550 5.7.1 IP address blacklisted", Kind.SOFT),
        ("5.2.2", "552 5.2.2 over quota", Kind.SOFT),
        ("5.7.26", "550-5.7.26 This message does not pass DMARC", Kind.SOFT),
        ("4.4.1", "connect to mx.example.org[192.0.2.9]:25: Connection timed out", Kind.SOFT),
    ],
)
def test_postfixs_report_counts_by_its_status_unless_the_words_have_a_code(status: str, diagnostic: str, kind: Kind) -> None:
    expected = Bounce(kind, "Ada@example.org", find_code(status, diagnostic), diagnostic, "<mail7@notes.example>", (VERP, VERP))
    assert parse(samples.postfix(status, diagnostic)) == expected


def test_a_delay_is_but_a_notice() -> None:
    expected = Bounce(Kind.NOTICE, "Ada@example.org", "4.4.1", "", "<mail7@notes.example>", (VERP, VERP))
    assert parse(samples.postfix("4.4.1", "timed out", action="delayed (1 day)")) == expected


@pytest.mark.parametrize(
    ("outcomes", "kind", "recipient"),
    [
        ([("a@x.example", "failed", "5.2.2"), ("b@x.example", "failed", "5.1.1")], Kind.HARD, "b@x.example"),
        ([("a@x.example", "delivered", "2.0.0"), ("b@x.example", "failed", "5.1.1")], Kind.SOFT, "b@x.example"),
        ([("a@x.example", "delivered", "2.0.0")], Kind.NOTICE, "a@x.example"),
        ([("a@x.example", "", "5.1.1")], Kind.HARD, "a@x.example"),
        ([("a@x.example", "", "4.2.2")], Kind.NOTICE, "a@x.example"),
    ],
)
def test_of_several_recipients_the_worst_counts_unless_the_mail_arrived(
    outcomes: list[tuple[str, str, str]], kind: Kind, recipient: str
) -> None:
    bounce = parse(samples.several(*outcomes))
    assert (bounce and bounce.kind, bounce and bounce.recipient) == (kind, recipient)


def test_a_report_on_internationalised_mail_is_read_alike() -> None:
    bounce = parse(samples.internationalised())
    assert (bounce and bounce.kind, bounce and bounce.status, bounce and bounce.message_id) == (
        Kind.HARD,
        "5.1.1",
        "<mail7@notes.example>",
    )


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", Kind.HARD),
        ("192.0.2.9 does not like recipient.\r\nRemote host said: 550 5.1.1 user unknown", Kind.HARD),
        ("The user is over the quota. (#5.2.2)", Kind.SOFT),
        ("Something went wrong.", Kind.SOFT),
    ],
)
def test_a_report_in_free_text_counts_by_its_words(reason: str, kind: Kind) -> None:
    bounce = parse(samples.qmail(reason))
    assert (bounce and bounce.kind, bounce and bounce.recipient, bounce and bounce.returned_to) == (
        kind,
        "ada@example.org",
        (VERP,),
    )


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out"])
def test_a_complaint_names_the_mail_by_its_envelope(kind: str) -> None:
    reply = f"feedback report: {kind}, from Feedback/1.0"
    expected = Bounce(Kind.COMPLAINT, None, None, reply, "<mail7@notes.example>", ("abuse@notes.example", VERP))
    assert parse(samples.complaint(kind)) == expected


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "dmarc"])
def test_a_feedback_report_that_is_no_complaint_is_a_notice(kind: str) -> None:
    bounce = parse(samples.complaint(kind))
    assert bounce is not None
    assert bounce.kind is Kind.NOTICE


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-generated",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Subject: Out of Office: Your notes",
        "Subject: Automatische Antwort: Abwesenheit",
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="x"',
    ],
)
def test_an_answering_machine_is_known_whatever_it_says(header: str) -> None:
    assert parse(samples.vacation(header)) == Bounce(Kind.VACATION, returned_to=(VERP,))


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\n\n",
        b"\x00\xff" * 500,
        b"no header at all",
        b"Subject: a letter\n\nDear Ada, how are you?",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno boundary",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--",
        b"Content-Type: text/plain; charset=utf-99\n\n\xe4\xf6",
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5000)),
    ],
    ids=range(10),
)
def test_garbage_reports_nothing(garbage: bytes) -> None:
    assert parse(garbage) in (None, Bounce(Kind.VACATION))
    assert parse(garbage) is None or b"multipart/report" in garbage


@pytest.mark.parametrize("filler", [b"<", b"a@", b"@", b"\n", b"To: a@b\n ", b"550 5.1.1 ", b"(", b"<>@:\n"])
def test_a_huge_hostile_message_is_read_only_so_far(filler: bytes) -> None:
    head = b"From: MAILER-DAEMON@x\nSubject: failure notice\n\nHi. This is the qmail-send program\n<ada@example.org>:\n"
    bounce = parse(head + filler * (20_000_000 // len(filler)))
    assert bounce is None or bounce.kind in (Kind.HARD, Kind.SOFT)


SAMPLES = [
    samples.exim("550 5.1.1 user unknown"),
    samples.postfix("5.1.1", "550 5.1.1 no"),
    samples.qmail(),
    samples.complaint(),
    samples.internationalised(),
]


@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=20)), max_size=8)
)
def test_a_damaged_report_raises_nothing(raw: bytes, damages: list[tuple[int, int, bytes]]) -> None:
    for start, length, instead in damages:
        raw = raw[:start] + instead + raw[start + length :]
    assert parse(raw) is None or isinstance(parse(raw), Bounce)


@given(st.text(max_size=20), st.text(max_size=80))
def test_any_words_can_be_classified(status: str, words: str) -> None:
    assert classify(status, words)[0] in (Kind.HARD, Kind.SOFT)
