"""Findings on SPF: may the addresses that mail leaves from send for the domain, and no others? Pure."""

import re
from collections.abc import Callable, Sequence

from mail.deliverability.cures import proved, published
from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.spf import Verdict, check_host
from mail.deliverability.spf_cures import NEARLY, repaired, suggested
from mail.deliverability.spf_terms import SpfError, is_spf
from mail.deliverability.words import _, joined

SUBJECT = "SPF"
# Benchmarking networks and the one that providers share (RFC 2544, 5180, 6598): no mail comes from them.
UNRELATED_ADDRESSES = ("198.18.0.1", "100.64.0.1", "2001:2::1")
DISCOURAGED = re.compile(r"[-+?~]?ptr(:|$)", re.IGNORECASE)
Judge = Callable[[str], Verdict]
Repair = Callable[..., str]
"""`repair(text, without)` is the record that means the same as a faulty one, and works; left out are the terms `without`."""
MANY = ("loop", "lookups", "void")  # faults that show only to those who follow every term


def spf_findings(domain: str, addresses: Sequence[str], helo: str, lookup: Lookup) -> list[Finding]:
    """Return what receivers make of mail from these addresses with an envelope sender of this domain."""
    try:
        return proved(lambda seen: _findings(domain, addresses, helo, seen), lookup)
    except Unanswered as error:
        return [not_checked(SUBJECT, _("SPF of %(domain)s") % {"domain": domain}, error)]


def _findings(domain: str, addresses: Sequence[str], helo: str, lookup: Lookup) -> list[Finding]:
    records = [text for text in lookup(domain, "TXT") if is_spf(text)]

    def repair(text: str, without: Sequence[str] = ()) -> str:
        return _record(domain, text, addresses, helo, lookup, without)

    if len(records) != 1:
        return [_missing(domain, addresses, lookup, repair) if not records else _several(domain, records, repair)]
    text = records[0]

    def judge(address: str) -> Verdict:
        return check_host(address, domain, f"bounces@{domain}", helo, lookup)

    try:
        own = [_own(address, domain, text, judge, repair) for address in addresses]
    except SpfError as error:
        return [_unreadable(error, domain, text, addresses, repair)]
    others = _others(domain, text, addresses, judge, repair)
    return [*own, *others, *_discouraged(domain, text, repair)]


def _missing(domain: str, addresses: Sequence[str], lookup: Lookup, repair: Repair) -> Finding:
    misspelt = next((text for text in lookup(domain, "TXT") if NEARLY.match(text)), None)
    if misspelt is not None:
        sentence = _(
            '%(domain)s has the TXT record "%(misspelt)s", which receivers do not read as SPF: it must begin with "v=spf1 ".'
        ) % {"domain": domain, "misspelt": misspelt}
        return Finding(SUBJECT, Level.ERROR, "spf-misspelt", sentence, repair(misspelt))
    whom = joined(addresses) or _("this server")
    return Finding(
        SUBJECT,
        Level.ERROR,
        "spf-missing",
        _("%(domain)s has no SPF record: nothing says that %(whom)s may send for it.") % {"domain": domain, "whom": whom},
        record(domain, "TXT", suggested(addresses)),
    )


def _several(domain: str, records: Sequence[str], repair: Repair) -> Finding:
    sentence = _("%(domain)s has %(count)d SPF records (%(records)s), and receivers then heed none (permerror).") % {
        "domain": domain,
        "count": len(records),
        "records": "; ".join(records),
    }
    merged = " ".join(["v=spf1", *(word for text in records for word in text.split()[1:])])
    cure = _("Remove them all but this one:") + "\n" + repair(merged)
    return Finding(SUBJECT, Level.ERROR, "spf-two", sentence, cure)


