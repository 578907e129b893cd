"""Which pages of a DokuWiki everybody may read, by its list of rights (`conf/acl.auth.php`)."""

import re
from functools import lru_cache
from pathlib import Path

RULE = re.compile(r"^(?P<scope>[^\s#<]+)[ \t]+@ALL[ \t]+(?P<right>\d+)", re.MULTILINE)
RULES_FILE = "acl.auth.php"


@lru_cache(maxsize=10)
def public_rights(configuration: Path) -> dict[str, int] | None:
    """Return what everybody may do, by page or namespace (`private:*`); None where the wiki has no such list."""
    try:
        text = (configuration / RULES_FILE).read_text("utf-8", "replace")
    except OSError:
        return None
    return {rule["scope"].lower(): int(rule["right"]) for rule in RULE.finditer(text)}


def is_public(page: str, configuration: Path) -> bool:
    """Return whether everybody may read a page: the rule nearest to it decides, and without any nobody may."""
    rights = public_rights(configuration)
    if rights is None:
        return True
    namespaces = page.split(":")[:-1]
    scopes = [page, *(":".join([*namespaces[:depth], "*"]) for depth in range(len(namespaces), -1, -1))]
    return next((rights[scope] for scope in scopes if scope in rights), 0) > 0
