"""Findings on DMARC: is there a policy that receivers can read, and do SPF and DKIM speak for the domain in From? Pure."""

import re
from collections.abc import Callable, Iterable

from mail.deliverability.cures import proved
from mail.deliverability.dmarc import POLICIES, Published, find_record, is_dmarc, organisation_of, records_at, walk
from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.tags import BadTags, parse_tags
from mail.deliverability.words import _, joined

SUBJECT = "DMARC"
KNOWN = {"v", "p", "sp", "np", "rua", "ruf", "adkim", "aspf", "fo", "pct", "ri", "rf", "psd", "t"}
NEARLY = re.compile(r"dmarc|^\s*p\s*=", re.IGNORECASE)
MAILTO = re.compile(r"mailto:[^@\s,!]+@([a-z0-9._-]+)(![0-9]+[kmgt]?)?", re.IGNORECASE)


def dmarc_findings(domain: str, lookup: Lookup) -> list[Finding]:
    """Return what receivers find of a policy for mail that says it is from this domain."""
    try:
        return proved(lambda seen: _findings(domain, seen), lookup)
    except Unanswered as error:
        return [not_checked(SUBJECT, _("DMARC of %(domain)s") % {"domain": domain}, error)]


def _findings(domain: str, lookup: Lookup) -> list[Finding]:
    several = [place for place in walk(domain) if len(records_at(place, lookup)) > 1]
    published = find_record(domain, lookup)
    if several:
        return [_several(several[0], lookup)]
    return list(_on_record(published, domain, lookup)) if published else [_missing(domain, lookup)]


def suggested(domain: str, policy: str = "none") -> str:
    return record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p={policy}; rua=mailto:postmaster@{domain}")


def _several(place: str, lookup: Lookup) -> Finding:
    name, texts = f"_dmarc.{place}", records_at(place, lookup)
    sentence = _("%(name)s has %(count)d DMARC records (%(texts)s), and receivers then heed none.") % {
        "name": name,
        "count": len(texts),
        "texts": joined(texts),
    }
    return Finding(SUBJECT, Level.ERROR, "dmarc-two", sentence, f"Remove them all but one:\n{record(name, 'TXT', texts[0])}")


def _missing(domain: str, lookup: Lookup) -> Finding:
    """Return the findings when no record applies, from what is published instead."""
    name = f"_dmarc.{domain}"
    strange = next((text for text in lookup(name, "TXT") if NEARLY.search(text)), None)
    if strange is not None:
        sentence = _(
            '%(name)s has the TXT record "%(strange)s", which receivers do not read as DMARC: it must begin with "v=DMARC1;".'
        ) % {"name": name, "strange": strange}
        return Finding(SUBJECT, Level.ERROR, "dmarc-misspelt", sentence, suggested(domain, _policy_in(strange)))
    for place in (domain, f"dmarc.{domain}", f"{name}.{domain}"):
        if any(is_dmarc(text) for text in lookup(place, "TXT")):
            sentence = _("The DMARC record of %(domain)s is at %(place)s, where no receiver looks: its place is %(name)s.") % {
                "domain": domain,
                "place": place,
                "name": name,
            }
            return Finding(SUBJECT, Level.ERROR, "dmarc-misplaced", sentence, suggested(domain))
    sentence = _("%(domain)s has no DMARC record at %(name)s: large receivers refuse bulk mail without one.") % {
        "domain": domain,
        "name": name,
    }
    return Finding(SUBJECT, Level.ERROR, "dmarc-missing", sentence, suggested(domain))


def _policy_in(text: str) -> str:
    return next((policy for policy in reversed(POLICIES) if policy in text.lower()), "none")


