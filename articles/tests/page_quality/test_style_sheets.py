"""Style sheets: layers in the declared order, and every page links all the sheets it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS

ROOT = Path(settings.BASE_DIR)
CSS = ROOT / "static" / "css"
SHEETS = {
    path.relative_to(CSS).as_posix(): re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    for path in CSS.rglob("*.css")
}
ADMIN = "admin.css"  # beside Django's own sheets, which have no layers
LINKED = re.compile(r"(?<!admin/)css/([\w/-]+\.css)\b")
ERROR_PAGES = ("414.html", "500.html", "503.html")
#: Parts of selectors that depend on more than the HTML: states, and boxes that are no elements.
_STATES = r":(?:hover|visited|focus|disabled)\b"
_NOT_OF_HTML = re.compile(rf"::[\w-]+|:not\({_STATES}\)|{_STATES}")
_LANGUAGE = re.compile(r":lang\([\w-]+\)")  # the parser does not know it


def test_every_sheet_is_linked() -> None:
    templates = [path.read_text(encoding="utf-8") for path in ROOT.glob("templates/**/*.html")]
    assert set(SHEETS) == {name for text in templates for name in LINKED.findall(text)}


@pytest.mark.parametrize("template", ["pages/_styles.html", *ERROR_PAGES])
def test_first_sheet_of_a_page_declares_the_order_of_the_layers(template: str) -> None:
    first, *_ = LINKED.findall(render_to_string(template))
    statement = re.match(r"\s*@layer ([\w, -]+);", SHEETS[first])
    assert statement
    used = {name for text in SHEETS.values() for name in re.findall(r"@layer ([\w-]+) \{", text)}
    assert set(statement[1].split(", ")) == used


@pytest.mark.parametrize("name", sorted(set(SHEETS) - {ADMIN}))
def test_all_rules_are_in_a_layer(name: str) -> None:
    outside = re.sub(r"^@layer (?:[\w-]+ \{$.*?^\}|[\w, -]+;)", "", SHEETS[name], flags=re.S | re.M)
    fallback = "img {\n  max-width: 100%;\n}" if name.endswith("tokens.css") else ""
    assert outside.strip() == fallback


@pytest.mark.django_db
def test_pages_link_the_sheets_of_all_that_they_have(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    pages = {kind.name: client.get(kind.path()).content.decode() for kind in PAGE_KINDS}
    pages |= {template: render_to_string(template) for template in ERROR_PAGES}
    missing = [
        f"{page} has {selector}, but does not link {name}"
        for page, html in pages.items()
        for name in sorted(set(SHEETS) - {ADMIN, *LINKED.findall(html)})
        for selector in _selectors(SHEETS[name])
        if LexborHTMLParser(html).css_first(selector)
    ]
    assert not missing, "\n".join(missing)


def _selectors(sheet: str) -> list[str]:
    """Return the selectors of a sheet, without what depends on more than the HTML.

    >>> _selectors("@layer a { .b:hover, p > i::before { top: 0 } @media print { q { top: 0 } } }")
    ['.b, p > i', 'q']
    """
    selectors = re.findall(r"([^{};]+)\{", sheet)
    return [
        " ".join(_LANGUAGE.sub(":not(nothing)", _NOT_OF_HTML.sub("", each)).split())
        for each in selectors
        if "@" not in each
    ]
