"""Another sign than `|` between the alternatives of a sum, `type S = A / B / C`, `type S = A Text ; B`: all of one sum
are told of at once.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.build import Builder
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.mistakes import SCALARS
from nscompiler.grammar.slip import BEFORE, Slip
from nscompiler.grammar.sums import sum_type
from nscompiler.grammar.syntax import Constructor, SumType, TypeDecl, TypeName, Use
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.records import replace
from nscompiler.source import SourceFile

_TITLE = "The alternatives of a sum are separated by `|`"
_SIGNS = frozenset((";", "/", "\\", "!", "+", "-", ":", "^", "~"))
_OPENERS, _CLOSERS = frozenset("([{<"), frozenset(")]}>")


def other_bars(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at such a sign, or right behind one, may be."""
    at = next((at for at in range(index, max(index - BEFORE - 1, 0), -1) if tokens.texts[at] in _SIGNS), 0)
    first = at
    while first > max(at - WINDOW, 0) and tokens.kinds[first] != trial.kind["TYPE"]:
        first -= 1
    if not at or tokens.kinds[first] != trial.kind["TYPE"] or not trial.begins_line(tokens, first):
        return
    capital, sign = trial.kind["UNAME"], tokens.texts[at]
    places = list(_places(tokens, first, sign, trial))
    holds = sign == ":" and any(tokens.texts[one] == "|" for one in range(first, _end(tokens, trial, at)))
    if at not in places or not (holds or all(tokens.kinds[one + 1] == capital for one in places)):
        return
    body = next((one for one in range(first, at) if tokens.texts[one] == "="), 0)
    if not body or tokens.kinds[body + 1] != capital or tokens.texts[body + 1] in SCALARS:
        return
    if holds:
        yield _with_payloads(source, tokens, first, places)
        return
    bar = shared_kinds(trial.tables)["|"]
    meant = [
        (bar, "|", tokens.starts[one], tokens.ends[one])
        if one in places
        else (tokens.kinds[one], tokens.texts[one], tokens.starts[one], tokens.ends[one])
        for one in range(first, places[-1] + 1)
    ]
    spans = [source.span(tokens.starts[one], tokens.ends[one]) for one in places]
    fix = Fix("Write `|`", tuple(Edit(span, "|") for span in spans), Applicability.MAYBE_INCORRECT)
    title = fitting(f"{_TITLE}, not by {shown(sign)}", _TITLE)
    yield Slip(first, places[-1] + 1, tuple(meant), codes.MISSING_PIPE.at(spans[0], title, fixes=(fix,)))


def _end(tokens: Tokens, trial: Trial, at: int) -> int:
    """Where the declaration around a token ends."""
    end = at + 1
    while end < min(at + WINDOW, len(tokens.kinds) - 1) and not trial.is_start(tokens, end):
        end += 1
    return end


def _with_payloads(source: SourceFile, tokens: Tokens, first: int, places: list[int]) -> Slip:
    """``type S = A : Text | B``: a `:` between constructors and what they hold, where a `|` separates them."""
    spans = [source.span(tokens.starts[one], tokens.ends[one]) for one in places]
    gone = [source.span(tokens.ends[one - 1], tokens.ends[one]) for one in places]
    meant = [
        (tokens.kinds[one], tokens.texts[one], tokens.starts[one], tokens.ends[one])
        for one in range(first, places[-1] + 1)
        if one not in places
    ]
    title = "What a constructor holds stands right behind it, without a `:`"
    fix = Fix("Remove `:`", tuple(Edit(span, "") for span in gone), Applicability.MAYBE_INCORRECT)
    return Slip(first, places[-1] + 1, tuple(meant), codes.UNEXPECTED.at(spans[0], title, fixes=(fix,)))


def _places(tokens: Tokens, first: int, sign: str, trial: Trial) -> Iterator[int]:
    """Where a sign stands in a declaration outside of brackets, and something goes on behind it."""
    depth = 0
    for at in range(first, min(first + 2 * WINDOW, len(tokens.kinds) - 1)):
        if at > first and trial.is_start(tokens, at):
            return
        text = tokens.texts[at]
        depth += (text in _OPENERS) - (text in _CLOSERS)
        ends = text == ";" and (not tokens.texts[at + 1] or trial.is_start(tokens, at + 1))
        if depth == 0 and text == sign and not ends:
            yield at


def joined(builder: Builder, decl: TypeDecl, semicolon: int, item: Use) -> TypeDecl | None:
    """The sum that ``type S = A ; B`` is meant as, where its `;` is told of; None for what is none.

    No function is called as an alternative is, so nothing else can be meant.
    """
    plain = item.qualifier is None and item.name.text[:1].isupper()
    body = decl.body
    written = TypeName(item.start, item.end, None, item.name, ())
    sum: SumType | None = None
    if plain and isinstance(body, SumType):
        sum = SumType(body.start, item.end, (*body.constructors, Constructor(item.start, item.end, item.name, None)))
    elif plain and isinstance(body, TypeName) and body.qualifier is None and body.name.text not in SCALARS:
        sum = sum_type(builder, [body, written])
    if sum is None:
        return None
    _tell(builder, semicolon)
    return TypeDecl(decl.start, item.end, decl.name, decl.parameters, sum, decl.doc, decl.attributes)


def with_payload(decl: TypeDecl, item: Use) -> TypeDecl | None:
    """A sum whose last alternative holds a type that was read as an expression; None where it is none."""
    if not isinstance(decl.body, SumType) or not item.name.text[:1].isupper():
        return None
    *others, last = decl.body.constructors
    if last.payload is not None:
        return None
    payload = TypeName(item.start, item.end, item.qualifier, item.name, ())
    sum = SumType(decl.body.start, item.end, (*others, Constructor(last.start, item.end, last.name, payload, last.doc)))
    return TypeDecl(decl.start, item.end, decl.name, decl.parameters, sum, decl.doc, decl.attributes)


def _tell(builder: Builder, semicolon: int) -> None:
    """Tell of a `;`; where one before it in the sum was told, its fix becomes a part of that."""
    span, title = builder.source.span(semicolon, semicolon + 1), f"{_TITLE}, not by `;`"
    told: Diagnostic | None = builder.problems[-1] if builder.problems else None
    edit = Edit(span, "|")
    if told is not None and told.title == title and told.fixes:
        fix = told.fixes[0]
        if "=" not in builder.source.text[fix.edits[-1].span.end : semicolon]:
            builder.problems[-1] = replace(told, fixes=(replace(fix, edits=(*fix.edits, edit)),))
            return
    fix = Fix("Write `|`", (edit,), Applicability.MAYBE_INCORRECT)
    builder.report(codes.MISSING_PIPE.at(span, title, fixes=(fix,)))