def _unreadable(
    error: SpfError, domain: str, text: str, addresses: Sequence[str], repair: Repair, level: Level = Level.ERROR
) -> Finding:
    """Return the finding on a record that ends in permerror."""
    where = "" if error.domain == domain else _(" (by way of %(domain)s)") % {"domain": error.domain}
    sentence = _('The SPF record of %(domain)s, "%(text)s", cannot be followed%(where)s: %(sentence)s.') % {
        "domain": domain,
        "text": text,
        "where": where,
        "sentence": error.sentence,
    }
    cure = repair(text)
    if error.fault in MANY:
        named = record(domain, "TXT", suggested(addresses))
        cure = _("Name the addresses themselves, instead of including others:") + "\n" + named
    return Finding(SUBJECT, level, f"spf-{error.fault}", sentence, cure)


def _own(address: str, domain: str, text: str, judge: Judge, repair: Repair) -> Finding:
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
    return Finding(SUBJECT, Level.ERROR, "spf-address", sentence, repair(text))


def _others(domain: str, text: str, addresses: Sequence[str], judge: Judge, repair: Repair) -> list[Finding]:
    """Return findings on what the record says of addresses that are not ours.

    Evaluating it for those may exceed a limit of RFC 7208, which is only a warning where our own addresses pass before.
    """
    try:
        passes = bool(addresses) and all(judge(address).result == "pass" for address in addresses)
        verdicts = [judge(stranger) for stranger in UNRELATED_ADDRESSES]
    except SpfError as error:
        return [_unreadable(error, domain, text, addresses, repair, Level.WARNING if passes else Level.ERROR)]
    passing = next((verdict for verdict in verdicts if verdict.result == "pass"), None)
    if passing is not None:
        sentence = _('Anyone may send for %(domain)s: its SPF record "%(text)s" lets every address pass, by %(because)s.') % {
            "domain": domain,
            "text": text,
            "because": _because(passing),
        }
        return [Finding(SUBJECT, Level.ERROR, "spf-all", sentence, repair(text, passing.because[:1]))]
    if any(verdict.result == "neutral" for verdict in verdicts):
        sentence = _(
            'The SPF record of %(domain)s, "%(text)s", says nothing of other servers (neutral): it stops no forger.'
        ) % {"domain": domain, "text": text}
        return [Finding(SUBJECT, Level.WARNING, "spf-open", sentence, repair(text))]
    return []


def _discouraged(domain: str, text: str, repair: Repair) -> list[Finding]:
    slow = next((word for word in text.split() if DISCOURAGED.match(word)), None)
    if slow is None:
        return []
    sentence = _(
        "The SPF record of %(domain)s has %(slow)r, which RFC 7208 asks not to use: it is slow, and many do not follow it."
    ) % {"domain": domain, "slow": slow}
    return [Finding(SUBJECT, Level.WARNING, "spf-ptr", sentence, repair(text, [slow]))]


def _record(domain: str, text: str, addresses: Sequence[str], helo: str, lookup: Lookup, without: Sequence[str] = ()) -> str:
    """Return a record that means the same, and in which receivers read that these addresses may send, others not."""
    lookups = [word for word in text.split() if ":" in word and not word.lower().lstrip("+-~?").startswith("ip")]
    candidates = [
        repaired(text, addresses, without),
        repaired(text, addresses, without, first=True),
        *(repaired(text, addresses, [*without, word]) for word in reversed(lookups)),
        repaired(text, addresses, [*without, *lookups]),
        suggested(addresses),
    ]
    works = (candidate for candidate in candidates if _works(candidate, domain, addresses, helo, lookup))
    return record(domain, "TXT", next(works, suggested(addresses)))


def _works(text: str, domain: str, addresses: Sequence[str], helo: str, lookup: Lookup) -> bool:
    """Return whether a record would let these addresses pass, and nobody else; what cannot be asked now may."""
    seen = published({(domain, "TXT"): text}, lookup)

    def result(address: str) -> str:
        return check_host(address, domain, f"bounces@{domain}", helo, seen).result

    try:
        passes = all(result(address) == "pass" for address in addresses)
        return passes and all(result(stranger) in ("fail", "softfail") for stranger in UNRELATED_ADDRESSES)
    except SpfError:
        return False
    except Unanswered:
        return True


def _because(verdict: Verdict) -> str:
    return " → ".join(verdict.because)
