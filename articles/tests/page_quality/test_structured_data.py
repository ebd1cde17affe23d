"""What a story tells programs inside its page (JSON-LD): JSON, and of this very story."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from articles.tests.page_quality.fixtures import fill
from articles.tests.page_quality.page_kinds import KINDS

_BLOCK = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)


@pytest.mark.django_db
def test_every_block_of_every_kind_is_json_of_schema_org(client: Client, tmp_path: Path) -> None:
    fill(tmp_path)
    without = []
    for kind in KINDS:
        blocks = _BLOCK.findall(client.get(kind.address()).content.decode())
        told = [json.loads(block) for block in blocks]
        assert all("schema.org" in json.dumps(each.get("@context", "")) for each in told)
        if kind.name.startswith("article") and not told:
            without.append(kind.name)
    assert not without, "stories that tell programs nothing of themselves"
