r"""Formulas of imported texts without the backslashes that the old site's Markdown took: `\\{a\\}` stood for `\{a\}`.

Of `$…$`, which no generator knows as a formula by itself, it took those before `_` and `*` too: `$x\_1$` stood for `$x_1$`.
"""

import re

from blog.markdown.syntax.formulas import DISPLAY, INLINE
from transfer.importing.static_sites.targets import CODE, outside_code

FORMULA = re.compile(
    rf"(?P<code>{CODE})|(?P<display>(?<![\\$]){DISPLAY.pattern})|(?<![\\$\w])(?:{INLINE.pattern})", re.M | re.S
)
DOUBLED = re.compile(r"\\\\(?=[{}_,;!:#])")
ESCAPED = re.compile(r"(?P<name>\\(?:text\w*|mathrm|mathtt|mathit|mbox|operatorname\*?)\{[^{}]*\})|(?<!\\)\\(?=[_*])")


def without_doubled_escapes(text: str) -> str:
    r"""Return a text whose formulas have the backslashes that were meant; code is left as it is.

    >>> print(without_doubled_escapes(r"$x\_1 \\in \\{a\\}$, $$\\begin{x} a \\\\ b$$, `$\\{a\\}$`, $\text{a\_b}$"))
    $x_1 \\in \{a\}$, $$\\begin{x} a \\ b$$, `$\\{a\\}$`, $\text{a\_b}$
    """
    return outside_code(FORMULA, _unescaped, text) if "$" in text and "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    formula = DOUBLED.sub(r"\\", found[0].replace("\\\\\\\\", "\\\\"))
    return formula if found["display"] else ESCAPED.sub(lambda escape: escape["name"] or "", formula)
