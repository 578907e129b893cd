"""Findings on the mail server that the site hands its mail to: reachable, encrypted, and what it can do. Pure."""

from mail.config.email_url import LOOPBACK, MailServer
from mail.deliverability.findings import Finding, Level, not_checked
from mail.deliverability.handshake import Handshake
from mail.deliverability.words import _, gettext_noop

SUBJECT = "SMTP"
REPORTED_EXTENSIONS = ("STARTTLS", "AUTH", "SMTPUTF8", "8BITMIME", "PIPELINING", "SIZE", "DSN", "CHUNKING", "PRDR", "LIMITS")
CURES = {
    "connect": gettext_noop("Start the mail server, or correct the host and port in EMAIL_URL."),
    "starttls": gettext_noop(
        "Give the server a certificate (exim: tls_advertise_hosts, Postfix: smtpd_tls_security_level = may), "
        "or write EMAIL_URL=smtps://… or, on this machine alone, smtp://127.0.0.1:25."
    ),
    "tls": gettext_noop(
        "Use the name in the server's certificate in EMAIL_URL, or add ?ca=FILE with the certificate of its issuer."
    ),
    "login": gettext_noop("Correct the name and password in EMAIL_URL; a sign such as @ or / in them is written %40, %2F."),
}


def smtp_findings(server: MailServer | None, handshake: Handshake) -> list[Finding]:
    """Return what a handshake with the server shows; there is none where a mail service sends."""
    if server is None:
        return [not_checked(SUBJECT, _("The mail server"), _("EMAIL_BACKEND names a mail service, which answers for its own"))]
    if server.folder:
        sentence = _("EMAIL_URL names the %(server)s: mail is written there and reaches nobody.") % {"server": server}
        return [Finding(SUBJECT, Level.WARNING, "smtp-folder", sentence, "EMAIL_URL=smtp://127.0.0.1:25")]
    if handshake.trouble:
        verb = _("cannot be reached") if handshake.stage == "connect" else _("cannot be used")
        sentence = _("The mail server %(server)s %(verb)s: %(trouble)s.") % {
            "server": server,
            "verb": verb,
            "trouble": handshake.trouble,
        }
        return [Finding(SUBJECT, Level.ERROR, f"smtp-{handshake.stage}", sentence, _(CURES[handshake.stage]))]
    offers = [name for name in REPORTED_EXTENSIONS if name in handshake.offered | handshake.offered_inside]
    sentence = _("The mail server %(server)s answers as %(greeting)s and offers %(offers)s.") % {
        "server": server,
        "greeting": handshake.greeting,
        "offers": ", ".join(offers) or _("no extensions"),
    }
    return [
        Finding(SUBJECT, Level.OK, "smtp-reached", sentence),
        _encryption(server, handshake),
        *_non_ascii(server, handshake),
    ]


def _encryption(server: MailServer, handshake: Handshake) -> Finding:
    if handshake.encrypted:
        how = "TLS" if server.tls else "STARTTLS"
        return Finding(
            SUBJECT,
            Level.OK,
            "smtp-encrypted",
            _("The way to %(server)s is encrypted by %(how)s, its certificate holds.") % {"server": server, "how": how},
        )
    if server.host in LOOPBACK:
        return Finding(
            SUBJECT,
            Level.OK,
            "smtp-local",
            _("The way to %(server)s is not encrypted; it does not leave this machine.") % {"server": server},
        )
    if "STARTTLS" in handshake.offered:
        sentence = _("%(server)s offers STARTTLS, but EMAIL_URL does not ask for it: mail goes there in clear.") % {
            "server": server
        }
        return Finding(SUBJECT, Level.WARNING, "smtp-clear", sentence, f"EMAIL_URL=smtp+starttls://{server}")
    sentence = _("%(server)s offers no STARTTLS: mail goes there in clear.") % {"server": server}
    return Finding(SUBJECT, Level.WARNING, "smtp-no-starttls", sentence, _(CURES["starttls"]))


def _non_ascii(server: MailServer, handshake: Handshake) -> list[Finding]:
    if "SMTPUTF8" in handshake.offered_inside:
        return []
    sentence = _("%(server)s does not offer SMTPUTF8: visitors whose address is not ASCII before the @ cannot sign up.") % {
        "server": server
    }
    cure = "exim: smtputf8_advertise_hosts = *\nPostfix: smtputf8_enable = yes"
    return [Finding(SUBJECT, Level.WARNING, "smtp-utf8", sentence, cure)]
