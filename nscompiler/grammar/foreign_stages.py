"""Stages that are no functions but say what one does: ``lambda x: x``, ``x => x``, ``where x > 3``, ``"a" + "b"``. A
method in Python does that, and is named in the pipe: the stage is told of once, and read as one.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.syntax import NAMELESS
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.source import SourceFile

_FUNCTIONS = frozenset(("lambda", "function", "fn", "func", "fun", "\\", "λ"))
_ARROWS = ("->", "=>")
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_OPERATORS = frozenset(("+", "++", "-", "/", "%", "==", "!=", "<>", ">", "<", ">=", "<=", "==="))
_DECLARING = ("type", "fun", "def", "import", "module")


def foreign_stages(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The stage around a refused token, where it is such a one."""
    first = _start(tokens, trial, index)
    if first < 1 or _is_of_type(tokens, trial, first - 1):
        return
    if tokens.texts[first] in _DECLARING and trial.begins_line(tokens, first):
        return
    until = _end(tokens, trial, first)
    if not first <= index <= until or until <= first + 1:
        return
    sign = _what(tokens, trial, first, until)
    if not sign:
        return
    span = source.span(tokens.starts[first], tokens.ends[until - 1])
    title = "A pipe holds no calculations: a function of a module makes them"
    if sign in _ARROWS or sign in _FUNCTIONS:
        title = f"A function is a method in Python: there is no `{sign}` for one"
    elif sign == "SELECT":
        title = 'SQL stands in a text: `Sources.postgres { pg_query = "…" }`'
    problem = codes.UNEXPECTED.at(span, title, "declare it with `fun`, and name it here")
    start, end = span.start, span.end
    yield Slip(first, until, ((trial.kind["LNAME"], NAMELESS, start, end),), problem, nameless=True)


def _start(tokens: Tokens, trial: Trial, index: int) -> int:
    """The first token of the stage around a token; 0 where none is seen."""
    texts, at, depth = tokens.texts, index, 0
    while at > max(index - WINDOW, 0):
        before = texts[at - 1]
        if before in _CLOSERS:
            depth += 1
        elif before in _OPENERS and depth:
            depth -= 1
        elif depth == 0:
            if before == "(" and not (not tokens.gaps[at - 1] and tokens.kinds[at - 2] in trial.words):
                return at
            arrow = before == "=" and (texts[at] in (">", "=") or texts[at - 2] in ("=", "!", "<", ">"))
            if before in ("|", "&", "=", ";") and not arrow:
                return at
        at -= 1
    return 0


def _is_of_type(tokens: Tokens, trial: Trial, index: int) -> bool:
    """Whether the item that a token is a part of is a ``type`` or a ``fun``, where an arrow means something else."""
    for at in range(index, max(index - WINDOW, -1), -1):
        if tokens.kinds[at] in (trial.kind["TYPE"], trial.kind["FUN"]):
            return True
        if tokens.kinds[at] == trial.kind["DEF"] or tokens.texts[at] == ";":
            return False
    return False


def _end(tokens: Tokens, trial: Trial, first: int) -> int:
    texts, at, depth = tokens.texts, first, 0
    while at < min(first + WINDOW, len(texts) - 1):
        text = texts[at]
        if not text or (depth == 0 and (text in ("|", "&", ";") or text in _CLOSERS)):
            break
        if at > first and trial.begins_line(tokens, at) and (text in _DECLARING or text == "@"):
            break
        depth += (text in _OPENERS) - (text in _CLOSERS)
        at += 1
    return at


def _what(tokens: Tokens, trial: Trial, first: int, until: int) -> str:
    """What shows that a stage is none: a word, an arrow or an operator; nothing where it may well be one."""
    texts = [*tokens.texts[first:until]]
    for at in range(len(texts) - 1):
        if texts[at] in ("=", "!", "<", ">") and texts[at + 1] in ("=", ">") and not tokens.gaps[first + at + 1]:
            texts[at : at + 2] = [texts[at] + texts[at + 1], ""]
    if texts[0] in _FUNCTIONS:
        return "lambda" if texts[0] in ("\\", "λ") else texts[0]
    arrow = next((at for at, text in enumerate(texts) if text in _ARROWS), 0)
    if arrow:
        if not {".", "="}.isdisjoint(texts[:arrow]):
            return ""  # a stage with its module's alias or its parameters: the arrow joins two
        named = {text for text in texts[:arrow] if text.isidentifier()}
        declared = any(tokens.texts[at] in named and tokens.texts[at - 1] in ("fun", "def") for at in range(1, first))
        return texts[arrow] if named and not declared and not named.isdisjoint(texts[arrow + 1 :]) else ""
    if texts[0].upper() == "SELECT" and "FROM" in (text.upper() for text in texts):
        return "SELECT"
    inner = next((text for text in texts if text in ("lambda", "function", "\\")), "")
    if inner:
        return "lambda" if inner == "\\" else inner
    if texts[0] in ("where", "if", "case", "when", "unless"):
        return texts[0]
    literal = [trial.kind[name] for name in ("TEXT", "LONG_TEXT", "INTEGER", "DOUBLE", "TRUE", "FALSE")]
    for at in range(1, len(texts) - 1):
        steps = (-1, 2) if texts[at + 1] == "" else (-1, 1)
        beside = [tokens.kinds[first + at + step] for step in steps if first + at + step < until]
        if texts[at] in _OPERATORS and any(kind in literal for kind in beside):
            return texts[at]
    return ""
