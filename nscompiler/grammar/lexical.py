"""Text that is no token: what is wrong with it, and what the parser reads instead."""

from itertools import islice
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.byte_sizes import bytes_meant, told
from nscompiler.grammar.text import quote
from nscompiler.grammar.wording import fitting, sentence, shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

# Characters that word processors and web pages put in the place of others.
_LOOKALIKES = {
    "→": "->",
    "⇒": "->",
    "…": "..",
    "\u00a0": " ",
    "\u2007": " ",
    "\u202f": " ",
    "｜": "|",
    "＝": "=",
    "：": ":",
    "，": ",",
    "；": ";",
    "（": "(",
    "）": ")",
    "｛": "{",
    "｝": "}",
    "＜": "<",
    "＞": ">",
    "‖": "|",
    "∗": "*",
    "×": "*",
    "−": "-",
}
_INVISIBLE = {
    "\u00a0": "a no-break space",
    "\u2007": "a no-break space",
    "\u202f": "a no-break space",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width character",
    "\u200d": "a zero-width character",
    "\u2060": "a zero-width character",
    "\ufeff": "a byte-order mark",
    "\u00ad": "a soft hyphen",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\u3000": "a wide space",
    "\x85": "a control character",
}
_SIGN = Pattern(r"[})\],|]")
_TWO_QUOTES = Pattern(r'(?m)^[ \t]*""(?=[ \t]*[,})]|[ \t]*$)')
_SIZE = Pattern(r"[1-9][0-9]{0,8}")
_DURATION = Pattern(r"(?:[0-9]+(?:ms|s|m|h|d))+")
_FEW = 8
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


class Reading(Record):
    """A diagnostic, and what stands for the text that is no token: a terminal and its text, or nothing (``""``).

    ``removes`` if the fix takes the text out, which helps only where what follows can stand instead.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("problem", "terminal", "text", "removes")
    __slots__ = __match_args__

    def __init__(self, problem: Diagnostic, terminal: str = "", text: str = "", removes: bool = False) -> None:
        self.problem = problem
        self.terminal = terminal
        self.text = text
        self.removes = removes


def read_bad(source: SourceFile, name: str, start: int, end: int) -> Reading:
    """What a bad token (``generate.BAD`` names them) was meant to be."""
    text = source.text[start:end]
    match name:
        case "BAD_NUMBER":
            return _number(source, start, text)
        case "OPEN_TEXT" | "OPEN_LONG_TEXT":
            return _open_text(source, start, text)
        case "WRONG_QUOTES":
            return _quotes(source, start, text)
        case "WRONG_COMMENT":
            return _comment(source, start, text)
        case "SHELL_VARIABLE":
            return _shell_variable(source, start, text)
        case "CONTROL":
            return _control(source, start, text)
        case _:
            return _stray(source, start, text)


def _number(source: SourceFile, start: int, text: str) -> Reading:
    span = source.span(start, start + len(text))
    digits = text.lstrip("-").replace("_", "")
    fixes: tuple[Fix, ...] = ()
    if digits.isdigit() and "_" in text:
        sign = "-" if text.startswith("-") else ""
        tidy = sign + "_".join(part for part in text.lstrip("-").split("_") if part)
        fixes = (Fix(f"Write {shown(tidy)}", (Edit(span, tidy),), _SURE),)
        title = f"Only single `_` between digits group a number: {shown(text)}"
    elif _DURATION.fullmatch(text):
        fixes = (Fix("Put it in quotes", (Edit(span, f'"{text}"'),), _MAYBE),)
        title = f"A duration stands in quotes: {shown(text)}"
    elif sizes := bytes_meant(text):
        fixes = tuple(Fix(f"Write `{size}`", (Edit(span, size),), _MAYBE) for size in sizes)
        title = told(text)
    else:
        title = f"{shown(text)} is no number"
    # A size, where it is one, is no second error.
    meant = _SIZE.match(text)
    return Reading(codes.BAD_NUMBER.at(span, title, fixes=fixes), "INTEGER", "0" if meant is None else meant[0])


def _open_text(source: SourceFile, start: int, text: str) -> Reading:
    mark = '"""' if text.startswith('"""') else '"'
    span = source.span(start, start + len(mark))
    title = f"This text is never closed with `{mark}`"
    end = start + len(text)
    if mark == '"':
        fix = Fix('Insert `"`', (Edit(source.span(end, end), '"'),), _SURE)
        return Reading(codes.UNTERMINATED_TEXT.at(source.span(start, end), title, fixes=(fix,)), "TEXT", '""')
    short = _TWO_QUOTES.search(text, 3)
    fixes: tuple[Fix, ...] = ()
    if short is not None:
        place = source.span(start + short.end(), start + short.end())
        fixes = (Fix('Write `"""` at its end', (Edit(place, '"'),), _MAYBE),)
    return Reading(codes.UNTERMINATED_TEXT.at(span, title, fixes=fixes), "LONG_TEXT", '""""""')


def text_ends(text: str, start: int, end: int) -> list[int]:
    """Where a text that is not closed on its line may have been meant to end: before each sign, the first few."""
    signs = [match.start() for match in islice(_SIGN.finditer(text, start + 1, end), _FEW)]
    return [start + len(text[start:sign].rstrip(" \t")) for sign in signs]


def _quotes(source: SourceFile, start: int, text: str) -> Reading:
    span = source.span(start, start + len(text))
    right = quote(text[1:-1]) if "\\" not in text else f'"{text[1:-1]}"'
    fix = Fix("Write straight double quotes", (Edit(span, right),), _SURE)
    kind = "single" if text[0] in "'‘’‚‛" else "curly"
    title = f'A text stands in `"`, not in {kind} quotes'
    return Reading(codes.WRONG_QUOTES.at(span, title, fixes=(fix,)), "TEXT", right)


