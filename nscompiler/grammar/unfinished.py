"""What ends too early or too late: a type without its arrow, a pipe without its stage, brackets that stay open."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar.out_of_place import ATTRIBUTES
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.source import Span

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def", "@", "(")


def attribute_without_sign(where: Span, name: str) -> Diagnostic:
    """What is told of ``stateless`` in the line above a ``fun``."""
    sign = Fix(f"Write `@{name}`", (Edit(Span(where.path, where.start, where.start), "@"),), _MAYBE)
    return codes.UNEXPECTED.at(where, "An attribute starts with `@`", fixes=(sign,))


def missing_semicolon(around: Surroundings) -> Diagnostic | None:
    """A bare expression right after a ``type`` or ``fun``."""
    segment = around.segment
    if around.keyword not in ("type", "fun"):
        return None
    for position in range(around.head + 3, min(segment.at, len(segment.kinds) - 1) + 1):
        if not segment.new_line(position):
            continue
        whole = segment.whole_with(position, 0, [";"])
        if whole or (segment.text(position) in ("Sources", "Std") and not segment.open_brackets()):
            break  # no type comes from these: an expression begins, whatever else is wrong in it
    else:
        return None
    start = segment.start(position)
    if segment.text(position) in ATTRIBUTES and segment.tokens.texts[segment.indexes[position] + 1] in _DECLARING:
        return attribute_without_sign(segment.span(position), segment.text(position))
    if around.is_module:
        edit = Edit(segment.source.span(start, start), "def main = ")
        title = "An expression in a module needs a name"
        fix = Fix("Name it `main`", (edit,), _MAYBE)
        return codes.EXPRESSION_PLACE.at(segment.span(position), title, fixes=(fix,))
    edit = Edit(segment.source.span(segment.end(position - 1), segment.end(position - 1)), ";")
    fix = Fix("Insert `;`", (edit,), _SURE if whole else _MAYBE)
    title = f"A `;` is missing between this expression and the `{around.keyword}` above it"
    return codes.SEPARATOR_NEEDED.at(segment.span(position), title, fixes=(fix,))


def second_arrow(around: Surroundings) -> Diagnostic | None:
    """``fun add : Integer -> Integer -> Integer``."""
    segment = around.segment
    arrows = [position for position in range(segment.at) if segment.text(position) == "->"]
    if segment.text(segment.at) != "->" or not arrows or segment.open_brackets():
        return None
    first = segment.start(around.head + 3)
    edits = (
        Edit(segment.source.span(first, first), "("),
        Edit(segment.source.span(segment.end(arrows[0] - 1), segment.end(arrows[0])), ","),
        Edit(segment.source.span(segment.end(segment.at - 1), segment.end(segment.at - 1)), ")"),
    )
    fix = Fix("Take a tuple", edits, _MAYBE)
    title = "A function takes one value: its type has one `->`"
    related = (Label(segment.span(arrows[0]), "the first arrow", Role.NOTE),)
    return codes.SECOND_ARROW.at(segment.span(segment.at), title, related=related, fixes=(fix,))


def unclosed_at_end(around: Surroundings) -> Diagnostic | None:
    """Brackets that are open where the item ends."""
    segment = around.segment
    opened = segment.open_brackets()
    if segment.text(segment.at) or not opened:
        return None
    partners = [PARTNER[segment.text(position)] for position in reversed(opened)]
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(segment.at, 0, partners):
        signs = " ".join(partners)
        sign = segment.text(opened[-1])
        twice = sign in (segment.text(opened[-1] - 1), segment.text(opened[-1] + 1))
        edit = segment.insertion(segment.at, partners)
        fixes = (Fix(f"Insert `{signs}`", (edit,), _MAYBE if twice else _SURE),)
    elif segment.text(segment.at - 1) in ("|", "&"):
        return None
    title = f"This `{segment.text(opened[-1])}` is never closed"
    return codes.UNCLOSED_BRACKET.at(segment.span(opened[-1]), title, fixes=fixes)


def missing_stage(around: Surroundings) -> Diagnostic | None:
    """``f |`` with nothing after it."""
    segment, before = around.segment, around.segment.text(around.segment.at - 1)
    ends = segment.text(segment.at) in ("", *CLOSERS)
    if before not in ("|", "&") or not ends or not segment.expects("LNAME", "CONCAT"):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(segment.at - 1, 1, []):
        fixes = (Fix(f"Remove `{before}`", (segment.removal(segment.at - 1, segment.at - 1),), _MAYBE),)
    return codes.MISSING_STAGE.at(segment.span(segment.at - 1), f"Nothing stands after this `{before}`", fixes=fixes)


def prefix_alone(around: Surroundings) -> Diagnostic | None:
    """``f | filter | g``."""
    segment, at = around.segment, around.segment.at
    word = segment.text(at - 1)
    if word not in ("concat", "filter") or segment.text(at) not in ("|", "&", "", *CLOSERS):
        return None
    if not segment.expects("LNAME", "LPAR") or not segment.is_word(at - 1):
        return None
    title = f"`{word}` stands before the function it applies: `{word} f`"
    return codes.MISSING_STAGE.at(segment.span(at - 1), title, "expected a function after this")


def empty_side(around: Surroundings) -> Diagnostic | None:
    """``def w = | f | filter | g``: where more is wrong than the first `|`."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) not in ("|", "&") or not segment.expects("LNAME", "CONCAT"):
        return None
    if segment.whole_with(at, 1, []):
        return None
    return codes.MISSING_STAGE.at(segment.span(at), f"One side of this `{segment.text(at)}` is empty")


