"""The complete measurement of pages, on a small archive."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.archive_import import PROJECT

pytestmark = [
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
KINDS = ["front", "search", "feed"]
WAYS = {"cold", "warm", "nginx", "static"}


def _run(folder: Path, *arguments: str, programs: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{programs}{os.environ['PATH']}", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "benchmarks/reverse_proxy.py", "--starts=1", "--turns=1", *arguments],
        cwd=PROJECT,
        env=environment | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_pages_are_measured_each_way_and_no_file_remains(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    completed = _run(
        temporary,
        "--sizes=200",
        f"--kinds={','.join(KINDS)}",
        "--requests=60",
        f"--json={figures}",
    )
    assert completed.returncode == 0, completed.stderr
    rows = json.loads(figures.read_text())["rows"]
    assert {(row["kind"], row["way"]) for row in rows} == {(k, w) for k in KINDS for w in WAYS}
    for row in rows:
        assert row["requests"] == row["addresses"] or row["way"] != "cold"
        assert 0 < row["p50"] <= row["p99"]
        assert row["processor"] > 0
    # Compressed by nginx, as plain files are.
    sizes = {(row["kind"], row["way"]): row["bytes_each"] for row in rows}
    for kind in KINDS:
        assert sizes[kind, "nginx"] == pytest.approx(sizes[kind, "static"], rel=0.05)
        assert sizes[kind, "nginx"] < sizes[kind, "warm"]
    assert "### 200 articles" in completed.stdout
    assert list(temporary.iterdir()) == []


def _has_environment_with(folder: Path, process: Path) -> bool:
    try:
        return bytes(folder) in (process / "environ").read_bytes()
    except OSError:  # ended meanwhile
        return False


def test_failed_run_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    broken = tmp_path / "nginx"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    broken.chmod(0o755)
    completed = _run(temporary, "--sizes=20", "--kinds=front", programs=f"{tmp_path}:")
    assert completed.returncode == 1
    assert "did not start:\nbroken" in completed.stderr
    assert list(temporary.iterdir()) == []
    processes = Path("/proc").glob("[0-9]*")
    assert not [each for each in processes if _has_environment_with(temporary, each)]


def test_unknown_kind_is_named(tmp_path: Path) -> None:
    completed = _run(tmp_path, "--sizes=20", "--kinds=front,nonsense")
    assert completed.returncode == 1
    assert "no kinds of pages: nonsense" in completed.stderr
