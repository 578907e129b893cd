"""Code that a text takes from a file of the site: `<<< @/app.js#part{1,3}` (VitePress, VuePress 1), `@[code](@/app.js)` (2)."""

import re
from collections import Counter
from pathlib import Path

from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.find import SourceFile
from transfer.importing.static_sites.targets import CODE, outside_code
from transfer.importing.static_sites.template_tags.code_tags import code_block
from transfer.importing.static_sites.template_tags.markup import comment

MAX_BYTES = 200_000
NAME = "<<<"
SNIPPET = re.compile(
    rf"(?P<code>{CODE})"
    r"|^<<<[ \t]*(?P<path>[^\s{}#\[\]]+)(?P<region>#[\w*-]+)?[ \t]*(?:\{(?P<lines>[^{}\n]*)\})?[ \t]*(?:\[[^\]\n]*\])?[ \t]*$"
    r"|^@\[code(?:\{(?P<range>[^{}\n]*)\})?(?:[ \t]+[^\]\n]*)?\]\((?P<address>[^()\s#]+)(?:#[^()\s]*)?\)[ \t]*$",
    re.MULTILINE,
)


def with_snippets(text: str, file: SourceFile) -> tuple[str, Counter[str]]:
    """Return a text with the code that it names, and how many files of code there are not below the site's root."""
    missing: Counter[str] = Counter()

    def replaced(found: re.Match[str]) -> str:
        path = found["path"] or found["address"]
        code = _read(path, file)
        if code is None:
            missing[NAME] += 1
            return comment(found[0])
        part = _region(code, found["region"][1:]) if found["region"] else code
        lines = f" {{{found['lines']}}}" if re.fullmatch(r"[\d,-]+", found["lines"] or "") else ""
        return code_block(_lines(part, found["range"] or ""), path.rpartition(".")[2] + lines)

    return outside_code(SNIPPET, replaced, text), missing


def _read(path: str, file: SourceFile) -> str | None:
    """Return a file's text; None where there is none below the site's root, or it is no text."""
    target = f"/{path.removeprefix('@').removeprefix('/')}" if path.startswith("@") else path
    within = target.removeprefix(f"/{file.site.root.name}")  # VuePress 1 counts from the project, which has the site as `docs`
    found: Path | None = next(
        (one for each in (target, within) if (one := image_paths.find_file(each, file.path, file.site))), None
    )
    try:
        return found.read_bytes()[:MAX_BYTES].decode() if found else None
    except (OSError, UnicodeDecodeError):
        return None


def _region(code: str, name: str) -> str:
    """Return the lines between `#region NAME` and `#endregion NAME`, in a comment of any language; all where there are none."""
    start = re.search(rf"^[^\n]*region\s+{re.escape(name)}\b[^\n]*\n", code, re.MULTILINE)
    end = re.compile(r"^[^\n]*endregion\b[^\n]*$", re.MULTILINE).search(code, start.end()) if start else None
    return code[start.end() : end.start()] if start and end else code


def _lines(code: str, wanted: str) -> str:
    """Return the lines of a range such as `2-5`."""
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6})?)?", wanted)
    if not found:
        return code
    last = found[2] or ("" if "-" in wanted else found[1])
    return "\n".join(code.split("\n")[int(found[1]) - 1 : int(last) if last else None])
