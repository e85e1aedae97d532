"""Parameters that are set at the wrong stage, of which one other function of the def reads each: they move there."""

from collections.abc import Iterator, Mapping, Sequence

from nscompiler.diagnostics.codes import params as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.attempts import Way, instead, parts
from nscompiler.typecheck.explain import fitting, last_of, name_of
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.taken_away import unset

# Of how many such parameters of one def it is said that they belong elsewhere.
MOST_MOVED = 6


class Place:
    """A binding, where it stands and is not read, and the function that reads it, with the bindings that has."""

    def __init__(
        self, binding: syntax.Binding, stands: syntax.Apply, reader: syntax.Expr, around: syntax.Apply | None
    ) -> None:
        self.binding = binding
        self.stands = stands
        self.reader = reader
        self.around = around

    def fix(self, scope: Scope) -> Fix:
        """A fix that sets the parameter where it is read, and no longer where it stands."""
        title = f"set `{self.binding.name.text}` at {name_of(last_of(self.reader))}"
        return Fix(title, _edits(scope, [self]), Applicability.MAYBE_INCORRECT)


class Move(Place):
    """One of which something is said."""

    def __init__(
        self,
        problem: Diagnostic,
        binding: syntax.Binding,
        stands: syntax.Apply,
        reader: syntax.Expr,
        around: syntax.Apply | None,
    ) -> None:
        super().__init__(binding, stands, reader, around)
        self.problem = problem


def set_elsewhere(scope: Scope, expr: syntax.Expr, at: Mapping[tuple[int, int], Diagnostic]) -> Iterator[Way]:
    """All such parameters at once, then each alone."""
    moves = list(_moves(scope, expr, at))
    if 1 < len(moves) <= MOST_MOVED:
        yield from _together(scope, expr, moves)
    for move in moves:
        around = move.around
        if around is None or move.binding.name.text not in {one.name.text for one in around.bindings}:
            yield Way(_moved(expr, [move]), move.fix(scope), move.problem)


def _moves(scope: Scope, expr: syntax.Expr, at: Mapping[tuple[int, int], Diagnostic]) -> Iterator[Move]:
    for part in parts(expr):
        for binding in part.bindings if isinstance(part, syntax.Apply) else ():
            problem = at.get((binding.name.start, binding.name.end))
            if problem is not None and problem.code is codes.UNKNOWN_PARAMETER and isinstance(part, syntax.Apply):
                yield from _move(scope, expr, part, binding, problem)


def _move(
    scope: Scope, expr: syntax.Expr, stands: syntax.Apply, binding: syntax.Binding, problem: Diagnostic
) -> Iterator[Move]:
    """The parameter at the only other function of the def that reads it."""
    own = set(map(id, parts(stands)))
    readers = [one for one in parts(expr) if id(one) not in own and _reads(scope, one, binding.name.text)]
    if len(readers) == 1:
        (reader,) = readers
        applied = (one for one in parts(expr) if isinstance(one, syntax.Apply) and one.function is reader)
        yield Move(problem, binding, stands, reader, next(applied, None))


def _reads(scope: Scope, expr: syntax.Expr, name: str) -> bool:
    """Whether a function, with its types, declares that it reads a parameter."""
    use = expr.function if isinstance(expr, syntax.Instantiate) else expr
    target = scope.known_function(use.qualifier, use.name) if isinstance(use, syntax.Use) else None
    return target is not None and any(one.name == name for one in target.parameters.settable)


# --- several, of which each stands where another belongs, perhaps


def _together(scope: Scope, expr: syntax.Expr, moves: list[Move]) -> Iterator[Way]:
    groups: dict[str, list[str]] = {}
    for move in moves:
        groups.setdefault(name_of(last_of(move.reader)), []).append(f"`{move.binding.name.text}`")
    told = _listed([f"{_listed(names)} at {reader}" for reader, names in groups.items()])
    names = _listed([f"`{move.binding.name.text}`" for move in moves])
    stages = "stage" if len({id(move.stands) for move in moves}) == 1 else "stages"
    first, *others = moves
    fix = Fix(f"set {told}", _edits(scope, moves), Applicability.MAYBE_INCORRECT)
    problem = replace(
        first.problem,
        title=fitting(f"{names} are set at the wrong {stages}", f"these parameters are set at the wrong {stages}"),
        primary=Label(first.problem.primary.span, f"{name_of(last_of(first.reader))} reads this"),
        related=tuple(_read_by(one) for one in others),
        notes=(),
    )
    yield Way(_moved(expr, moves), fix, first.problem, told=problem)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _read_by(move: Move) -> Label:
    return Label(move.problem.primary.span, f"{name_of(last_of(move.reader))} reads this", Role.PARAMETER)


# --- what is made of it


def _bindings(apply: syntax.Apply | None, moves: Sequence[Place], reader: syntax.Expr | None) -> list[syntax.Binding]:
    """What is set at a function once some parameters have moved."""
    gone = {move.binding for move in moves if move.stands is apply}
    stay = [] if apply is None else [one for one in apply.bindings if one not in gone]
    return [*stay, *(move.binding for move in moves if move.reader is reader)]


def _moved(expr: syntax.Expr, moves: Sequence[Place]) -> syntax.Expr:
    made: dict[syntax.Node, syntax.Expr] = {}
    for move in moves:
        stands, reader = move.stands, move.reader
        left = tuple(_bindings(stands, moves, stands.function))
        made[stands] = replace(stands, bindings=left) if left else stands.function
        there = tuple(_bindings(move.around, moves, reader))
        made[move.around or reader] = syntax.Apply(reader.start, (move.around or reader).end, reader, there)
    return instead(expr, made)


def _edits(scope: Scope, moves: Sequence[Place]) -> tuple[Edit, ...]:
    """The edits that set each parameter where it is read."""
    source = scope.module.source
    edits: list[Edit] = []
    places = {id(apply or reader): (apply, reader) for move in moves for apply, reader in _touched(move)}
    for apply, reader in places.values():
        before = () if apply is None else apply.bindings
        after = _bindings(apply, moves, reader)
        texts = [source.text[one.start : one.end] for one in after]
        if apply is None or not before:
            edits.append(Edit(source.span(reader.end, reader.end), f" {{ {', '.join(texts)} }}"))
        elif len(after) == len(before) - 1 and set(after) < set(before):
            (gone,) = set(before) - set(after)
            edits.append(unset(scope.module, apply, gone))
        elif not after:
            edits.append(unset(scope.module, replace(apply, bindings=before[:1]), before[0]))
        elif tuple(after[: len(before)]) == before:
            end = before[-1].end
            edits.append(Edit(source.span(end, end), "".join(f", {text}" for text in texts[len(before) :])))
        else:
            edits.append(Edit(source.span(before[0].start, before[-1].end), ", ".join(texts)))
    return tuple(edits)


def _touched(move: Place) -> tuple[tuple[syntax.Apply | None, syntax.Expr], ...]:
    return (move.stands, move.stands.function), (move.around, move.reader)
