"""Runs Anymail's own tests of what every backend must do against ours: `python tests/support/anymail_suite.py CHECKOUT`.

They are in Anymail's repository alone (no package holds them): git clone --branch v15.2 https://github.com/anymail/django-anymail
Where those tests look at what their test backend was told, they see here what arrived at an SMTP server on a socket.
"""

import email
import importlib.util
import json
import sys
import unittest
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.test.utils import setup_test_environment

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("tests.test_general_backend", "tests.test_send_signals")
PLAIN_HEADERS = {"date", "message-id", "mime-version", "content-type", "content-transfer-encoding", "x-tags", "x-metadata"}
ADDRESS_HEADERS = {"from", "to", "cc", "reply-to", "subject"}

CARRIES = "a mail can carry any alternative, so none is refused"
NO_TEMPLATES = "it sets template_id, send_at or track_clicks, which need a service: they are refused aloud"
OWN_EXTRA = "it sets esp_extra keys of its own; here they are SMTP's parameters, and others are refused aloud"
MERGING = "it sets merge data, which is refused aloud: each recipient gets a message of their own"
DEVIATIONS = {
    "BatchSendDetectionTestCase.test_merge_data_implies_batch": MERGING,
    "BatchSendDetectionTestCase.test_merge_global_data_does_not_imply_batch": MERGING,
    "BatchSendDetectionTestCase.test_merge_metadata_implies_batch": MERGING,
    "LazyStringsTest.test_lazy_merge_data": MERGING,
    "UnsupportedFeatureTests.test_unsupported_feature": CARRIES,
    "CatchCommonErrorsTests.test_error_minimizes_pii_leakage": f"{CARRIES}; our test_smtp_features.py has one that is",
    "SendDefaultsTests.test_send_defaults": NO_TEMPLATES,
    "SendDefaultsTests.test_send_defaults_combine_with_message": NO_TEMPLATES,
    "SendDefaultsTests.test_esp_send_defaults_override_globals": NO_TEMPLATES,
    "SendDefaultsTests.test_esp_send_defaults": OWN_EXTRA,
    "SendDefaultsTests.test_esp_send_defaults_anymail_setting": OWN_EXTRA,
    "SpecialHeaderTests.test_spoofed_to_header": "SMTP can show another To than the envelope has, as Django's backend does",
    "TestPostSendSignal.test_post_send": "it expects the test backend's status and number, not “queued” and the Message-ID",
}


