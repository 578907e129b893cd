"""An Anymail backend for an SMTP server of one's own: `EMAIL_BACKEND = "mail.smtp.EmailBackend"`.

`backend` is the class, `payload` takes or refuses Anymail's features, `envelopes`, `headers` and `mime` make the message,
`dkim_signing` signs it, `session` speaks SMTP (`folder` writes files instead), `replies` are what the server says.
"""

from mail.smtp.backend import EmailBackend

__all__ = ["EmailBackend"]
