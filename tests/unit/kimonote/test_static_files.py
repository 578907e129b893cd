"""The style sheet that browsers get has the rules of the one in the repository."""

from pathlib import Path

import rcssmin
from django.conf import settings
from playwright.sync_api import Page

MOST = 11_500  # bytes, some 3,400 of them as they are sent
RULES = """sheet => {
  const constructed = new CSSStyleSheet();
  constructed.replaceSync(sheet);
  return [...constructed.cssRules].map(rule => rule.cssText.replaceAll(/([,:]) /g, "$1"));
}"""  # in custom properties and conditions Chromium keeps blanks that mean nothing


def sheet() -> str:
    return (Path(settings.ROOT) / "static" / "site.css").read_text()


def test_minified_sheet_has_the_same_rules(tab: Page) -> None:
    rules = tab.evaluate(RULES, sheet())
    assert len(rules) > 100
    assert tab.evaluate(RULES, rcssmin.cssmin(sheet())) == rules


def test_sheet_is_small() -> None:
    assert len(rcssmin.cssmin(sheet()).encode()) <= MOST
