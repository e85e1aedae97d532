"""The types of a function in a place where they do not stand: ``f { p = 1 }<T>``, ``f<T><U>``, ``f<>``."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown

_MAYBE = Applicability.MAYBE_INCORRECT


def late_types(around: Surroundings) -> Diagnostic | None:
    """Types behind the parameters, a second time, or none between the signs."""
    segment, at = around.segment, around.segment.at
    sign, before = segment.text(at), segment.text(at - 1) if at else ""
    if (sign, before) == (">", "<") and segment.whole_with(at - 1, 2, []):
        place = segment.span(at - 1, at)
        fix = Fix("Remove `<>`", (Edit(place, ""),), _MAYBE)
        return codes.UNEXPECTED.at(place, "No type stands between `<` and `>`", "expected a type", fixes=(fix,))
    if sign != "<" or before not in ("}", ">"):
        return None
    last = segment.behind_bracket(at) - 1
    if segment.text(last) != ">":
        return None
    text = segment.source.text[segment.start(at) : segment.end(last)]
    gone = Edit(segment.source.span(segment.end(at - 1), segment.end(last)), "")
    if before == ">":
        if not segment.whole_with(at, last - at + 1, []):
            return None
        title = "A function is given its types once, `f<A, B>`"
        return codes.UNEXPECTED.at(
            segment.span(at, last), title, fixes=(Fix(f"Remove {shown(text)}", (gone,), _MAYBE),)
        )
    first = _opening(segment, at - 1)
    moved = [*segment.kinds[at : last + 1], *segment.kinds[first:at]]
    if not first or not segment.whole_with(first, last - first + 1, moved):
        return None
    behind = segment.end(first - 1)
    fix = Fix(f"Move {shown(text)} there", (Edit(segment.source.span(behind, behind), text), gone), _MAYBE)
    title = "The types of a function stand before its parameters: `f<A> { p = 1 }`"
    return codes.UNEXPECTED.at(segment.span(at, last), title, fixes=(fix,))


def _opening(segment: Segment, position: int) -> int:
    """Where the braces that close at a position open; 0 if they do not."""
    depth = 0
    while position > 0:
        depth += (segment.text(position) == "}") - (segment.text(position) == "{")
        if depth == 0:
            return position
        position -= 1
    return 0
