"""Markdown tables of results, progress messages, and a description of the machine."""

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
MAX_GROWTH = 1.3  # limit of a page's time in the largest archive, divided by that in the smallest


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with the first column left-aligned and the others right-aligned."""
    marks = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, marks, *rows))


def ratio(value: float, base: float) -> str:
    """Return ``value`` divided by ``base``; a dash if ``base`` is 0."""
    return f"{value / base:.2f}" if base else "—"


def describe_machine() -> dict[str, str]:
    """Return what results depend on: processor, memory, versions."""
    machine = {
        "processor": _first_value("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }
    return {**machine, **{package: version(package) for package in PACKAGES}}


def machine_line(machine: dict[str, str]) -> str:
    """Return the description of a machine as one line of Markdown."""
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def _memory() -> str:
    kibibytes = _first_value("/proc/meminfo", "MemTotal").removesuffix(" kB")
    return f"{int(kibibytes) / MEBIBYTE:.0f} GiB" if kibibytes else "unknown"


def _first_value(path: str, name: str) -> str:
    """Return the value after ``name :`` in a file of /proc, or an empty string."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:  # not Linux
        return ""
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "")


def print_progress(message: str) -> None:
    """Write a progress message to stderr; stdout has only the tables."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def print_report(*parts: str) -> None:
    """Write the parts of a report to stdout, separated by empty lines."""
    sys.stdout.write("\n\n".join(parts) + "\n")
