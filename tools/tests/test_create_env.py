import os
import stat
from pathlib import Path

import environ
import pytest

from tools.create_env import ROOT, create_env


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env.example").write_text(example, encoding="utf-8")
    return tmp_path


def test_new_file_is_readable_by_its_owner_only_under_any_umask(folder: Path) -> None:
    umask = os.umask(0)
    try:
        assert create_env(folder)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_existing_file_is_kept(folder: Path) -> None:
    (folder / ".env").write_text("SECRET_KEY=mine\n", encoding="utf-8")
    assert not create_env(folder)
    assert (folder / ".env").read_text(encoding="utf-8") == "SECRET_KEY=mine\n"


def test_key_is_long_and_read_back_unchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    create_env(folder)
    env = environ.Env()
    env.read_env(str(folder / ".env"))
    written = (folder / ".env").read_text(encoding="utf-8")
    assert len(env.str("SECRET_KEY")) >= 50
    assert f"SECRET_KEY={env.str('SECRET_KEY')}\n" in written


def test_every_installation_has_a_unique_key(folder: Path) -> None:
    create_env(folder)
    first = (folder / ".env").read_text(encoding="utf-8")
    (folder / ".env").unlink()
    create_env(folder)
    assert (folder / ".env").read_text(encoding="utf-8") != first


def test_example_without_a_key_line_is_refused(folder: Path) -> None:
    (folder / ".env.example").write_text("DEBUG=off\n", encoding="utf-8")
    with pytest.raises(ValueError, match="SECRET_KEY="):
        create_env(folder)
    assert not (folder / ".env").exists()
