"""Findings on DKIM: is the public key in the DNS, can receivers use it, and is it the one that signs? Pure."""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mail.deliverability.cures import proved
from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.tags import BadTags, parse_tags
from mail.deliverability.words import _, gettext_noop

SUBJECT = "DKIM"
USABLE_BITS = 1024  # RFC 8301: receivers must not take smaller RSA keys
GOOD_BITS = 2048
RAW_ED25519 = 32  # bytes (RFC 8463)
NEW_KEY = gettext_noop("Make a new one with `manage.py make_dkim_key`, publish the record it prints, and sign with it.")
PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Where a key is published; `expected` is the record that belongs to the private key, empty when that is not known."""

    selector: str
    domain: str
    expected: str = ""

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class Fault(Exception):
    """What keeps receivers from using a key record: a code, and the end of a sentence on the record."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


def dkim_findings(key: SigningKey, lookup: Lookup) -> list[Finding]:
    """Return what receivers find at the selector that signatures name."""
    try:
        return proved(lambda seen: _findings(key, seen), lookup)
    except Unanswered as error:
        return [not_checked(SUBJECT, _("The DKIM key at %(name)s") % {"name": key.name}, error)]


def _findings(key: SigningKey, lookup: Lookup) -> list[Finding]:
    records = lookup(key.name, "TXT")
    if not records:
        return [_missing(key, lookup)]
    try:
        public, testing = read_key(records)
    except Fault as fault:
        return [
            Finding(
                SUBJECT,
                Level.ERROR,
                fault.code,
                _("The DKIM record at %(name)s %(said)s.") % {"name": key.name, "said": fault.description},
                _cure(key),
            )
        ]
    faults = [*_other(key, public), *_weak(key, public), *(_testing(key, records[0]) if testing else [])]
    good = Finding(
        SUBJECT,
        Level.OK,
        "dkim-key",
        (_("%(name)s holds %(key)s, the one that signs.") if key.expected else _("%(name)s holds %(key)s."))
        % {"name": key.name, "key": describe(public)},
    )
    return (faults or [good]) + ([] if key.expected else [_not_compared(key)])


def read_key(records: tuple[str, ...]) -> tuple[PublicKey, bool]:
    """Return the key in a selector's TXT records, and whether it is marked as a test. Raise Fault if none can use it."""
    if len(records) > 1:
        raise Fault("dkim-two", _("is there %(count)d times, and which one receivers take is chance") % {"count": len(records)})
    try:
        tags = parse_tags(records[0])
    except BadTags as error:
        raise Fault("dkim-unreadable", _("cannot be read: %(error)s") % {"error": error}) from error
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        raise Fault("dkim-unreadable", _('has v=%(v)s: it must begin with "v=DKIM1"') % {"v": tags["v"]})
    if "p" not in tags:
        raise Fault("dkim-unreadable", _("has no p=, the key itself"))
    if not tags["p"]:
        raise Fault("dkim-revoked", _("has an empty p=: the key is revoked, and signatures by it count as broken"))
    if "sha256" not in tags.get("h", "sha256").replace(" ", "").split(":"):
        raise Fault("dkim-hash", _("has h=%(h)s, which forbids sha256, the hash in use") % {"h": tags["h"]})
    if not {"*", "email"} & set(tags.get("s", "*").replace(" ", "").split(":")):
        raise Fault("dkim-service", _("has s=%(s)s, which is not for e-mail") % {"s": tags["s"]})
    return _public_key(tags), "y" in tags.get("t", "").replace(" ", "").split(":")


