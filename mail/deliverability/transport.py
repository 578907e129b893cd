"""Findings on what a domain publishes of encryption for mail that it takes: MTA-STS (RFC 8461), TLS-RPT (RFC 8460). Pure.

Nothing is said where nothing is published: neither is needed to send.
"""

import re
from collections.abc import Callable, Iterable

from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.tags import BadTags, parse_tags
from mail.deliverability.words import _, joined

STS, RPT = "MTA-STS", "TLS-RPT"
ID = re.compile(r"[A-Za-z0-9]{1,32}")
RUA = re.compile(r"mailto:[^@\s,!]+@[a-z0-9._-]+|https://\S+", re.IGNORECASE)
MODES = ("enforce", "testing", "none")
LONGEST_AGE = 31557600  # seconds, a year
Fetch = Callable[[str], str]
"""`fetch(url)` gives a text by HTTPS, without following redirects; raises OSError or ValueError with the reason."""


def transport_findings(domain: str, lookup: Lookup, fetch: Fetch | None = None) -> list[Finding]:
    """Return what senders find of rules for encryption to a domain's mail servers."""
    found: list[Finding] = []
    checks: dict[str, Callable[[], list[Finding]]] = {
        STS: lambda: _sts(domain, lookup, fetch),
        RPT: lambda: _rpt(domain, lookup),
    }
    for subject, findings in checks.items():
        try:
            found += findings()
        except Unanswered as error:
            if error.is_bogus:  # otherwise nobody knows whether there is anything to check
                what = _("%(subject)s of %(domain)s") % {"subject": subject, "domain": domain}
                found.append(not_checked(subject, what, error))
    return found


def _published(name: str, version: str, lookup: Lookup) -> tuple[str, ...]:
    """Return the TXT records that are meant for a version, such as STSv1."""
    return tuple(text for text in lookup(name, "TXT") if re.match(rf"v\s*=\s*{version}\b", text, re.IGNORECASE))


def _sts(domain: str, lookup: Lookup, fetch: Fetch | None) -> list[Finding]:
    name, host = f"_mta-sts.{domain}", f"mta-sts.{domain}"
    records = _published(name, "STSv1", lookup)
    if not records:
        return []
    cure = record(name, "TXT", "v=STSv1; id=1")
    if len(records) > 1:
        return [
            _error(STS, "sts-two", _("%(name)s has %(count)d records, and senders then heed none.") % _of(name, records), cure)
        ]
    if not records[0].startswith("v=STSv1;") or not ID.fullmatch(_tags(records[0]).get("id", "")):
        sentence = _(
            'The record at %(name)s, "%(text)s", cannot be read: it has to be v=STSv1; and an id= of letters and digits.'
        )
        return [_error(STS, "sts-unreadable", sentence % _of(name, records), cure)]
    if not (*lookup(host, "A"), *lookup(host, "AAAA")):
        sentence = _("%(name)s says that there is a policy, but %(host)s, where senders fetch it, has no address.")
        return [_error(STS, "sts-no-host", sentence % {"name": name, "host": host}, _("Give %s an address.") % host)]
    return _fetched(host, domain, lookup, fetch) if fetch else []


def _fetched(host: str, domain: str, lookup: Lookup, fetch: Fetch) -> list[Finding]:
    url = f"https://{host}/.well-known/mta-sts.txt"
    try:
        policy = fetch(url)
    except (OSError, ValueError) as error:
        return [not_checked(STS, url, str(error) or type(error).__name__)]
    return list(_policy(policy, url, domain, lookup))


def _policy(policy: str, url: str, domain: str, lookup: Lookup) -> Iterable[Finding]:
    pairs = [
        (key.strip(), value.strip()) for key, colon, value in (line.partition(":") for line in policy.splitlines()) if colon
    ]
    fields, patterns = dict(pairs), [value.lower() for key, value in pairs if key == "mx"]
    hosts = [value.split(" ")[1] for value in lookup(domain, "MX")]
    right = _policy_for(hosts, fields.get("mode", ""))
    age = fields.get("max_age", "")
    if fields.get("version") != "STSv1" or fields.get("mode") not in MODES or not age.isdigit() or int(age) > LONGEST_AGE:
        sentence = _("The policy at %(url)s cannot be read: it needs version: STSv1, a mode: and a max_age: in seconds.")
        yield _error(STS, "sts-policy", sentence % {"url": url}, right)
        return
    outside = [host for host in hosts if not any(_covers(pattern, host) for pattern in patterns)]
    if outside and fields["mode"] != "none":
        level = Level.ERROR if fields["mode"] == "enforce" else Level.WARNING
        sentence = _(
            "The policy at %(url)s does not name %(hosts)s, where %(domain)s takes mail: senders that heed it do not deliver."
        )
        details = {"url": url, "hosts": joined(outside), "domain": domain}
        yield Finding(STS, level, "sts-mx", sentence % details, right)
        return
    sentence = _("%(domain)s has the policy %(mode)s, which names its mail servers.") % {
        "domain": domain,
        "mode": fields["mode"],
    }
    yield Finding(STS, Level.OK, "sts-found", sentence)


def _policy_for(hosts: Iterable[str], mode: str) -> str:
    """Return a policy that names these hosts."""
    lines = ["version: STSv1", f"mode: {mode if mode in MODES else 'testing'}", *(f"mx: {host}" for host in hosts)]
    return "\n".join([*lines, "max_age: 604800"])


def _covers(pattern: str, host: str) -> bool:
    """Return whether a pattern names a host; `*.` stands for one label (RFC 8461, 4.1).

    >>> _covers("*.notes.example", "mail.notes.example"), _covers("*.notes.example", "a.b.notes.example")
    (True, False)
    """
    wild = pattern.startswith("*.")
    return host.partition(".")[2] == pattern[2:] if wild else host == pattern.rstrip(".")


def _rpt(domain: str, lookup: Lookup) -> list[Finding]:
    name = f"_smtp._tls.{domain}"
    records = _published(name, "TLSRPTv1", lookup)
    if not records:
        return []
    cure = record(name, "TXT", f"v=TLSRPTv1; rua=mailto:postmaster@{domain}")
    if len(records) > 1:
        return [
            _error(RPT, "rpt-two", _("%(name)s has %(count)d records, and senders then heed none.") % _of(name, records), cure)
        ]
    wanted = [uri.strip() for uri in _tags(records[0]).get("rua", "").split(",")]
    if not records[0].startswith("v=TLSRPTv1;") or not all(map(RUA.fullmatch, wanted)):
        sentence = _('The record at %(name)s, "%(text)s", cannot be read: it has to be v=TLSRPTv1; and rua=mailto:name@domain.')
        return [_error(RPT, "rpt-unreadable", sentence % _of(name, records), cure)]
    sentence = _("Reports on encryption to %(domain)s go to %(wanted)s.") % {"domain": domain, "wanted": joined(wanted)}
    return [Finding(RPT, Level.OK, "rpt-found", sentence)]


def _tags(text: str) -> dict[str, str]:
    try:
        return parse_tags(text)
    except BadTags:
        return {}


def _of(name: str, records: tuple[str, ...]) -> dict[str, str | int]:
    return {"name": name, "count": len(records), "text": records[0]}


def _error(subject: str, code: str, sentence: str, cure: str) -> Finding:
    return Finding(subject, Level.ERROR, code, sentence, cure)
