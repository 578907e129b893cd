"""Content-Security-Policy (CSP 3) of what readers and editors see."""

import re
from base64 import b64encode
from fnmatch import fnmatch
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings

MEDIA_OF_OTHERS = re.compile(r'<(?:img|audio|video|source)\b[^>]*?\ssrc="((?:https?:)?//[^"]*)"')
MEDIA_SOURCES = " ".join(["'self'", *settings.MEDIA_SOURCES])


def policy(**directives: str) -> str:
    """Return a Content-Security-Policy.

    >>> policy(default_src="'none'", img_src="'self' https:")
    "default-src 'none'; img-src 'self' https:"
    """
    return "; ".join(f"{name.replace('_', '-')} {sources}" for name, sources in directives.items())


# No script at all, and nothing of other sites, whose owners would learn who reads here, but what the settings allow.
PUBLIC_POLICY = policy(
    default_src="'none'",
    style_src="'self'",
    img_src=f"{MEDIA_SOURCES} data:",
    media_src=MEDIA_SOURCES,
    font_src="'self'",
    connect_src="'self'",  # for a browser's own tools: Lighthouse asks for robots.txt from within the page
    form_action="'self'",
    base_uri="'none'",
    frame_ancestors="'none'",
)

# Wagtail's admin writes styles into its pages, previews in frames, and a few of its pages still hold a script of their own.
ADMIN_POLICY = policy(
    default_src="'self'",
    script_src="'self' 'unsafe-inline'",
    style_src="'self' 'unsafe-inline'",
    img_src=f"{MEDIA_SOURCES} data: blob:",
    font_src="'self' data:",
    connect_src="'self' https://releases.wagtail.org",
    object_src="'none'",
    form_action="'self'",
    base_uri="'none'",
    frame_ancestors="'self'",
)


@lru_cache(100)
def allowing(style: str) -> str:
    """Return the public policy that also allows this style element, by its hash (CSP 3, section 8.3)."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return PUBLIC_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


def blocked_hosts(html: str) -> list[str]:
    """Return the hosts whose pictures, sound or films in a sanitised HTML text the policy keeps browsers from loading.

    >>> blocked_hosts('<p><img src="https://img.example/a.png"><img src="/media/b.png">')
    ['img.example']
    """
    return sorted({urlsplit(url).netloc for url in MEDIA_OF_OTHERS.findall(html) if is_blocked(url)})


def is_blocked(url: str) -> bool:
    """Return whether the policy keeps browsers from loading a picture of another site."""
    allowed = [source.removeprefix("https://") for source in settings.MEDIA_SOURCES]
    return "https:" not in allowed and not any(fnmatch(urlsplit(url).netloc, host) for host in allowed)
