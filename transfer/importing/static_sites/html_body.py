"""The HTML of a post as one HTML block of Markdown, within which nothing is taken for Markdown."""

import re

PREFORMATTED = re.compile(r"(<(pre|textarea)\b[^<>]*>(?s:.*?)</\2>)", re.IGNORECASE)


def html_block(text: str) -> str:
    """Return HTML as a block: no blank line ends it, no indentation makes code of it; `<pre>` keeps both.

    >>> html_block("<p>a</p>\\n\\n    <p>b</p><pre>c\\n\\nd</pre>")
    '<div>\\n<p>a</p>\\n<p>b</p><pre>c\\n&#10;d</pre>\\n</div>'
    """
    parts = PREFORMATTED.split(text)
    outside = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::3]]
    inside = [re.sub(r"\n(?=[ \t]*\n)", "\n&#10;", part).replace("&#10;\n", "&#10;") for part in parts[1::3]]
    joined = "".join(piece for pair in zip(outside, [*inside, ""], strict=True) for piece in pair)
    return f"<div>\n{joined.strip()}\n</div>"
