"""An Anymail backend for an SMTP server of one's own: `EMAIL_BACKEND = "mail.smtp.EmailBackend"`."""

from mail.smtp.backend import EmailBackend

__all__ = ["EmailBackend"]
