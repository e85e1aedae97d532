"""The alternatives of a sum: read as types, since only the ``|`` after the first tells a sum from an alias."""

from functools import lru_cache

from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.mistakes import SCALARS, MistakeActions, is_tuple
from nscompiler.grammar.syntax import (
    Constructor,
    OptionalType,
    SizeLiteral,
    SumType,
    TupleType,
    TypeExpr,
    TypeName,
    TypeVariable,
)
from nscompiler.patterns import Pattern

#: Built-in types that are a constructor's payload without brackets, and how many arguments they take.
_BARE = {"Vector": 2, "Matrix": 3}
_DECLARED = Pattern(r"\btype\s+(\w+)")


# Among how many declared types a near name is looked for.
_MOST_COMPARED = 400


@lru_cache(maxsize=1)  # it is asked of one file for each of its sums
def _declared(text: str) -> tuple[str, ...]:
    """The types that a file declares, going by its text."""
    return tuple(dict.fromkeys(_DECLARED.findall(text)))


def sum_type(builder: MistakeActions, alternatives: list[TypeExpr]) -> SumType | None:
    """The sum of two alternatives or more; None if one of them, which is reported, has no constructor."""
    if any(type(one) is TypeName and len(one.args) > 1 for one in alternatives):
        alternatives = [part for one in alternatives for part in _parted(builder, one)]
    constructors = tuple(_constructor(builder, alternative) for alternative in alternatives)
    good = tuple(constructor for constructor in constructors if constructor is not None)
    if len(good) < len(constructors):
        builder.no_constructors(
            alternatives, [one for one, made in zip(alternatives, constructors, strict=True) if made is None]
        )
        return None
    return SumType(good[0].start, good[-1].end, good)


def _parted(builder: MistakeActions, written: TypeExpr) -> list[TypeExpr]:
    """What reads as one alternative, as those that it is where a `|` is missing: ``A | B Integer C``."""
    if not isinstance(written, TypeName) or len(written.args) < 2 or written.qualifier is not None:
        return [written]
    names = [written.name.text]
    at = next((at for at, one in enumerate(written.args) if _begins(builder, one, names)), None)
    if at is None or at > 1 or len(written.args) - at > 2:
        return [written]
    start = written.args[at]
    assert isinstance(start, TypeName)
    builder.pipe_missing(start.name)
    before, behind = written.args[:at], written.args[at + 1 :]
    end = builder.end(behind[-1]) if behind else start.end
    first = TypeName(written.start, before[-1].end if before else written.name.end, None, written.name, before)
    return [first, TypeName(start.start, end, None, start.name, behind)]


def _begins(builder: MistakeActions, part: TypeExpr, before: list[str]) -> bool:
    """Whether what reads as a type is certainly none, nor a constructor written twice."""
    if not isinstance(part, TypeName) or part.args or part.qualifier is not None or part in builder.outer:
        return False
    name = part.name.text
    if name in SCALARS or name in ("Map", "Vector", "Matrix", "Void"):
        return False
    declared = _declared(builder.source.text)
    if name in before or name in declared:
        return False
    return len(declared) > _MOST_COMPARED or not near(name, (*declared, *SCALARS))


def _constructor(builder: MistakeActions, written: TypeExpr) -> Constructor | None:
    start, end = builder.start(written), builder.end(written)
    doc = builder.docs.get(start)
    plain = written not in builder.outer
    if plain and isinstance(written, TypeName) and written.qualifier is None:
        payload = _payload(builder, written)
        return Constructor(start, end, written.name, payload, doc)
    if plain and isinstance(written, OptionalType) and isinstance(inner := written.item, TypeName) and inner.args:
        builder.payload_needs_brackets(written, inner.name.text, inner.args)
        payload = OptionalType(inner.args[0].start, end, _joined(builder, inner.args))
        return Constructor(start, end, inner.name, payload, doc)
    return None


def _payload(builder: MistakeActions, written: TypeName) -> TypeExpr | None:
    """The payload of what reads as a name applied to arguments."""
    if not written.args:
        return None
    first, rest = written.args[0], written.args[1:]
    if rest and isinstance(first, TypeVariable) and first.name.text == "of":
        builder.payload_after_of(written.name, first, rest)
        return _joined(builder, rest)
    if rest and isinstance(first, TypeName) and first.qualifier is None and first not in builder.outer:
        again = rest[0]
        if first.name.text == written.name.text:
            builder.stands_twice(written.name.end, first.name.start, first.name.end)
            return _payload(builder, TypeName(first.start, written.end, None, first.name, rest))
        twice = first.name.text not in SCALARS - {"Text"}  # two numbers are rather a tuple
        if (
            twice
            and len(rest) == 1
            and isinstance(again, TypeName)
            and again.name.text == first.name.text
            and not again.args
        ):
            builder.stands_twice(first.end, again.start, again.end)
            return first
    if rest or isinstance(first, SizeLiteral):
        bare = isinstance(first, TypeName) and first.qualifier is None and first not in builder.outer
        if not (bare and _BARE.get(first.name.text) == len(rest)):  # type: ignore[attr-defined]
            builder.payload_needs_brackets(written, written.name.text, written.args)
    return _joined(builder, written.args)


def _joined(builder: MistakeActions, arguments: tuple[TypeExpr, ...]) -> TypeExpr:
    """``Map Text`` of what was read as two arguments; a tuple of those that can only be meant as one."""
    first, rest = arguments[0], arguments[1:]
    if rest and is_tuple(arguments):
        return TupleType(first.start, builder.end(rest[-1]), arguments)
    if rest and isinstance(first, TypeName):
        return TypeName(first.start, builder.end(rest[-1]), first.qualifier, first.name, rest)
    return first
