"""Run Lighthouse on the demo, served as in production: `python -m benchmarks.lighthouse`. Fails where a score is under 100."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.servers import Server, manage, site, site_environment

FOLDER = Path(__file__).parent
LIGHTHOUSE = FOLDER / "node_modules/lighthouse/cli/index.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
PAGES = {
    "listing": "/",
    "listing of a tag": "/tags/reading/",
    "post": "/start-here/",
    "post with everything": "/everything-markdown-can-do/",
    "tags": "/tags/",
    "sign-up": "/signup/",
}
BEST, TRIES = 100, 3  # a machine that is busy with something else makes a page seem slow: its best try counts


class Report(NamedTuple):
    """What Lighthouse says of a page."""

    version: str
    scores: dict[str, int]  # of a hundred, by the name of the category
    wanting: list[str]  # audits that cost something


def main() -> int:
    browser = next((path for path in map(shutil.which, (os.environ.get("CHROMIUM", ""), *BROWSERS)) if path), None)
    if browser is None:
        print(
            "There is no Chromium on the PATH: install Debian's package chromium, or set CHROMIUM to its path.", file=sys.stderr
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="kimonote-lighthouse-", ignore_cleanup_errors=True) as folder:
        reports = measure(Path(folder), browser)
    print(f"\nLighthouse {next(iter(reports.values())).version}, {version_of(browser)}")
    return 0 if all(score == BEST for report in reports.values() for score in report.scores.values()) else 1


def measure(folder: Path, browser: str) -> dict[str, Report]:
    """Every page's report, printed as soon as it is there."""
    # In development, the site gives its pictures itself; that apart it is the same.
    surroundings = {"DEVELOPMENT": "true"}
    database = f"sqlite:///{folder / 'demo.sqlite3'}"
    environment = site_environment(database, folder, **surroundings)
    manage("prepare", "--demo", **environment)
    manage("collectstatic", "--noinput", **environment)
    reports = {}
    with site(database, folder, **surroundings) as server:
        for name, path in PAGES.items():
            reports[name] = best(look_at(server, path, browser, folder) for _ in range(TRIES))
            if len(reports) == 1:
                print(row("page", *reports[name].scores), row("---", *("--:" for _score in reports[name].scores)), sep="\n")
            print(row(name, *reports[name].scores.values()), *reports[name].wanting, sep="\n", flush=True)
    return reports


def best(tries: Iterator[Report]) -> Report:
    """The first try that is all right, or else the best."""
    seen: list[Report] = []
    for report in tries:
        seen.append(report)
        if not report.wanting:
            break
    return max(seen, key=lambda report: sum(report.scores.values()))


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def look_at(server: Server, path: str, browser: str, folder: Path) -> Report:
    """Run Lighthouse as it comes: a phone of the middle class on a slow network, pretended."""
    kept = folder / "report.json"
    options = ("--quiet", "--output=json", f"--output-path={kept}", f"--chrome-flags={FLAGS}", "--no-enable-error-reporting")
    command = ["node", str(LIGHTHOUSE), server.url + path, *options]
    subprocess.run(command, env={**os.environ, "CHROME_PATH": browser}, check=True, stderr=subprocess.DEVNULL)
    return read(json.loads(kept.read_text(encoding="utf-8")))


def read(report: dict[str, Any]) -> Report:
    """Read Lighthouse's own report."""
    audits, categories = report["audits"], report["categories"].values()
    weighty = {ref["id"] for category in categories for ref in category["auditRefs"] if ref["weight"]}
    return Report(
        version=report["lighthouseVersion"],
        scores={category["title"]: round((category["score"] or 0) * 100) for category in categories},
        wanting=[
            f"    {audits[id_]['title']}"
            for id_ in sorted(weighty)
            if (audits[id_]["score"] or 0) < 1 and is_scored(audits[id_])
        ],
    )


def is_scored(audit: dict[str, Any]) -> bool:
    return audit["scoreDisplayMode"] in ("binary", "numeric", "metricSavings", "error")


def version_of(browser: str) -> str:
    """What a browser calls itself."""
    return subprocess.run([browser, "--version"], check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
