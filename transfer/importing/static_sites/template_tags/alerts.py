"""Notes, tips and warnings, which every theme has a tag for, as GFM's alerts."""

from transfer.importing.static_sites.template_tags.arguments import TagArguments

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
