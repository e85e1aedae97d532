"""Stages that are joined or set side by side as other languages would: ``Sources.stdin.up``, ``{ a & b }``, ``[a, b]``;
and a function whose parameters stand before its type.
"""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.rewriting import Rewriting
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import ONE_DOT

_MAYBE = Applicability.MAYBE_INCORRECT
_ELSEWHERE = ("type", "fun", "import", "module")


def _wants_expression(segment: Segment) -> bool:
    kind = segment.trial.kind
    return {kind["LNAME"], kind["CONCAT"]} <= segment.expected


def chained_stages(around: Surroundings) -> Diagnostic | None:
    """``Sources.stdin.up.Sinks.stdout``."""
    segment, at = around.segment, around.segment.at
    if around.keyword in _ELSEWHERE or segment.text(at) != "." or not segment.is_word(at - 1):
        return None
    rewriting, position, complete, fresh = Rewriting(segment), 0, False, False
    while position < len(segment.kinds):
        if segment.text(position) == "." and complete and segment.is_word(position + 1):
            alias = segment.text(position - 3) if segment.text(position - 2) == "." else ""
            name = segment.text(position + 1)
            if alias and name[:1].islower() and not _is_declared(segment, name):  # of the same module
                kind = segment.trial.kind["UNAME"]
                rewriting.replace(position, position + 1, ["|", kind, "."], f" | {alias}.")
            else:
                rewriting.replace(position, position + 1, ["|"], " | ")
            complete, fresh = False, True
        elif segment.is_word(position):
            begins = fresh or segment.text(position - 1) != "."
            qualifies, fresh = begins and segment.text(position)[:1].isupper(), False
            complete = not (qualifies and segment.text(position + 1) == ".") and bool(position)
        else:
            complete = complete and segment.text(position) in ("}", ">", ")", "*", "?")
        position += 1
    fixes = rewriting.fix("Write `|`") if segment.text(at - 2) == "." else ()
    return codes.UNEXPECTED.at(segment.span(at), ONE_DOT, fixes=fixes) if fixes else None


def _is_declared(segment: Segment, name: str) -> bool:
    texts = segment.tokens.texts
    return any(texts[at] in ("fun", "def") and texts[at + 1] == name for at in range(len(texts) - 1))


def braced_branches(around: Surroundings) -> Diagnostic | None:
    """``s | { a & b } | t``."""
    segment, at = around.segment, around.segment.at
    if around.keyword in _ELSEWHERE or segment.text(at) != "{" or not _wants_expression(segment):
        return None
    closing = segment.behind_bracket(at) - 1
    if segment.text(closing) != "}" or closing < at + 2:
        return None
    rewriting = Rewriting(segment)
    rewriting.replace(at, at + 1, ["("], "(", segment.source.span(segment.start(at), segment.start(at + 1)))
    inside = segment.source.span(segment.end(closing - 1), segment.end(closing))
    rewriting.replace(closing, closing + 1, [")"], ")", inside)
    fixes = rewriting.fix("Write `( )`")
    title = "Stages stand in `( )`: what stands in `{ }` are parameters"
    return codes.UNEXPECTED.at(segment.span(at, closing), title, fixes=fixes) if fixes else None


def listed_branches(around: Surroundings) -> Diagnostic | None:
    """``s | [a, b] | t``."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword in _ELSEWHERE or not opened or segment.text(opened[-1]) != "[" or not segment.is_word(at):
        return None
    first = opened[-1]
    closing = segment.behind_bracket(first) - 1
    if segment.text(closing) != "]" or segment.text(first - 1) not in ("|", "&", "(", "="):
        return None
    if segment.text(first - 1) == "=" and "{" in (segment.text(one) for one in opened):
        return None
    if segment.text(first - 1) == "=" and segment.text(first + 1) == "Sources":
        return _listed_pipe(segment, first, closing)
    rewriting = Rewriting(segment)
    rewriting.replace(first, first + 1, ["("], "(")
    for position in range(first + 1, closing):
        if segment.text(position) == ",":
            place = segment.source.span(segment.end(position - 1), segment.start(position + 1))
            rewriting.replace(position, position + 1, ["&"], " & ", place)
    rewriting.replace(closing, closing + 1, [")"], ")")
    fixes = rewriting.fix("Write `( & )`")
    title = "Stages side by side are joined by `&`: a list holds values alone"
    return codes.UNEXPECTED.at(segment.span(first, closing), title, fixes=fixes) if fixes else None


def _listed_pipe(segment: Segment, first: int, closing: int) -> Diagnostic | None:
    """``def w = [Sources.stdin, f, Sinks.log]``."""
    rewriting = Rewriting(segment)
    rewriting.replace(first, first + 1, [], "", segment.source.span(segment.start(first), segment.start(first + 1)))
    position = first + 1
    while position < closing:
        if segment.text(position) == ",":
            place = segment.source.span(segment.end(position - 1), segment.start(position + 1))
            rewriting.replace(position, position + 1, ["|"], " | ", place)
        position = segment.behind_bracket(position) if segment.text(position) in ("{", "[", "(") else position + 1
    end = segment.source.span(segment.end(closing - 1), segment.end(closing))
    rewriting.replace(closing, closing + 1, [], "", end)
    fixes = rewriting.fix("Join them by `|`")
    title = "Stages are joined by `|`: a list holds values alone"
    return codes.MISSING_PIPE.at(segment.span(first, closing), title, fixes=fixes) if fixes else None


def parameters_first(around: Surroundings) -> Diagnostic | None:
    """``fun f with { n : Integer } : A -> B``."""
    segment, at = around.segment, around.segment.at
    word = segment.text(at)
    if around.keyword != "fun" or at != around.head + 2 or word not in ("with", "where"):
        return None
    colon = at + 1
    while colon < len(segment.kinds) and segment.text(colon) != ":":
        colon = segment.behind_bracket(colon) if segment.text(colon) in ("{", "(", "[") else colon + 1
    if segment.text(colon) != ":" or segment.is_cut:
        return None
    moved, rest = segment.kinds[at:colon], segment.kinds[colon:]
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, len(segment.kinds) - at, [*rest, *moved]):
        text = segment.source.text[segment.start(at) : segment.end(colon - 1)]
        end = segment.end(len(segment.kinds) - 1)
        removed = Edit(segment.source.span(segment.start(at), segment.start(colon)), "")
        fixes = (Fix("Move it behind the type", (removed, Edit(segment.source.span(end, end), f" {text}")), _MAYBE),)
    title = f"The type of a function comes before its `{word}`"
    return codes.UNEXPECTED.at(segment.span(at, colon - 1), title, fixes=fixes)


STAGE_SIGNS = (chained_stages, braced_branches, listed_branches, parameters_first)
