"""The canonical layout of a program's text. A text with mistakes in its syntax stays as it is."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import attrs

from nscompiler.diagnostics import codes as catalogue
from nscompiler.diagnostics.codes import lints
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic, Edit
from nscompiler.grammar.layout import layout
from nscompiler.grammar.layout_expressions import spelling
from nscompiler.grammar.parse import parse, parse_tokens
from nscompiler.grammar.syntax import Module, Node, Use
from nscompiler.lints.ignores import Ignore, ignores_of_module
from nscompiler.lints.marks import may_ignore
from nscompiler.source import SourceFile

_MARK = "\ufeff"
_WORDS_LEFT_OUT = frozenset(("concat", "filter", "optional", "def"))
_DEFINED = "def "
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
    if laid_out != text and may_ignore(text):
        laid_out = _with_ignores(result.module, laid_out)
    if laid_out != text:
        _compare(path, result.module, laid_out)
    return Formatted(laid_out)


def _with_ignores(module: Module, laid_out: str) -> str:
    """A new text in which comments that ignore lints are about no less than in ``module``.

    One whose line has become several goes above its declaration, where it is about all of it.
    """
    source = SourceFile(module.source.path, laid_out)
    again = parse(source)
    before, after = (sorted(ignores_of_module(each), key=_words_of) for each in (module, again.module))
    if again.problems or len(before) != len(after):
        return laid_out
    words = _words_by_line(module.source), _words_by_line(source)
    moved = [new for old, new in zip(before, after, strict=True) if _loses(old, new, words)]
    if not moved:
        return laid_out
    text = _moved_up(again.module, moved)
    result, tokens = parse_tokens(SourceFile(module.source.path, text))
    return laid_out if result.problems else layout(result.module, tokens)


def _words_of(ignore: Ignore) -> str:
    return ignore.source.text[ignore.start : ignore.end]


def _words_by_line(source: SourceFile) -> dict[int, Counter[str]]:
    """The names and literals of each line, as they are compared: without what a layout changes about them."""
    _, tokens = parse_tokens(source)
    found: dict[int, Counter[str]] = {}
    before = ""
    for start, text in zip(tokens.starts, tokens.texts, strict=True):
        word = text.strip('"').lower().removesuffix("ql")
        if word[:1].isalnum() and word not in _WORDS_LEFT_OUT:
            named = _DEFINED + word if before == "def" else word
            found.setdefault(source.lines.position(start).line, Counter())[named] += 1
        before = text
    return found


def _loses(old: Ignore, new: Ignore, words: tuple[dict[int, Counter[str]], dict[int, Counter[str]]]) -> bool:
    """Whether a comment is about less than before. That a def's name is on another line than what follows matters to
    one lint alone."""
    lost = _about(old, words[0]) - _about(new, words[1])
    of_names = any(catalogue.find(name) is lints.UNUSED_DEFINITION for name, _ in old.names)
    return any(of_names or not word.startswith(_DEFINED) for word in lost)


def _about(ignore: Ignore, words: dict[int, Counter[str]]) -> Counter[str]:
    """The words of the lines that a comment is about."""
    found: Counter[str] = Counter()
    for line in range(ignore.line, ignore.last + 1):
        found += words.get(line, Counter())
    return found


def _moved_up(module: Module, ignores: Sequence[Ignore]) -> str:
    """The text of a module with comments on lines of their own above the items that they stand in or behind."""
    source = module.source
    items = [*module.imports, *module.declarations, *(() if module.main is None else (module.main,))]
    edits = []
    for ignore in ignores:
        item = next((each for each in reversed(items) if each.start < ignore.start), None)
        if item is not None:
            line = source.lines.position(item.start).line
            while line > 1 and source.line_text(line - 1).startswith("///"):
                line -= 1
            place = source.lines.start_of(line)
            edits.append(Edit(source.span(place, place), _words_of(ignore) + "\n"))
            edits.append(Edit(source.span(ignore.start, ignore.end), ""))
    return apply_edits(source.text, edits)


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
