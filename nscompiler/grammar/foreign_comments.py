"""Comments and documentation as other languages write them: a text in quotes above a declaration,
``{- … -}``, ``(* … *)``, ``<!-- … -->``; Python's other long text, ``'''…'''``, and backticks.
"""

from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.sql_statements import statement
from nscompiler.grammar.text import long_text, quote
from nscompiler.grammar.trial import Trial
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_BRACKETS = {"{-": "-}", "(*": "*)", "<!--": "-->"}
_DECLARATION = Pattern(r"(?P<gap>\s*+)(?:(?:type|fun|def)[ \t]|@\w)")
_DOTTED = Pattern(r"[^\W\d]\w*+\.[^\W\d]\w*+")
_LONG = "'''"


class Aside(Record):
    """Tokens that are no part of the program, from ``first`` to before ``until``, and what is told of them.

    ``text`` is what stands for them, for those that are a text in other quotes; ``around`` if only the first and the
    last are none.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "problem", "text", "around")
    __slots__ = __match_args__

    def __init__(self, first: int, until: int, problem: Diagnostic, text: str = "", around: bool = False) -> None:
        self.first = first
        self.until = until
        self.problem = problem
        self.text = text
        self.around = around


def aside(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Aside | None:
    """What a refused token belongs to that is a comment, a text above a declaration, or a long text elsewhere."""
    kind, start = tokens.kinds[index], tokens.starts[index]
    if kind == trial.kind["WRONG_QUOTES"] and source.text.startswith(_LONG, start):
        return _long_text(source, tokens, index)
    if kind in (trial.kind["TEXT"], trial.kind["LONG_TEXT"], trial.kind["WRONG_QUOTES"]):
        begins = trial.begins_line(tokens, index)
        problem = documentation(source, start, tokens.ends[index]) if begins else None
        return None if problem is None else Aside(index, index + 1, problem)
    if kind == trial.kind["WRONG_COMMENT"]:
        return _comment_lines(source, tokens, trial, index)
    found = statement(source, tokens, trial, index)
    if found is not None:
        return Aside(*found)
    if tokens.texts[index] == "`":
        return _backticks(source, tokens, index)
    for at in (index, index - 1):
        for opening, closing in _BRACKETS.items():
            if at >= 0 and source.text.startswith(opening, tokens.starts[at]):
                return _comment(source, tokens, at, opening, closing)
    return None


def documentation(source: SourceFile, start: int, end: int) -> Diagnostic | None:
    """What is told of a text in quotes with a line to itself and a declaration below; None where it is none."""
    text = source.text
    found = _DECLARATION.match(text, end)
    if found is None or "\n" not in found["gap"]:
        return None
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    if indent.strip():
        return None
    below = found["gap"].rpartition("\n")[2]
    above = _above(text, start) if len(indent) > len(below) else -1
    if above >= 0:
        place = len(text[:start].rstrip())
        lines = _lines(text[start:end], "")
        edits = [Edit(source.span(above, above), f"{lines}\n"), Edit(source.span(place, end), "")]
    else:
        lines = _lines(text[start:end], below)
        edits = [Edit(source.span(start - len(indent), found.end("gap")), f"{below}{lines}\n{below}")]
    title = "What a declaration is for stands above it in lines that start with `///`"
    fix = Fix("Write it with `///`", tuple(edits), _MAYBE)
    return codes.EXPRESSION_PLACE.at(source.span(start, end), title, fixes=(fix,))


def _above(text: str, start: int) -> int:
    """Where the declaration above begins, with its attributes; -1 if none begins a line."""
    line = max(text.rfind(f"\n{word} ", 0, start) for word in ("type", "fun", "def")) + 1
    if not line and not text.startswith(("type ", "fun ", "def ")):
        return -1
    while line and text.startswith("@", before := text.rfind("\n", 0, line - 1) + 1):
        line = before
    return line


def documentation_of_module(source: SourceFile, header: Span, start: int, end: int) -> Diagnostic:
    """What is told of a text right below the header."""
    text = source.text
    lines = _lines(text[start:end], "")
    behind = end + len(text[end:]) - len(text[end:].lstrip())
    above = source.span(header.start, header.start)
    edits = (Edit(above, f"{lines}\n"), Edit(source.span(start, behind), ""))
    title = "What a module is for stands above its header in lines that start with `///`"
    fix = Fix("Write it with `///`", edits, _MAYBE)
    return codes.EXPRESSION_PLACE.at(source.span(start, end), title, fixes=(fix,))


def _lines(written: str, indent: str) -> str:
    raw = written.strip("\"'")
    lines = long_text(f'"""{raw}"""')[0].strip().splitlines()
    return f"\n{indent}".join(f"/// {line}".rstrip() for line in lines) or "///"


def _long_text(source: SourceFile, tokens: Tokens, index: int) -> Aside | None:
    start = tokens.starts[index]
    end = source.text.find(_LONG, start + len(_LONG)) + len(_LONG)
    inside = source.text[start + len(_LONG) : end - len(_LONG)]
    if end < start + 2 * len(_LONG):
        return None
    until = _behind(tokens, index, end)
    problem = documentation(source, start, end)
    if problem is not None:
        return Aside(index, until, problem)
    marks = (source.span(start, start + len(_LONG)), source.span(end - len(_LONG), end))
    good = '"' not in inside and "\\" not in inside
    fix = Fix('Write `"""`', tuple(Edit(mark, '"""') for mark in marks), _SURE)
    title = f'A text over several lines stands in `"""`, not in `{_LONG}`'
    problem = codes.WRONG_QUOTES.at(source.span(start, end), title, fixes=(fix,) if good else ())
    return Aside(index, until, problem, f'"""{inside}"""' if good else '""""""')


def _backticks(source: SourceFile, tokens: Tokens, index: int) -> Aside | None:
    """``path = `data.csv` ``, `` `Sources.stdin` ``: a value, and a name with a dot."""
    start = tokens.starts[index]
    end = source.text.find("`", start + 1) + 1
    written = source.text[start + 1 : end - 1]
    if end < start + 3 or "\n" in written:
        return None
    until, span = _behind(tokens, index, end), source.span(start, end)
    if index > 2 and tokens.texts[index - 1] == "=" and tokens.texts[index - 3] in ("{", ","):
        right = quote(written) if "\\" not in written else f'"{written}"'
        fix = Fix("Write straight double quotes", (Edit(span, right),), _MAYBE)
        problem = codes.WRONG_QUOTES.at(span, 'A text stands in `"`, not in backticks', fixes=(fix,))
        return Aside(index, until, problem, right)
    if not _DOTTED.fullmatch(written) or tokens.ends[until - 1] != end:
        return None
    edits = tuple(Edit(source.span(at, at + 1), "") for at in (start, end - 1))
    problem = codes.STRAY_CHARACTER.at(
        span, "A name stands without backticks", fixes=(Fix("Remove the backticks", edits, _MAYBE),)
    )
    return Aside(index, until, problem, around=True)


def _comment_lines(source: SourceFile, tokens: Tokens, trial: Trial, first: int) -> Aside | None:
    """Lines that begin with ``#`` or ``--``, one below the other."""
    sign = "#" if tokens.texts[first].startswith("#") else "--"
    until = first
    while (
        tokens.kinds[until] == trial.kind["WRONG_COMMENT"]
        and tokens.texts[until].startswith(sign)
        and trial.begins_line(tokens, until)
    ):
        until += 1
    if until < first + 2:
        return None
    spans = [source.span(tokens.starts[at], tokens.starts[at] + len(sign)) for at in range(first, until)]
    fix = Fix("Write `//`", tuple(Edit(span, "//") for span in spans), _SURE)
    problem = codes.WRONG_COMMENT.at(spans[0], f"A comment starts with `//`, not with `{sign}`", fixes=(fix,))
    return Aside(first, until, problem)


def _comment(source: SourceFile, tokens: Tokens, first: int, opening: str, closing: str) -> Aside | None:
    start = tokens.starts[first]
    close = source.text.find(closing, start + len(opening))
    if close < 0:
        return None
    end = close + len(closing)
    marks = source.span(start, start + len(opening)), source.span(close, end)
    good = "/*" not in source.text[start:end] and "*/" not in source.text[start:end]
    fix = Fix("Write `/* */`", (Edit(marks[0], "/*"), Edit(marks[1], "*/")), _MAYBE)
    title = f"A comment stands in `/* */`, not in `{opening} {closing}`"
    problem = codes.WRONG_COMMENT.at(source.span(start, end), title, fixes=(fix,) if good else ())
    return Aside(first, _behind(tokens, first, end), problem)


def _behind(tokens: Tokens, first: int, end: int) -> int:
    until = first + 1
    while until < len(tokens.starts) - 1 and tokens.starts[until] < end:
        until += 1
    return until
