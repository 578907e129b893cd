"""Findings on the mail server that the site hands its mail to: reachable, encrypted, and what it can do. Pure."""

from signup.deliverability.conversation import Conversation
from signup.deliverability.findings import Finding, Level, not_checked
from signup.email_url import LOOPBACK, MailServer

SUBJECT = "SMTP"
TELLING = ("STARTTLS", "AUTH", "SMTPUTF8", "8BITMIME", "PIPELINING", "SIZE", "DSN", "CHUNKING", "PRDR", "LIMITS")
CURES = {
    "connect": "Start the mail server, or correct the host and port in EMAIL_URL.",
    "starttls": "Give the server a certificate (exim: tls_advertise_hosts, Postfix: smtpd_tls_security_level = may), "
    "or write EMAIL_URL=smtps://… or, on this machine alone, smtp://127.0.0.1:25.",
    "tls": "Use the name in the server's certificate in EMAIL_URL, or add ?ca=FILE with the certificate of its issuer.",
    "login": "Correct the name and password in EMAIL_URL; a sign such as @ or / in them is written %40, %2F.",
}


def smtp_findings(server: MailServer | None, said: Conversation) -> list[Finding]:
    """What a conversation with the server shows; there is none where a mail service sends."""
    if server is None:
        return [not_checked(SUBJECT, "The mail server", "EMAIL_BACKEND names a mail service, which answers for its own")]
    if server.folder:
        sentence = f"EMAIL_URL names the {server}: mail is written there and reaches nobody."
        return [Finding(SUBJECT, Level.WARNING, "smtp-folder", sentence, "EMAIL_URL=smtp://127.0.0.1:25")]
    if said.trouble:
        verb = "cannot be reached" if said.stage == "connect" else "cannot be used"
        sentence = f"The mail server {server} {verb}: {said.trouble}."
        return [Finding(SUBJECT, Level.ERROR, f"smtp-{said.stage}", sentence, CURES[said.stage])]
    offers = [name for name in TELLING if name in said.offered | said.offered_inside]
    sentence = f"The mail server {server} answers as {said.greeting} and offers {', '.join(offers) or 'no extensions'}."
    return [Finding(SUBJECT, Level.OK, "smtp-reached", sentence), _encryption(server, said), *_non_ascii(server, said)]


def _encryption(server: MailServer, said: Conversation) -> Finding:
    if said.encrypted:
        how = "TLS" if server.tls else "STARTTLS"
        return Finding(
            SUBJECT, Level.OK, "smtp-encrypted", f"The way to {server} is encrypted by {how}, its certificate holds."
        )
    if server.host in LOOPBACK:
        return Finding(
            SUBJECT, Level.OK, "smtp-local", f"The way to {server} is not encrypted; it does not leave this machine."
        )
    if "STARTTLS" in said.offered:
        sentence = f"{server} offers STARTTLS, but EMAIL_URL does not ask for it: mail goes there in clear."
        return Finding(SUBJECT, Level.WARNING, "smtp-clear", sentence, f"EMAIL_URL=smtp+starttls://{server}")
    sentence = f"{server} offers no STARTTLS: mail goes there in clear."
    return Finding(SUBJECT, Level.WARNING, "smtp-no-starttls", sentence, CURES["starttls"])


def _non_ascii(server: MailServer, said: Conversation) -> list[Finding]:
    if "SMTPUTF8" in said.offered_inside:
        return []
    sentence = f"{server} does not offer SMTPUTF8: visitors whose address is not ASCII before the @ cannot sign up."
    cure = "exim: smtputf8_advertise_hosts = *\nPostfix: smtputf8_enable = yes"
    return [Finding(SUBJECT, Level.WARNING, "smtp-utf8", sentence, cure)]
