"""Lines that want to be declarations and begin without a keyword: ``v = f``, ``let v = f``, ``use Foo:1.0.0``."""

from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import LITERALS, shown
from nscompiler.records import Record
from nscompiler.source import SourceFile

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_SIGNS = ("=", ":")
# What begins a line without beginning a declaration.
_GOES_ON = frozenset(("|", "&", "{", "}", ")", "]", ">", ",", "->", "with", "where", "*", "?"))
#: What other languages write before a name that they declare: no function of such a name has parameters there.
BINDERS = frozenset(("let", "const", "var", "val", "set", "local", "def", "fun", "type", "import", "module"))
#: What other languages write before the name of a file's module.
_PACKAGES = frozenset(("package", "namespace", "library", "defmodule"))
_DECLARING = ("type", "fun", "def")
#: A line that stands so little further right goes on with nothing.
_ASKEW = 1


class Unsaid(Record):
    """A declaration without its keyword.

    ``line`` is its first token, ``word`` whether that stands for the keyword, ``end`` the sign behind what it declares,
    ``whole`` whether it reads well with the keyword, ``late`` whether that stands behind the name.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("line", "keyword", "word", "end", "whole", "late")
    __slots__ = __match_args__

    def __init__(self, line: int, keyword: str, word: bool, end: int, whole: bool = False, late: bool = False) -> None:
        self.line = line
        self.keyword = keyword
        self.word = word
        self.end = end
        self.whole = whole
        self.late = late


def unsaid(tokens: Tokens, trial: Trial, base: list[int], first: int, index: int) -> Unsaid | None:
    """The declaration around the mistake at ``index``, which the item from ``first`` on has swallowed, if any.

    ``base`` are the states before that item. It must be whole without the line, and the line not further right.
    """
    line = index
    while line > max(0, index - WINDOW) and not trial.begins_line(tokens, line):
        line -= 1
    if not trial.begins_line(tokens, line) or tokens.kinds[line] not in (trial.kind["LNAME"], trial.kind["UNAME"]):
        return None
    if first < line and _column(tokens, line) > _column(tokens, first) + _ASKEW:
        return None
    found = _import(tokens, trial, line, index) or _declaration(tokens, trial, base, line, index)
    if found is not None and first < line:  # asked last: a long item would be read again at each of its mistakes
        states = base.copy()
        kinds = [kind for kind in tokens.kinds[first:line] if kind != SWALLOWED]
        if trial.feed(states, kinds) < len(kinds) or not trial.ends(states, trial.kind["DEF"]):
            return None
    return found


def _column(tokens: Tokens, index: int) -> int:
    gap = tokens.gaps[index]
    return len(gap) - 1 - max(gap.rfind("\n"), gap.rfind("\r"))


def _import(tokens: Tokens, trial: Trial, line: int, index: int) -> Unsaid | None:
    """``use Foo.Bar:1.0.0 as F``: a word before a module's reference, or none."""
    texts, at = tokens.texts, line + 1
    word = texts[at] not in (".", "/", ":")
    while tokens.kinds[at] in trial.words or texts[at] in (".", "/"):
        if trial.begins_line(tokens, at):
            return None
        at += 1
    glued = all(not gap for gap in tokens.gaps[line + 1 + word : at + 2])
    if texts[at] != ":" or at < line + 1 + word or not texts[at + 1][:1].isdigit() or not glued or index > at:
        return None
    if word:
        header = texts[line][:1] in "mM" or texts[line] in _PACKAGES or bool(near(texts[line], ("module",)))
    else:
        header = not _is_used(tokens, at)
        if not texts[line][:1].isupper():
            return None
    return Unsaid(line, "module" if header and not line else "import", word, at)


def _is_used(tokens: Tokens, colon: int) -> bool:
    """Whether the module whose name ends at a colon is given an alias, or is used by the last part of its name."""
    texts, alias = tokens.texts, tokens.texts[colon - 1]
    stop = len(texts) - 1
    given = any(texts[at] == "as" and not tokens.gaps[at].count("\n") for at in range(colon, min(colon + 8, stop)))
    return given or any(texts[at] == alias and texts[at + 1] == "." for at in range(colon, stop))


