"""The signature of a function of which one side is not there: `fun tail : Text`, `fun tail : -> Text`,
`fun out : Text ->`; and parameters on a `def`, which are those of a `fun`.
"""

from itertools import pairwise

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting

_MAYBE = Applicability.MAYBE_INCORRECT
_ENDS = ("", "with", "where")
_LABEL = "what takes nothing takes `Void`, and what gives nothing gives `Void`"


def one_sided(around: Surroundings) -> Diagnostic | None:
    """A `fun` with one type alone: a source, or a sink, perhaps."""
    segment, at, first = around.segment, around.segment.at, around.head + 3
    if around.keyword != "fun" or segment.text(first - 1) != ":" or segment.open_brackets():
        return None
    if segment.text(first) == "->" and at == first:
        edit = segment.insertion(first, ["Void"])
        whole = segment.whole_with(first, 0, [segment.trial.kind["UNAME"]])
        fixes = (Fix("Write `Void ->`, if it is a source", (edit,), _MAYBE),) if whole else ()
        return _told(around, segment, at, fixes)
    if segment.text(at) not in _ENDS or at <= first:
        return None
    written = segment.source.text[segment.start(first) : segment.end(at - 1)]
    if segment.text(at - 1) == "->":
        if not segment.whole_with(at, 0, [segment.trial.kind["UNAME"]]):
            return None
        place = segment.source.span(segment.end(at - 1), segment.end(at - 1))
        fix = Fix("Write `-> Void`, if it is a sink", (Edit(place, " Void"),), _MAYBE)
        fixes = () if _goes_on(segment, around) else (fix,)
        title = f"{around.called()} ends before it is complete"
        return codes.UNFINISHED.at(around.last_span(), title, "expected a type after this", fixes=fixes)
    if at - 1 > first and segment.is_word(at - 1) and segment.is_word(at - 2):
        return None  # an arrow between the two
    void, arrow = segment.trial.kind["UNAME"], segment.trial.tables.literals["->"]
    if not segment.whole_with(first, 0, [void, arrow]):
        return None
    before = segment.source.span(segment.start(first), segment.start(first))
    behind = segment.source.span(segment.end(at - 1), segment.end(at - 1))
    source = Fix(fitting(f"Write `Void -> {written}`", "Write `Void ->`"), (Edit(before, "Void -> "),), _MAYBE)
    sink = Fix(fitting(f"Write `{written} -> Void`", "Write `-> Void`"), (Edit(behind, " -> Void"),), _MAYBE)
    return _told(around, segment, first, (source, sink), at - 1)


def _goes_on(segment: Segment, around: Surroundings) -> bool:
    """Whether something takes what the function gives, wherever it is used."""
    name, texts = around.name(), segment.tokens.texts
    return name is not None and any(one == name.text and behind == "|" for one, behind in pairwise(texts))


def _told(
    around: Surroundings, segment: Segment, position: int, fixes: tuple[Fix, ...], last: int | None = None
) -> Diagnostic:
    side = f"{around.called()} has one type: a function has one on each side of `->`"
    title = fitting(side, f"{around.called()} has no `->` in its type")
    return codes.MISSING_ARROW.at(segment.span(position, last), title, _LABEL, fixes=fixes)


def parameters_of_def(around: Surroundings) -> Diagnostic | None:
    """``def f : A -> B with { … }``: what a class declares is a ``fun``."""
    segment, at, head = around.segment, around.segment.at, around.head
    if around.keyword != "def" or segment.text(at) != "with" or segment.text(head + 2) != ":":
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(head, 1, [segment.trial.kind["FUN"]]):
        fixes = (Fix("Write `fun`", (Edit(segment.span(head), "fun"),), _MAYBE),)
    title = "Parameters are declared by a `fun`: a `def` has those of its stages"
    return codes.UNEXPECTED.at(segment.span(at), title, fixes=fixes)
