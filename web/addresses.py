"""E-mail addresses: read what a person typed, say what is wrong with it, guess what was meant. Pure; no look-ups."""

import difflib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from web.address_faults import explain

NEARNESS = 0.86  # of difflib's ratio: “gmial.com” has 0.89 to “gmail.com”, “gmx.com” 0.71 to “gmx.de”
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"  # what comes along when an address is copied from a page

# Most of the world's private mailboxes; a name that is one typo from another's stands here, so that it is not corrected.
WELL_KNOWN = (
    "gmail.com googlemail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es outlook.com "
    "outlook.de outlook.fr live.com live.de live.co.uk live.fr msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it "
    "yahoo.es yahoo.co.jp yahoo.co.in yahoo.com.br ymail.com rocketmail.com aol.com aol.de icloud.com me.com mac.com "
    "proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io fastmail.com fastmail.fm hey.com zoho.com mail.com "
    "email.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de posteo.de mailbox.org "
    "orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it btinternet.com sky.com virginmedia.com "
    "comcast.net verizon.net att.net sbcglobal.net cox.net charter.net bellsouth.net shaw.ca rogers.com bigpond.com "
    "telstra.com mail.ru inbox.ru bk.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net seznam.cz wp.pl o2.pl "
    "onet.pl interia.pl qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com uol.com.br "
    "bol.com.br terra.com.br bluewin.ch ziggo.nl kpnmail.nl telenet.be skynet.be love.com hotmail.se hotmail.nl "
    "hotmail.be live.se live.nl live.be live.ca live.it yahoo.ca yahoo.se yahoo.com.au ms.com"
).split()
# Misspelt top-level domains, and the intended ones.
SLIPS = {
    **dict.fromkeys(("con", "cmo", "ocm", "vom", "cpm", "xom", "comm", "coom", "conm", "c0m", "clm"), "com"),
    **dict.fromkeys(("ner", "nte", "ent", "nett", "bet"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg", "prg"), "org"),
    **dict.fromkeys(("ed", "dee"), "de"),
}


class AddressError(ValueError):
    """An address that mail cannot go to: the message is a sentence, `suggestion` an address that may have been meant, or ''."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its one spelling: NFC, the domain in lower case and in its own script (`domain`: in ASCII, RFC 5890)."""

    text: str
    domain: str

    def __str__(self) -> str:
        return self.text


def normalise(typed: str, smtputf8: bool = False) -> Address:
    """Read an address as RFC 5321 and 6531 allow it; `smtputf8` says that our relay takes letters beyond ASCII before the @.

    Raises AddressError, with what is wrong.

    >>> normalise(" Ada+notes@M\u00dcNCHEN.de ").domain
    'xn--mnchen-3ya.de'
    """
    text = tidy(typed)
    if not text:
        raise AddressError(_("Please give your e-mail address."))
    try:
        found = validate_email(text, allow_quoted_local=True, strict=True, check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressError(_("This cannot be an address: %s") % explain(error), suggest(text)) from error
    if found.smtputf8 and not smtputf8:
        raise AddressError(_needs_smtputf8(found))
    return Address(found.normalized, found.ascii_domain)


def tidy(typed: str) -> str:
    """Strip what copying adds around an address: blanks, invisible signs, `mailto:`, angle brackets."""
    text = typed.strip().strip(INVISIBLE).strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text


def suggest(typed: str) -> str:
    """Return the address that was perhaps meant, when this one's domain is one typo from a well-known one; else ''.

    >>> suggest("ada@gmial.com"), suggest("ada@notes.con"), suggest("ada@example.org")
    ('ada@gmail.com', 'ada@notes.com', '')
    """
    local, at, domain = tidy(typed).rpartition("@")
    domain = domain.lower()
    if not local or not at or domain in WELL_KNOWN:
        return ""
    near = difflib.get_close_matches(domain[:100], WELL_KNOWN, n=1, cutoff=NEARNESS)
    meant = near[0] if near else _without_typo(domain)
    return f"{local}@{meant}" if meant and _is_sound(f"{local}@{meant}") else ""


def _without_typo(domain: str) -> str:
    """Correct an ending that does not exist, or one left out of a well-known name (`gmail` → `gmail.com`)."""
    name, dot, ending = domain.rpartition(".")
    if dot:
        return f"{name}.{SLIPS[ending]}" if name and ending in SLIPS else ""
    return next((known for known in WELL_KNOWN if known.split(".")[0] == domain), "")


def _is_sound(text: str) -> bool:
    try:
        validate_email(text, allow_quoted_local=True, strict=True, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _needs_smtputf8(found: ValidatedEmail) -> str:
    return _(
        "“%s” holds letters beyond ASCII before the @, and our mail server does not take those yet: "
        "please give an address that has plain letters there."
    ) % (found.normalized)
