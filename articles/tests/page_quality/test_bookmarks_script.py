"""Bookmarks in Chromium: stored, listed, exported and imported; hostile files are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from articles.tests.page_quality.browser import QualitySite
from articles.tests.page_quality.test_reading_script import FORBIDDEN_STORAGE, path_of_kind

pytestmark = pytest.mark.browser

_FULL_STORAGE = (
    "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
)
_NOT_STORED = "Not kept: this browser has no room for it or forbids it."
_STATUS = "[data-bookmarks] > [role=status]"
_GOOD = {
    "code": "0123abcd",
    "url": "/2021/01/14/%E7%81%AF%E5%A1%94/",
    "title": "灯塔",
    "outlet": "长堤日报",
    "day": "2021-01-14",
    "lang": "zh-Hans",
    "added": "2026-01-02T03:04:05.000Z",
}
_HOSTILE: list[Any] = [
    *(
        {**_GOOD, "url": url}
        for url in (
            "javascript:alert(1)", "//evil.example/", "https://evil.example/2021/01/14/a/",
            "/\\evil.example/", "/admin/logout/", "/2021/01/14/a/?next=//evil.example/",
            "/2021/01/14/a/#x", "2021/01/14/a/", " /2021/01/14/a/", "/2021/01/14/a\\b/", 7, None,
        )
    ),
    {**_GOOD, "code": "<b>"}, {**_GOOD, "code": None}, {**_GOOD, "title": ["x"]},
    {**_GOOD, "title": "灯" * 1001}, {**_GOOD, "outlet": "灯" * 301}, {**_GOOD, "day": "today"},
    None, "x", [], 7,
]  # fmt: skip


def stored(page: Page) -> Any:
    """Return what the browser stores: the bookmarks, and the codes of read stories."""
    names = "['archive.bookmarks', 'archive.read']"
    return page.evaluate(f"{names}.map(name => JSON.parse(localStorage.getItem(name)))")


def import_file(page: Page, content: bytes) -> None:
    """Import a file with this content."""
    file = {"name": "x.json", "mimeType": "application/json", "buffer": content}
    page.set_input_files("[data-bookmarks] input[type=file]", file)  # type: ignore[arg-type]


def test_bookmarks_are_the_same_after_export_clearing_and_import(
    site: QualitySite, page: Page, tmp_path: Path
) -> None:
    stories = [path_of_kind(site, kind) for kind in ("article", "article with a video")]
    for story in stories:
        site.open(page, story)
        page.click("[data-bookmark]")
    before = stored(page)
    assert [entry["url"] for entry in before[0]] == stories[::-1]
    assert len(before[1]) == 2
    site.open(page, "/bookmarks/")
    assert page.locator(".bookmarks li").count() == 2
    with page.expect_download() as download:
        page.click("[data-saves=json]")
    assert download.value.suggested_filename == "bookmarks.json"
    file = tmp_path / "bookmarks.json"
    download.value.save_as(file)
    assert json.loads(file.read_text("utf-8")) == {"bookmarks": before[0], "read": before[1]}
    for name in ("bookmarks", "read"):
        page.click(f"[data-clears={name}]")
        assert stored(page)[name == "read"]  # the first click only asks
        page.click(f"[data-clears={name}]")
    assert stored(page) == [None, None]
    expect(page.locator("[data-none]")).to_be_visible()
    page.set_input_files("[data-bookmarks] input[type=file]", file)
    expect(page.locator(_STATUS)).to_have_text(
        "Bookmarks taken over: 2. Here already: 0. Refused: 0."
    )
    assert stored(page) == before
    page.set_input_files("[data-bookmarks] input[type=file]", file)
    expect(page.locator(_STATUS)).to_have_text(
        "Bookmarks taken over: 0. Here already: 2. Refused: 0."
    )
    with page.expect_navigation():
        page.click(".bookmarks li:last-child a")
    assert page.url == site.base + stories[0]


def test_urls_are_saved_as_text(site: QualitySite, page: Page) -> None:
    story = path_of_kind(site, "article")
    site.open(page, story)
    page.click("[data-bookmark]")
    site.open(page, "/bookmarks/")
    with page.expect_download() as download:
        page.click("[data-saves=txt]")
    assert Path(download.value.path()).read_text("utf-8") == f"{site.base}{story}\n"


def test_interface_language_is_not_stored_but_used_in_links(site: QualitySite, page: Page) -> None:
    story = path_of_kind(site, "article")
    site.open(page, f"/zh-hans{story}")
    page.click("[data-bookmark]")
    assert stored(page)[0][0]["url"] == story
    site.open(page, "/zh-hant/bookmarks/")
    assert page.get_attribute(".bookmarks a", "href") == f"/zh-hant{story}"
    with page.expect_download() as download:
        page.click("[data-saves=txt]")
    assert Path(download.value.path()).read_text("utf-8") == f"{site.base}{story}\n"


def test_removing_a_bookmark_moves_the_focus_to_the_next(site: QualitySite, page: Page) -> None:
    site.open(page, "/bookmarks/")
    entries = [{**_GOOD, "code": f"0123abc{n}", "title": f"<b>{n}</b>"} for n in range(3)]
    import_file(page, json.dumps({"bookmarks": entries}).encode())
    expect(page.locator(".bookmarks li")).to_have_count(3)
    page.locator(".bookmarks button").nth(1).click()
    assert page.locator(".bookmarks a").all_text_contents() == ["<b>0</b>", "<b>2</b>"]
    expect(page.locator(".bookmarks button").nth(1)).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Enter")
    assert page.locator(".bookmarks li").count() == 0
    expect(page.locator(_STATUS)).to_be_focused()


@pytest.mark.parametrize("content", [b"", b"\xff{", b"[]", b"null", b'{"read": []}', b"<svg/>"])
def test_file_without_bookmarks_is_refused(site: QualitySite, page: Page, content: bytes) -> None:
    site.open(page, "/bookmarks/")
    import_file(page, content)
    expect(page.locator(_STATUS)).to_have_text("Nothing taken over: this is no file of bookmarks.")
    assert stored(page) == [None, None]


def test_hostile_entries_are_refused_one_by_one(site: QualitySite, page: Page) -> None:
    site.open(page, "/bookmarks/")
    read = ["abcd0123", "<b>", 7, None, {"a": 1}]
    markup = {**_GOOD, "title": "<img src=x onerror=alert(1)>", "lang": "x<y", "more": "x"}
    import_file(page, json.dumps({"bookmarks": [*_HOSTILE, markup], "read": read}).encode())
    expect(page.locator(_STATUS)).to_have_text(
        f"Bookmarks taken over: 1. Here already: 0. Refused: {len(_HOSTILE)}."
    )
    bookmarks, marks = stored(page)
    assert bookmarks == [{**_GOOD, "title": markup["title"], "lang": ""}]
    assert marks == ["abcd0123"]
    assert page.locator(".bookmarks a").text_content() == markup["title"]
    assert page.locator(".bookmarks img").count() == 0


def test_hostile_storage_is_not_shown(site: QualitySite, page: Page) -> None:
    hostile = json.dumps(json.dumps(_HOSTILE))
    page.add_init_script(f"localStorage.setItem('archive.bookmarks', {hostile})")
    site.open(page, "/bookmarks/")
    expect(page.locator("[data-none]")).to_be_visible()
    assert page.locator(".bookmarks li").count() == 0


def test_import_is_limited_in_entries_and_bytes(site: QualitySite, page: Page) -> None:
    site.open(page, "/bookmarks/")
    entries = [{**_GOOD, "code": f"{n:08d}"} for n in range(2010)]
    import_file(page, json.dumps({"bookmarks": entries}).encode())
    expect(page.locator(_STATUS)).to_have_text(
        "Bookmarks taken over: 2000. Here already: 0. Refused: 10."
    )
    import_file(page, b'{"bookmarks": [], "x": "' + b"x" * (4 << 20) + b'"}')
    expect(page.locator(_STATUS)).to_have_text("Nothing taken over: this is no file of bookmarks.")


@pytest.mark.parametrize("obstacle", [FORBIDDEN_STORAGE, _FULL_STORAGE])
def test_message_when_storage_is_full_or_forbidden(
    site: QualitySite, page: Page, obstacle: str
) -> None:
    page.add_init_script(obstacle)
    site.open(page, path_of_kind(site, "article"))
    page.click("[data-bookmark]")
    expect(page.locator("[data-bookmark-says]")).to_have_text(_NOT_STORED)
    expect(page.locator("[data-bookmark]")).to_have_text("Bookmark")
    site.open(page, "/bookmarks/")
    import_file(page, json.dumps({"bookmarks": [_GOOD]}).encode())
    expect(page.locator(_STATUS)).to_have_text(_NOT_STORED)
    expect(page.locator("[data-none]")).to_be_visible()


def test_page_explains_itself_without_scripts(site: QualitySite) -> None:
    with site.new_page(java_script_enabled=False) as page:
        site.open(page, "/bookmarks/")
        expect(page.locator("noscript .note, main .note")).to_be_visible()
        expect(page.locator("[data-bookmarks]")).to_be_hidden()
        expect(page.locator("[data-reading-settings]")).to_be_hidden()
