"""Restructure the HTML that a feed delivered into the story alone, in semantic markup.

Order: the outlets' rules on the parsed body, elements that are never part of a story, the outlet's
date block at the top, rebuilding into blocks, the repeated headline, repeated lazy pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.images import Picture, build_embed_figure
from articles.content.html.restructuring.autolinks import autolink
from articles.content.html.restructuring.blocks import BlockBuilder
from articles.content.html.restructuring.inline_content import MEDIA, drop_redundant_dir
from articles.content.html.restructuring.markup_repair import repair_markup
from articles.content.html.restructuring.obfuscated_emails import replace_obfuscated_emails
from articles.content.html.restructuring.plain_text_body import parse_plain_text
from articles.content.html.restructuring.removal_rules import (
    Removal,
    apply_rules,
    make_removal,
    mark_figures,
)
from articles.content.html.restructuring.source_indentation import unindent
from articles.content.html.restructuring.video_chapters import link_chapters
from articles.content.html.tree import (
    Element,
    Node,
    contains_element,
    from_lexbor,
    has_text,
    text_of,
    to_html,
    walk,
)
from articles.content.html.videos import Video, parse_video_url
from articles.content.outlets.registry import Outlet, PictureRule, load_general_rules
from articles.content.text.date_parsing import Moment, parse_date
from articles.content.text.normalization import normalize_line

#: Elements whose content is never text of a story.
NON_STORY_ELEMENTS = frozenset(
    "script style template link meta base title svg math canvas input button select textarea "
    "option datalist frameset frame noframes noembed applet param track map area".split()
)
_RECORDED_SELECTOR = "script, style, template, svg, button, select, textarea"
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NULL_BYLINE = re.compile(r"^null\b\s*")  # what a feed writes in place of a missing byline
_NOT_WORD = re.compile(r"[\W_]+")
_ASTERISKS = re.compile(r"\*\*\s*([^*\n]{1,80}?)\s*\*\*")
_MAX_DATE_BLOCK = 160  # characters; a longer first block is text
_URL_MARK = re.compile(r"://|www\.", re.IGNORECASE)
_MAX_URLS = 2_000  # in a body; fifty times as many as any real one has
_BLOCK_TAGS = frozenset(
    "p div ul ol li h1 h2 h3 h4 h5 h6 table tr section article blockquote pre dl hr".split()
)
_NOT_IN_DATE = _BLOCK_TAGS | MEDIA


@dataclass(frozen=True, slots=True)
class RestructuredBody:
    """A body in semantic markup, not yet cleaned, and the metadata found in it."""

    html: str
    pictures: tuple[Picture, ...]
    removals: tuple[Removal, ...]
    date: Moment | None
    byline: str
    is_excerpt: bool


def restructure(html: str, *, base: str, title: str, outlet: Outlet | None) -> RestructuredBody:
    """Return the story in ``html``; ``base`` is the URL of the post, ``title`` its headline."""
    body = LexborHTMLParser(repair_markup(html)).body
    if body is None:
        return RestructuredBody("", (), (), None, "", is_excerpt=False)
    outlets = (load_general_rules(), outlet) if outlet else (load_general_rules(),)
    outlet_byline = _find_byline(body, outlet)
    removals = apply_rules(body, outlets)
    mark_figures(body, outlets)
    for node in body.css(_RECORDED_SELECTOR):
        removals.append(make_removal(node.tag or "", node.text(deep=True)))
    tree = from_lexbor(body, NON_STORY_ELEMENTS)
    replace_obfuscated_emails(tree)
    unindent(tree)
    _drop_hidden(tree, removals)
    date, byline = _extract_date_block(tree, outlet.time_zone if outlet else "UTC", removals)
    builder = BlockBuilder(base)
    video = parse_video_url(base)
    paragraphs = parse_plain_text(tree)
    blocks = builder.build_container(tree.children if paragraphs is None else paragraphs)
    if builder.tracking_pixels:
        removals.append(Removal("tracking pixel", 0, ""))
    for rules in outlets:
        for rule in rules.pictures:
            blocks = _remove_pictures(blocks, rule, rules.slug, builder, removals)
    blocks = _remove_repeated_title(blocks, title, removals)
    blocks = [_to_subheading(block) for block in blocks]
    blocks = _remove_redundant_rules(_remove_repeated_pictures(blocks))
    if video:
        blocks = _put_player_first(link_chapters(blocks, video), video)
    if (video or paragraphs is not None) and _URL_MARK.subn("", html)[1] <= _MAX_URLS:
        blocks = [_autolink_block(block) for block in blocks]
    drop_redundant_dir(blocks)
    return RestructuredBody(
        html="\n".join(to_html([block]) for block in blocks),
        pictures=tuple(_collect_pictures(blocks, builder)),
        removals=tuple(removals),
        date=date,
        byline=outlet_byline or byline,
        is_excerpt=not _excerpt_rules(outlets).isdisjoint(r.rule for r in removals),
    )


def _find_byline(body: Any, outlet: Outlet | None) -> str:
    """Return the names in the elements where the outlet puts its authors."""
    nodes = body.css(outlet.byline) if outlet and outlet.byline else ()
    return ", ".join(
        dict.fromkeys(filter(None, (normalize_line(n.text(deep=True)) for n in nodes)))
    )


def _excerpt_rules(outlets: Iterable[Outlet]) -> set[str]:
    return {f"{o.slug}/{rule.id}" for o in outlets for rule in o.removals if rule.excerpt}


def _drop_hidden(node: Element, removals: list[Removal]) -> None:
    remaining: list[Node] = []
    for child in node.children:
        if isinstance(child, Element):
            if child.attrs and _is_hidden(child.attrs):
                removals.append(make_removal("hidden", text_of(child)))
                continue
            _drop_hidden(child, removals)
        remaining.append(child)
    node.children = remaining


def _is_hidden(attrs: dict[str, str]) -> bool:
    style = attrs.get("style", "")
    return "hidden" in attrs or ("none" in style.lower() and bool(_HIDDEN_STYLE.search(style)))


def _extract_date_block(
    tree: Element, time_zone: str, removals: list[Removal]
) -> tuple[Moment | None, str]:
    """Remove the outlet's date block from the top of ``tree``; return its date and byline."""
    parent = tree
    while True:
        first = next((c for c in parent.children if not _is_blank(c)), None)
        # A paragraph with a date belongs to the story: outlets put their date in another block.
        if not isinstance(first, Element) or first.tag in MEDIA or first.tag == "p":
            return None, ""
        lines = [] if contains_element(first.children, _NOT_IN_DATE) else _date_lines(first)
        moment = parse_date(lines[-1], time_zone) if lines else None
        if moment is not None:
            parent.children.remove(first)
            removals.append(make_removal("date", " ".join(lines)))
            return moment, ", ".join(
                filter(None, (_NULL_BYLINE.sub("", each) for each in lines[:-1]))
            )
        parent = first


