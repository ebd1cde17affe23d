"""Update the interface catalogues from the marked messages: ``make messages``.

New messages are added empty, to be translated in ``articles/locale``; unused ones are removed.
The compiled files that Django reads (``.mo``) are written next to them. With ``--check`` nothing is
written; the exit code 3 means that a file is stale.

docs/translating.md describes how to translate and lists the vocabulary.
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

from tools.message_extraction import ROOT, MarkedMessage, marked_messages

LOCALES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文"}
_WIDTH = 100
_STALE_EXIT_CODE = 3


class _Undated(Catalog):
    """A catalogue without dates in its header, so that the same messages give the same bytes."""

    @property  # type: ignore[misc]  # the setter is not needed
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", self.locale_identifier or ""),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def main() -> int:
    """Write or check the catalogues; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 3 if a file is stale"
    )
    check: bool = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive_site.settings")
    django.setup()
    stale = []
    for locale in LOCALES:
        for path, content in render_catalogues(locale).items():
            if path.exists() and path.read_bytes() == content:
                continue
            stale.append(path.relative_to(ROOT))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        empty = sum(not translation(message) for message in read_catalogue(locale) if message.id)
        if empty:
            sys.stderr.write(f"{locale}: {empty} messages have no translation yet.\n")
    for path in stale:
        sys.stderr.write(f"{path}: {'stale; run make messages' if check else 'written'}\n")
    return _STALE_EXIT_CODE if check and stale else 0


def catalogue_path(locale: str, suffix: str = ".po") -> Path:
    """Return the path of a catalogue's file."""
    return ROOT / "articles" / "locale" / locale / "LC_MESSAGES" / f"django{suffix}"


def read_catalogue(locale: str) -> Catalog:
    """Return a catalogue read from its file; an empty one if there is no file."""
    path = catalogue_path(locale)
    content = path.read_bytes() if path.exists() else b""
    return read_po(BytesIO(content), locale=locale, abort_invalid=True)


def source_text(message: Message) -> str:
    """Return the English text of a message, its singular if it has a plural."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translation(message: Message) -> str:
    """Return the translation, of which Chinese has one form; "" if there is none."""
    forms = [message.string] if isinstance(message.string, str) else message.string
    return forms[0] if forms else ""


def render_catalogues(locale: str) -> dict[Path, bytes]:
    """Return the expected bytes of a language's .po and .mo files, by path."""
    known = {
        (source_text(message), message.context or ""): translation(message)
        for message in read_catalogue(locale)
        if message.id and not message.fuzzy
    }
    full, translated = _catalogue(locale), _catalogue(locale)
    for message, files in marked_messages().items():
        text = known.get((message.singular, message.context), "")
        _add(full, message, text, files)
        if text:
            _add(translated, message, text, files)
    return {
        catalogue_path(locale): _serialize(full),
        catalogue_path(locale, ".mo"): compile_catalogue(translated),
    }


def compile_catalogue(catalogue: Catalog) -> bytes:
    """Return a catalogue in the .mo format."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _catalogue(locale: str) -> Catalog:
    head = f"# {LOCALES[locale]}: the interface of the archive. See docs/translating.md."
    return _Undated(locale=locale, header_comment=head, fuzzy=False, charset="utf-8")


def _add(catalogue: Catalog, message: MarkedMessage, text: str, files: list[str]) -> None:
    locations = [(file, 0) for file in files]
    if message.plural:
        catalogue.add(
            (message.singular, message.plural), (text,), locations, context=message.context or None
        )
    else:
        catalogue.add(message.singular, text, locations, context=message.context or None)


def _serialize(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=_WIDTH, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
