"""Labels and paths of any kind become safe file names."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from articles.exporting.file_names import (
    NAME_LIMIT,
    UnsafePathError,
    clash_key,
    older_name,
    root_folder,
    split_path,
)


@given(st.binary(max_size=600))
@example(b"x" * 256)
@example("報".encode() * 100 + b".md")
@example(b"a." + b"b" * 300)
def test_parts_are_names_or_the_path_is_refused(path: bytes) -> None:
    try:
        parts = split_path(path)
    except UnsafePathError:
        return
    for part in (*parts, older_name(parts[-1], "0123456789abcdef")):
        assert 0 < len(part) <= NAME_LIMIT
        assert part not in {b".", b".."}
        assert b"/" not in part
        assert b"\0" not in part
    if all(len(part) <= NAME_LIMIT for part in path.split(b"/")):
        assert b"/".join(parts) == path


@given(st.text(max_size=300))
@example("..")
@example("_QUARANTINE")
@example(".Export-Partial")
def test_the_folder_of_any_label_is_a_name(label: str) -> None:
    name = root_folder(label)
    assert 0 < len(name) <= NAME_LIMIT
    assert b"/" not in name
    assert b"\0" not in name
    assert name not in {b".", b".."}
    assert clash_key((name,)) not in {
        clash_key((b"_quarantine",)),
        clash_key((b".export-partial",)),
    }
