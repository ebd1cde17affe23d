"""The store of pictures: files named by content below MEDIA_ROOT, a row for each that is held."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from articles.images.decoding import MAX_BYTES, ImageError, decode
from articles.images.geometry import chosen_width, rendition_widths
from articles.images.renditions import (
    FALLBACKS,
    WEBP,
    Encoded,
    Renditions,
    file_name,
    make_renditions,
)
from articles.models import Image, ImageState

__all__ = [
    "ImageError", "Prepared", "Rendition", "hold", "keep", "prepare", "remove_files", "rendition",
]  # fmt: skip

_LOCK = 0x70696373  # of PostgreSQL's advisory locks; any fixed number


@dataclass(frozen=True, slots=True)
class Rendition:
    """A file that shows a picture, and the type under which it is served."""

    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An upload that was checked and encoded, ready to be kept."""

    sha256: str
    renditions: Renditions


def hold(image: Image, upload: BinaryIO) -> None:
    """Keep an uploaded picture for ``image``, in the place of the one that it had.

    Raises :class:`ImageError`; then nothing has changed.
    """
    keep(image, prepare(upload))


def prepare(upload: BinaryIO) -> Prepared:
    """Return what is to be kept of ``upload``; writes nothing. Raises :class:`ImageError`."""
    data = upload.read(MAX_BYTES + 1)
    sha256 = hashlib.sha256(data).hexdigest()
    return Prepared(sha256, make_renditions(decode(data), sha256))


def keep(image: Image, prepared: Prepared) -> None:
    """Write the files of a prepared upload, then the row that says they are there.

    Raises :class:`ImageError` when the disk takes no file; then nothing has changed.
    """
    sha256, made = prepared.sha256, prepared.renditions
    with _alone():
        before = Image.objects.select_for_update().get(pk=image.pk)
        for file in made.files:
            try:
                _write(file)
            except OSError as error:
                what = f"the server's folder of pictures takes no file ({error.strerror})"
                raise ImageError(what, "tell whoever runs the server") from error
        image.file.name = file_name(sha256, made.width, made.width, ".webp")
        image.sha256, image.width, image.height = sha256, made.width, made.height
        image.state = ImageState.HELD
        image.save(update_fields=["file", "sha256", "width", "height", "state"])
        if before.sha256 != sha256:
            remove_files([before])


def rendition(image: Image, width: int, accept: str) -> Rendition:
    """Return the smallest rendition of a held picture that is ``width`` pixels wide or more.

    It is WebP when ``accept`` (an Accept header) names that, else JPEG or PNG. Raises
    :class:`FileNotFoundError` when the file that the row tells of is gone.
    """
    largest = image.width or 0
    stem = partial(file_name, image.sha256, chosen_width(largest, width), largest)
    types = {".webp": WEBP} if _accepts_webp(accept) else FALLBACKS
    for suffix, content_type in types.items():
        path = Path(settings.MEDIA_ROOT) / stem(suffix)
        if path.is_file():
            return Rendition(path, content_type)
    raise FileNotFoundError(f"MEDIA_ROOT has no {stem('')}.*; upload picture {image.code} again")


def remove_files(images: Iterable[Image]) -> None:
    """With the end of the transaction, remove the files of these pictures that no row uses then."""
    for image in images:
        if image.sha256:
            transaction.on_commit(partial(_remove_unused, image.sha256, image.width or 0))


def _accepts_webp(accept: str) -> bool:
    """Tell whether WebP is named; programs that only say ``*/*`` may not know it."""
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        if media_type == WEBP:
            quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            return quality.strip("0.") != ""
    return False


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Open a transaction beside which no other one writes or removes pictures.

    Otherwise a file could be removed as unused just before the row that uses it is committed.
    SQLite lets one transaction write at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def _write(file: Encoded) -> None:
    """Write a file whole or not at all, through to the disk."""
    path = Path(settings.MEDIA_ROOT) / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.data)
            out.flush()
            os.fchmod(descriptor, 0o644)
            os.fsync(descriptor)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    # A new folder is only safe once the folder above it is.
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unused(sha256: str, largest: int) -> None:
    """Remove the files of a picture that no row uses."""
    with _alone():
        if Image.objects.filter(sha256=sha256).exists():
            return
        for width in rendition_widths(largest):
            for suffix in (".webp", *FALLBACKS):
                name = file_name(sha256, width, largest, suffix)
                (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)