def smtp_server_module() -> Any:
    """Our SMTP server for tests, by its path: our package `tests` and Anymail's cannot both be imported."""
    spec = importlib.util.spec_from_file_location("smtp_server", ROOT / "tests" / "support" / "smtp_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["smtp_server"] = module
    spec.loader.exec_module(module)
    return module


def replace_test_backend(smtp_server: Any) -> None:
    """Puts ours, sending to our SMTP server, in the place of Anymail's test backend."""
    from anymail.backends import test
    from django.core import mail

    from mail.smtp.backend import EmailBackend
    from mail.smtp.payload import SMTPPayload

    class Backend(EmailBackend):
        esp_name = "Test"  # the name that the tests' settings have

        def __init__(self, *, payload_class: type[SMTPPayload] = SMTPPayload, **options: Any) -> None:
            super().__init__(url=smtp_server.url, **options)
            self.payload_class = payload_class
            if not hasattr(mail, "outbox"):
                mail.outbox = []

        def post_to_esp(self, payload: SMTPPayload, message: Any) -> Any:
            planned = getattr(message, "anymail_test_response", {"recipient_status": {}})["recipient_status"]
            smtp_server.refuse = {to: "550 5.1.1 No" for to, status in planned.items() if status.status == "rejected"}
            smtp_server.mails.clear()
            response = super().post_to_esp(payload, message)
            if smtp_server.mails:
                message.anymail_test_params = arrived(smtp_server.mails[0], payload)
                mail.outbox.append(message)
            return response

    test.EmailBackend, test.TestPayload = Backend, SMTPPayload


def arrived(received: Any, payload: Any) -> dict[str, Any]:
    """What the tests ask after, read from the mail as it came."""
    message = email.message_from_string(received.content.decode(), policy=default)
    assert isinstance(message, EmailMessage)
    params = {**addresses(message), **texts(message), "subject": message["Subject"], "envelope_sender": received.sender}
    extra = {name: value for name, value in message.items() if name.lower() not in PLAIN_HEADERS | ADDRESS_HEADERS}
    if extra:
        params["extra_headers"] = extra
    for name in ("Tags", "Metadata"):
        if f"X-{name}" in message:
            params[name.lower()] = json.loads(message[f"X-{name}"])
    return params | {"is_batch_send": payload.is_batch()}


def addresses(message: EmailMessage) -> dict[str, Any]:
    from anymail.utils import EmailAddress

    found = {
        name.lower().replace("-", "_"): [EmailAddress(one.display_name, one.addr_spec) for one in message[name].addresses]
        for name in ("From", "To", "Cc", "Reply-To")
        if name in message
    }
    return {**found, "from": found["from"][0]}


def texts(message: EmailMessage) -> dict[str, Any]:
    from anymail.utils import Attachment

    found: dict[str, Any] = {}
    for part in message.walk():
        if part.is_multipart():
            continue
        if part.get_content_disposition() == "attachment":
            attachment = Attachment((part.get_filename(), part.get_content(), part.get_content_type()))
            found.setdefault("attachments", []).append(attachment)
            continue
        content = part.get_content()
        if isinstance(content, str):
            content = content.replace("\r\n", "\n").removesuffix("\n")  # the wire's
        name = {"text/plain": "text_body", "text/html": "html_body"}.get(part.get_content_type())
        if name and name not in found:
            found[name] = content
        else:
            found.setdefault("alternatives", []).append((content, part.get_content_type()))
    return found


def main(checkout: Path) -> int:
    sys.path[:1] = [str(checkout), str(ROOT)]  # of the two packages called tests, Anymail's is found
    settings.configure(
        INSTALLED_APPS=["anymail"],
        ANYMAIL={},
        DEFAULT_FROM_EMAIL="from@example.com",
        EMAIL_URL="smtp://127.0.0.1",
        DKIM_KEY_FILE="",
        DKIM_SELECTOR="",
        DKIM_DOMAIN="",
        SECRET_KEY="of no use",
        USE_TZ=True,
    )
    django.setup()
    setup_test_environment()
    with smtp_server_module().SMTPServer() as smtp_server:
        replace_test_backend(smtp_server)
        suite = unittest.defaultTestLoader.loadTestsFromNames(MODULES)
        result = unittest.TextTestRunner(stream=StringIO()).run(suite)
    sys.stdout.write("\n".join([*told(result), ""]))
    return int(names_of_failures(result).keys() != DEVIATIONS.keys())


def names_of_failures(result: unittest.TestResult) -> dict[str, str]:
    return {test.id().split(".", 2)[2]: trace for test, trace in [*result.failures, *result.errors]}


def told(result: unittest.TestResult) -> Iterator[str]:
    failed = names_of_failures(result)
    for name in sorted(failed.keys() & DEVIATIONS.keys()):
        yield f"deviates, as documented: {name}: {DEVIATIONS[name]}"
    for name in sorted(failed.keys() - DEVIATIONS.keys()):
        yield f"FAILED: {name}\n{failed[name]}"
    for name in sorted(DEVIATIONS.keys() - failed.keys()):
        yield f"PASSED, though documented as a deviation: {name}"
    passed = result.testsRun - len(failed) - len(result.skipped)
    yield f"Anymail's own tests: {passed} passed, {len(failed)} failed, {len(result.skipped)} skipped by themselves"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
