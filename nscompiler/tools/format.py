"""The canonical layout of a program's text. A text with mistakes in its syntax stays as it is."""

from functools import cache
from typing import Any

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.layout import layout
from nscompiler.grammar.layout_expressions import spelling
from nscompiler.grammar.parse import parse, parse_tokens
from nscompiler.grammar.syntax import Module, Node, Use
from nscompiler.source import SourceFile

_MARK = "\ufeff"
# What may differ between two trees that mean the same: places, and how things were spelt.
_SPELT = frozenset(("start", "end", "source", "comments", "early_separators", "early", "raw", "quoted", "prefix"))


class FormatFailure(Exception):
    """The new text would not mean the same, or lack a comment: a bug of the layout. The old text stays."""


@attrs.frozen(slots=True)
class Formatted:
    """A text in the canonical layout; the text as it was where it has syntax errors, which are its ``problems``."""

    text: str
    problems: tuple[Diagnostic, ...] = ()


def format_source(text: str, path: str = "<text>") -> Formatted:
    """Lay out a module or script; ``path`` is the file that messages name.

    Comments are kept, lines end in LF, early syntax becomes today's; the program means the same. Raises
    FormatFailure, a bug of ours, where the new text does not.
    """
    plain = text.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n")
    result, tokens = parse_tokens(SourceFile(path, plain))
    if result.problems:
        return Formatted(text, parse(SourceFile(path, text)).problems)
    laid_out = layout(result.module, tokens)
    if laid_out != text:
        _compare(path, result.module, laid_out)
    return Formatted(laid_out)


def _compare(path: str, module: Module, laid_out: str) -> None:
    again, _ = parse_tokens(SourceFile(path, laid_out))
    if again.problems or not same_program(module, again.module):
        raise FormatFailure(f"the layout of {path} would change what it means")
    if _comments(module) != _comments(again.module):
        raise FormatFailure(f"the layout of {path} would lose a comment")


def _comments(module: Module) -> list[str]:
    return sorted(" ".join(comment.text.split()) for comment in module.comments)


def same_program(one: Module, other: Module) -> bool:
    """Whether two trees are equal but for places and for spellings of one meaning; iterative, as trees are deep."""
    waiting: list[tuple[Any, Any]] = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, tuple):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif isinstance(left, Use):
            if spelling(left) != spelling(right):
                return False
        elif isinstance(left, Node):
            kind: Any = type(left)
            waiting += [(getattr(left, name), getattr(right, name)) for name in _meaningful(kind)]
        elif left != right:
            return False
    return True


@cache
def _meaningful(kind: Any) -> tuple[str, ...]:
    """The attributes of a node that carry its meaning."""
    return tuple(name for name in kind.__match_args__ if name not in _SPELT)
