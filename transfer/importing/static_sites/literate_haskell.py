"""Literate Haskell as Markdown: code in bird tracks (`> x = 1`) or between `\\begin{code}` and `\\end{code}` is fenced."""

import re

CODE = re.compile(
    r"^\\begin\{code\}[^\n]*\n(?P<latex>(?s:.*?))^\\end\{code\}[^\n]*$|(?P<birds>(?:^>(?: [^\n]*)?(?:\n|\Z))+)", re.MULTILINE
)


def literate_haskell_to_markdown(text: str) -> str:
    """Return the Markdown of a literate Haskell file.

    >>> literate_haskell_to_markdown("One.\\n\\n> x = 1\\n> y = 2\\n\\nTwo.")
    'One.\\n\\n```haskell\\nx = 1\\ny = 2\\n```\\n\\nTwo.'
    """

    def fenced(found: re.Match[str]) -> str:
        code = found["latex"] if found["latex"] is not None else re.sub(r"^> ?", "", found["birds"], flags=re.MULTILINE)
        return f"```haskell\n{code.rstrip()}\n```" + ("" if found["latex"] is not None else "\n")

    return CODE.sub(fenced, text)
