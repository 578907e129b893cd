"""axe-core in Chromium: what of WCAG 2.2 AA and of good practice a machine can tell of the page that a tab shows."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import is_required

SOURCE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
COLOUR = ["color-contrast", "link-in-text-block"]
RUN = """async rules => {
    const options = {
        resultTypes: ["violations"],
        runOnly: rules || ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        rules: rules ? {} : {"target-size": {enabled: true}},
    };
    const found = await axe.run(document, options);
    return found.violations.map(violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 120))]);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script itself; skips, or in CI fails, without it."""
    if not SOURCE.exists():
        absence = "axe-core is not in node_modules: run `npm ci --ignore-scripts`."
        pytest.fail(absence) if is_required() else pytest.skip(absence)
    return SOURCE.read_text("utf-8")


def violations(tab: Page, axe: str, rules: list[str] | None = None) -> list[Any]:
    """What is wrong with the page, each by its rule, with the elements; `rules` are those to go by instead of all."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(axe)
    found: list[Any] = tab.evaluate(RUN, rules)
    return found
