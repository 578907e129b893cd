"""Which addresses lead to one mailbox: providers ignore what follows a plus sign, and some the dots. Pure.

Addresses are stored and written to as typed; folded ones serve to count and to recognise.
"""

DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}  # where dots do not count, and the domain's first name


def folded(address: str) -> str:
    """Return the mailbox of a normalised address, in one spelling.

    >>> folded("Ada.Lovelace+notes@googlemail.com"), folded("ada.l+x@example.org"), folded('"a+b"@example.org')
    ('adalovelace@gmail.com', 'ada.l@example.org', '"a+b"@example.org')
    """
    local, at, domain = address.lower().rpartition("@")
    if local.startswith('"'):
        return address.lower()
    base = local.partition("+")[0] or local
    if domain in DOTLESS:
        base = base.replace(".", "") or base
    return f"{base}{at}{DOTLESS.get(domain, domain)}"


def domain_of(address: str) -> str:
    """Return an address's domain.

    >>> domain_of("Ada@Example.org")
    'example.org'
    """
    return address.rpartition("@")[2].lower()
