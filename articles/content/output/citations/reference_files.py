"""Citations as files for reference managers: BibTeX, RIS, CSL-JSON."""

from __future__ import annotations

import json
from typing import Any

from articles.content.output.citations.cited_work import CitedWork

#: Escapes for TeX's special characters. Braces are commands, because BibTeX counts braces before
#: TeX sees them, also escaped ones.
_TEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{char: f"\\{char}" for char in "#$%&_"},
    }
)
#: Names of the languages in babel and polyglossia.
_BABEL_LANGUAGES = {"zh": "chinese", "en": "english", "ja": "japanese", "ko": "korean"}
_NO_TITLE = "Untitled"


def bibtex(work: CitedWork) -> str:
    """Return a biblatex entry ``@online``.

    Text is in double braces, so that its case does not change, and ``and`` or a comma in a byline
    does not split it into several names. ``origurl`` is not a biblatex field and ignored by it;
    reference managers show it.
    """
    work = work.normalized
    names = {"author": work.author, "title": work.title or _NO_TITLE, "organization": work.outlet}
    fields = {
        name: "{" + text.translate(_TEX_ESCAPES) + "}" for name, text in names.items() if text
    }
    fields |= {
        "date": work.published_on.isoformat(),
        "url": _escape_verbatim_url(work.archive_url),
        "urldate": work.archived_on.isoformat(),
        "origurl": _escape_verbatim_url(work.original_url),
        "langid": _BABEL_LANGUAGES.get(work.language.partition("-")[0].lower(), ""),
        "note": "{" + work.archive_name.translate(_TEX_ESCAPES) + "}" if work.archive_name else "",
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@online{{{_entry_key(work)},\n{''.join(lines)}}}\n"


def ris(work: CitedWork) -> str:
    """Return a RIS record of a newspaper article; its lines end with CR LF."""
    work = work.normalized
    tags = [
        ("TY", "NEWS"),
        ("ID", _entry_key(work)),
        ("AU", work.author),
        ("TI", work.title or _NO_TITLE),
        ("T2", work.outlet),
        ("PY", work.published_on.isoformat()[:4]),
        ("DA", work.published_on.isoformat().replace("-", "/") + "/"),
        ("Y2", work.archived_on.isoformat().replace("-", "/") + "/"),
        ("UR", work.archive_url),
        ("N1", f"First published at {work.original_url}" if work.original_url else ""),
        ("DP", work.archive_name),
        ("LA", work.language),
    ]
    lines = [f"{tag}  - {value}\r\n" for tag, value in tags if value]
    return "".join(lines) + "ER  - \r\n"


def csl_json(work: CitedWork) -> str:
    """Return a CSL-JSON list with one item, for citeproc and pandoc.

    The byline is ``literal``: one name, not inverted.
    """
    work = work.normalized
    item: dict[str, Any] = {
        "id": _entry_key(work),
        "type": "article-newspaper",
        "title": work.title or _NO_TITLE,
        "author": [{"literal": work.author}] if work.author else [],
        "container-title": work.outlet,
        "issued": _date_parts(work.published_on.isoformat()),
        "accessed": _date_parts(work.archived_on.isoformat()),
        "URL": work.archive_url,
        "archive": work.archive_name,
        "archive_location": work.code,
        "language": work.language,
        "note": f"First published at {work.original_url}" if work.original_url else "",
    }
    known_item = {name: value for name, value in item.items() if value}
    return json.dumps([known_item], ensure_ascii=False, indent=1) + "\n"


def _entry_key(work: CitedWork) -> str:
    """Return the key of the entry; some programs reject keys that begin with a digit."""
    return f"archive-{work.code}"


def _date_parts(iso: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]}


def _escape_verbatim_url(url: str) -> str:
    """Return a URL for a verbatim field of TeX; backslash and braces are percent-encoded."""
    for char in "\\{}":
        url = url.replace(char, f"%{ord(char):02X}")
    return url
