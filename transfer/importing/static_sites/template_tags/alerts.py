"""Notes, tips and warnings, which every theme has a tag for, as GFM's alerts; quotations."""

import re

from transfer.importing.static_sites.template_tags.arguments import TagArguments
from transfer.importing.static_sites.template_tags.markup import link_target, link_text

ALERTS = {
    "note": "NOTE",
    "info": "NOTE",
    "tip": "TIP",
    "hint": "TIP",
    "success": "TIP",
    "important": "IMPORTANT",
    "warning": "WARNING",
    "warn": "WARNING",
    "caution": "CAUTION",
    "danger": "CAUTION",
    "error": "CAUTION",
}
QUOTATIONS = frozenset(("blockquote", "quote"))
ALERTS_BY_ARGUMENT = frozenset("callout admonition notice alert aside box message".split())


def alert_kind(name: str, arguments: TagArguments) -> str:
    """Return the kind of alert that a tag means, by its name or, for a callout, by its arguments; "" where it is none."""
    name = name.lower()
    if name in ALERTS_BY_ARGUMENT:
        words = (word.lower() for word in (*arguments.positional, *arguments.named.values()))
        return next((ALERTS[word] for word in words if word in ALERTS), "NOTE")
    return ALERTS.get(name, "")


def alert(kind: str, text: str, arguments: TagArguments) -> str:
    """Return a text as an alert, its title in bold."""
    title = arguments.get("title")
    lines = ([f"**{title}**", ""] if title else []) + text.strip().split("\n")
    return "\n\n" + "\n".join([f"> [!{kind}]", *(f"> {line}".rstrip() for line in lines)]) + "\n\n"


def quotation(text: str, arguments: str) -> str:
    """Return a text as a quotation with its source, `Author, Title https://…` (Octopress, Hexo), below."""
    address = re.search(r"https?://[^\s\"']+", arguments)
    source = " ".join(re.sub(r"https?://[^\s\"']+|[\"']", "", arguments).split())
    source = f"[{link_text(source or address[0])}]({link_target(address[0])})" if address else source
    lines = [*text.strip().split("\n"), *(["", f"— {source}"] if source else [])]
    return "\n\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"
