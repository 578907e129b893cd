"""What a program asks for when it sends its user here: checked before anything is shown, or anybody sent back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from django.utils.translation import gettext as _

from publishing.refusals import INVALID, Refusal
from publishing.scopes import known

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # S256: 32 bytes (RFC 7636, section 4.2)
HOST: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?")  # nothing that a header could take for its own
MOST_ADDRESS: Final = 500  # characters
MOST_STATE: Final = 2_000
FIELDS: Final = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope")


@dataclass(frozen=True, slots=True)
class Authorization:
    """Which program asks for which scopes, where its user is sent back to, and by what it proves to be the one that asked."""

    client: str
    redirect_uri: str
    state: str
    challenge: str
    scopes: tuple[str, ...]

    @property
    def client_host(self) -> str:
        return urlsplit(self.client).netloc

    @property
    def origin(self) -> str:
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    def back(self, issuer: str, **given: str) -> str:
        """Return the address to which the user is sent back (RFC 9207 for `iss`)."""
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        state = {"state": self.state} if self.state else {}
        return f"{self.redirect_uri}{joint}{urlencode({**given, **state, 'iss': issuer})}"


def read(given: Mapping[str, str]) -> Authorization:
    """Return what a program asks for. Raise Refusal for what must not be answered by sending anybody anywhere."""
    if any("\0" in value for value in given.values()):
        raise Refusal(INVALID, _("The address holds a character that is none (NUL)."))
    client, back = (_address(given.get(name, ""), name) for name in ("client_id", "redirect_uri"))
    if (client.scheme, client.hostname, client.port) != (back.scheme, back.hostname, back.port):
        raise Refusal(INVALID, _("“redirect_uri” must have the scheme, host and port of “client_id”."))
    if given.get("response_type") != "code":
        raise Refusal(INVALID, _("“response_type” must be “code”."))
    challenge = given.get("code_challenge", "")
    if given.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refusal(INVALID, _("The program must send a “code_challenge” by S256 (PKCE)."))
    if len(state := given.get("state", "")) > MOST_STATE:
        raise Refusal(INVALID, _("“%s” is too long.") % "state")
    scopes = known(given.get("scope", "").split())
    if not scopes:
        raise Refusal(INVALID, _("The program asks for nothing that this site gives: it needs a “scope” such as “create”."))
    return Authorization(given["client_id"], given["redirect_uri"], state, challenge, scopes)


def _address(text: str, name: str) -> SplitResult:
    """Return an address of a program: HTTPS, or HTTP on the user's own machine, without a password or a fragment."""
    try:
        parts = urlsplit(text)
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        is_plain = bool(HOST.fullmatch(parts.netloc)) and "#" not in text and "\\" not in text
        is_plain = is_plain and text.isascii() and text.isprintable() and " " not in text and len(text) <= MOST_ADDRESS
        if is_secure and is_plain and (parts.port is None or parts.port > 0):
            return parts
    except ValueError:
        pass
    raise Refusal(INVALID, _("“%s” must be an address of the program, by HTTPS.") % name)
