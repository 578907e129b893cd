"""Variable envelope return paths (VERP): a return address for each delivery, of its number and an HMAC of that."""

import hashlib
import hmac
import re

MAC_LENGTH = 20  # hexadecimal digits: 80 bits
ADDRESS = re.compile(rf"<?bounces\+([0-9]{{1,19}})-([0-9a-f]{{{MAC_LENGTH}}})@[^@\s<>]+>?", re.IGNORECASE)
CONTEXT = b"kimonote bounce address "  # so that the key signs nothing else in the same words


def verp_address(mail_id: int, domain: str, key: str) -> str:
    """Return the envelope sender of the mail with this number; short enough for any server (RFC 5321: 64 before the @).

    >>> verp_address(7, "notes.example", key="secret")
    'bounces+7-5de81179cf2205f0417c@notes.example'
    """
    return f"bounces+{mail_id}-{_mac(mail_id, key)}@{domain}"


def read_verp(address: str, *keys: str) -> int | None:
    """Return the mail's number in an address that `verp_address` made with one of the keys; None for any other, forged or not.

    Servers may change the case on the way, and aliases the domain; neither is signed.
    """
    match = ADDRESS.fullmatch(address.strip())
    if match is None:
        return None
    mail_id, mac = int(match[1]), match[2].lower()
    return mail_id if any(hmac.compare_digest(mac, _mac(mail_id, key)) for key in keys) else None


def _mac(mail_id: int, key: str) -> str:
    return hmac.new(key.encode(), CONTEXT + str(mail_id).encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
