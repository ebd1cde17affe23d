from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from articles.content.post_file.parsing import parse_post
from benchmarks.generate_posts import generate_posts
from benchmarks.synthetic.outlets import OUTLETS

COUNT = 3_000
SCRIPT = Path(__file__).resolve().parent.parent / "generate_posts.py"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("posts")
    generate_posts(folder, COUNT)
    return contents(folder)


@pytest.fixture(scope="module")
def headers(made: dict[str, bytes]) -> dict[str, dict[str, object]]:
    return {
        path: yaml.safe_load(content.split(b"\n---\n")[0].removeprefix(b"---\n"))
        for path, content in made.items()
    }


def test_count_is_the_number_of_files(made: dict[str, bytes]) -> None:
    assert len(made) == COUNT


def test_same_seed_gives_same_bytes_from_the_command_line(tmp_path: Path) -> None:
    generate_posts(tmp_path / "one", 60, seed=7)
    command = [sys.executable, str(SCRIPT), str(tmp_path / "two"), "60", "--seed", "7"]
    subprocess.run(command, check=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_other_seed_gives_other_posts(tmp_path: Path) -> None:
    generate_posts(tmp_path / "one", 20, seed=1)
    generate_posts(tmp_path / "two", 20, seed=2)
    assert contents(tmp_path / "one").keys().isdisjoint(contents(tmp_path / "two"))


def test_smaller_count_gives_the_first_of_a_larger(tmp_path: Path, made: dict[str, bytes]) -> None:
    generate_posts(tmp_path, 100)
    assert contents(tmp_path).items() <= made.items()


def test_posts_can_be_parsed_and_all_have_a_url(made: dict[str, bytes]) -> None:
    for path, content in list(made.items())[::5]:
        post = parse_post(content, path.encode())
        assert post.front_matter["from"]
        assert post.url.startswith("http")


def test_all_large_outlets_occur(headers: dict[str, dict[str, object]]) -> None:
    named = {str(header["author"]) for header in headers.values()}
    assert {outlet.name for outlet in OUTLETS if outlet.share > 600} <= named


def test_sizes_follow_the_bands(made: dict[str, bytes]) -> None:
    bands = Counter(
        sum(len(post) >= edge for edge in (1_000, 4_000, 16_000)) for post in made.values()
    )
    shares = [bands[band] / COUNT for band in range(4)]
    assert shares == pytest.approx([0.02, 0.45, 0.455, 0.075], abs=0.03)


def test_some_urls_occur_again_with_another_title(
    headers: dict[str, dict[str, object]],
) -> None:
    titles: dict[object, set[object]] = {}
    for header in headers.values():
        titles.setdefault(header["from"], set()).add(header["title"])
    again = sum(len(different) for different in titles.values() if len(different) > 1)
    assert 0.03 < again / COUNT < 0.12


def test_some_files_are_twins_in_the_other_folder(made: dict[str, bytes]) -> None:
    times = Counter(made.values())
    assert any(count == 2 for count in times.values())


def test_folders_are_those_of_a_jekyll_archive(made: dict[str, bytes]) -> None:
    folders = {path.partition("/")[0] for path in made}
    assert folders == {"_posts", "archived"}
    assert any(path.startswith("archived/nei.st/") for path in made)
