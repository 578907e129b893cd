"""What Chromium makes of hostile answers: many pages at once, each in a frame, with no policy to protect them.

Whatever runs calls `hit()`, or opens a window; whatever could run is found in the page as it is parsed with and without script.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.test import Client
from playwright.sync_api import Error, Page, Route

ADDRESS = "http://testserver/"
BATCH_SIZE = 60  # frames
SERVER_ERROR, REDIRECTS = 500, (301, 302)
SHEET = re.compile(r'<link rel="stylesheet"[^>]*>')
TRAP = """
window.hits = []; window.hit = () => window.hits.push(document.currentScript?.textContent ?? 'event');
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = window.hit;
"""
# Shows each page in a frame, waits, pokes everything in it, and gives what ran, and what is there that could.
LOOK = r"""async ([pages, ours]) => {
    const SAFE = new Set(['http:', 'https:', 'mailto:', 'tel:']);
    const EVENTS = ['mouseover', 'focus', 'toggle', 'load', 'error', 'animationstart', 'click'];
    const ADDRESSES = ['href', 'src', 'action', 'formaction', 'data', 'poster', 'xlink:href', 'background', 'cite', 'ping'];
    const FORBIDDEN = 'iframe, frame, object, embed, base, meta[http-equiv], portal, applet';
    const protocol = value => { try { return new URL(value, 'http://testserver/').protocol } catch { return 'http:' } };
    const isJson = script => /json$/.test(script.type);
    // In a page with scripts of our own, what is wrong is whatever would call `hit`.
    const counts = text => !ours || /hit *(\(|&|`)/.test(text);
    const faults = root => [...root.querySelectorAll('*')].flatMap(element => [
        ...(element.localName == 'script' && !isJson(element) && counts(element.textContent)
            || element.matches(FORBIDDEN) && !ours ? ['<' + element.localName + '>' + element.textContent] : []),
        ...[...element.attributes].filter(({name, value}) => counts(value) && (
            name.startsWith('on') || name == 'srcdoc' || name == 'style'
            || ADDRESSES.includes(name) && !SAFE.has(protocol(value))
            || ['action', 'formaction'].includes(name) && new URL(value, 'http://testserver/').host != 'testserver'
            || name == 'srcset' && /javascript:|data:/i.test(value))
        ).map(({name, value}) => element.localName + '[' + name + '=' + value + ']'),
    ]);
    // One page after another is written into a frame, since a new frame takes six times as long; pages with scripts of our own
    // get one each, as what a script declares is there for all that a frame holds later.
    const home = ours ? 'about:srcdoc' : location.href;
    window.idle ??= [];
    const shown = await Promise.all(pages.map(([name, html]) => new Promise(resolve => {
        const frame = window.idle.pop() ?? document.body.appendChild(document.createElement('iframe'));
        frame.onload = () => resolve([name, html, frame]);
        if (ours) return frame.srcdoc = html;
        frame.contentWindow.hits = [];
        frame.contentDocument.open();
        frame.contentDocument.write(html);
        frame.contentDocument.close();
    })));
    const found = {};
    for (const [name, html, frame] of shown) {
        const within = frame.contentWindow;
        const moved = within.location.href == home ? [] : ['went to ' + within.location.href];
        const live = moved.length ? [] : faults(within.document);
        for (const element of moved.length ? [] : within.document.querySelectorAll('*'))
            for (const type of EVENTS) element.dispatchEvent(new within.Event(type));
        const parsed = faults(new DOMParser().parseFromString(html, 'text/html'));
        const wrong = [...new Set([...moved, ...(within.hits ?? []).map(hit => 'ran: ' + hit), ...live, ...parsed])];
        if (wrong.length) found[name] = wrong;
        if (ours || wrong.length) frame.remove(); else window.idle.push(frame);
    }
    return found;
}"""


def pages_at(addresses: Iterable[str]) -> dict[str, str]:
    """The pages that the site answers with, each under its policy; where it leads elsewhere, that is its own."""
    pages, client = {}, Client()
    for address in addresses:
        response = client.get(address)
        assert response.status_code < SERVER_ERROR, address
        assert re.match(r"/(?!/)|\Z", response.get("Location", "")), address
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none'; ")
        if response["Content-Type"].startswith("text/html") and response.status_code not in REDIRECTS:
            pages[address] = response.getvalue().decode()
    return pages


def prepare(tab: Page) -> None:
    """Have every document note what runs, and the tab reach nothing but an empty page."""
    tab.add_init_script(TRAP)

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(content_type="text/html; charset=utf-8", body="<!doctype html><title>Frames</title>")
        else:
            route.abort()

    tab.route("**/*", answer)
    tab.goto(ADDRESS)


def wrong_in(tab: Page, pages: Mapping[str, str], *, have_scripts: bool = False) -> dict[str, Any]:
    """What is wrong with pages (HTML by name), by their names. The same page of two names is shown once."""
    once = {SHEET.sub("", html): name for name, html in pages.items()}
    shown = [(name, html) for html, name in once.items()]
    found: dict[str, Any] = {}
    for start in range(0, len(shown), BATCH_SIZE):
        found |= tab.evaluate(LOOK, [shown[start : start + BATCH_SIZE], have_scripts])
    if tab.evaluate("window.hits.length"):
        found["the page around them"] = tab.evaluate("window.hits")
    return found


def ran_alone(tab: Page, files: Mapping[str, tuple[str, bytes]]) -> dict[str, Any]:
    """What ran of files (type and content by address) that are opened in the browser, as far as it shows them."""
    found = {}
    tab.route(
        lambda address: address in files,
        lambda route: route.fulfill(content_type=files[route.request.url][0], body=files[route.request.url][1]),
    )
    for address in files:
        try:
            tab.goto(address)
        except Error as error:
            if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            continue
        if hits := tab.evaluate("window.hits"):
            found[address] = hits
    return found
