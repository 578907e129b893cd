"""Tag lists, `v=DKIM1; k=rsa; p=…`, as DKIM and DMARC records are written (RFC 6376, 3.2). Pure."""

import re

from mail.deliverability.words import _

NAME = re.compile(r"[a-z][a-z0-9_]*", re.IGNORECASE)


class BadTags(ValueError):
    """Text that is no tag list; the message says where."""


def parse_tags(text: str) -> dict[str, str]:
    """Return the tags in their order; BadTags for a part that is none, or a tag given twice.

    >>> parse_tags("v=DKIM1; p=MIG f;")
    {'v': 'DKIM1', 'p': 'MIG f'}
    """
    tags: dict[str, str] = {}
    for part in text.rstrip().removesuffix(";").split(";"):
        name, equals, value = part.strip().partition("=")
        name = name.strip()
        if not equals or not NAME.fullmatch(name):
            raise BadTags(_('"%(part)s" is no tag=value') % {"part": part.strip()})
        if name in tags:
            raise BadTags(_('the tag "%(name)s" is there twice') % {"name": name})
        tags[name] = value.strip()
    return tags
