"""A connection to the mail server of an EMAIL_URL, and what an error of smtplib says."""

import smtplib
import ssl

from mail.config.email_url import MailServer


def connect(server: MailServer, timeout: float) -> smtplib.SMTP:
    """Return a connection, encrypted from the start where the URL says so. Raise OSError or smtplib.SMTPException."""
    name = server.helo or None
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=timeout, context=trusted(server))
    return smtplib.SMTP(server.host, server.port, name, timeout=timeout)


def trusted(server: MailServer) -> ssl.SSLContext:
    """Return a TLS context for the certificates that the URL says to trust: `ca`, or the machine's."""
    return ssl.create_default_context(cafile=server.ca or None)


def words_of(error: BaseException) -> str:
    """Return what an error says: a mail server's code and words, where it has responded."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
    return str(error) or type(error).__name__
