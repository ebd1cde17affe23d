"""Behind gunicorn: long addresses, and requests for the headers alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from articles.tests.support.gunicorn_server import start_gunicorn
from articles.tests.support.import_runs import ProcessArchive


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("gunicorn")
    return folder, ProcessArchive(folder).env


def test_long_address_gets_a_page(site: tuple[Path, dict[str, str]]) -> None:
    """The 500 Chinese characters of a search box are found; more than 8,190 bytes are told."""
    with start_gunicorn(*site) as get:
        assert get(f"/zh-hans/search/?q={quote('疫' * 500)}")[0] == 200
        status, headers, page = get(f"/zh-hans/search/?q={quote('疫' * 2_000)}")
        assert status == 414
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        for words in ("地址太长", "網址太長", "Address too long", 'href="/zh-hans/search/"'):
            assert words in page
        assert get("/healthz")[0] == 200


def test_head_logs_no_warning(site: tuple[Path, dict[str, str]]) -> None:
    with start_gunicorn(*site) as get:
        for path in ("/", "/search/download.csv?q=a", "/coverage.csv", "/nowhere/"):
            assert get(path, method="HEAD")[2] == ""
    log = (site[0] / "site.log").read_text()
    assert "Booting worker" in log
    assert "body bytes" not in log
