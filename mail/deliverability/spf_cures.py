"""Proposes SPF records: what was meant, as far as it can be read, with the addresses that mail leaves from. Pure."""

import difflib
import ipaddress
import re
from collections.abc import Sequence

from mail.deliverability.spf import client
from mail.deliverability.spf_terms import ARGUMENTS, SpfError, parse_terms

NEARLY = re.compile(r"""^["'\s]*v?\s*=?\s*spf\s*[0-9]?\b""", re.IGNORECASE)  # meant as SPF, and not read as such
END = re.compile(r"[-+~?]?all", re.IGNORECASE)
NAMED = re.compile(r"([-+~?]?)([a-z0-9]+)\s*[:=]\s*(\S+)", re.IGNORECASE)
NAMES = ("include", "ip4", "ip6", "exists", "redirect", "mx", "a", "ptr")
DASHES = str.maketrans("–—−", "---")
WIDEST = {"ip4": 8, "ip6": 19}  # bits; no sender's network is wider


def suggested(addresses: Sequence[str]) -> str:
    """Return a record that lets just these addresses send.

    >>> suggested(["192.0.2.1", "2001:db8::1"])
    'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all'
    """
    return repaired("v=spf1 -all", addresses) if addresses else "v=spf1 a mx -all"


def repaired(text: str, addresses: Sequence[str], without: Sequence[str] = (), first: bool = False) -> str:
    """Return what a record means, readable, closed at its end, with the addresses in it; `first` before all else.

    Kept is every term that receivers can read, perhaps after a typo is corrected, except those in `without` and networks that
    are wider than any sender's. What stood after `all` is brought before it.

    >>> repaired("v=spf1 include:_spf.google.com ipv4:192.0.2.7 -all mx", ["192.0.2.1"])
    'v=spf1 include:_spf.google.com ip4:192.0.2.7 mx ip4:192.0.2.1 -all'
    """
    words = [word for word in terms_of(text) if word not in without]
    kept = [word for word in words if not _is_end(word)]
    own = [word for word in (f"ip{client(address).version}:{client(address)}" for address in addresses) if word not in kept]
    redirect = next((word for word in words if word.lower().startswith("redirect=")), "")
    end = next((word for word in words if END.fullmatch(word) and word[0] in "-~"), "")
    is_open = any(END.fullmatch(word) for word in words)
    last = end or (redirect if redirect and not is_open else "-all")
    return " ".join(["v=spf1", *(own if first else []), *kept, *([] if first else own), last])


def terms_of(text: str) -> list[str]:
    """Return the terms of a record, or of text that was meant as one, typos corrected, each once."""
    start = NEARLY.match(text)
    rest = text[start.end() :] if start else text
    words = re.sub(r"([:=])\s+", r"\1", rest.translate(DASHES).replace('"', " ")).split()
    parts = [part for word in words for part in re.split(r"[,;]+", word) if part]
    corrected = [term for part in parts if (term := _corrected(part))]
    return list(dict.fromkeys(corrected))


def _corrected(word: str) -> str:
    """Return a term as receivers read it; empty for what cannot be one, or lets too many pass."""
    for candidate in (word, *_guesses(word)):
        try:
            [term] = parse_terms(f"v=spf1 {candidate}", "")
        except SpfError:
            continue
        if term.qualifier == "=" and term.name not in ("redirect", "exp"):
            continue
        if term.qualifier == "=":
            return candidate
        if term.name not in ("ip4", "ip6"):
            return "" if 0 in (term.cidr4, term.cidr6) else candidate
        if ipaddress.ip_network(term.network, strict=False).prefixlen >= WIDEST[term.name]:
            return candidate
    return ""


def _guesses(word: str) -> list[str]:
    """Return what a word that receivers cannot read may have been meant for."""
    sign, bare = (word[0], word.lstrip("-+~?")) if word[:1] and word[0] in "-+~?" else ("", word)
    version = _version(bare)
    if version:
        return [f"{sign}ip{version}:{bare}"]
    if END.fullmatch(bare) or bare.lower() in ("al", "alll"):
        return [f"{sign or '-'}all"]
    match = NAMED.fullmatch(word)
    if match is None:
        return []
    _sign, name, value = match.groups()
    if name.lower().startswith("ip") and (version := _version(value)):
        return [f"{sign}ip{version}:{value}"]
    near = difflib.get_close_matches(name.lower(), NAMES, n=1, cutoff=0.6)
    return [f"{sign}{known}{'=' if known == 'redirect' else ':'}{value}" for known in near if known in (*ARGUMENTS, "redirect")]


def _version(text: str) -> int:
    """Return 4 or 6 for an address or network, 0 for anything else."""
    try:
        return ipaddress.ip_network(text, strict=False).version
    except ValueError:
        return 0


def _is_end(word: str) -> bool:
    return END.fullmatch(word) is not None or word.lower().startswith("redirect=")