def _is_blank(node: Node) -> bool:
    return not has_text(node) and not (
        isinstance(node, Element) and contains_element([node], MEDIA)
    )


def _date_lines(block: Element) -> list[str]:
    """Return the lines of a block that is short enough for a date, else an empty list."""
    lines: list[str] = []
    length = -1
    for line in filter(None, map(normalize_line, _lines(block))):
        lines.append(line)
        length += 1 + len(line)
        if length > _MAX_DATE_BLOCK:
            return []
    return lines


def _lines(node: Element) -> list[str]:
    lines = [""]
    for child in node.children:
        if isinstance(child, str):
            lines[-1] += child
        elif child.tag == "br":
            lines.append("")
        else:
            inner = _lines(child)
            lines[-1] += inner[0]
            lines += inner[1:]
            if child.tag in _BLOCK_TAGS:
                lines.append("")
    return lines


def _remove_repeated_title(
    blocks: list[Element], title: str, removals: list[Removal]
) -> list[Element]:
    """Return ``blocks`` without a block at the top that repeats the headline."""
    title_key = _comparison_key(title)
    if not title_key:
        return blocks
    for i, block in enumerate(blocks[:4]):
        is_heading = block.tag in {"h2", "h3"}
        if (is_heading or (i == 0 and block.tag == "p")) and _comparison_key(
            text_of(block)
        ) == title_key:
            removals.append(make_removal("title", text_of(block)))
            return blocks[:i] + blocks[i + 1 :]
    return blocks