def _on_record(published: Published, domain: str, lookup: Lookup) -> Iterable[Finding]:
    name = f"_dmarc.{published.domain}"
    try:
        parse_tags(published.text)
    except BadTags as error:
        sentence = _('The DMARC record at %(name)s, "%(text)s", cannot be read: %(error)s.') % {
            "name": name,
            "text": published.text,
            "error": error,
        }
        yield Finding(SUBJECT, Level.ERROR, "dmarc-misspelt", sentence, suggested(published.domain, _policy_in(published.text)))
        return
    faults = [*_policy(published, name, domain), *_unknown(published, name), *_reports(published, name, lookup)]
    yield from faults
    if not any(fault.level is Level.ERROR for fault in faults):
        yield Finding(
            SUBJECT, Level.OK, "dmarc-found", _('%(name)s has the policy "%(text)s".') % {"name": name, "text": published.text}
        )


def _policy(published: Published, name: str, domain: str) -> Iterable[Finding]:
    tags = published.tags
    which = "sp" if published.domain != domain and "sp" in tags else "p"
    policy = tags.get(which, "").lower()
    if policy not in POLICIES:
        statement = (
            _('%(which)s="%(policy)s", which is no policy') % {"which": which, "policy": policy}
            if policy
            else _("no policy p=")
        )
        sentence = _("The DMARC record at %(name)s has %(said)s: receivers know none, quarantine and reject.") % {
            "name": name,
            "said": statement,
        }
        yield Finding(SUBJECT, Level.ERROR, "dmarc-misspelt", sentence, _changed(published, name, {which: "none"}))
    elif policy == "none":
        sentence = _(
            "The DMARC policy of %(domain)s is %(which)s=none: it asks for reports, but stops nobody who writes in its name."
        ) % {"domain": domain, "which": which}
        passing = _("When the reports show that your own mail passes:")
        cure = f"{passing}\n{_changed(published, name, {which: 'quarantine'})}"
        yield Finding(SUBJECT, Level.WARNING, "dmarc-none", sentence, cure)
    percentage = tags.get("pct", "100")
    if percentage != "100":
        sentence = _(
            "The DMARC record at %(name)s has pct=%(percentage)s: it holds for a part of the mail, and newer "
            "receivers ignore pct."
        ) % {"name": name, "percentage": percentage}
        yield Finding(SUBJECT, Level.WARNING, "dmarc-pct", sentence, _changed(published, name, {"pct": ""}))
    for tag in ("adkim", "aspf"):
        if tags.get(tag, "r").lower() not in ("r", "s"):
            sentence = _("The DMARC record at %(name)s has %(tag)s=%(tags)s: it can be r (relaxed) or s (strict).") % {
                "name": name,
                "tag": tag,
                "tags": tags[tag],
            }
            yield Finding(SUBJECT, Level.ERROR, "dmarc-misspelt", sentence, _changed(published, name, {tag: ""}))


def _unknown(published: Published, name: str) -> Iterable[Finding]:
    strange = [tag for tag in published.tags if tag not in KNOWN]
    if strange:
        sentence = _("The DMARC record at %(name)s has %(strange)s, which receivers do not know and ignore.") % {
            "name": name,
            "strange": joined(strange),
        }
        cure = _changed(published, name, dict.fromkeys(strange, ""))
        yield Finding(SUBJECT, Level.WARNING, "dmarc-unknown", sentence, cure)


def _reports(published: Published, name: str, lookup: Lookup) -> Iterable[Finding]:
    """Return findings on reports that go nowhere, or to a domain that does not accept them (RFC 7489, 7.1)."""
    wanted = [uri.strip() for uri in published.tags.get("rua", "").split(",") if uri.strip()]
    own = f"mailto:postmaster@{published.domain}"
    if not wanted:
        sentence = _("The DMARC record at %(name)s has no rua=: nobody will tell you of mail that fails.") % {"name": name}
        yield Finding(SUBJECT, Level.WARNING, "dmarc-no-reports", sentence, _changed(published, name, {"rua": own}))
    for uri in wanted:
        match = MAILTO.fullmatch(uri)
        if match is None:
            sentence = _(
                "The DMARC record at %(name)s has rua=%(uri)s: reports go to addresses written as mailto:name@domain."
            ) % {"name": name, "uri": uri}
            yield Finding(SUBJECT, Level.WARNING, "dmarc-reports", sentence, _changed(published, name, {"rua": own}))
        elif not _agrees(match[1].lower(), published.domain, lookup):
            host = match[1].lower()
            sentence = _(
                "DMARC reports on %(domain)s go to %(uri)s, but %(host)s has not agreed to get them: none will come."
            ) % {"domain": published.domain, "uri": uri, "host": host}
            cure = record(f"{published.domain}._report._dmarc.{host}", "TXT", "v=DMARC1")
            yield Finding(SUBJECT, Level.WARNING, "dmarc-reports", sentence, cure)


