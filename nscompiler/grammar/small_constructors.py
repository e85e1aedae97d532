"""The constructors of a sum in small letters, `type T = hours Integer | minutes`: one slip, however many there are."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.source import SourceFile

_OPENING, _CLOSING = ("{", "(", "[", "<"), ("}", ")", "]", ">")
_MOST_PLACES = 8


def small_constructors(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token in the body of a `type` may be."""
    first = _body(tokens, trial, index)
    places = list(_alternatives(tokens, trial, first)) if first else []
    small = [at for at in places if tokens.kinds[at] == trial.kind["LNAME"]]
    if not small or len(places) < 2 or not small[0] <= index <= small[-1] + 1:
        return
    start, until = small[0], small[-1] + 1
    meant, edits = [], []
    for at in range(start, until):
        kind, text = tokens.kinds[at], tokens.texts[at]
        if at in small:
            kind, text = trial.kind["UNAME"], text[:1].upper() + text[1:]
            edits.append(Edit(source.span(tokens.starts[at], tokens.ends[at]), text))
        meant.append((kind, text, tokens.starts[at], tokens.ends[at]))
    if any(not edit.text[0].isupper() for edit in edits):
        return
    fix = Fix(fitting(f"Write {shown(edits[0].text)}", "Write a capital"), tuple(edits), Applicability.MAYBE_INCORRECT)
    labels = tuple(Label(edit.span, "and so does this", Role.NOTE) for edit in edits[1:_MOST_PLACES])
    title = "A constructor starts with a capital letter"
    yield Slip(start, until, tuple(meant), codes.NAME_CASE.at(edits[0].span, title, related=labels, fixes=(fix,)))


def _body(tokens: Tokens, trial: Trial, index: int) -> int:
    """Where the body of the `type` starts in which a token stands; 0 where it stands in none."""
    at = index
    while at > max(0, index - WINDOW) and not (tokens.texts[at] == "type" and trial.begins_line(tokens, at)):
        at -= 1
    if tokens.texts[at] != "type":
        return 0
    while at < index and tokens.texts[at] != "=":
        at += 1
    return at + 1 if tokens.texts[at] == "=" else 0


def _alternatives(tokens: Tokens, trial: Trial, first: int) -> Iterator[int]:
    """Where the alternatives of a sum start."""
    depth, at = 0, first + (tokens.texts[first] == "|")
    yield at
    while at < min(len(tokens.kinds) - 1, first + WINDOW * 2):
        text = tokens.texts[at]
        depth += (text in _OPENING) - (text in _CLOSING)
        if (
            depth < 0
            or text == ";"
            or (at > first and trial.begins_line(tokens, at) and tokens.kinds[at] in trial.starters)
        ):
            return
        at += 1
        if text == "|" and depth == 0 and tokens.kinds[at] in trial.words:
            yield at