def _declaration(tokens: Tokens, trial: Trial, base: list[int], line: int, index: int) -> Unsaid | None:
    sign = line + 1
    while tokens.kinds[sign] in trial.words and not trial.begins_line(tokens, sign):
        sign += 1
    if tokens.texts[sign] not in _SIGNS or index > sign or trial.begins_line(tokens, sign):
        return None
    capital = trial.kind["UNAME"]
    late = tokens.texts[line + 1]
    if sign - line == 2 and late in _DECLARING and (late == "type") == (tokens.kinds[line] == capital):
        return Unsaid(line, late, True, sign, late=True)
    said = tokens.texts[line].lower()
    word = sign - line == 2 and (tokens.kinds[line] != capital or said in _DECLARING)
    named = line + word
    if sign - named > 1 and tokens.kinds[named] != capital:
        return None  # only a type has parameters before the sign
    literal = trial.names[tokens.kinds[sign + 1]] in LITERALS
    if word and literal and tokens.texts[sign] == "=" and tokens.texts[line] not in BINDERS:
        return None  # a function and its parameter: `f n = 1`
    if word and said in _DECLARING:
        return Unsaid(line, said, True, sign)
    likely = ("type", "def", "fun") if tokens.kinds[named] == capital else ("def", "fun", "type")
    stop = _stop(tokens, trial, line, sign)
    kinds = [trial.bads.get(kind, kind) for kind in tokens.kinds[named:stop]]
    rest = [kind for kind in kinds if kind != SWALLOWED]
    keyword = next((each for each in likely if _is_whole(trial, base, [trial.tables.literals[each], *rest])), "")
    return Unsaid(line, keyword or likely[0], word, sign, bool(keyword))


def _stop(tokens: Tokens, trial: Trial, line: int, sign: int) -> int:
    """Where the line's declaration ends, or what is looked at of it."""
    at, column, end = sign + 1, _column(tokens, line), trial.kind["$END"]
    while at < sign + WINDOW and tokens.kinds[at] != end:
        if trial.begins_line(tokens, at) and tokens.texts[at] not in _GOES_ON and _column(tokens, at) <= column:
            break
        at += 1
    return at


def _is_whole(trial: Trial, base: list[int], kinds: list[int]) -> bool:
    states = base.copy()
    return trial.feed(states, kinds) == len(kinds) and trial.ends(states, trial.kind["DEF"])


def told(source: SourceFile, tokens: Tokens, found: Unsaid) -> Diagnostic:
    """What is wrong with the line."""
    start, end = tokens.starts[found.line], tokens.ends[found.line]
    span, text = source.span(start, end), tokens.texts[found.line]
    if not found.word:
        article = "An" if found.keyword == "import" else "A"
        title = f"{article} `{found.keyword}` is missing before {shown(text)}"
        edit = Edit(source.span(start, start), f"{found.keyword} ")
        fix = Fix(f"Insert `{found.keyword}`", (edit,), _SURE if found.whole else _MAYBE)
        return codes.NO_DECLARATION.at(span, title, fixes=(fix,))
    if found.late:
        both = source.span(start, tokens.ends[found.line + 1])
        fix = Fix(f"Write `{found.keyword}` first", (Edit(both, f"{found.keyword} {text}"),), _MAYBE)
        title = f"`{found.keyword}` stands before the name that it declares, not behind it"
        return codes.NO_DECLARATION.at(both, title, fixes=(fix,))
    fix = Fix(f"Write `{found.keyword}`", (Edit(span, found.keyword),), _MAYBE)
    title = f"No declaration starts with {shown(text)}"
    return codes.NO_DECLARATION.at(span, title, f"did you mean `{found.keyword}`?", fixes=(fix,))


def read(tokens: Tokens, trial: Trial, found: Unsaid) -> None:
    """Puts the keyword before the line, or in the place of its first word."""
    kind = trial.tables.literals[found.keyword]
    if found.late:
        name = found.line + 1
        tokens.kinds[name], tokens.texts[name] = tokens.kinds[found.line], tokens.texts[found.line]
    if found.word:
        tokens.kinds[found.line] = kind
    else:
        start, gap = tokens.starts[found.line], tokens.gaps[found.line]
        tokens.insert(found.line, kind, found.keyword, start)
        tokens.gaps[found.line], tokens.gaps[found.line + 1] = gap, ""
