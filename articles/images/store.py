"""The picture store: content-addressed files in MEDIA_ROOT, and a row for each stored picture."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from articles.images.decoding import MAX_BYTES, ImageError, decode
from articles.images.geometry import rendition_widths, select_width
from articles.images.renditions import (
    FALLBACKS,
    WEBP,
    EncodedFile,
    RenditionSet,
    file_name,
    make_renditions,
)
from articles.models import Image, ImageState

__all__ = [
    "ImageError",
    "PreparedUpload",
    "Rendition",
    "find_rendition",
    "prepare_upload",
    "remove_unused_files",
    "save_upload",
    "store_upload",
]  # fmt: skip

_decoding = threading.Lock()
_ADVISORY_LOCK_KEY = 0x70696373  # "pics"; for PostgreSQL


@dataclass(frozen=True, slots=True)
class Rendition:
    """A file of a stored picture, and its Content-Type."""

    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class PreparedUpload:
    """An upload that was checked and encoded, ready to be saved."""

    sha256: str
    renditions: RenditionSet


def store_upload(image: Image, upload: BinaryIO) -> None:
    """Store an uploaded picture for ``image``; it replaces the one that was stored before.

    Raises :class:`ImageError`; then nothing has changed.
    """
    save_upload(image, prepare_upload(upload))


def prepare_upload(upload: BinaryIO) -> PreparedUpload:
    """Return the checked renditions of ``upload``; writes nothing. Raises :class:`ImageError`.

    One upload is decoded at a time in each process: the pixels of a picture take up to 160 MB.
    """
    data = upload.read(MAX_BYTES + 1)
    sha256 = hashlib.sha256(data).hexdigest()
    with _decoding:
        return PreparedUpload(sha256, make_renditions(decode(data), sha256))


def save_upload(image: Image, prepared: PreparedUpload) -> None:
    """Write the files of a prepared upload, then the row that refers to them.

    Raises :class:`ImageError` when a file cannot be written; then no row has changed.
    """
    sha256, renditions = prepared.sha256, prepared.renditions
    with _exclusive_transaction():
        before = Image.objects.select_for_update().get(pk=image.pk)
        for file in renditions.files:
            try:
                _write_atomically(file)
            except OSError as error:
                problem = f"the server cannot write to its folder of pictures ({error.strerror})"
                raise ImageError(problem, "tell the operator of the server") from error
        width, height = renditions.width, renditions.height
        image.file.name = file_name(sha256, width, width, ".webp")
        image.sha256, image.width, image.height = sha256, width, height
        image.state = ImageState.HELD
        image.save(update_fields=["file", "sha256", "width", "height", "state"])
        if before.sha256 != sha256:
            remove_unused_files([before])


def find_rendition(image: Image, width: int, accept: str) -> Rendition:
    """Return the smallest rendition of a stored picture that is ``width`` pixels wide or more.

    It is WebP when ``accept`` (an Accept header) names that, else JPEG or PNG. Raises
    :class:`FileNotFoundError` when the row's file is missing.
    """
    largest = image.width or 0
    stem = partial(file_name, image.sha256, select_width(largest, width), largest)
    types = {".webp": WEBP} if _accepts_webp(accept) else FALLBACKS
    for suffix, content_type in types.items():
        path = Path(settings.MEDIA_ROOT) / stem(suffix)
        if path.is_file():
            return Rendition(path, content_type)
    raise FileNotFoundError(f"MEDIA_ROOT has no {stem('')}.*; upload picture {image.code} again")


def remove_unused_files(images: Iterable[Image]) -> None:
    """After the commit, delete the files of these pictures that no row uses any more."""
    for image in images:
        if image.sha256:
            transaction.on_commit(partial(_delete_if_unused, image.sha256, image.width or 0))


def _accepts_webp(accept: str) -> bool:
    """Return whether WebP is named; clients that send only ``*/*`` may not support it."""
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        if media_type == WEBP:
            quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            return quality.strip("0.") != ""
    return False


@contextlib.contextmanager
def _exclusive_transaction() -> Iterator[None]:
    """Open a transaction while no other one writes or deletes pictures.

    Otherwise a file could be deleted as unused just before the row that uses it is committed.
    SQLite needs no lock: it has one writing transaction at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK_KEY])
        yield


def _write_atomically(file: EncodedFile) -> None:
    """Write a file completely or not at all, and flush it to the disk."""
    path = Path(settings.MEDIA_ROOT) / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.data)
            out.flush()
            os.fchmod(descriptor, 0o644)
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    # A new folder survives a crash only when its parent folder is synced too.
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _delete_if_unused(sha256: str, largest: int) -> None:
    """Delete the files of a picture unless a row uses them."""
    with _exclusive_transaction():
        if Image.objects.filter(sha256=sha256).exists():
            return
        for width in rendition_widths(largest):
            for suffix in (".webp", *FALLBACKS):
                name = file_name(sha256, width, largest, suffix)
                (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)
