"""Findings as lines for a terminal."""

from collections.abc import Sequence

from django.core.management.color import Style

from mail.deliverability.findings import Finding, Level


def report(heading: str, findings: Sequence[Finding], style: Style) -> str:
    """Return every finding with its cure below it, and the count of each level."""
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    summary = ", ".join(f"{count} {level}" for level, count in counts.items())
    return "\n".join([heading, "", *(_lines(finding, style) for finding in findings), "", f"{summary}."])


def _lines(finding: Finding, style: Style) -> str:
    styles = {Level.OK: style.SUCCESS, Level.WARNING: style.WARNING, Level.ERROR: style.ERROR, Level.NOT_CHECKED: style.NOTICE}
    level = styles[finding.level](f"{finding.level:<11}")
    cure = [f"{'':11} → {line}" for line in finding.cure.splitlines()]
    return "\n".join([f"{level} {finding.subject}: {finding.sentence}", *cure])
