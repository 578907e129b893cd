"""Reads DEFAULT_FROM_EMAIL, the sender of every email: one address, perhaps with a name. Pure."""

from email.utils import getaddresses


def sender_domain(sender: str) -> str:
    """Return the domain of a sender's address, as it is written; raises ValueError where there is not just one address.

    >>> sender_domain('"Notes, daily" <notes@notes.example>')
    'notes.example'
    """
    found = getaddresses([sender]) if sender.isprintable() else []
    local, _at, domain = found[0][1].rpartition("@") if len(found) == 1 else ("", "", "")
    if not local or not domain or " " in local + domain:
        raise ValueError(
            f"DEFAULT_FROM_EMAIL is {sender!r}: it must be one address, such as Notes <notes@notes.example>. A name with a "
            'comma or another sign of punctuation goes into double quotes: "Notes, daily" <notes@notes.example>.'
        )
    return domain
