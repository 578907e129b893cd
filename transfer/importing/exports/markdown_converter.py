"""Elements of sanitised HTML as Markdown, by markdownify; those that Markdown has no form for stay HTML.

Kept as HTML: tables with spans, blocks, a caption or no head; lettered lists; films and sound, `<details>`, players in frames;
figures whose caption has links; and marks within a line, such as `<kbd>` and `<sub>`.
"""

import re
from typing import Any

import markdownify
from bs4 import Tag
from bs4.element import NavigableString

from transfer.importing.exports.markdown_escapes import caption, escape, link_target
from transfer.importing.source import IMAGE_TYPES
from transfer.importing.static_sites.template_tags.code_tags import code_block

INLINE_HTML = "abbr cite dfn ins mark q rp rt ruby small sub sup time u var".split()
BLOCK_HTML = "audio details iframe video".split()
BLOCKS = "blockquote details div dl figure h1 h2 h3 h4 h5 h6 hr iframe ol pre table ul video audio".split()
EMPHASIS = ("b", "strong", "em", "i", "del", "s")
LANGUAGE = re.compile(r"(?:\b(?:language|lang|brush|highlight-source)[-:]\s*)([\w+#.-]+)")
BLANK = "\ue002"  # marks blank lines of code until those between blocks are reduced to one
PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


