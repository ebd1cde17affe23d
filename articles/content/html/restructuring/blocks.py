"""Rebuild a body as a sequence of semantic blocks: paragraphs, headings, lists, figures, … .

Whatever the markup was, the result is a flat sequence of blocks of phrasing content, nested only
where nesting has a meaning (quotes, lists, tables). Text is never dropped here; what has no
meaning (wrappers, empty elements, presentation) is unwrapped.
"""

from __future__ import annotations

import re

from articles.content.html import images
from articles.content.html.restructuring import compound_blocks
from articles.content.html.restructuring.captions import CAPTION_CLASS, attach_captions
from articles.content.html.restructuring.inline_content import (
    EDGE_CHARACTERS,
    FIGURE_MARK,
    MEDIA,
    apply_language,
    is_element,
    is_prose,
    language_attrs,
    newlines_to_br,
    strip_leading_newlines,
    to_phrasing,
    trim_phrasing,
    unless_empty,
    unwrap_children,
)
from articles.content.html.tree import Element, Node, contains_element, text_of
from articles.content.urls.normalization import resolve_link

_WRAPPERS = frozenset(
    "address article aside body center dialog dir div fieldset figcaption footer form header "
    "hgroup legend main menu nav noscript p section tbody td tfoot th thead tr li dd dt caption "
    "summary colgroup".split()
)
_SPECIAL = frozenset("h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table figure hr details".split())
_BLOCKS = _WRAPPERS | _SPECIAL | MEDIA
_PHRASING = frozenset(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small strong sub "
    "sup time u var".split()
)
_RUBY_READINGS = frozenset({"rp", "rt"})  # allowed in a ruby and nowhere else
_RENAMED_TAGS = {"strike": "s", "tt": "code", "acronym": "abbr", "big": "span", "rb": "span"}
_KEPT_ATTRS = {
    "abbr": ("title",),
    "time": ("datetime",),
    "del": ("datetime",),
    "ins": ("datetime",),
}
_SPACE = re.compile("[ \t\r\n\f\v\x85\xa0\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def _normalize_text(text: str) -> str:
    """Return the text between two tags without controls, each run of white space as one space."""
    if not text.isprintable():
        return _SPACE.sub(" ", _CONTROLS.sub("", text))
    # Printable text contains neither, except the common space.
    return _SPACE.sub(" ", text) if "  " in text else text


class BlockBuilder:
    """Builds blocks from trees of :mod:`~articles.content.html.tree`.

    Collects the pictures on the way: ``image_urls`` maps the archive's path to the original URL.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.image_urls: dict[str, str] = {}
        self.tracking_pixels = 0

    def build(self, nodes: list[Node], text_tag: str = "p") -> list[Element]:
        """Return ``nodes`` as blocks; runs of phrasing content become ``text_tag`` elements."""
        out: list[Element] = []
        run: list[Node] = []

        for node in nodes:
            if isinstance(node, str) or not (
                node.tag in _BLOCKS or contains_element(node.children, _BLOCKS)
            ):
                run.append(node)
            elif node.tag == "img" and (alt := self._icon_text(node)) is not None:
                run.append(alt)
            else:
                if run:
                    out += self._build_paragraphs(run, text_tag)
                    run = []
                out += apply_language(node, self._build_block(node, text_tag))
        if run:
            out += self._build_paragraphs(run, text_tag)
        return attach_captions(out)

    def build_container(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as blocks of a container, captions without a figure as paragraphs."""
        return [
            Element("p", block.attrs, block.children) if block.tag == "figcaption" else block
            for block in self.build(nodes)
        ]

    def _build_block(self, node: Element, text_tag: str) -> list[Element]:
        if node.tag not in _WRAPPERS:
            special = self._build_special(node, text_tag)
            if special is not None:
                return special
        if FIGURE_MARK in node.attrs:
            return self._build_marked_figure(node)
        is_caption = node.tag == "figcaption" or (
            "class" in node.attrs and CAPTION_CLASS.search(node.attrs["class"])
        )
        if is_caption and not contains_element(node.children, MEDIA):
            return unless_empty(Element("figcaption", {}, self.build_phrasing(node.children)))
        return self.build(node.children, text_tag)

    def _build_special(self, node: Element, text_tag: str) -> list[Element] | None:
        """Return the blocks of an element that has a meaning, or None for a wrapper."""
        match node.tag:
            case tag if tag in MEDIA:
                return self._build_media(node)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" as tag:
                return self.build(node.children, "h2" if tag == "h1" else tag)
            case "ul" | "ol":
                return compound_blocks.build_list(self, node)
            case "dl":
                return compound_blocks.build_definition_list(self, node)
            case "blockquote":
                return unless_empty(
                    Element("blockquote", {}, [*self.build_container(node.children)])
                )
            case "pre":
                return self._build_preformatted(node)
            case "table":
                return compound_blocks.build_table(self, node)
            case "figure":
                return self._build_figure(node)
            case "details":
                return compound_blocks.build_details(self, node)
            case "hr":
                return [Element("hr")]
            case "a":
                return self._build_linked(node, text_tag)
        return None

    def _build_preformatted(self, node: Element) -> list[Element]:
        """Return a ``pre``, or a quotation where an editor used it as a box of prose."""
        if is_prose(node):
            return unless_empty(
                Element("blockquote", {}, [*self.build_container(newlines_to_br(node.children))])
            )
        text = self.build_inline(node.children, keep_space=True)
        return unless_empty(Element("pre", {}, strip_leading_newlines(text)))

    def _build_paragraphs(self, run: list[Node], text_tag: str) -> list[Element]:
        """Return a run of phrasing content as paragraphs, split at two or more line breaks."""
        if len(run) == 1 and isinstance(run[0], str):
            text = _normalize_text(run[0]).strip(EDGE_CHARACTERS)
            return [Element(text_tag, {}, [text])] if text else []
        parts: list[list[Node]] = [[]]
        breaks = 0
        for node in self.build_inline(run):
            if isinstance(node, Element) and node.tag == "br":
                breaks += 1
            elif isinstance(node, str) and not node.strip(EDGE_CHARACTERS) and breaks:
                continue
            else:
                if breaks >= 2 and text_tag == "p":
                    parts.append([])
                elif breaks:
                    parts[-1].append(Element("br"))
                breaks = 0
                parts[-1].append(node)
        paragraphs = (Element(text_tag, {}, trim_phrasing(part)) for part in parts)
        return [p for p in paragraphs if text_of(p).strip(EDGE_CHARACTERS)]

    def build_inline(
        self, nodes: list[Node], *, keep_space: bool = False, in_ruby: bool = False
    ) -> list[Node]:
        """Return phrasing content: known elements with known attributes, others unwrapped."""
        out: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                out.append(_CONTROLS.sub("", node) if keep_space else _normalize_text(node))
            elif node.tag == "br":
                out.append(Element("br"))
            elif node.tag == "wbr":
                continue
            elif node.tag == "img":
                if alt := self._icon_text(node):
                    out.append(alt)
            elif node.tag in _RUBY_READINGS and not in_ruby:
                out.extend(self.build_inline(node.children, keep_space=keep_space))
            else:
                is_preserved = (
                    node.tag in _PHRASING or node.tag in _RENAMED_TAGS or language_attrs(node)
                )
                is_in_ruby = node.tag == "ruby" or (in_ruby and not is_preserved)
                inner = self.build_inline(node.children, keep_space=keep_space, in_ruby=is_in_ruby)
                out.extend(self._build_phrase(node, inner))
        return out

    def _build_phrase(self, node: Element, children: list[Node]) -> list[Node]:
        tag = _RENAMED_TAGS.get(node.tag, node.tag)
        attrs = language_attrs(node)
        if tag not in _PHRASING:
            return [Element("span", attrs, children)] if attrs and children else children
        for name in _KEPT_ATTRS.get(tag, ()):
            if node.attrs.get(name):
                attrs[name] = _SPACE.sub(" ", node.attrs[name]).strip()
        if tag == "a":
            href = resolve_link(node.attrs.get("href", ""), self.base)
            if href is None:
                return children
            attrs["href"] = href
        if not "".join(map(text_of, children)).strip():
            return children  # an emphasised space is a space
        return [Element(tag, attrs, children)]

    def build_phrasing(self, nodes: list[Node]) -> list[Node]:
        """Return ``nodes`` as phrasing content, with a line break between blocks."""
        out: list[Node] = []
        for block in self.build(nodes):
            if out:
                out.append(Element("br"))
            inner = to_phrasing(block, _PHRASING | {"br", "img"})
            out.extend([Element("span", block.attrs, inner)] if block.attrs else inner)
        if len(out) == 1 and isinstance(out[0], Element) and out[0].tag == "small":
            return out[0].children
        return out

    def _build_figure(self, node: Element) -> list[Element]:
        blocks = self.build(node.children)
        if len(blocks) == 1 and blocks[0].tag in {"table", "pre", "blockquote"}:
            return blocks
        captions = [b for b in blocks if b.tag == "figcaption"]
        rest = [b for b in blocks if b.tag != "figcaption"]
        if captions and len(rest) == 1 and rest[0].tag in {"table", "pre", "blockquote", "figure"}:
            body = rest[0].children if rest[0].tag == "figure" else [rest[0]]
            return [Element("figure", {}, [*body, captions[0]])]
        return blocks

    def _build_marked_figure(self, node: Element) -> list[Element]:
        """Return a block that a rule marked as a picture with its caption as a figure."""
        blocks = self.build(node.children)
        if [block.tag for block in blocks] != ["figure", "p"]:
            return blocks
        caption = Element("figcaption", blocks[1].attrs, blocks[1].children)
        return attach_captions([blocks[0], caption])

    def _build_linked(self, node: Element, text_tag: str) -> list[Element]:
        """Return the blocks inside a link; a linked picture keeps its link."""
        blocks = self.build(node.children, text_tag)
        href = resolve_link(node.attrs.get("href", ""), self.base)
        if href is None or images.unwrap_image_proxy(href) in self.image_urls.values():
            return blocks
        for block in blocks:
            if block.tag == "figure" and is_element(block.children[0], "img"):
                if not re.search(r"\.(?:jpe?g|png|gif|webp|avif)$", href, re.IGNORECASE):
                    block.children[0] = Element("a", {"href": href}, [block.children[0]])
            elif block.tag == text_tag:
                block.children = [Element("a", {"href": href}, unwrap_children(block, {"a"}))]
        return blocks

    def _icon_text(self, node: Element) -> str | None:
        """Return the alt text of an icon, "" for a tracking pixel, None for a real picture."""
        url = images.image_url(node, self.base)
        if url is None:
            return ""
        if images.is_tracking_pixel(node, url):
            self.tracking_pixels += 1
            return ""
        return node.attrs.get("alt", "") if images.is_icon(node) else None

    def _build_media(self, node: Element) -> list[Element]:
        if node.tag == "picture":
            return self.build([images.image_from_picture(node, self.base)])
        if node.tag == "img":
            url = images.image_url(node, self.base)
            return [Element("figure", {}, [self._build_picture(node, url)])] if url else []
        url = images.embed_url(node, self.base)
        if url is None:
            return self.build(node.children)
        poster = images.image_url(Element("img", {"src": node.attrs.get("poster", "")}), self.base)
        image = self._build_picture(Element("img"), poster) if poster else None
        return [images.build_embed_figure(url, image)]

    def _build_picture(self, node: Element, url: str) -> Element:
        self.image_urls[images.image_path(url)] = url
        return images.build_image(node, url)
