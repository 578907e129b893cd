"""Macros in SPF records: `%{i}` and the like, RFC 7208, section 7. Pure."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

LONGEST = 253  # characters of a name
PARTS = re.compile(r"%(?:\{([slodiphv])([0-9]*)(r?)([-.+,/_=]*)\}|([%_-]))", re.IGNORECASE)
SIGNS = {"%": "%", "_": " ", "-": "%20"}
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class MacroContext:
    """The values that macros stand for (RFC 7208, section 7.2); `validated` looks up the name of `%{p}`."""

    ip: Address
    sender: str
    helo: str
    domain: str
    validated: Callable[[], str]

    def value(self, letter: str) -> str:
        """Return what a macro letter stands for."""
        if letter == "p":
            return self.validated()
        local, _, origin = self.sender.rpartition("@")
        values = {"s": self.sender, "l": local, "o": origin, "d": self.domain, "i": dotted(self.ip), "h": self.helo}
        values["v"] = "in-addr" if self.ip.version == 4 else "ip6"
        return values[letter]


def dotted(ip: Address) -> str:
    """Return an address as macros write it: IPv6 in single hexadecimal digits."""
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))


def expand(text: str, about: MacroContext) -> str:
    """Return a domain-spec as a name: macros replaced, cut at the left where it is too long for a name."""
    name = PARTS.sub(lambda match: _replacement(match, about), text).rstrip(".")
    while len(name) > LONGEST and "." in name:
        name = name.partition(".")[2]
    return name


def _replacement(match: re.Match[str], about: MacroContext) -> str:
    letter, digits, reverse, delimiters, sign = match.groups()
    if sign:
        return SIGNS[sign]
    parts = re.split(f"[{re.escape(delimiters or '.')}]", about.value(letter.lower()))
    if reverse:
        parts.reverse()
    value = ".".join(parts[-int(digits) :] if digits else parts)
    return quote(value, safe="-._~") if letter.isupper() else value
