"""The style sheet that browsers get has the rules of the one in the repository."""

import re
from pathlib import Path

import rcssmin
from django import conf
from django.conf import LazySettings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from playwright.sync_api import Page

MOST = 9 * 1024  # bytes, some 2,900 of them as they are sent
SHEETS = ("site.css", "formulas.css")
RULES = "sheet => { const s = new CSSStyleSheet(); s.replaceSync(sheet); return [...s.cssRules].map(rule => rule.cssText) }"


def sheet(name: str = "site.css") -> str:
    return (Path(conf.settings.ROOT) / "static" / name).read_text()


def rules_of(tab: Page, text: str) -> list[str]:
    """The rules that a browser reads; it keeps blanks in variables and conditions as they are written."""
    return [re.sub(r"([,:]) ", r"\1", rule) for rule in tab.evaluate(RULES, text)]


def test_minified_sheet_has_the_same_rules(tab: Page) -> None:
    for name, fewest in zip(SHEETS, (100, 20), strict=True):
        rules = rules_of(tab, sheet(name))
        assert len(rules) > fewest, name
        assert rules_of(tab, rcssmin.cssmin(sheet(name))) == rules


def test_served_sheet_is_the_minified_one(settings: LazySettings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "kimonote.static_files.SiteStaticFilesStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in SHEETS:
        served = tmp_path / str(staticfiles_storage.stored_name(name))
        assert served.name != name
        assert served.read_text() == rcssmin.cssmin(sheet(name))
        assert [path.suffix for path in sorted(tmp_path.glob(f"{served.name}*"))] == [".css", ".br", ".gz"]
        assert [path.suffix for path in tmp_path.glob(f"{name}*")] == [".css"], "no page links to it"


def test_sheet_is_small() -> None:
    assert len(rcssmin.cssmin(sheet()).encode()) <= MOST