def unquoted_type(source: SourceFile, start: int, word: str) -> Reading:
    """``'Integer'`` where a type stands."""
    span = source.span(start, start + len(word) + 2)
    fix = Fix("Remove the quotes", (Edit(span, word),), _MAYBE)
    return Reading(codes.WRONG_QUOTES.at(span, "A type is written without quotes", fixes=(fix,)), "UNAME", word)


def _comment(source: SourceFile, start: int, text: str) -> Reading:
    sign = "#" if text.startswith("#") else "--"
    span = source.span(start, start + len(sign))
    fix = Fix("Write `//`", (Edit(span, "//"),), _SURE)
    return Reading(codes.WRONG_COMMENT.at(span, f"A comment starts with `//`, not with `{sign}`", fixes=(fix,)))


def _shell_variable(source: SourceFile, start: int, text: str) -> Reading:
    """``${NAME}``."""
    right = f"${text[2:-1]}"
    span = source.span(start, start + len(text))
    title = "A variable of the environment is written without braces"
    title = fitting(f"{title}: {shown(text)}", title)
    fix = Fix(f"Write {shown(right)}", (Edit(span, right),), _SURE)
    return Reading(codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)), "ENVIRONMENT", right)


def _control(source: SourceFile, start: int, text: str) -> Reading:
    span = source.span(start, start + len(text))
    many = "Control characters stand" if len(text) > 1 else "A control character stands"
    title = f"{many} in the text: U+{ord(text[0]):04X}"
    fix = Fix("Remove the character" if len(text) == 1 else "Remove the characters", (Edit(span, ""),), _SURE)
    return Reading(codes.CONTROL_CHARACTER.at(span, title, fixes=(fix,)))


def _stray(source: SourceFile, start: int, text: str) -> Reading:
    span = source.span(start, start + len(text))
    meant = _LOOKALIKES.get(text)
    if text in _INVISIBLE:
        title = f"An invisible character stands here: {_INVISIBLE[text]}, U+{ord(text):04X}"
    elif meant:
        title = f"{shown(text)} is no sign of the language, `{meant}` is"
    elif text == "$":
        title = "A `$` is followed by the name of an environment variable"
    else:
        title = sentence(f"{shown(text)} {'mean' if shown(text) == 'backticks' else 'means'} nothing here")
    if meant:
        fix = Fix("Write a space" if meant == " " else f"Write `{meant}`", (Edit(span, meant),), _SURE)
        return Reading(codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)), *_sign(meant))
    backticks = "Remove the backtick" if len(text) == 1 else "Remove the backticks"
    remove = backticks if "`" in text else f"Remove {shown(text)}"
    fix = Fix(remove, (Edit(span, ""),), _SURE if text in _INVISIBLE or "`" in text else _MAYBE)
    return Reading(codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)), removes=True)


def _sign(text: str) -> tuple[str, str]:
    """A sign that has a look-alike, as a literal token (``SIGN``); nothing for a space or a lone minus."""
    return ("", "") if text in (" ", "-") else ("SIGN", text)


def unclosed_comment(source: SourceFile, start: int, depth: int) -> Diagnostic:
    """A block comment that never ends, with so many open at the end of the file."""
    end = len(source.text)
    where = source.span(start, start + len("/*"))
    fix = Fix("Insert `*/`", (Edit(source.span(end, end), " */" * depth + "\n"),), _MAYBE)
    fixes = (fix,) if depth <= _FEW else ()
    return codes.UNTERMINATED_COMMENT.at(where, "This comment is never closed with `*/`", fixes=fixes)