def constraint_sign(around: Surroundings) -> Diagnostic | None:
    """``where a : Csv``."""
    segment, at = around.segment, around.segment.at
    behind = "where" in [segment.text(position) for position in range(at)] and not segment.open_brackets()
    if segment.text(at) not in (":", "=") or not behind or not segment.expects("IS"):
        return None
    whole = segment.whole_with(at, 1, ["is"])
    start = segment.source.span(segment.end(at - 1), segment.start(at + 1))
    fixes = (Fix("Write `is`", (Edit(start, " is "),), _SURE if whole else _MAYBE),)
    title = f"A constraint is written with `is`, not with `{segment.text(at)}`"
    return codes.UNEXPECTED.at(segment.span(at), title, "expected `is`", fixes=fixes)


def missing_arrow(around: Surroundings) -> Diagnostic | None:
    """``fun f : Text``."""
    segment = around.segment
    if segment.text(segment.at) or not segment.expects("__ANON_0") or segment.open_brackets():
        return None
    last = segment.at - 1
    title = f"{around.called()} has no `->` in its type"
    if segment.is_word(last) and last > around.head + 3 and segment.whole_with(last, 0, ["->"]):
        fix = Fix("Insert `->`", (segment.insertion(last, ["->"]),), _SURE)
        return codes.MISSING_ARROW.at(segment.span(last), title, "expected `->` before this", fixes=(fix,))
    return codes.MISSING_ARROW.at(around.last_span(), title, "expected `->` and what the function gives")


def mismatched_bracket(around: Surroundings) -> Diagnostic | None:
    """``(f | g]``."""
    segment = around.segment
    found, opened = segment.text(segment.at), segment.open_brackets()
    if found not in CLOSERS or not opened:
        return None
    sign = segment.text(opened[-1])
    partner = PARTNER[sign]
    if partner == found or not segment.whole_with(segment.at, 1, [partner]):
        return None
    # Of `(Text]` either of the two may be wrong.
    level = _MAYBE if sign + found in ("(]", "[)") else _SURE
    fix = Fix(f"Write `{partner}`", (Edit(segment.span(segment.at), partner),), level)
    related = (Label(segment.span(opened[-1]), "what is open here", Role.NOTE),)
    title = f"A `{sign}` is closed by `{partner}`, not by `{found}`"
    return codes.UNMATCHED_BRACKET.at(segment.span(segment.at), title, related=related, fixes=(fix,))
