"""What ``make messages`` writes, and when its check fails."""

from __future__ import annotations

import gettext
import io
import sys
from pathlib import Path

import pytest

from tools import messages
from tools.message_extraction import MarkedMessage

FILES = {
    MarkedMessage("Search"): ["templates/a.html", "templates/b.html"],
    MarkedMessage("%(n)s story", "%(n)s stories"): ["templates/a.html"],
    MarkedMessage("Search", context="the page"): ["templates/a.html"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that replaces the project's folder, for catalogues."""
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "marked_messages", lambda: FILES)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["messages", *arguments])
    return messages.main()


def translate(text: str, english: str, chinese: str) -> str:
    head, found, rest = text.partition(english)
    assert found
    return head + found + rest.replace('""', f'"{chinese}"', 1)


def test_check_fails_for_stale_files_and_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "--check") == 3
    assert list(folder.rglob("*")) == []
    assert run(monkeypatch) == 0
    assert run(monkeypatch, "--check") == 0
    messages.catalogue_path("zh_Hant", ".mo").write_bytes(b"old")
    assert run(monkeypatch, "--check") == 3


def test_translations_are_kept_and_unused_messages_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch)
    path = messages.catalogue_path("zh_Hans")
    text = translate(path.read_text(encoding="utf-8"), 'msgid "Search"\nmsgstr ', "搜索")
    text = translate(text, 'msgid_plural "%(n)s stories"\nmsgstr[0] ', "%(n)s篇")
    path.write_text(text + '\nmsgid "Gone"\nmsgstr "已无"\n', encoding="utf-8")
    run(monkeypatch)
    known = {
        (message.context, messages.source_text(message)): messages.translation(message)
        for message in messages.read_catalogue("zh_Hans")
        if message.id
    }
    assert known == {
        (None, "Search"): "搜索",
        (None, "%(n)s story"): "%(n)s篇",
        ("the page", "Search"): "",
    }
    compiled = messages.catalogue_path("zh_Hans", ".mo").read_bytes()
    translations = gettext.GNUTranslations(io.BytesIO(compiled))
    assert translations.gettext("Search") == "搜索"
    assert translations.ngettext("%(n)s story", "%(n)s stories", 2) == "%(n)s篇"
    assert translations.pgettext("the page", "Search") == "Search"


def test_files_have_no_dates_and_no_line_numbers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch)
    text = messages.catalogue_path("zh_Hans").read_text(encoding="utf-8")
    assert "#: templates/a.html templates/b.html\n" in text
    assert "Date" not in text
