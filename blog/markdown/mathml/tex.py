r"""TeX as authors write it, spelt as math-core reads it: environments, line breaks, formulas in text, `\mathop`. Pure."""

import re

MACROS = {
    **dict.fromkeys(("allowbreak", "nobreak"), ""),
    **dict.fromkeys(("negmedspace", "negthickspace", "negthinspace"), r"\!"),
    **dict.fromkeys(("dotsb", "dotsm", "dotsi"), r"\cdots"),
    **dict.fromkeys(("dotsc", "dotso"), r"\ldots"),
    **dict.fromkeys(("hbox", "mbox", "textnormal", "textrm", "textsf", "textup"), r"\text{#1}"),
    **dict.fromkeys(("mathds", "mathbbm", "mathbbold"), r"\mathbb{#1}"),
    "centerdot": r"\cdot",
    "mathnormal": "{#1}",
    "pmb": r"\boldsymbol{#1}",
    "sgn": r"\operatorname{sgn}",
    "shortmid": r"\mid",
    "shortparallel": r"\parallel",
    "smallsetminus": r"\setminus",
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "thickapprox": r"\approx",
    "thicksim": r"\sim",
}

OPERATORS = {
    r"\varinjlim": r"\mathop{\underrightarrow{\mathrm{lim}}}",
    r"\varliminf": r"\mathop{\underline{\mathrm{lim}}}",
    r"\varlimsup": r"\mathop{\overline{\mathrm{lim}}}",
    r"\varprojlim": r"\mathop{\underleftarrow{\mathrm{lim}}}",
}

# Environments and what stands for them: none, or a name and arguments. Only `\tag` gives an equation a number.
ALIGNED = dict.fromkeys(("align", "align*", "alignat", "alignat*", "flalign", "flalign*"), "aligned")
GATHERED = dict.fromkeys(("gather", "gather*"), "gathered")
ENVIRONMENTS = {
    **dict.fromkeys(("alignedat", "split"), "aligned"),
    **dict.fromkeys(("eqnarray", "eqnarray*"), "darray}{rcl"),
    "multline": "multline*",
    "smallmatrix": "subarray}{cccccccccc",
}
PLAIN = ENVIRONMENTS | ALIGNED | GATHERED | dict.fromkeys(("equation", "equation*"), "")
TAGGED = ENVIRONMENTS | dict.fromkeys(ALIGNED, "align*") | {"gather": "gather*", "equation": "equation*"}

# Read from left to right, so that a backslash is taken for what it is: `\\begin` is a line break and a word.
SPELLING = re.compile(
    r"(?P<row>\\\\|\\newline(?![A-Za-z]))\*?(?:\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|mu|px)\s*\])?"
    r"|\\(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z]+\*?)\}"
    r"(?:(?:(?<=at\})|(?<=at\*\}))\s*\{\d+\}|\[[tbc]\])?"
    r"|\\(?:math)?frak\s*(?P<fraktur>\{[^{}]*\}|[A-Za-z])"
    r"|\\newcommand\*?\s*\{?(?P<macro>\\[A-Za-z]+)\}?"
    r"|(?P<dropped>\\(?:label|require)\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])|%[^\n]*\n?)"
    r"|\\(?:[A-Za-z]+|.)",
    re.DOTALL,
)
WITH_ARGUMENT = re.compile(
    r"\\(?:(mathop|hbox|mbox|text(?:bf|it|md|normal|rm|sc|sf|tt|up)?)(?![A-Za-z])\s*|[A-Za-z]+|.)", re.DOTALL
)
FORMULA_IN_TEXT = re.compile(r"(?<!\\)\$|\\[()]")
DEPTH = {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}
NESTING = re.compile(r"[{}]|\\(?:begin|end|.)", re.DOTALL)
PLACEHOLDER = 0xE000  # the first character for private use


