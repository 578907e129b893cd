"""What many digests have in common is rendered once; their readers' addresses and links are put in afterwards."""

import html
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

from blog.tagindex import TagIndex
from mail.compose import Email

EMAILS = 200  # kept, of about 20 KB each
MARK = "\ue000{}\ue001"  # of private use: in no text, since a rendered one holds none of these two


def marks(names: Mapping[str, str]) -> dict[str, str]:
    """Return placeholders for values."""
    return {name: MARK.format(name) for name in names}


def filled(email: Email, values: Mapping[str, str]) -> Email:
    """Return an email with values in the place of their placeholders, escaped in HTML."""
    text, markup = email.text, email.html
    for name, value in values.items():
        text = text.replace(MARK.format(name), value)
        markup = markup.replace(MARK.format(name), html.escape(value))
    return replace(email, text=text, html=markup)


class SharedEmails:
    """An LRU cache of rendered emails; each holds for the snapshot of the posts that it was rendered from."""

    def __init__(self) -> None:
        self._emails: OrderedDict[Hashable, tuple[TagIndex, Email]] = OrderedDict()

    def get(self, key: Hashable, index: TagIndex, render: Callable[[], Email]) -> Email:
        """Return the email under a key; `render` it where there is none of this snapshot."""
        found = self._emails.get(key)
        if found is None or found[0] is not index:
            found = self._emails[key] = index, render()
        self._emails.move_to_end(key)
        while len(self._emails) > EMAILS:
            self._emails.popitem(last=False)
        return found[1]