def _comparison_key(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _remove_pictures(
    blocks: list[Element],
    rule: PictureRule,
    slug: str,
    builder: BlockBuilder,
    removals: list[Removal],
) -> list[Element]:
    remaining = []
    for block in blocks:
        images = _find_images(block) if block.tag == "figure" else []
        urls = [builder.image_urls.get(image.attrs.get("src", ""), "") for image in images]
        if urls and all(rule.url.search(url) for url in urls):
            removals.append(Removal(f"{slug}/{rule.id}", 0, urls[0]))
        else:
            remaining.append(block)
    return remaining


def _to_subheading(block: Element) -> Element:
    """Return ``block``, as a heading if it is a paragraph between two pairs of asterisks."""
    text = block.children[0] if block.tag == "p" and len(block.children) == 1 else ""
    if isinstance(text, str) and (match := _ASTERISKS.fullmatch(text)):
        return Element("h3", block.attrs, [match[1]])
    return block


def _remove_repeated_pictures(blocks: list[Element]) -> list[Element]:
    """Return ``blocks`` without pictures right after the same picture, as lazy loaders cause."""
    out: list[Element] = []
    for block in blocks:
        previous = out[-1] if out and out[-1].tag == "figure" == block.tag else None
        sources = [e.attrs["src"] for e in _find_images(block)] if previous else []
        if previous and sources and sources == [e.attrs["src"] for e in _find_images(previous)]:
            if len(block.children) > len(previous.children):
                out[-1] = block
        else:
            out.append(block)
    return out


def _remove_redundant_rules(blocks: list[Element]) -> list[Element]:
    """Return ``blocks`` without horizontal rules at the edges or next to each other."""
    out: list[Element] = []
    for block in blocks:
        if block.tag != "hr" or (out and out[-1].tag != "hr"):
            out.append(block)
    while out and out[-1].tag == "hr":
        out.pop()
    return out


def _put_player_first(blocks: list[Element], video: Video) -> list[Element]:
    """Return ``blocks`` with the figure of the post's own video first."""
    url = video.starting_at(None).watch_url
    for block in blocks:
        links = [e.attrs["href"] for e in walk(block) if block.tag == "figure" and e.tag == "a"]
        videos = [parse_video_url(link) for link in links]
        if any(other and other.starting_at(None).watch_url == url for other in videos):
            return [block, *(other for other in blocks if other is not block)]
    return [build_embed_figure(url), *blocks]


def _autolink_block(block: Element) -> Element:
    """Return ``block`` with the URLs in its text as links; a ``pre`` stays unchanged."""
    if block.tag == "pre":
        return block
    return Element(block.tag, block.attrs, autolink(block.children))


def _find_images(block: Element) -> list[Element]:
    return [element for element in walk(block) if element.tag == "img"]


def _collect_pictures(blocks: list[Element], builder: BlockBuilder) -> list[Picture]:
    pictures: list[Picture] = []
    for block in blocks if builder.image_urls else ():
        images = _find_images(block)
        figures = [block, *walk(block)] if images else []
        captions = {
            id(image): normalize_line(text_of(figure.children[-1]))
            for figure in figures
            if figure.tag == "figure"
            and isinstance(figure.children[-1], Element)
            and figure.children[-1].tag == "figcaption"
            for image in _find_images(figure)
        }
        for image in images:
            url = builder.image_urls[image.attrs["src"]]
            pictures.append(Picture(url, image.attrs["alt"], captions.get(id(image), "")))
    return pictures
