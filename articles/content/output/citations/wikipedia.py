"""Citations as templates for the English and the Chinese Wikipedia.

Both know ``{{cite news}}`` with the same parameters. The value ``dead`` of ``url-status`` is what
they assume anyway beside an ``archive-url``: the title leads to the copy, and the outlet's own
address stays linked behind it. Nobody here knows whether that still answers; an editor who has
seen it do so writes ``live``.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from articles.content.output.citations.cited_work import Work, has_east_asian

#: What wikitext would take for markup: ends of parameters and templates, links, tags, entities,
#: quotes for italics, signatures, magic words, addresses.
_MARKUP = re.compile(r"[|{}\[\]<>]|&(?=#?\w+;)|'{2,}|~{3,}|_{2,}|://")
_ADDRESS_MARKUP = re.compile(r"[|{}\[\]<>\"'`\\\s]|~{3,}|_{2,}")
_NO_TITLE = {"en": "Untitled", "zh": "无题"}


def wikipedia_en(work: Work) -> str:
    """Return the template for the English Wikipedia.

    A title in Chinese, Japanese or Korean is its ``script-title``, whose prefix is the language.
    """
    return _cite_news(work, "en")


def wikipedia_zh(work: Work) -> str:
    """Return the template for the Chinese Wikipedia."""
    return _cite_news(work, "zh")


def _cite_news(work: Work, wiki: str) -> str:
    work = work.in_lines
    title = _value(work.title) or _NO_TITLE[wiki]
    code = work.language.partition("-")[0].lower()
    if wiki == "en" and code in {"zh", "ja", "ko"} and has_east_asian(title):
        titled = {"script-title": f"{code}:{title}"}
    else:
        titled = {"title": title}
    if work.original:
        links = {
            "url": _address(work.original),
            "url-status": "dead",
            "archive-url": _address(work.copy),
            "archive-date": work.archived.isoformat(),
        }
    else:  # an archive-url needs an address that it is the copy of
        links = {
            "url": _address(work.copy),
            "access-date": work.archived.isoformat(),
            "via": _value(work.archive),
        }
    values = {
        "author": _value(work.author),
        **titled,
        "work": _value(work.outlet),
        "date": work.published.isoformat(),
        "language": _value(work.language.lower()),
        **links,
    }
    given = " ".join(f"|{name}={value}" for name, value in values.items() if value)
    return "{{cite news " + given + "}}"


def _value(text: str) -> str:
    """Return a line as a value of a template.

    >>> _value("a|b}} ''c'' http://d")
    'a&#124;b&#125;&#125; &#39;&#39;c&#39;&#39; http&#58;&#47;&#47;d'
    """
    return _MARKUP.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), text)


def _address(url: str) -> str:
    """Return an address in which wikitext finds no markup; it leads to the same page."""
    return _ADDRESS_MARKUP.sub(lambda found: "".join(map(_encoded, found[0])), url)


def _encoded(sign: str) -> str:
    # quote() lets these two stand, as they need no encoding in an address.
    return {"~": "%7E", "_": "%5F"}.get(sign) or quote(sign, safe="", errors="replace")
