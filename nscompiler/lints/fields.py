"""A field that is dropped where one of almost that name is wanted.

At a joint every field that is needed has to be there, so a slip in a name is an error, except where inference may ask
for the field elsewhere: with ``enrich : { id : Integer | r } -> { id : Integer, country : Text | r }`` and a consumer
of ``countyr``, the row takes ``countyr`` from the source, and ``country`` is dropped.
"""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.diagnostics.suggest import distance
from nscompiler.grammar import syntax
from nscompiler.lints.places import declared_at
from nscompiler.lints.signs import may_hide_slip
from nscompiler.modules.wording import titled
from nscompiler.typecheck.explain import first_of, last_of, name_of
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Record, Type, Var

SHORTEST = 4
"""Shorter names are often one letter apart and meant to be."""


def misspelt_fields(checked: Checked, modules: Mapping[str, Checked]) -> Iterator[Diagnostic]:
    """The joints at which a field that the stage before gives is dropped, and a neighbour of its name, which no stage
    before gives, is asked of the source. ``modules`` are all files of the program by reference."""
    for pipe, joints in checked.facts.joints.items():
        for place, joint in enumerate(joints):
            if may_hide_slip(joint):
                yield from _slips(checked, modules, pipe, place)


def _slips(checked: Checked, modules: Mapping[str, Checked], pipe: syntax.Pipe, place: int) -> Iterator[Diagnostic]:
    joint = checked.facts.joints[pipe][place]
    given, needed = joint.given, joint.needed
    producer = checked.facts.uses.get(last_of(pipe.stages[place]))
    if producer is None or not isinstance(given, Record) or not isinstance(needed, Record):
        return
    stated = _stated(producer.target)
    if stated is None or not _is_inferred_from(checked, pipe.stages[0]):
        return
    known = _known_before(checked, pipe.stages[: place + 1])
    wanted = [label for label in needed.labels if label not in known and given.field(label) is not None]
    for dropped in given.labels:
        if dropped in stated and needed.field(dropped) is None:
            for label in wanted:
                if _is_slip(dropped, label) and _same(given.field(dropped), needed.field(label)):
                    yield _report(checked, modules, pipe, place, dropped, label)


def _stated(target: FunctionInterface) -> frozenset[str] | None:
    """The fields that an open record in a function's output writes out."""
    output = _item(target.scheme.output)
    if isinstance(output, Record) and isinstance(output.tail, Var):
        return frozenset(output.labels)
    return None


def _item(type: Type) -> Type:
    """The type of one value, after the ``*`` and ``?`` that a stage may have."""
    while isinstance(type, App) and type.constructor in ("list", "optional", "vector"):
        type = type.items[-1]
    return type


def _is_inferred_from(checked: Checked, stage: syntax.Expr) -> bool:
    """Whether a pipe starts with a source whose type nobody wrote."""
    source = last_of(stage)
    fact = checked.facts.uses.get(source)
    return fact is not None and isinstance(fact.target.scheme.output, Var) and _is_bare(stage)


def _is_bare(stage: syntax.Expr) -> bool:
    while isinstance(stage, syntax.Apply):
        stage = stage.function
    return isinstance(stage, syntax.Use)


def _known_before(checked: Checked, stages: tuple[syntax.Expr, ...]) -> frozenset[str]:
    """All fields that the stages themselves speak of."""
    found: set[str] = set()
    start, end = stages[0].start, stages[-1].end
    for node, fact in checked.facts.uses.items():
        if start <= node.start < end:
            for side in (fact.target.scheme.input, fact.target.scheme.output):
                item = _item(side)
                if isinstance(item, Record):
                    found.update(item.labels)
    return frozenset(found)


def _is_slip(one: str, other: str) -> bool:
    """Whether two names differ in one letter, or in capitals and underscores."""
    if min(len(one), len(other)) < SHORTEST or _numbered(one) != _numbered(other):
        return False
    plain = [name.replace("_", "").casefold() for name in (one, other)]
    return plain[0] == plain[1] or distance(plain[0], plain[1], 1) <= 1


def _numbered(name: str) -> str:
    """The digits of a name: `line1` and `line2` are two on purpose."""
    return "".join(letter for letter in name if letter.isdigit())


def _same(one: Type | None, other: Type | None) -> bool:
    return one is not None and other is not None and _present(one).canon is _present(other).canon


def _present(type: Type) -> Type:
    return type.items[0] if isinstance(type, App) and type.constructor == "optional" else type


def _report(
    checked: Checked, modules: Mapping[str, Checked], pipe: syntax.Pipe, place: int, dropped: str, label: str
) -> Diagnostic:
    producer, consumer = last_of(pipe.stages[place]), first_of(pipe.stages[place + 1])
    source = last_of(pipe.stages[0])
    span, uses = checked.module.span, checked.facts.uses
    related = [Label(span(source), f"has to give `{label}`", Role.PRODUCER)]
    for expr, what in ((producer, f"gives `{dropped}`"), (consumer, f"takes `{label}`")):
        if expr in uses:
            declared = declared_at(uses[expr].target, modules)
            related.append(Label(declared, f"{name_of(expr)} {what}", Role.DECLARATION))
    return codes.MISSPELT_FIELD.at(
        span(consumer),
        titled("`{}` is dropped here, and `{}` is asked of the source", dropped, label),
        f"is `{label}` the `{dropped}` that {name_of(producer)} gives?",
        related=tuple(related),
    )
