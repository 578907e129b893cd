"""The style sheet that browsers get has the rules of the one in the repository."""

import re
from pathlib import Path

import rcssmin
from django import conf
from django.conf import LazySettings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from playwright.sync_api import Page

MOST = 11_500  # bytes, some 3,400 of them as they are sent
RULES = "sheet => { const s = new CSSStyleSheet(); s.replaceSync(sheet); return [...s.cssRules].map(rule => rule.cssText) }"


def sheet() -> str:
    return (Path(conf.settings.ROOT) / "static" / "site.css").read_text()


def rules_of(tab: Page, text: str) -> list[str]:
    """The rules that a browser reads; it keeps blanks in variables and conditions as they are written."""
    return [re.sub(r"([,:]) ", r"\1", rule) for rule in tab.evaluate(RULES, text)]


def test_minified_sheet_has_the_same_rules(tab: Page) -> None:
    rules = rules_of(tab, sheet())
    assert len(rules) > 100
    assert rules_of(tab, rcssmin.cssmin(sheet())) == rules


def test_served_sheet_is_the_minified_one(settings: LazySettings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "kimonote.static_files.SiteStaticFilesStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    served = tmp_path / str(staticfiles_storage.stored_name("site.css"))
    assert served.name != "site.css"
    assert served.read_text() == rcssmin.cssmin(sheet())


def test_sheet_is_small() -> None:
    assert len(rcssmin.cssmin(sheet()).encode()) <= MOST