class MarkdownConverter(markdownify.MarkdownConverter):
    """Converts a tree that `html_to_markdown` has sanitised; its `convert_…` methods are named by markdownify."""

    class Options:
        heading_style = markdownify.ATX
        bullets = "-"

    def convert_soup(self, soup: Tag) -> str:
        self.numbers = {  # of the items of numbered lists, by identity
            id(item): number
            for numbered in soup.find_all("ol")
            for number, item in enumerate(numbered.find_all("li", recursive=False), _start(numbered))
        }
        converted: str = super().convert_soup(soup)
        return re.sub(r"\n{3,}", "\n\n", converted).replace(BLANK, "").strip("\n")

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        before = el.previous_sibling
        self.at_start = el.parent is None or _is_block(el.parent) if before is None else _is_block(before)
        text: str = super().process_text(el, parent_tags)
        after = el.next_sibling
        return f"{text[:-1]}\\!" if text.endswith("!") and isinstance(after, Tag) and after.name == "a" else text

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escape(text, in_link="a" in parent_tags, at_start=self.at_start)

    # Within a line

    def _emphasis(self, el: Tag, text: str, parent_tags: set[str], mark: str) -> str:
        prefix, suffix, inner = markdownify.chomp(text)
        if not inner or "\n\n" in inner or "_noformat" in parent_tags or el.name in parent_tags:
            return text
        if _is_ambiguous(el, inner, prefix, suffix):
            return f"{prefix}<{el.name}>{inner}</{el.name}>{suffix}"
        return f"{prefix}{mark}{inner}{mark}{suffix}"

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasis(el, text, parent_tags, "**")

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasis(el, text, parent_tags, "*")

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._emphasis(el, text, parent_tags, "~~")

    convert_strong, convert_i, convert_s = convert_b, convert_em, convert_del

    def _inline_html(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags or not text.strip() or "\n\n" in text:
            return text
        title = el.get("title")
        attributes = f' title="{caption(str(title))}"' if title else ""
        return f"<{el.name}{attributes}>{text}</{el.name}>"

    def convert_kbd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"<{el.name}>{escape(' '.join(el.get_text().split()))}</{el.name}>"

    convert_samp = convert_kbd

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        target = link_target(str(el.get("href", "")))
        anchor = f'<a id="{el["id"]}"></a>' if el.get("id") else ""
        prefix, suffix, inner = markdownify.chomp(text)
        if "_noformat" in parent_tags or not target or not inner or "a" in parent_tags:
            return f"{anchor}{text}"
        image = _only_image(el)
        if image is not None and _is_image(target):
            return f"{anchor}{_image(image, target)}"
        if "\n\n" in inner:
            return f"{anchor}{text}\n\n<{target}>\n\n"
        return f"{anchor}{prefix}[{inner}]({target}){suffix}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _image(el, link_target(str(el.get("src", ""))))

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if not {"td", "th"}.isdisjoint(parent_tags):
            return "<br>"
        return " " if "_inline" in parent_tags else "  \n"

    # Blocks

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        paragraph: str = super().convert_p(el, text, parent_tags) if text.strip() else "\n\n"
        return paragraph

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        identity = f" {{#{el['id']}}}" if el.get("id") and text.strip() else ""
        heading: str = super().convert_hN(n, el, f"{text.strip()}{identity}", parent_tags) if text.strip() else ""
        return heading

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        for line_break in el.find_all("br"):
            line_break.replace_with("\n")
        code = el.get_text().strip("\n")
        code = re.sub(r"\n{3,}", lambda run: f"\n{BLANK}" * (len(run[0]) - 1) + "\n", code)
        return f"\n\n{code_block(code, _language(el))}\n\n" if code.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if el.get("type") or el.has_attr("reversed"):
            return _block_html(el)
        converted: str = super().convert_list(el, text, parent_tags)
        return converted

    convert_ul = convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        bullet = f"{self.numbers[id(el)]}. " if id(el) in self.numbers else "- "
        indented = re.sub(r"\n(?=[^\n])", "\n" + " " * len(bullet), text)
        return f"{bullet}{indented}\n" if text else "\n"

    def convert_dl(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        blocks = el.find([*BLOCKS, "p"])
        converted: str = _block_html(el) if blocks else super().convert_dl(el, text, parent_tags)
        return converted

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n" if _is_simple_table(el) else _block_html(el)

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        cell = re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))
        return f" {cell} |"

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rule = "| --- " * len(el.find_all(["td", "th"], recursive=False)) + "|\n" if _is_head(el) else ""
        return f"|{text}\n{rule}"

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        image, words = el.find("img"), el.find("figcaption")
        if image is None or el.find(["figure", "table", "pre", "blockquote", "iframe", "video"]) or len(el.find_all("img")) > 1:
            return f"\n\n{text.strip()}\n\n"
        link = image.find_parent("a")
        target = link_target(str(link.get("href", "") if link else image.get("src", "")))
        rich = words is not None and words.find(True) is not None
        if rich or (link and not _is_image(target)):
            return _block_html(el)
        return f"\n\n{_image(image, target, words.get_text() if words else '')}\n\n"

    def _block_html(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _block_html(el)

    def get_conv_fn(self, tag_name: str) -> Any:
        if tag_name in INLINE_HTML:
            return self._inline_html
        return self._block_html if tag_name in BLOCK_HTML else super().get_conv_fn(tag_name)


def _is_block(node: Any) -> bool:
    return isinstance(node, Tag) and (node.name in {*BLOCKS, "br", "p", "li", "td", "th", "dd", "dt", "[document]"})


def _is_ambiguous(el: Tag, inner: str, prefix: str, suffix: str) -> bool:
    """Return whether `*` beside an element's text would be no emphasis, or another: “**a:**b”, “**a***b*”."""
    before, after = ("" if prefix else _neighbour(el.previous_sibling, -1)), ("" if suffix else _neighbour(el.next_sibling, 0))
    if "<" in (before, after):
        return True
    opens = before.isalnum() and not inner[0].isalnum()
    return opens or (after.isalnum() and not inner[-1].isalnum())


def _neighbour(node: Any, position: int) -> str:
    """Return the character beside an element; "<" for another emphasis."""
    if isinstance(node, Tag):
        return "<" if node.name in EMPHASIS else ""
    return str(node)[position] if node else ""


def _only_image(link: Tag) -> Tag | None:
    image = link.find("img")
    return image if image is not None and len(link.find_all(True)) == 1 and not link.get_text().strip() else None


def _is_image(target: str) -> bool:
    return re.sub(r"[?#].*", "", target).rpartition(".")[2].lower() in IMAGE_TYPES


def _image(el: Tag, target: str, words: str = "") -> str:
    alt = escape(" ".join(str(el.get("alt", "")).split()), in_link=True)
    title = f' "{caption(words)}"' if words.strip() else ""
    return f"![{alt}]({target}{title})" if target else alt


def _language(el: Tag) -> str:
    """Return the language of code, by the classes that highlighters use: language-js, brush: js."""
    for element in (el, *el.find_all("code", limit=1)):
        classes = " ".join(element.get("class") or ())
        found = LANGUAGE.search(classes)
        if found or element.get("data-lang"):
            return (found[1] if found else str(element["data-lang"])).lower().rstrip(";")
    return ""


def _start(el: Tag) -> int:
    start = str(el.get("start", "1"))
    return int(start) if re.fullmatch(r"[0-9]{1,8}", start) else 1


def _is_simple_table(table: Tag) -> bool:
    """Return whether Markdown has a form for a table: a head of one row, as many cells in each, text in lines alone."""
    rows = table.find_all("tr")
    spans = any(cell.get(span, "1") != "1" for cell in table.find_all(["td", "th"]) for span in ("colspan", "rowspan", "align"))
    if not rows or not _is_head(rows[0]) or spans or table.find([*BLOCKS, "caption", "tfoot"]):
        return False
    if any("|" in code.get_text() for code in table.find_all("code")):
        return False
    if any(len(cell.find_all("p")) > 1 for cell in table.find_all(["td", "th"])):
        return False
    return len({len(row.find_all(["td", "th"], recursive=False)) for row in rows}) == 1 and not any(map(_is_head, rows[1:]))


def _is_head(row: Tag) -> bool:
    cells = row.find_all(["td", "th"], recursive=False)
    return bool(cells) and ((row.parent is not None and row.parent.name == "thead") or all(cell.name == "th" for cell in cells))


def _block_html(el: Tag) -> str:
    """Return an element as HTML in one line, which no blank line ends."""
    parts = PRE.split(str(el))
    lines = [part.replace("\n", "&#10;") if number % 2 else " ".join(part.split("\n")) for number, part in enumerate(parts)]
    return f"\n\n{''.join(lines)}\n\n"
