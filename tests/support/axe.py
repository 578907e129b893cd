"""axe-core in Chromium: what of WCAG 2.2 AA and of good practice a machine can tell of the page that a tab shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import is_required

SOURCE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
COLOURS = ["color-contrast", "link-in-text-block"]
LAYOUT = ["target-size", "scrollable-region-focusable"]  # what depends on where elements are
# Waits for a run that began by itself: Wagtail's editor checks pages by the same axe, which refuses to run twice at once.
WHEN_IDLE = """() => {
    window.runAxe = async (...given) => {
        while (axe._running) await new Promise(done => setTimeout(done, 50))
        return axe.run(...given)
    }
}"""
RUN = """async ([rules, without, exclude]) => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    const some = Object.fromEntries(without.map(rule => [rule, {enabled: false}]))
    const found = await runAxe({exclude}, {
        resultTypes: ["violations"], runOnly: rules ?? tags, rules: rules ? {} : {"target-size": {enabled: true}, ...some}
    })
    return found.violations.map(violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 120))])
}"""
# Gives whether other elements are visible than the last time, and runs the rules of colour on elements that look like none
# judged before, by all that those rules go by: their text, and every background behind them.
RUN_ON_COLOURS = """async ([judged, rules]) => {
    const known = new Set(judged), unseen = [], looks = new Map(), visible = new Set()
    const own = ["color", "font-size", "font-weight", "text-decoration-line", "text-shadow"]
    const behind = ["background-color", "background-image", "opacity", "position"]
    const values = (style, names) => names.map(name => style.getPropertyValue(name)).join(" ")
    for (const element of document.querySelectorAll("*")) {
        const style = getComputedStyle(element), above = looks.get(element.parentElement) ?? ["", ""]
        const layer = values(style, behind), text = values(style, own)
        const layers = layer == "rgba(0, 0, 0, 0) none 1 static" ? above[0] : `${layer} / ${above[0]}`
        looks.set(element, [layers, text])
        if (!element.checkVisibility()) continue
        visible.add(element)
        const look = [element.localName, text, above[1], layers].join(" | ")
        if (known.has(look)) continue
        known.add(look)
        if (!unseen.at(-1)?.contains(element)) unseen.push(element)
    }
    const others = visible.size != window.visible?.size || [...visible].some(element => !window.visible.has(element))
    window.visible = visible
    const options = {resultTypes: ["violations"], runOnly: rules}
    const {violations} = unseen.length ? await runAxe({include: unseen}, options) : {violations: []}
    const found = violations.map(violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 120))])
    return [others, found, [...known].slice(judged.length)]
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script itself; skips, or in CI fails, without it."""
    if not SOURCE.exists():
        absence = "axe-core is not in node_modules: run `npm ci --ignore-scripts`."
        pytest.fail(absence) if is_required() else pytest.skip(absence)
    return SOURCE.read_text("utf-8")


def violations(
    tab: Page, axe: str, rules: list[str] | None = None, *, without: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[Any]:
    """Return what is wrong with the page, each by its rule, with the elements; `rules` are those to go by instead of all.

    Elements that the selectors in `exclude` find are not judged.
    """
    _load(tab, axe)
    found: list[Any] = tab.evaluate(RUN, [rules, list(without), list(exclude)])
    return found


def further_violations(tab: Page, axe: str, judged: list[str], *, colours_only: bool = False) -> list[Any]:
    """Return what is wrong with the page as it is laid out now; what was found on it before is left out where it is the same.

    `judged` are the looks of all elements whose colours were judged, on this page or on others; those of this one are added.
    """
    _load(tab, axe)
    others_are_visible, wrong_colours, looks = tab.evaluate(RUN_ON_COLOURS, [judged, COLOURS])
    judged += looks
    if colours_only:
        return list(wrong_colours)
    return violations(tab, axe, None if others_are_visible else LAYOUT, without=COLOURS) + wrong_colours


def _load(tab: Page, axe: str) -> None:
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(axe)
    tab.evaluate(WHEN_IDLE)
