import subprocess
import sys
from pathlib import Path

import pytest

from tools.create_env import ROOT

TOO_OLD = "echo 'is Python 3.9' >&2; exit 1"
SHIM = "echo 'pyenv: command not found' >&2; exit 127"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for fake Pythons, with the two programs that the script itself uses."""
    for name in ("cat", "head"):
        program = Path("/usr/bin", name)
        (tmp_path / name).symlink_to(program if program.exists() else Path("/bin", name))
    return tmp_path


def pretend(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def find_python(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "find_python.sh")],
        env={"PATH": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_python_that_fails_is_skipped(folder: Path) -> None:
    pretend(folder, "python3.14", SHIM)
    pretend(folder, "python3.13", TOO_OLD)
    usable = pretend(folder, "python3", "exit 0")
    found = find_python(folder)
    assert (found.returncode, found.stdout) == (0, f"{usable}\n")


def test_every_finding_is_printed_when_none_is_usable(folder: Path) -> None:
    pretend(folder, "python3.13", SHIM)
    pretend(folder, "python3", TOO_OLD)
    found = find_python(folder)
    assert found.returncode == 1
    assert f"{folder}/python3.13 pyenv: command not found" in found.stderr
    assert f"{folder}/python3 is Python 3.9" in found.stderr


def test_message_says_what_to_install_without_python(folder: Path) -> None:
    found = find_python(folder)
    assert found.returncode == 1
    assert "apt install python3 python3-venv" in found.stderr


def test_named_python_is_the_only_candidate(folder: Path) -> None:
    pretend(folder, "python3", "exit 0")
    pretend(folder, "mine", TOO_OLD)
    found = find_python(folder, PYTHON="mine")
    assert found.returncode == 1
    assert "No usable Python among: mine" in found.stderr


def test_this_python_is_usable(folder: Path) -> None:
    found = find_python(folder, PYTHON=sys.executable)
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{sys.executable}\n", "")


def test_message_names_the_package_for_missing_ensurepip(folder: Path) -> None:
    (folder / "ensurepip.py").write_text("raise ImportError", encoding="utf-8")
    found = find_python(folder, PYTHON=sys.executable, PYTHONPATH=str(folder))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found.returncode == 1
    assert f"{sys.executable} has no venv: install python{version}-venv" in found.stderr
    assert f"apt install python{version}-venv" in found.stderr