def rewrite(source: str, *, display: bool) -> tuple[str, list[str]]:
    r"""Return a formula as math-core reads it, and what its operators hold: the nth stands where `chr(PLACEHOLDER + n)` is.

    Raise ValueError for braces and dollars without their pair.

    >>> rewrite(r"\begin{align} x &= y \\[2pt] &= z, \text{ if $z$} \label{z} \end{align}", display=True)[0]
    '\\begin{aligned} x &= y \\\\ &= z, {\\text{ if }{\\textstyle z}}  \\end{aligned}'
    >>> rewrite(r"\mathop{\mathrm{tr}} A", display=True)
    ('\\operatorname*{\ue000} A', ['\\mathrm{tr}'])
    """
    tagged = display and r"\tag" in source
    text = SPELLING.sub(lambda match: _spelt(match, TAGGED if tagged else PLAIN), source).strip()
    if tagged and not text.startswith((r"\begin{align*}", r"\begin{gather*}", r"\begin{equation*}")):
        text = rf"\begin{{equation*}}{text}\end{{equation*}}"
    elif _has_lines(text):
        text = rf"\begin{{gathered}}{text}\end{{gathered}}"
    operators: list[str] = []
    return _with_arguments(text, operators), operators


def _spelt(match: re.Match[str], environments: dict[str, str]) -> str:
    if match["row"]:
        return r"\\"
    if macro := match["macro"]:  # which math-core may know already
        return rf"\providecommand{{{macro}}}{{}}\renewcommand{{{macro}}}"
    if match["fraktur"]:  # math-core takes the wrong letter for I
        return rf"\mathfrak{{{match['fraktur'].replace('I', 'ℑ')}}}"
    if match["edge"]:
        name = environments.get(match["environment"], match["environment"])
        return rf"\{match['edge']}{{{name if match['edge'] == 'begin' else name.partition('}')[0]}}}" if name else ""
    return "" if match["dropped"] else OPERATORS.get(match[0], match[0])


def _has_lines(text: str) -> bool:
    """Return whether there is a line break outside all groups and environments, where math-core would pass it over."""
    depth = 0
    for match in NESTING.finditer(text):
        depth += DEPTH.get(match[0], 0)
        if match[0] == r"\\" and not depth:
            return True
    return False


def _with_arguments(text: str, operators: list[str]) -> str:
    """Replace the commands whose argument math-core does not read; add what operators hold to the list."""
    written, end = "", 0
    for match in WITH_ARGUMENT.finditer(text):
        if match[1] and match.start() >= end:
            closing = _closing(text, match.end())
            argument = text[match.end() + 1 : closing]
            written += text[end : match.start()]
            written += _operator(argument, operators) if match[1] == "mathop" else _text(match[1], argument, operators)
            end = closing + 1
    return written + text[end:]


def _closing(text: str, start: int) -> int:
    """Return where the group ends that begins at `start`. Raise ValueError if it does not end, or begin there."""
    depth = 0
    for match in NESTING.finditer(text, start) if text.startswith("{", start) else ():
        depth += DEPTH[match[0]] if match[0] in "{}" else 0
        if not depth:
            return match.start()
    raise ValueError("no group")


def _operator(argument: str, operators: list[str]) -> str:
    operators.append(argument)
    return rf"\operatorname*{{{chr(PLACEHOLDER + len(operators) - 1)}}}"


def _text(command: str, argument: str, operators: list[str]) -> str:
    """Return a text; where formulas stand in it, a group of texts and formulas."""
    parts = FORMULA_IN_TEXT.split(argument)
    if len(parts) == 1:
        return rf"\{command}{{{argument}}}"
    if len(parts) % 2 == 0:
        raise ValueError("no closing dollar")
    texts = [rf"\{command}{{{part}}}" if part else "" for part in parts[::2]]
    formulas = [rf"{{\textstyle {_with_arguments(part, operators)}}}" for part in parts[1::2]]
    return "{" + "".join(text + formula for text, formula in zip(texts, [*formulas, ""], strict=True)) + "}"
