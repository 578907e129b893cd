"""Anymail's webhooks, for a mail service that reports bounces and complaints in place of the Maildir."""

from django.urls import URLPattern, URLResolver, include, path


def webhook_urls(secret: str) -> list[URLPattern | URLResolver]:
    """Return Anymail's URLs; none without a secret: Anymail would then accept a report from anybody."""
    return [path("anymail/", include("anymail.urls"))] if secret else []
