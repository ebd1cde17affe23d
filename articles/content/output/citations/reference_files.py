"""Citations as files for programs that keep references: BibTeX, RIS, CSL-JSON."""

from __future__ import annotations

import json
from typing import Any

from articles.content.output.citations.cited_work import Work

#: What TeX would act on. The words for braces are there because BibTeX counts braces before TeX
#: sees them, also those behind a backslash.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "#$%&_"},
    }
)
#: Names under which babel and polyglossia know the languages of the archive.
_BABEL = {"zh": "chinese", "en": "english", "ja": "japanese", "ko": "korean"}
_NO_TITLE = "Untitled"


def bibtex(work: Work) -> str:
    """Return an entry ``@online`` of biblatex.

    Values that are words stand in double braces: nothing changes their case, and neither ``and``
    in a byline nor a comma in it makes more names of one. ``origurl`` is no field of biblatex,
    which passes over it; programs that keep references show it.
    """
    work = work.in_lines
    words = {"author": work.author, "title": work.title or _NO_TITLE, "organization": work.outlet}
    fields = {name: "{" + text.translate(_TEX) + "}" for name, text in words.items() if text}
    fields |= {
        "date": work.published.isoformat(),
        "url": _verbatim(work.copy),
        "urldate": work.archived.isoformat(),
        "origurl": _verbatim(work.original),
        "langid": _BABEL.get(work.language.partition("-")[0].lower(), ""),
        "note": "{" + work.archive.translate(_TEX) + "}" if work.archive else "",
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@online{{{_key(work)},\n{''.join(lines)}}}\n"


def ris(work: Work) -> str:
    """Return a record of RIS, a newspaper article; its lines end with CR and LF."""
    work = work.in_lines
    tags = [
        ("TY", "NEWS"),
        ("ID", _key(work)),
        ("AU", work.author),
        ("TI", work.title or _NO_TITLE),
        ("T2", work.outlet),
        ("PY", work.published.isoformat()[:4]),
        ("DA", work.published.isoformat().replace("-", "/") + "/"),
        ("Y2", work.archived.isoformat().replace("-", "/") + "/"),
        ("UR", work.copy),
        ("N1", f"First published at {work.original}" if work.original else ""),
        ("DP", work.archive),
        ("LA", work.language),
    ]
    lines = [f"{tag}  - {value}\r\n" for tag, value in tags if value]
    return "".join(lines) + "ER  - \r\n"


def csl_json(work: Work) -> str:
    """Return a list with one item of CSL-JSON, as citeproc and pandoc read it.

    The byline is ``literal``: one name, in the order in which it stands.
    """
    work = work.in_lines
    item: dict[str, Any] = {
        "id": _key(work),
        "type": "article-newspaper",
        "title": work.title or _NO_TITLE,
        "author": [{"literal": work.author}] if work.author else [],
        "container-title": work.outlet,
        "issued": _date(work.published.isoformat()),
        "accessed": _date(work.archived.isoformat()),
        "URL": work.copy,
        "archive": work.archive,
        "archive_location": work.code,
        "language": work.language,
        "note": f"First published at {work.original}" if work.original else "",
    }
    told = {name: value for name, value in item.items() if value}
    return json.dumps([told], ensure_ascii=False, indent=1) + "\n"


def _key(work: Work) -> str:
    """Return what names the entry; some programs take no key that begins with a digit."""
    return f"archive-{work.code}"


def _date(iso: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]}


def _verbatim(url: str) -> str:
    """Return an address for a field that TeX reads as it stands; braces and the like encoded."""
    for sign in "\\{}":
        url = url.replace(sign, f"%{ord(sign):02X}")
    return url
