"""The canonical layout of a program's text. A text with mistakes in its syntax stays as it is."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from nscompiler.diagnostics import codes as catalogue
from nscompiler.diagnostics.codes import lints
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic, Edit
from nscompiler.grammar.layout import layout
from nscompiler.grammar.layout_expressions import spelling
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.parse import parse, parse_tokens
from nscompiler.grammar.syntax import DefDecl, FunDecl, Module, Node, TypeDecl, Use
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
    """A new text in which comments that ignore lints are about what they are about in ``module``.

    One whose line has become several goes above its declaration where it is about all of that; else the lines of the
    declaration stay as they are.
    """
    source = SourceFile(module.source.path, laid_out)
    again = parse(source)
    before, after = (sorted(ignores_of_module(each), key=_words_of) for each in (module, again.module))
    if again.problems or len(before) != len(after):
        return laid_out
    words = _words_by_line(module.source), _words_by_line(source)
    items = _items(module)
    up, kept = [], set()
    for old, new in zip(before, after, strict=True):
        at = sum(item.start < new.start for item in _items(again.module)) - 1
        loses, whole = _loses(old, new, words), at < 0 or _is_about_all(old, items[at], words[0])
        if loses and whole:
            up.append((at, new))
        elif not whole and (loses or _loses(new, old, words[::-1])):
            kept.add(at)
    moved = [new for at, new in up if at not in kept]
    if moved:
        result, tokens = parse_tokens(SourceFile(module.source.path, _moved_up(again.module, moved)))
        laid_out = laid_out if result.problems else layout(result.module, tokens)
    return _with_lines_of(module, kept, laid_out) if kept else laid_out


def _items(module: Module) -> list[Node]:
    return [*module.imports, *module.declarations, *(() if module.main is None else (module.main,))]


def _is_about_all(ignore: Ignore, item: Node, words: Mapping[int, Counter[str]]) -> bool:
    """Whether a comment is about all lines of an item, but for its attributes and its name, or about none of them."""
    position = ignore.source.lines.position
    start = item.name.start if isinstance(item, (DefDecl, FunDecl, TypeDecl)) else item.start
    lines = range(position(start).line, position(max(start, item.end - 1)).line + 1)
    others = [line for line in lines if not ignore.line <= line <= ignore.last]
    left = (word for line in others for word in words.get(line, ()))
    return len(others) == len(lines) or all(word.startswith(_DEFINED) for word in left)


def _with_lines_of(module: Module, kept: Iterable[int], laid_out: str) -> str:
    """A new text with some items as they stand in ``module``; without them where a comment would be lost."""
    items = _items(parse_tokens(SourceFile(module.source.path, laid_out))[0].module)
    span = SourceFile(module.source.path, laid_out).span
    own, text = _items(module), module.source.text
    _, tokens = parse_tokens(module.source)
    edits = [Edit(span(items[at].start, items[at].end), _lines_of(own[at], text, tokens)) for at in kept]
    written = apply_edits(laid_out, edits)
    result, _ = parse_tokens(SourceFile(module.source.path, written))
    return laid_out if result.problems or _comments(module) != _comments(result.module) else written


def _lines_of(item: Node, text: str, tokens: Tokens) -> str:
    """The text of an item as it stands, but for the blanks at the ends of lines."""
    ends = zip(tokens.starts, tokens.ends, strict=True)
    longer = [(start, end) for start, end in ends if item.start <= start < item.end and "\n" in text[start:end]]

    def kept(blanks: re.Match[str]) -> str:
        at = item.start + blanks.start()
        return blanks[0] if any(start < at < end for start, end in longer) else ""

    return re.sub(r"[ \t]+$", kept, text[item.start : item.end], flags=re.MULTILINE)


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


def _loses(old: Ignore, new: Ignore, words: Sequence[Mapping[int, Counter[str]]]) -> bool:
    """Whether a comment is about less than before. That a def's name is on another line than what follows matters to
    one lint alone."""
    lost = _about(old, words[0]) - _about(new, words[1])
    of_names = any(catalogue.find(name) is lints.UNUSED_DEFINITION for name, _ in old.names)
    return any(of_names or not word.startswith(_DEFINED) for word in lost)


def _about(ignore: Ignore, words: Mapping[int, Counter[str]]) -> Counter[str]:
    """The words of the lines that a comment is about."""
    found: Counter[str] = Counter()
    for line in range(ignore.line, ignore.last + 1):
        found += words.get(line, Counter())
    return found


def _moved_up(module: Module, ignores: Sequence[Ignore]) -> str:
    """The text of a module with comments on lines of their own above the items that they stand in or behind."""
    source = module.source
    items = _items(module)
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
