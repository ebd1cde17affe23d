"""A story as a standalone document: metadata, then the text (Markdown or plain text)."""

from __future__ import annotations

import json
import re

from articles.content.output.citations import CitedWork
from articles.content.output.markdown import html_to_markdown

#: Characters that YAML requires to be escaped, besides those that JSON escapes.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def markdown_document(work: CitedWork, rights: str, html: str, site_url: str) -> str:
    """Return CommonMark with YAML front matter; unknown values are omitted.

    ``rights`` are the terms under which the archive keeps the outlet's stories, ``html`` is the
    stored body, and ``site_url`` is prepended to the URLs of its pictures.
    """
    work = work.normalized
    values = {
        "title": _quote(work.title),
        "outlet": _quote(work.outlet),
        "author": _quote(work.author),
        "published": work.published_iso,
        "original": _quote(work.original_url),
        "archive": _quote(work.archive_url),
        "archived": work.archived_on.isoformat(),
        "language": _quote(work.language),
        "rights": _quote(rights.strip()),
    }
    header = "".join(f"{name}: {value}\n" for name, value in values.items() if value)
    body = html_to_markdown(html, site_url)
    return f"---\n{header}---\n" + (f"\n{body}\n" if body else "")


def text_document(work: CitedWork, text: str) -> str:
    """Return plain text after title, outlet, byline, date and URLs, one per line."""
    work = work.normalized
    header = [
        work.title,
        work.outlet,
        work.author,
        work.published_iso,
        work.original_url,
        work.archive_url,
    ]
    lines = "\n".join(line for line in header if line)
    return f"{lines}\n" + (f"\n{text}\n" if text else "")


def _quote(text: str) -> str:
    """Return ``text`` as a double-quoted YAML scalar; an empty string stays empty."""
    quoted = json.dumps(text, ensure_ascii=False) if text else ""
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
