"""What the figures were measured on."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version

PACKAGES = ("django", "wagtail", "granian", "pyroaring", "numpy")


def machine() -> str:
    """One line that names processor, memory, system and versions."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    languages = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores of {_processor()}, {_memory():.0f} GB, {system}, "
        f"{languages}, {packages}."
    )


def load() -> str:
    """How busy the machine is, so that figures of a busy one are known as such."""
    return f"processes that want to run, over the last minute and five: {os.getloadavg()[0]:.1f}, {os.getloadavg()[1]:.1f}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def _memory() -> float:
    """Gigabytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
