"""Where a mail service tells of bounces and complaints, in place of the Maildir: Anymail's webhooks, behind a secret."""

from django.urls import URLPattern, URLResolver, include, path


def webhook_urls(secret: str) -> list[URLPattern | URLResolver]:
    """Anymail's addresses; none without a secret, for then Anymail believes whoever reports a bounce of anyone."""
    return [path("anymail/", include("anymail.urls"))] if secret else []