def _public_key(tags: dict[str, str]) -> PublicKey:
    kind = tags.get("k", "rsa")
    if kind not in ("rsa", "ed25519"):
        raise Fault("dkim-unreadable", _("has k=%(kind)s, a kind of key that receivers do not know") % {"kind": kind})
    try:
        raw = base64.b64decode("".join(tags["p"].split()), validate=True)
        if kind == "ed25519" and len(raw) == RAW_ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(raw)
        public = form.load_der_public_key(raw)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise Fault(
            "dkim-unreadable", _("holds no key: its p=%(shortened)s cannot be decoded") % {"shortened": shortened(tags["p"])}
        ) from error
    if kind == "rsa" and isinstance(public, rsa.RSAPublicKey):
        return public
    raise Fault("dkim-unreadable", _("has k=%(kind)s, and the key in p= is of another kind") % {"kind": kind})


def describe(public: PublicKey) -> str:
    if isinstance(public, ed25519.Ed25519PublicKey):
        return _("an Ed25519 key")
    return _("a %(bits)d-bit RSA key") % {"bits": public.key_size}


def shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}…{text[-10:]}"


def _missing(key: SigningKey, lookup: Lookup) -> Finding:
    doubled = f"{key.name}.{key.domain}"
    if lookup(doubled, "TXT"):
        sentence = _(
            "There is no DKIM key at %(name)s, but one at %(doubled)s: in the zone file the name lacks its last dot."
        ) % {"name": key.name, "doubled": doubled}
        return Finding(SUBJECT, Level.ERROR, "dkim-misplaced", sentence, _cure(key))
    sentence = _("There is no DKIM key at %(name)s: receivers cannot verify any signature.") % {"name": key.name}
    return Finding(SUBJECT, Level.ERROR, "dkim-missing", sentence, _cure(key))


def _other(key: SigningKey, public: PublicKey) -> list[Finding]:
    if not key.expected or _public_key(parse_tags(key.expected)) == public:
        return []
    sentence = _("%(name)s holds %(key)s, but not the one that belongs to the private key: every signature fails.") % {
        "name": key.name,
        "key": describe(public),
    }
    return [Finding(SUBJECT, Level.ERROR, "dkim-other", sentence, _cure(key))]


def _weak(key: SigningKey, public: PublicKey) -> list[Finding]:
    if isinstance(public, ed25519.Ed25519PublicKey):
        sentence = _("%(name)s holds an Ed25519 key, which several large receivers do not verify yet: sign with RSA too.") % {
            "name": key.name
        }
        return [Finding(SUBJECT, Level.WARNING, "dkim-ed25519", sentence, _(NEW_KEY))]
    if public.key_size >= GOOD_BITS:
        return []
    level = Level.WARNING if public.key_size >= USABLE_BITS else Level.ERROR
    consequence = _("can be broken") if level is Level.WARNING else _("is ignored by receivers")
    sentence = _("%(name)s holds %(key)s, which is weak and %(consequence)s: %(bits)d bits are the measure.") % {
        "name": key.name,
        "key": describe(public),
        "consequence": consequence,
        "bits": GOOD_BITS,
    }
    return [Finding(SUBJECT, level, "dkim-weak", sentence, _(NEW_KEY))]


def _testing(key: SigningKey, text: str) -> list[Finding]:
    """Return the finding on a key under test: mail signed by it is treated like unsigned mail (RFC 6376, 3.6.1)."""
    tags = parse_tags(text)
    tags["t"] = ":".join(flag for flag in tags["t"].replace(" ", "").split(":") if flag != "y")
    kept = "; ".join(f"{name}={value}" for name, value in tags.items() if name != "t" or value)
    sentence = _("%(name)s is in testing mode (t=y): receivers are to treat mail signed by it as if it were not signed.") % {
        "name": key.name
    }
    return [Finding(SUBJECT, Level.ERROR, "dkim-testing", sentence, record(key.name, "TXT", key.expected or kept))]


def _not_compared(key: SigningKey) -> Finding:
    what = _("Whether %(name)s belongs to the key that signs") % {"name": key.name}
    return not_checked(
        SUBJECT, what, _("the private key is not known here"), "check_mail --dkim-key - < FILE, as a user who may read it"
    )


def _cure(key: SigningKey) -> str:
    return record(key.name, "TXT", key.expected) if key.expected else _(NEW_KEY)
