"""Citation templates for the English and the Chinese Wikipedia.

Both have ``{{cite news}}`` with the same parameters. ``url-status=dead`` is their default beside an
``archive-url``: the title links to the copy, followed by a link to the outlet's own URL. It is
unknown whether that URL still works; an editor who has checked writes ``live``.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from articles.content.output.citations.cited_work import CitedWork, has_cjk

#: What wikitext parses as markup: ends of parameters and templates, links, tags, entities,
#: quotes for italics, signatures, magic words, URLs.
_WIKITEXT_MARKUP = re.compile(r"[|{}\[\]<>]|&(?=#?\w+;)|'{2,}|~{3,}|_{2,}|://")
_URL_MARKUP = re.compile(r"[|{}\[\]<>\"'`\\\s]|~{3,}|_{2,}")
_NO_TITLE = {"en": "Untitled", "zh": "无题"}


def wikipedia_en(work: CitedWork) -> str:
    """Return the template for the English Wikipedia.

    A Chinese, Japanese or Korean title is the ``script-title``, prefixed with the language.
    """
    return _cite_news(work, "en")


def wikipedia_zh(work: CitedWork) -> str:
    """Return the template for the Chinese Wikipedia."""
    return _cite_news(work, "zh")


def _cite_news(work: CitedWork, wiki: str) -> str:
    work = work.normalized
    title = _escape_value(work.title) or _NO_TITLE[wiki]
    code = work.language.partition("-")[0].lower()
    if wiki == "en" and code in {"zh", "ja", "ko"} and has_cjk(title):
        title_parameters = {"script-title": f"{code}:{title}"}
    else:
        title_parameters = {"title": title}
    if work.original_url:
        link_parameters = {
            "url": _escape_url(work.original_url),
            "url-status": "dead",
            "archive-url": _escape_url(work.archive_url),
            "archive-date": work.archived_on.isoformat(),
        }
    else:  # archive-url requires url
        link_parameters = {
            "url": _escape_url(work.archive_url),
            "access-date": work.archived_on.isoformat(),
            "via": _escape_value(work.archive_name),
        }
    values = {
        "author": _escape_value(work.author),
        **title_parameters,
        "work": _escape_value(work.outlet),
        "date": work.published_on.isoformat(),
        "language": _escape_value(work.language.lower()),
        **link_parameters,
    }
    parameters = " ".join(f"|{name}={value}" for name, value in values.items() if value)
    return "{{cite news " + parameters + "}}"


def _escape_value(text: str) -> str:
    """Return ``text`` escaped as the value of a template parameter.

    >>> _escape_value("a|b}} ''c'' http://d")
    'a&#124;b&#125;&#125; &#39;&#39;c&#39;&#39; http&#58;&#47;&#47;d'
    """
    return _WIKITEXT_MARKUP.sub(lambda match: "".join(f"&#{ord(char)};" for char in match[0]), text)


def _escape_url(url: str) -> str:
    """Return an equivalent URL in which wikitext finds no markup."""
    return _URL_MARKUP.sub(lambda match: "".join(map(_percent_encode, match[0])), url)


def _percent_encode(char: str) -> str:
    # quote() does not encode these two, which are safe in a URL.
    return {"~": "%7E", "_": "%5F"}.get(char) or quote(char, safe="", errors="replace")
