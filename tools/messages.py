"""Bring the catalogues of the interface up to date with what is marked: ``make messages``.

New messages come in empty, to be translated in ``articles/locale``; those that no code has any
more go. The files that Django reads (``.mo``) are written beside. With ``--check`` nothing is
written: exit 3 says that a file differs from what would be.

How to translate, and which word stands for what, is docs/translating.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.message_extraction import ROOT, Marked, marked_messages

LOCALES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文"}
_WIDTH = 100
_FINDING = 3


class _Undated(Catalog):
    """A catalogue whose header has no dates: the same messages give the same bytes."""

    @property  # type: ignore[misc]  # nobody sets them here
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", self.locale_identifier or ""),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def main() -> int:
    """Write the catalogues, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 if stale")
    check: bool = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive_site.settings")
    django.setup()
    stale = []
    for locale in LOCALES:
        for path, content in renewed(locale).items():
            if path.exists() and path.read_bytes() == content:
                continue
            stale.append(path.relative_to(ROOT))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        empty = sum(not translation(message) for message in read(locale) if message.id)
        if empty:
            sys.stderr.write(f"{locale}: {empty} messages have no translation yet.\n")
    for path in stale:
        sys.stderr.write(f"{path}: {'stale; run make messages' if check else 'written'}\n")
    return _FINDING if check and stale else 0


def path_of(locale: str, suffix: str = ".po") -> Path:
    """Return the file of a catalogue."""
    return ROOT / "articles" / "locale" / locale / "LC_MESSAGES" / f"django{suffix}"


def read(locale: str) -> Catalog:
    """Return a catalogue as it stands in its file; an empty one where there is no file."""
    path = path_of(locale)
    content = path.read_bytes() if path.exists() else b""
    return read_po(BytesIO(content), locale=locale, abort_invalid=True)


def name_of(message: Message) -> str:
    """Return the English of a message, the singular where it has two forms."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translation(message: Message) -> str:
    """Return the one form that Chinese has, empty while there is none."""
    forms = [message.string] if isinstance(message.string, str) else message.string
    return forms[0] if forms else ""


def renewed(locale: str) -> dict[Path, bytes]:
    """Return what the two files of a language should hold."""
    known = {
        (name_of(message), message.context or ""): translation(message)
        for message in read(locale)
        if message.id and not message.fuzzy
    }
    whole, translated = _catalogue(locale), _catalogue(locale)
    for message, files in marked_messages().items():
        text = known.get((message.one, message.context), "")
        _add(whole, message, text, files)
        if text:
            _add(translated, message, text, files)
    return {path_of(locale): _written(whole), path_of(locale, ".mo"): compiled(translated)}


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as Django reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _catalogue(locale: str) -> Catalog:
    head = f"# {LOCALES[locale]}: the interface of the archive. See docs/translating.md."
    return _Undated(locale=locale, header_comment=head, fuzzy=False, charset="utf-8")


def _add(catalogue: Catalog, message: Marked, text: str, files: list[str]) -> None:
    places = [(file, 0) for file in files]
    if message.many:
        catalogue.add((message.one, message.many), (text,), places, context=message.context or None)
    else:
        catalogue.add(message.one, text, places, context=message.context or None)


def _written(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=_WIDTH, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
