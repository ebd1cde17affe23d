"""The rooms of the house: which package may import which, read from the imports themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ARTICLES = Path(__file__).resolve().parents[1]
#: What each capability may import of the others, apart from content, models and deriving.
CAPABILITIES = {"doors", "importing", "publishing", "exporting", "images", "searching",
                "standby"}  # fmt: skip
OUTER = ("admin", "views", "management.commands", "api", "feeds")
LOCK = "articles.importing.lock"


def imports_of(path: Path, project: Path = ARTICLES.parent) -> set[str]:
    """Return the full names of the modules that the file imports, also inside functions."""
    package = ".".join(path.relative_to(project).with_suffix("").parts[:-1])
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parent, *([base] if base else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def modules_of(room: str) -> list[Path]:
    """Return the modules of a package or the one module of that name, without tests."""
    place = ARTICLES.joinpath(*room.split("."))
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    return [path for path in files if path.exists()]


def room_of(name: str) -> str:
    """Return the room that an imported name stands in, an empty string when it is none of ours."""
    parts = name.split(".")
    if parts[0] != "articles" or len(parts) < 2:
        return ""
    return ".".join(parts[1:3]) if parts[1] == "management" else parts[1]


def offences(room: str, allowed: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ARTICLES.parent)} imports {name}"
        for path in modules_of(room)
        for name in sorted(imports_of(path))
        if room_of(name) and room_of(name) not in allowed | {room} and not name.startswith(LOCK)
    ]


def test_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    path = tmp_path / "articles" / "importing" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import a.b\nfrom c import d\nfrom .lock import e\nfrom ..models import F\n"
        "def f():\n    from articles.admin import g\n"
    )
    assert imports_of(path, tmp_path) == {
        "a.b", "c", "c.d", "articles.importing.lock", "articles.importing.lock.e",
        "articles.models", "articles.models.F", "articles.admin", "articles.admin.g",
    }  # fmt: skip
    assert room_of("articles.importing.lock") == "importing"
    assert room_of("articles.management.commands.x") == "management.commands"
    assert room_of("django.db") == ""


@pytest.mark.parametrize("path", modules_of("content"), ids=lambda path: path.stem)
def test_content_knows_no_django(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports_of(path)}
    assert not roots & {"django", "taggit", "environ", "archive_site"}


def test_content_imports_nothing_else_of_the_archive() -> None:
    assert offences("content", set()) == []


def test_models_import_only_content() -> None:
    assert offences("models", {"content"}) == []


def test_deriving_imports_models_and_content() -> None:
    assert offences("deriving", {"content", "models"}) == []


@pytest.mark.parametrize("room", sorted(CAPABILITIES))
def test_capabilities_do_not_import_one_another(room: str) -> None:
    assert offences(room, {"content", "models", "deriving"}) == []


def test_only_exporting_and_management_use_the_lock_of_importing() -> None:
    users = {
        room_of("articles." + ".".join(path.relative_to(ARTICLES).with_suffix("").parts))
        for path in sorted(ARTICLES.rglob("*.py"))
        if "tests" not in path.parts and any(name.startswith(LOCK) for name in imports_of(path))
    }
    assert users <= {"importing", "exporting", "management.base", "management.commands"}


@pytest.mark.parametrize("room", OUTER)
def test_outer_rooms_do_not_import_one_another(room: str) -> None:
    others = set(OUTER) - {room}
    found = [
        f"{path.relative_to(ARTICLES.parent)} imports {name}"
        for path in modules_of(room)
        for name in sorted(imports_of(path))
        if room_of(name) in others
    ]
    assert found == []


@pytest.mark.parametrize("room", ["content", "models", "deriving", *sorted(CAPABILITIES)])
def test_inner_rooms_do_not_import_outer_ones(room: str) -> None:
    found = [
        f"{path.relative_to(ARTICLES.parent)} imports {name}"
        for path in modules_of(room)
        for name in sorted(imports_of(path))
        if room_of(name) in {*OUTER, "templatetags", "urls", "tests", "management.base"}
    ]
    assert found == []


def test_only_tests_import_tests() -> None:
    found = [
        str(path)
        for path in sorted(ARTICLES.rglob("*.py"))
        if "tests" not in path.parts and any(room_of(n) == "tests" for n in imports_of(path))
    ]
    assert found == []
