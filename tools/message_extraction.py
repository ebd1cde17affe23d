"""What is marked for translation in the archive: in its templates, its code and its data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template import Context, Engine
from django.template.base import Lexer, Node, Template, Token, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace

from articles.content.search_query.examples import examples

ROOT = Path(__file__).resolve().parents[1]
#: Folders of templates that readers never see.
_STAFF = frozenset({"admin"})
_NOT_SHOWN = frozenset({"tests", "migrations"})
#: What each argument of a function that marks is; the rest of the arguments are values.
_MARKS = {
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "gettext_noop": ("one",),
    "ngettext": ("one", "many"),
    "ngettext_lazy": ("one", "many"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "npgettext": ("context", "one", "many"),
    "npgettext_lazy": ("context", "one", "many"),
}
_IN_EXPRESSION = re.compile(r"""_\(("[^"]*"|'[^']*')\)""")


class NotPlainTextError(ValueError):
    """A mark is around something that only a running program knows."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A message as it is looked up. ``many`` is its plural, empty where it has none."""

    one: str
    many: str = ""
    context: str = ""


def marked_messages() -> dict[Marked, list[str]]:
    """Return every marked message with the files that have it; in the order of the files."""
    marks = list(_everywhere())
    # The same words with and without a plural are one message.
    plurals = {(message.one, message.context): message for _file, message in marks if message.many}
    found: dict[Marked, list[str]] = {}
    for file, message in marks:
        whole = plurals.get((message.one, message.context), message)
        files = found.setdefault(whole, [])
        if file not in files:
            files.append(file)
    return found


def public_templates() -> list[str]:
    """Return the names of the templates that readers see."""
    folder = ROOT / "templates"
    paths = (path.relative_to(folder) for path in folder.rglob("*.html"))
    return sorted(path.as_posix() for path in paths if path.parts[0] not in _STAFF)


def parsed(name: str) -> Template:
    """Return a template as Django has parsed it."""
    return Engine.get_default().get_template(name)


def in_template(name: str) -> Iterator[Marked]:
    """Yield what a template marks: in its tags, and as ``_("…")`` within expressions."""
    template = parsed(name)
    for node in template.nodelist.get_nodes_by_type(Node):
        match node:
            case TranslateNode() if isinstance(literal := node.filter_expression.var.literal, str):
                yield Marked(literal.replace("%", "%%"), context=_context(node))
            case BlockTranslateNode():
                one, many = _text(node, node.singular), _text(node, node.plural or [])
                yield Marked(one, many, _context(node))
    for token in Lexer(str(template.source)).tokenize():
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            for quoted in _IN_EXPRESSION.findall(token.contents):
                yield Marked(quoted[1:-1].replace("%", "%%"))


def in_code(source: str) -> Iterator[Marked]:
    """Yield what Python code marks.

    >>> list(in_code("from articles.content.translatable import noop\\nnoop('A' 'b')"))
    [Marked(one='Ab', many='', context='')]
    """
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: "gettext" if alias.name == "noop" else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in ("django.utils.translation", "articles.content.translatable")
        for alias in node.names
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        parts = _MARKS.get(names.get(call.func.id, "") if isinstance(call.func, ast.Name) else "")
        # A value that another module has marked goes through gettext by its name.
        if parts and not isinstance(call.args[0], ast.Name | ast.Attribute | ast.Subscript):
            texts = (_literal(argument) for argument in call.args)
            yield Marked(**dict(zip(parts, texts, strict=False)))


def _everywhere() -> Iterator[tuple[str, Marked]]:
    for name in public_templates():
        yield from ((f"templates/{name}", message) for message in in_template(name))
    for path in sorted((ROOT / "articles").rglob("*.py")):
        file = path.relative_to(ROOT)
        if not _NOT_SHOWN.intersection(file.parts):
            source = path.read_text(encoding="utf-8")
            yield from ((file.as_posix(), message) for message in in_code(source))
    for example in examples():
        yield "articles/content/search_query/examples.toml", Marked(example.reading)


def _literal(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise NotPlainTextError(f"not a plain text: {ast.unparse(argument)}")


def _text(node: BlockTranslateNode, tokens: list[Token]) -> str:
    text = str(node.render_token_list(tokens)[0])
    return trim_whitespace(text) if node.trimmed else text


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    return str(node.message_context.resolve(Context())) if node.message_context else ""
