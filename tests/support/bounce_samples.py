"""Messages as they come back, in the forms real servers write: exim 4.96's as it wrote them, others after their pattern."""

VERP = "bounces+7-00000000000000000000@notes.example"


def message(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def exim(diagnostic: str = "", words: str = "", to: str = "ada@example.org", verp: str = VERP) -> bytes:
    """Exim's report. Its Status is 5.0.0 whatever happened, and without a server's words it has no Diagnostic-Code."""
    return message(
        "Return-path: <>",
        f"Envelope-to: {verp}",
        f"X-Failed-Recipients: {to}",
        "Auto-Submitted: auto-replied",
        "From: Mail Delivery System <Mailer-Daemon@mail.notes.example>",
        f"To: {verp}",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=1795346834-eximdsn-496907950",
        "MIME-Version: 1.0",
        "Subject: Mail delivery failed: returning message to sender",
        "",
        "--1795346834-eximdsn-496907950",
        "Content-type: text/plain; charset=us-ascii",
        "",
        "This message was created automatically by mail delivery software.",
        "",
        "A message that you sent could not be delivered to one or more of its",
        "recipients. This is a permanent error. The following address(es) failed:",
        "",
        f"  {to}",
        f"    {words or diagnostic}",
        "",
        "--1795346834-eximdsn-496907950",
        "Content-type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.notes.example",
        "",
        "Action: failed",
        f"Final-Recipient: rfc822;{to}",
        "Status: 5.0.0",
        *([f"Remote-MTA: dns; mx.example.org\r\nDiagnostic-Code: smtp; {diagnostic}"] if diagnostic else []),
        "",
        "--1795346834-eximdsn-496907950",
        "Content-type: message/rfc822",
        "",
        f"Return-path: <{verp}>",
        "From: notes@notes.example",
        f"To: {to}",
        "Message-ID: <mail7@notes.example>",
        "",
        "body",
        "--1795346834-eximdsn-496907950--",
    )


def postfix(status: str, diagnostic: str, action: str = "failed") -> bytes:
    return message(
        "Return-Path: <>",
        f"X-Original-To: {VERP}",
        "From: MAILER-DAEMON@mail.notes.example (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        f"To: {VERP}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="4C1.17/mail.notes.example"',
        "",
        "--4C1.17/mail.notes.example",
        "Content-Description: Notification",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This is the mail system at host mail.notes.example.",
        "",
        "--4C1.17/mail.notes.example",
        "Content-Description: Delivery report",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.notes.example",
        "X-Postfix-Queue-ID: 4C1",
        "",
        "Final-Recipient: rfc822; ada@example.org",
        "Original-Recipient: rfc822;Ada@example.org",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {diagnostic}",
        "",
        "--4C1.17/mail.notes.example",
        "Content-Description: Undelivered Message Headers",
        "Content-Type: text/rfc822-headers",
        "",
        f"Return-Path: <{VERP}>",
        "Message-ID: <mail7@notes.example>",
        "",
        "--4C1.17/mail.notes.example--",
    )


def several(*outcomes: tuple[str, str, str]) -> bytes:
    """A report on several recipients behind one address, each an (address, action, status)."""
    groups = [f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n" for to, action, status in outcomes]
    return message(
        f"To: {VERP}",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
        "",
        "--x",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        *groups,
        "--x--",
    )


def internationalised() -> bytes:
    """RFC 6533: the parts of a report on mail to an address that is not ASCII."""
    return message(
        f"To: {VERP}",
        'Content-Type: multipart/report; report-type=global-delivery-status; boundary="x"',
        "",
        "--x",
        "Content-Type: message/global-delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        "Final-Recipient: utf-8; jörg@example.org",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--x",
        "Content-Type: message/global-headers",
        "",
        "Message-ID: <mail7@notes.example>",
        "",
        "--x--",
    )


def qmail(reason: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    """No report in a standard form: qmail's own."""
    return message(
        "Return-Path: <>",
        f"Delivered-To: {VERP}",
        "From: MAILER-DAEMON@mx.example.org",
        f"To: {VERP}",
        "Subject: failure notice",
        "",
        "Hi. This is the qmail-send program at mx.example.org.",
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        "This is a permanent error; I've given up. Sorry it didn't work out.",
        "",
        "<ada@example.org>:",
        reason,
        "",
        "--- Below this line is a copy of the message.",
        "",
        f"Return-Path: <{VERP}>",
        "Message-ID: <mail7@notes.example>",
    )


def complaint(kind: str = "abuse", mail_from: str = VERP) -> bytes:
    """RFC 5965, as providers send it to the address registered with them; they hide whose mailbox it was."""
    return message(
        "From: feedback@provider.example",
        "To: abuse@notes.example",
        "Subject: complaint about message from 192.0.2.1",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="x"',
        "",
        "--x",
        "Content-Type: text/plain",
        "",
        "This is an abuse report.",
        "--x",
        "Content-Type: message/feedback-report",
        "",
        f"Feedback-Type: {kind}",
        "User-Agent: Feedback/1.0",
        "Version: 1",
        f"Original-Mail-From: <{mail_from}>",
        "",
        "--x",
        "Content-Type: message/rfc822",
        "",
        "Message-ID: <mail7@notes.example>",
        "From: notes@notes.example",
        "",
        "body",
        "--x--",
    )


def vacation(*headers: str, body: str = "I am away until Monday. 550 5.1.1 user unknown, as they say.") -> bytes:
    return message("From: Ada <ada@example.org>", f"To: {VERP}", *headers, "", body)