def _agrees(host: str, domain: str, lookup: Lookup) -> bool:
    same = host == domain or organisation_of(host, lookup) == organisation_of(domain, lookup)
    return same or any(is_dmarc(text) for text in lookup(f"{domain}._report._dmarc.{host}", "TXT"))


def _changed(published: Published, name: str, changes: dict[str, str]) -> str:
    """Return the record with tags set, or left out where the new value is empty; v and p stay in front."""
    first = {tag: published.tags.get(tag, "") for tag in ("v", "p")}
    tags = {**first, **published.tags, **changes}
    return record(name, "TXT", "; ".join(f"{tag}={value}" for tag, value in tags.items() if value))


def alignment_findings(domain: str, envelope_domain: str, signing_domain: str, lookup: Lookup) -> list[Finding]:
    """Return whether what SPF and DKIM prove is the domain in From (RFC 7489, 3.1); either is empty when not known.

    DKIM must be aligned, for SPF does not outlast forwarding; SPF alone is a warning then.
    """
    try:
        return list(_alignment(domain, envelope_domain, signing_domain, lambda *how: _aligned(domain, lookup, *how)))
    except Unanswered as error:
        return [not_checked(SUBJECT, _("Whether SPF and DKIM are aligned with %(domain)s") % {"domain": domain}, error)]


def _alignment(domain: str, envelope: str, signing: str, aligned: Callable[[str, str], bool]) -> Iterable[Finding]:
    by_spf, by_dkim = bool(envelope) and aligned(envelope, "aspf"), bool(signing) and aligned(signing, "adkim")
    if signing and not by_dkim:
        sentence = _(
            "DKIM signs for %(signing)s, which is not aligned with %(domain)s in From: DMARC does not count the signature."
        ) % {"signing": signing, "domain": domain}
        yield Finding(SUBJECT, Level.ERROR, "dmarc-unaligned-dkim", sentence, f"DKIM_DOMAIN={domain}")
    if envelope and not by_spf:
        level = Level.WARNING if by_dkim else Level.ERROR
        sentence = _(
            "Bounces go to %(envelope)s, which is not aligned with %(domain)s in From: SPF passes for the wrong domain."
        ) % {"envelope": envelope, "domain": domain}
        yield Finding(SUBJECT, level, "dmarc-unaligned-spf", sentence, f"BOUNCE_DOMAIN={domain}")
    named = [f"SPF ({envelope})"] * by_spf + [f"DKIM ({signing})"] * by_dkim
    if named and by_spf >= bool(envelope) and by_dkim >= bool(signing):
        several, one = _("%(named)s are aligned with %(domain)s in From."), _("%(named)s is aligned with %(domain)s in From.")
        yield Finding(
            SUBJECT,
            Level.OK,
            "dmarc-aligned",
            (several if len(named) > 1 else one) % {"named": joined(named), "domain": domain},
        )


def _aligned(domain: str, lookup: Lookup, other: str, mode: str) -> bool:
    if other == domain:
        return True
    published = find_record(domain, lookup)
    strict = published is not None and published.tags.get(mode, "r").lower() == "s"
    return not strict and _same_organisation(other, domain, lookup)


def _same_organisation(one: str, other: str, lookup: Lookup) -> bool:
    """Return whether two domains are of one organisation; a domain and its parent are, even where no record says so."""
    nested = one.endswith(f".{other}") or other.endswith(f".{one}")
    return organisation_of(one, lookup) == organisation_of(other, lookup) or (
        nested and not any(find_record(name, lookup) for name in (one, other))
    )
