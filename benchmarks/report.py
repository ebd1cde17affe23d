"""Markdown tables and JSON of what was measured, and a description of the machine."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("Django", "nh3", "bleach", "selectolax", "PyYAML")
MEBIBYTE = 1024 * 1024
MAX_GROWTH = 1.3  # a page of the largest archive may take so many times longer, not more


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table: the first column to the left, figures to the right."""
    marks = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, marks, *rows))


def ratio(value: float, base: float) -> str:
    """Return how many times ``base`` the value is; a dash where there is no base."""
    return f"{value / base:.2f}" if base else "—"


def machine() -> dict[str, str]:
    """Return what the numbers depend on: processor, memory, versions."""
    described = {
        "processor": _first_value("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }
    return {**described, **{package: version(package) for package in PACKAGES}}


def machine_line(described: dict[str, str]) -> str:
    """Return the machine in one line of Markdown."""
    return ", ".join(f"{name} {value}" for name, value in described.items())


def _memory() -> str:
    kibibytes = _first_value("/proc/meminfo", "MemTotal").removesuffix(" kB")
    return f"{int(kibibytes) / MEBIBYTE:.0f} GiB" if kibibytes else "unknown"


def _first_value(path: str, name: str) -> str:
    """Return what stands after ``name :`` in a file of /proc, or an empty string."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:  # not Linux
        return ""
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "")


def say(message: str) -> None:
    """Tell the person who waits what happens now; stdout keeps the tables alone."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def show(*parts: str) -> None:
    """Write the parts of a report to stdout, an empty line between them."""
    sys.stdout.write("\n\n".join(parts) + "\n")
