"""Extract the messages that are marked for translation from templates, code and data."""

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
#: Folders of templates for staff, which are not translated.
_STAFF_FOLDERS = frozenset({"admin"})
_SKIPPED_FOLDERS = frozenset({"tests", "migrations"})
#: The meaning of the leading arguments of each gettext function; further arguments are values.
_GETTEXT_ARGUMENTS = {
    "gettext": ("singular",),
    "gettext_lazy": ("singular",),
    "gettext_noop": ("singular",),
    "ngettext": ("singular", "plural"),
    "ngettext_lazy": ("singular", "plural"),
    "pgettext": ("context", "singular"),
    "pgettext_lazy": ("context", "singular"),
    "npgettext": ("context", "singular", "plural"),
    "npgettext_lazy": ("context", "singular", "plural"),
}
_IN_EXPRESSION = re.compile(r"""_\(("[^"]*"|'[^']*')\)""")


class NotLiteralError(ValueError):
    """A marked expression is not a string literal."""


@dataclass(frozen=True, slots=True)
class MarkedMessage:
    """A message as gettext looks it up; ``plural`` is empty for a message without one."""

    singular: str
    plural: str = ""
    context: str = ""


def marked_messages() -> dict[MarkedMessage, list[str]]:
    """Return every marked message with the files that contain it, in the order of the files."""
    marks = list(_all_messages())
    # The same singular with and without a plural is one message.
    plurals = {
        (message.singular, message.context): message for _file, message in marks if message.plural
    }
    found: dict[MarkedMessage, list[str]] = {}
    for file, message in marks:
        full_message = plurals.get((message.singular, message.context), message)
        files = found.setdefault(full_message, [])
        if file not in files:
            files.append(file)
    return found


def public_templates() -> list[str]:
    """Return the names of the templates of public pages."""
    folder = ROOT / "templates"
    paths = (path.relative_to(folder) for path in folder.rglob("*.html"))
    return sorted(path.as_posix() for path in paths if path.parts[0] not in _STAFF_FOLDERS)


def load_template(name: str) -> Template:
    """Return a template as parsed by Django."""
    return Engine.get_default().get_template(name)


def template_messages(name: str) -> Iterator[MarkedMessage]:
    """Yield the marked messages of a template: in tags, and as ``_("…")`` in expressions."""
    template = load_template(name)
    for node in template.nodelist.get_nodes_by_type(Node):
        match node:
            case TranslateNode() if isinstance(literal := node.filter_expression.var.literal, str):
                yield MarkedMessage(literal.replace("%", "%%"), context=_context(node))
            case BlockTranslateNode():
                singular, plural = _text(node, node.singular), _text(node, node.plural or [])
                yield MarkedMessage(singular, plural, _context(node))
    for token in Lexer(str(template.source)).tokenize():
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            for quoted in _IN_EXPRESSION.findall(token.contents):
                yield MarkedMessage(quoted[1:-1].replace("%", "%%"))


def code_messages(source: str) -> Iterator[MarkedMessage]:
    """Yield the marked messages of Python code.

    >>> list(code_messages("from articles.content.translatable import noop\\nnoop('A' 'b')"))
    [MarkedMessage(singular='Ab', plural='', context='')]
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
        parts = _GETTEXT_ARGUMENTS.get(
            names.get(call.func.id, "") if isinstance(call.func, ast.Name) else ""
        )
        # A variable holds a message that another module has marked with noop.
        if parts and not isinstance(call.args[0], ast.Name | ast.Attribute | ast.Subscript):
            texts = (_literal(argument) for argument in call.args)
            yield MarkedMessage(**dict(zip(parts, texts, strict=False)))


def _all_messages() -> Iterator[tuple[str, MarkedMessage]]:
    for name in public_templates():
        yield from ((f"templates/{name}", message) for message in template_messages(name))
    for path in sorted((ROOT / "articles").rglob("*.py")):
        file = path.relative_to(ROOT)
        if not _SKIPPED_FOLDERS.intersection(file.parts):
            source = path.read_text(encoding="utf-8")
            yield from ((file.as_posix(), message) for message in code_messages(source))
    for example in examples():
        yield "articles/content/search_query/examples.toml", MarkedMessage(example.reading)


def _literal(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise NotLiteralError(f"not a string literal: {ast.unparse(argument)}")


def _text(node: BlockTranslateNode, tokens: list[Token]) -> str:
    text = str(node.render_token_list(tokens)[0])
    return trim_whitespace(text) if node.trimmed else text


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    return str(node.message_context.resolve(Context())) if node.message_context else ""
