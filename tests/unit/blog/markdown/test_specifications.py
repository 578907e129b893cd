"""CommonMark and GFM: the examples of the one, and the other as GitHub's own program reads it."""

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from blog.markdown.pipeline import to_html
from blog.markdown.syntax import parser
from tests.support.markdown_spec import COMMONMARK, differences, examples, sanitised

LEAST_EQUAL = 0.98
DIFFERENT = {"HTML blocks": 10, "Autolinks": 3}  # of tags that are not on the list; of addresses, which GFM links
GFM = {
    "table": "a | b\n--|:-:\n1 | 2",
    "table with bars around": "| a |\n|---|\n| b |\n\nend",
    "table right after a line": "Text\na | b\n--|--\n1 | 2",
    "table of a head alone": "| a |\n|---|",
    "table with missing cells": "a|b\n-|-\n1\n1|2|3\n\nend",
    "table with a bar in code": "a | b\n--|--\n`x \\| y` | \\|",
    "table ended by a quotation": "a|b\n-|-\n1|2\n> q",
    "row of signs that do not fit": "a|b|c\n-|-\n1|2",
    "inline Markdown in a table": "a | b\n--|--\n**x** [y](/z) | ~~w~~",
    "struck": "~~gone~~ a~~b~~c",
    "struck over paragraphs": "~~a\n\nb~~",
    "task list": "- [ ] a\n- [x] b\n- [X] c\n- [] d\n- [ ]e",
    "task list in a task list": "- [x] a\n  - [ ] b\n- c",
    "www": "www.a.example/b, (www.a.example) www.a.example. xwww.a.example",
    "address": "https://a.example/b?c=d&e=f http://x.example/y_(z) (https://a.example/b) https://a.example/?",
    "address with a bracket": "https://en.wikipedia.org/wiki/Python_(programming_language)",
    "address and entity": "https://a.example/?a&copy; www.a.example/?q=b&hl;",
    "address before a tag": "https://a.example/<b>c</b>",
    "address in emphasis": "*https://a.example/b* ~~www.a.example~~",
    "mail": "x@a.example, x.y+z@a-b.example. x_y@a.example",
    "mail that is none": "@a.example x@ x@b x@a.example-",
    "address and mail behind any sign": '发送x@yihui.example或者http://a.example/b "y@a.example" git@a.example:b "https://a.example/x"',
    "address with escapes": "https://a.example/?a=%E2%9C%93 <https://a.example/%2F>",
    "mailto": "mailto:x@a.example mailto:x@a.example/b",
    "address in a link": "[https://a.example](/b) [x@a.example](/c)",
    "address in code": "`https://a.example` and\n\n    www.a.example",
    "raw HTML": "a <b>c</b> <title> <xmp>\n\n<blockquote>\n<textarea>\n</blockquote>",
    "alert that is a quotation": "> [!NOTE] a\n> b",
    "hard line breaks": "a\\\nb  \nc",
}


def test_commonmark_examples_are_equal() -> None:
    if not COMMONMARK.exists():
        pytest.skip("commonmark-spec is not in node_modules: run `npm ci --ignore-scripts`.")
    found = list(examples(COMMONMARK.read_text("utf-8")))
    different = [example for example, _ in differences(found)]
    assert len(found) == 652
    assert {name: sum(one.section == name for one in different) for name in {one.section for one in different}} == DIFFERENT
    assert 1 - len(different) / len(found) >= LEAST_EQUAL


@pytest.mark.parametrize("text", GFM.values(), ids=GFM)
def test_gfm_is_read_as_github_reads_it(text: str) -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    assert sanitised(to_html(text, parser()).html) == sanitised(html)
