"""The structured data of stories (JSON-LD) is valid JSON of schema.org."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS

_BLOCK = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)


@pytest.mark.django_db
def test_every_block_of_every_kind_is_json_of_schema_org(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    kinds_without = []
    for kind in PAGE_KINDS:
        blocks = _BLOCK.findall(client.get(kind.path()).content.decode())
        objects = [json.loads(block) for block in blocks]
        assert all("schema.org" in json.dumps(each.get("@context", "")) for each in objects)
        if kind.name.startswith("article") and not objects:
            kinds_without.append(kind.name)
    assert not kinds_without, "stories without structured data"
