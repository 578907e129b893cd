"""Findings on SPF: may the addresses that mail leaves from send for the domain, and no others? Pure."""

import re
from collections.abc import Callable, Sequence

from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.spf import Verdict, check_host, client
from mail.deliverability.spf_terms import SpfError, is_spf
from mail.deliverability.words import _, joined

SUBJECT = "SPF"
NEARLY = re.compile(r"""^["'\s]*v?\s*=?\s*spf\s*[0-9]?\b""", re.IGNORECASE)  # meant as SPF, and not read as such
UNRELATED_ADDRESSES = ("198.18.0.1", "2001:2::1")  # benchmarking networks (RFC 2544, RFC 5180): nobody's mail comes from there
DISCOURAGED = re.compile(r"[-+?~]?ptr(:|$)", re.IGNORECASE)
Judge = Callable[[str], Verdict]
MANY = ("loop", "lookups", "void")  # faults that show only to those who follow every term


def spf_findings(domain: str, addresses: Sequence[str], helo: str, lookup: Lookup) -> list[Finding]:
    """Return what receivers make of mail from these addresses with an envelope sender of this domain."""
    try:
        return _findings(domain, addresses, helo, lookup)
    except Unanswered as error:
        return [not_checked(SUBJECT, _("SPF of %(domain)s") % {"domain": domain}, error)]


def _findings(domain: str, addresses: Sequence[str], helo: str, lookup: Lookup) -> list[Finding]:
    records = [text for text in lookup(domain, "TXT") if is_spf(text)]
    if len(records) != 1:
        return [_missing(domain, addresses, lookup) if not records else _several(domain, records, addresses)]
    text = records[0]

    def judge(address: str) -> Verdict:
        return check_host(address, domain, f"bounces@{domain}", helo, lookup)

    try:
        own = [_own(address, domain, text, judge) for address in addresses]
    except SpfError as error:
        return [_unreadable(error, domain, text, addresses)]
    others = _others(domain, text, addresses, judge)
    return [*own, *others, *_discouraged(domain, text, addresses)]


def _missing(domain: str, addresses: Sequence[str], lookup: Lookup) -> Finding:
    misspelt = next((text for text in lookup(domain, "TXT") if NEARLY.match(text)), None)
    cure = record(domain, "TXT", suggested(addresses))
    if misspelt is not None:
        sentence = _(
            '%(domain)s has the TXT record "%(misspelt)s", which receivers do not read as SPF: it must begin with "v=spf1 ".'
        ) % {"domain": domain, "misspelt": misspelt}
        return Finding(SUBJECT, Level.ERROR, "spf-misspelt", sentence, cure)
    whom = joined(addresses) or _("this server")
    return Finding(
        SUBJECT,
        Level.ERROR,
        "spf-missing",
        _("%(domain)s has no SPF record: nothing says that %(whom)s may send for it.") % {"domain": domain, "whom": whom},
        cure,
    )


def _several(domain: str, records: Sequence[str], addresses: Sequence[str]) -> Finding:
    sentence = _("%(domain)s has %(count)d SPF records (%(records)s), and receivers then heed none (permerror).") % {
        "domain": domain,
        "count": len(records),
        "records": "; ".join(records),
    }
    words = [word for text in records for word in text.split()[1:]]
    ends = [word for word in words if _is_end(word)]
    kept = [word for word in dict.fromkeys(words) if not _is_end(word) and word != "+all"]
    merged = " ".join(["v=spf1", *kept, next((end for end in ends if end != "+all"), "-all")])
    cure = _("Remove them all but this one:") + "\n" + record(domain, "TXT", with_addresses(merged, addresses))
    return Finding(SUBJECT, Level.ERROR, "spf-two", sentence, cure)


def _unreadable(error: SpfError, domain: str, text: str, addresses: Sequence[str], level: Level = Level.ERROR) -> Finding:
    """Return the finding on a record that ends in permerror; its cure is a record of the addresses alone."""
    where = "" if error.domain == domain else _(" (by way of %(domain)s)") % {"domain": error.domain}
    sentence = _('The SPF record of %(domain)s, "%(text)s", cannot be followed%(where)s: %(sentence)s.') % {
        "domain": domain,
        "text": text,
        "where": where,
        "sentence": error.sentence,
    }
    cure = record(domain, "TXT", suggested(addresses))
    if error.fault in MANY:
        cure = _("Name the addresses themselves, instead of including others:") + "\n" + cure
    return Finding(SUBJECT, level, f"spf-{error.fault}", sentence, cure)


