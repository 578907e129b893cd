"""Where Django keeps messages until the next page shows them."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """A cookie that browsers take from this very host alone, as those of sessions and forms."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # a constant there
        return "__Host-messages" if settings.TLS else "messages"


class MessageStorage(FallbackStorage):
    """That cookie, and the session for what is too long for it."""

    storage_classes = (HostCookieStorage, SessionStorage)
