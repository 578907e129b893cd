"""`manage.py check_mail`: checks DNS and mail server, and prints each fault with its cure.

Sends nothing, unless `--send` names an address. The exit status is 1 when there are errors.
"""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mail import compose, outbox, outcomes
from mail.deliverability.checking import run
from mail.deliverability.findings import Finding, Level, as_json, has_errors
from mail.deliverability.lookup import parse_server
from mail.management.report import report
from mail.models import Delivery
from mail.outcomes import Outcome, Verdict
from mail.sending_settings import sending_from_settings
from mail.worker import worker_name

STANDARD_INPUT = "-"  # for a key that the site's user may not read


class Command(BaseCommand):
    help = "Check SPF, DKIM, DMARC, PTR, MX and the mail server, and say how to cure what is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--domain", default="", help="the domain in From (that of DEFAULT_FROM_EMAIL)")
        parser.add_argument("--bounce-domain", default="", help="the domain bounces come back to (BOUNCE_DOMAIN)")
        parser.add_argument("--from-ip", action="append", default=[], help="an address mail leaves from (MAIL_FROM_IPS)")
        parser.add_argument("--dkim-selector", default="", help="the selector, if the mail server signs (DKIM_SELECTOR)")
        parser.add_argument(
            "--dkim-key", default="", metavar="FILE", help="the private key that signs (DKIM_KEY_FILE); -: standard input"
        )
        parser.add_argument(
            "--resolver", default="", metavar="HOST:PORT", help="a name server to ask, in place of this machine's"
        )
        parser.add_argument("--send", default="", metavar="ADDRESS", help="send a test mail there besides")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, **options: Any) -> None:
        try:
            if options["resolver"]:
                parse_server(options["resolver"])
            sending = sending_from_settings(
                options["domain"],
                options["bounce_domain"],
                options["from_ip"],
                options["dkim_selector"],
                options["dkim_key"],
                sys.stdin.buffer.read() if options["dkim_key"] == STANDARD_INPUT else b"",
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        findings = run(sending, options["resolver"])
        if options["send"]:
            findings.append(send_test(options["send"]))
        self.stdout.write(
            as_json(findings) if options["json"] else report(f"Mail from {sending.domain}:", findings, self.style)
        )
        if has_errors(findings):
            sys.exit(1)


def send_test(to: str) -> Finding:
    """Send a test email through the outbox, now, and return its outcome as a finding."""
    delivery = outbox.put(f"test:{secrets.token_hex(8)}", compose.TEST, to)
    claimed = outbox.claim(worker_name(), timezone.now(), [delivery.pk])
    if claimed is None:
        return Finding("test mail", Level.OK, "test-queued", f"A worker is sending the test mail to {to}: see the outbox.")
    outcome = _deliver(claimed)
    if outcome.verdict is Verdict.SENT:
        outbox.sent(claimed, outcome.words)
        sentence = f"The test mail to {to} was handed over ({outcome.words or 'no answer'}): look at its headers there."
        return Finding("test mail", Level.OK, "test-sent", sentence)
    outbox.cancel(claimed, outcome.words)
    sentence = f"The test mail to {to} was not sent: {outcome.words}."
    return Finding("test mail", Level.ERROR, "test-not-sent", sentence, "See the other findings and the mail server's log.")


def _deliver(delivery: Delivery) -> Outcome:
    try:
        message = compose.compose(delivery)
        return outcomes.of_status(message, get_connection().send_messages([message]) or 0)
    except Exception as error:  # whatever a backend or a malformed address may raise is the answer
        return outcomes.of_error(error)