def _own(address: str, domain: str, text: str, judge: Judge) -> Finding:
    verdict = judge(address)
    if verdict.result == "pass":
        return Finding(
            SUBJECT,
            Level.OK,
            "spf-pass",
            _("%(address)s may send for %(domain)s: %(because)s says so.")
            % {"address": address, "domain": domain, "because": _because(verdict)},
        )
    said = _("gives %(result)s") % {"result": verdict.result} + (
        _(" by %(because)s") % {"because": _because(verdict)} if verdict.because else _(", naming no such address")
    )
    sentence = _('%(address)s may not send for %(domain)s: its SPF record "%(text)s" %(said)s.') % {
        "address": address,
        "domain": domain,
        "text": text,
        "said": said,
    }
    return Finding(SUBJECT, Level.ERROR, "spf-address", sentence, record(domain, "TXT", with_addresses(text, [address])))


def _others(domain: str, text: str, addresses: Sequence[str], judge: Judge) -> list[Finding]:
    """Return findings on what the record says of addresses that are not ours.

    Evaluating it for those may exceed a limit of RFC 7208, which is only a warning where our own addresses pass before.
    """
    try:
        passes = bool(addresses) and all(judge(address).result == "pass" for address in addresses)
        verdicts = [judge(stranger) for stranger in UNRELATED_ADDRESSES]
    except SpfError as error:
        return [_unreadable(error, domain, text, addresses, Level.WARNING if passes else Level.ERROR)]
    cure = record(domain, "TXT", _closed(text, addresses))
    passing = next((verdict for verdict in verdicts if verdict.result == "pass"), None)
    if passing is not None:
        sentence = _('Anyone may send for %(domain)s: its SPF record "%(text)s" lets every address pass, by %(because)s.') % {
            "domain": domain,
            "text": text,
            "because": _because(passing),
        }
        return [Finding(SUBJECT, Level.ERROR, "spf-all", sentence, cure)]
    if any(verdict.result == "neutral" for verdict in verdicts):
        sentence = _(
            'The SPF record of %(domain)s, "%(text)s", says nothing of other servers (neutral): it stops no forger.'
        ) % {"domain": domain, "text": text}
        return [Finding(SUBJECT, Level.WARNING, "spf-open", sentence, cure)]
    return []


def _discouraged(domain: str, text: str, addresses: Sequence[str]) -> list[Finding]:
    slow = next((word for word in text.split() if DISCOURAGED.match(word)), None)
    if slow is None:
        return []
    sentence = _(
        "The SPF record of %(domain)s has %(slow)r, which RFC 7208 asks not to use: it is slow, and many do not follow it."
    ) % {"domain": domain, "slow": slow}
    return [Finding(SUBJECT, Level.WARNING, "spf-ptr", sentence, record(domain, "TXT", suggested(addresses)))]


def suggested(addresses: Sequence[str]) -> str:
    """Return a record that lets just these addresses send.

    >>> suggested(["192.0.2.1", "2001:db8::1"])
    'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all'
    """
    return with_addresses("v=spf1 -all", addresses) if addresses else "v=spf1 a mx -all"


def with_addresses(text: str, addresses: Sequence[str]) -> str:
    """Return a record with addresses added where they count: before its last word on everyone else."""
    words = [word for word in text.split() if word]
    end = next((place for place, word in enumerate(words) if _is_end(word)), len(words))
    new = [word for word in (f"ip{client(address).version}:{client(address)}" for address in addresses) if word not in words]
    return " ".join([*words[:end], *new, *words[end:]])


def _closed(text: str, addresses: Sequence[str]) -> str:
    """Return a record that ends in -all, without what lets everybody in."""
    words = [word for word in text.split() if not _is_end(word) and not word.endswith("/0")]
    return with_addresses(" ".join([*words, "-all"]), addresses)


def _is_end(word: str) -> bool:
    return word.lower().lstrip("+-~?") == "all" or word.lower().startswith("redirect=")


def _because(verdict: Verdict) -> str:
    return " → ".join(verdict.because)
