"""Extraction of the messages of Jinja2 templates for xgettext and tests."""

import jinja2

from blog.rendering.environment import EXTENSIONS


def as_python(source: str) -> str:
    """Return a template's messages as Python calls of gettext, on the lines of the template.

    >>> as_python("{% trans %}Tags{% endtrans %}\\n{{ _('notes') }}")
    'gettext("Tags")\\ngettext("notes")'
    """
    environment = jinja2.Environment(extensions=EXTENSIONS)  # noqa: S701 (nothing is rendered)
    environment.policies["ext.i18n.trimmed"] = True
    lines: list[str] = [""] * (source.count("\n") + 1)
    for number, function, message in environment.extract_translations(source):  # type: ignore[attr-defined]  # the extension adds it
        words = [message] if isinstance(message, str) else [part for part in message if part is not None]
        arguments = ", ".join(_quoted(word) for word in words) + (", 0" if function == "ngettext" else "")
        lines[number - 1] += f"{';' if lines[number - 1] else ''}{'gettext' if function == '_' else function}({arguments})"
    return "\n".join(lines)


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
