"""A story as a document that stands for itself: its text behind what is known about it."""

from __future__ import annotations

import json
import re

from articles.content.output.citations import Work
from articles.content.output.markdown import markdown

#: What YAML does not take as it stands, besides what JSON escapes.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def markdown_document(work: Work, rights: str, html: str, site: str) -> str:
    """Return CommonMark with a front matter in YAML; what is not known is left out.

    ``rights`` are the terms under which the outlet's stories are kept, ``html`` is the stored
    body, and ``site`` goes before the addresses of its pictures.
    """
    work = work.in_lines
    values = {
        "title": _quoted(work.title),
        "outlet": _quoted(work.outlet),
        "author": _quoted(work.author),
        "published": work.published_iso,
        "original": _quoted(work.original),
        "archive": _quoted(work.copy),
        "archived": work.archived.isoformat(),
        "language": _quoted(work.language),
        "rights": _quoted(rights.strip()),
    }
    head = "".join(f"{name}: {value}\n" for name, value in values.items() if value)
    body = markdown(html, site)
    return f"---\n{head}---\n" + (f"\n{body}\n" if body else "")


def text_document(work: Work, text: str) -> str:
    """Return plain text below title, outlet, byline, date and addresses, a line each."""
    work = work.in_lines
    head = [work.title, work.outlet, work.author, work.published_iso, work.original, work.copy]
    lines = "\n".join(line for line in head if line)
    return f"{lines}\n" + (f"\n{text}\n" if text else "")


def _quoted(text: str) -> str:
    """Return a line or lines as one scalar of YAML, in double quotes; of nothing nothing."""
    quoted = json.dumps(text, ensure_ascii=False) if text else ""
    return _NOT_YAML.sub(lambda sign: f"\\u{ord(sign[0]):04x}", quoted)
