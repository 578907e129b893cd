"""Hostile texts: whatever is sent in, what comes out holds no script, no style, no foreign id and no address that runs."""

import html5lib
import pytest
from playwright.sync_api import Page, Route

from blog.markdown import render, render_comment
from blog.markdown.allowlist import ATTRIBUTES, TAGS
from blog.markdown.references import expand_one
from tests.support.hostile import corpus

XHTML, MATHML = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"
ADDRESSES = ("href", "src", "poster", "cite", "action", "formaction", "data", "xlink:href", "background")
SAFE = ("http:", "https:", "mailto:", "tel:")
PER_PAGE = 40  # outputs opened together
TRAP = """
window.hits = []; window.hit = () => window.hits.push(document.currentScript?.textContent ?? 'event');
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = window.hit;
"""


def faults(html: str) -> list[str]:
    """Name everything in a piece of HTML that should not be there, as an HTML 5 parser sees it."""
    found = []
    for element in html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=True).iter():
        if element.tag == "DOCUMENT_FRAGMENT" or not isinstance(element.tag, str):
            continue
        name = element.tag.removeprefix(XHTML).removeprefix(MATHML)
        found += [f"<{name}>"] if name not in TAGS else []
        found += [f"{name}[{key}={value!r}]" for key, value in element.attrib.items() if not is_fine(name, str(key), value)]
    return found


def is_fine(element: str, name: str, value: str) -> bool:
    if name not in ATTRIBUTES.get(element, set()) | ATTRIBUTES["*"] or name.startswith("on") or name == "style":
        return False
    if name in ADDRESSES:
        # As a browser reads an address: without control signs at its ends, and without tabs and line ends in it.
        bare = "".join(value.strip("".join(map(chr, range(33)))).split("\t")).replace("\n", "").replace("\r", "").lower()
        return ":" not in bare.split("/")[0].split("?")[0].split("#")[0] or bare.startswith(SAFE)
    if name == "srcset":
        return "javascript:" not in value and "data:" not in value
    return value.startswith("n-") if name == "id" else True


def test_faults_are_found() -> None:
    bad = '<p onclick=a style=b id=main><script>c</script><a href="java\tscript:d" target=e>f</a><svg></svg>'
    assert len(faults(bad)) == 7


def test_corpus_is_large() -> None:
    assert len(corpus()) == len(set(corpus())) >= 300


@pytest.mark.django_db
def test_hostile_text_is_disarmed() -> None:
    outputs = {text: render(text) for text in corpus()}
    assert {text: found for text, one in outputs.items() if (found := faults(f"{expand_one(one.html)}{one.toc}"))} == {}


def test_hostile_comment_is_disarmed() -> None:
    outputs = {text: render_comment(text) for text in corpus()}
    assert {text: found for text, html in outputs.items() if (found := faults(html))} == {}
    assert [html for html in outputs.values() if "<img" in html or ' id="' in html] == []


@pytest.mark.django_db
def test_hostile_text_runs_no_script_in_a_browser(tab: Page) -> None:
    dialogs: list[str] = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.add_init_script(TRAP)
    outputs = [f"{one.toc}{one.html}" for one in map(render, corpus())]
    pages = ["\n<hr>\n".join(outputs[start : start + PER_PAGE]) for start in range(0, len(outputs), PER_PAGE)]
    pages.append("\n<hr>\n".join(map(render_comment, corpus())))
    for html in pages:
        assert visit(tab, html) == {"hits": [], "schemes": [], "handlers": []}
    assert dialogs == []


def test_trap_catches_a_script(tab: Page) -> None:
    tab.add_init_script(TRAP)
    assert visit(tab, '<img src=x onerror="hit()"><a href="javascript:hit()">x</a>') == {
        "hits": ["event"],
        "schemes": ["javascript:"],
        "handlers": ["img"],
    }


def visit(tab: Page, html: str) -> object:
    """Open a piece of HTML without any Content-Security-Policy, poke everything in it, and say what happened."""

    def response(route: Route) -> None:
        own = route.request.url == "http://text.example/"
        route.fulfill(
            status=200 if own else 404, content_type="text/html; charset=utf-8", body=f"<!doctype html>{html}" if own else ""
        )

    tab.unroute_all()
    tab.route("**/*", response)
    tab.goto("http://text.example/", wait_until="load")
    return tab.evaluate("""() => {
        const all = [...document.body.querySelectorAll('*')];
        for (const element of all) for (const type of ['mouseover', 'focus', 'toggle', 'load', 'error', 'animationstart'])
            element.dispatchEvent(new Event(type));
        // ':' is what an address gives that cannot be parsed, which leads nowhere.
        const safe = new Set(['http:', 'https:', 'mailto:', 'tel:', undefined, '', ':']);
        return {
            hits: [...new Set(window.hits)],
            schemes: all.map(element => element.protocol).filter(protocol => !safe.has(protocol)),
            handlers: all.filter(element => element.getAttributeNames().some(name => name.startsWith('on')))
                .map(element => element.localName),
        };
    }""")
