"""Header lines of a mail as they go over the wire: checked, encoded, folded.

Python's modern policy encodes long List-Unsubscribe headers and its old one trusts its caller; these do neither.
"""

import re
from collections.abc import Callable, Iterable
from email.header import Header

from anymail.utils import EmailAddress, parse_address_list

from mail.smtp.replies import BadHeader

LINE_LENGTH = 76  # characters, where a line can be broken (RFC 2047, 2)
LONGEST_LINE = 998  # characters, in any case (RFC 5322, 2.1.1)
NAME = re.compile(r"[!-9;-~]{1,70}")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")  # and halves of characters
WORD = re.compile(r"[ \t]*[^ \t]+")
ATOMS = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*", re.ASCII)

ADDRESSES = frozenset(
    "from sender reply-to to cc resent-from resent-sender resent-to resent-cc disposition-notification-to".split()
)
ASCII_ONLY = frozenset("auto-submitted date feedback-id in-reply-to message-id precedence references".split())
FORBIDDEN = {
    "bcc": "every reader would see it; give bcc= to the message",
    "resent-bcc": "every reader would see it; give bcc= to the message",
    "return-path": "the receiving server writes it; give envelope_sender= to the message",
    "mime-version": "the body decides it",
}

type_of_idna = Callable[[str], str]


def header_line(name: str, value: str) -> bytes:
    """Return one header, folded, with its CRLF. Refuses whatever could end the header early."""
    check_header(name, value)
    line = f"{name}: {_encode(name, value.strip())}"
    if not name.lower().startswith("list-"):  # some receivers do not unfold these
        line = _fold(line)
    if max(map(len, line.split("\r\n"))) > LONGEST_LINE:
        raise BadHeader(f"The header {name} has a line of over {LONGEST_LINE} characters: shorten it.")
    return line.encode() + b"\r\n"


def address_text(addresses: Iterable[EmailAddress], idna_encode: type_of_idna) -> str:
    """Return addresses for a header: names encoded (RFC 2047), domains in A-labels; a non-ASCII local part stays (RFC 6532)."""
    return ", ".join(_address(address, idna_encode) for address in addresses)


def own_header(name: str, value: object, idna_encode: type_of_idna) -> tuple[str, str]:
    """Return a header that the caller named, as text for `header_line`."""
    text = str(value)
    check_header(name, text)
    reason = FORBIDDEN.get(name.lower()) or ("the body decides it" if name.lower().startswith("content-") else None)
    if reason:
        raise BadHeader(f"The header {name} cannot be set: {reason}.")
    if name.lower() in ADDRESSES:
        text = address_text(parse_address_list([text], field=f"extra_headers[{name!r}]"), idna_encode)
    return name, text


def check_header(name: str, value: str) -> None:
    """Raise BadHeader for a name or value that could end the header early."""
    if not NAME.fullmatch(name):
        raise BadHeader(f"A header cannot be called {name!r}: use up to 70 ASCII characters, no space, no colon.")
    if CONTROL.search(value):
        raise BadHeader(f"The header {name} holds a line break or control character ({value!r}): remove it.")


def _address(address: EmailAddress, idna_encode: type_of_idna) -> str:
    spec = address.format_addr_spec(idna_encode=idna_encode)
    return f"{_phrase(address.display_name)} <{spec}>" if address.display_name else str(spec)


def _phrase(name: str) -> str:
    if not name.isascii() or "=?" in name:
        return _encoded_words(name)
    if ATOMS.fullmatch(name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _encode(name: str, value: str) -> str:
    lowered = name.lower()
    if lowered in ADDRESSES:  # encoded by address_text, word by word
        return value
    if lowered in ASCII_ONLY or lowered.startswith("list-"):
        if not value.isascii():
            raise BadHeader(f"The header {name} must be ASCII, and is {value!r}: percent-encode its addresses.")
        return value
    plain = value.isascii() and "=?" not in value and max(map(len, value.split()), default=0) < LONGEST_LINE - len(name) - 2
    return value if plain else _encoded_words(value, name)


def _encoded_words(text: str, name: str = "") -> str:
    return Header(text, "utf-8", maxlinelen=LINE_LENGTH - 1, header_name=name or None).encode(linesep="")


def _fold(line: str) -> str:
    """Return the line broken before spaces, which stay, so that unfolding restores it."""
    lines = [""]
    for word in WORD.findall(line):
        if lines[-1] and word[0] in " \t" and len(lines[-1]) + len(word) > LINE_LENGTH and not lines[-1].endswith(":"):
            lines.append(word)
        else:
            lines[-1] += word
    return "\r\n".join(lines)
