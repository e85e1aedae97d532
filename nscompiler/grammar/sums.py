"""The alternatives of a sum: read as types, since only the ``|`` after the first tells a sum from an alias."""

from typing import TYPE_CHECKING

from nscompiler.grammar.syntax import Constructor, OptionalType, SizeLiteral, SumType, TypeExpr, TypeName

if TYPE_CHECKING:
    from nscompiler.grammar.build import Builder

#: Built-in types that are a constructor's payload without brackets, and how many arguments they take.
_BARE = {"Vector": 2, "Matrix": 3}


def sum_type(builder: "Builder", alternatives: list[TypeExpr]) -> SumType:
    """The sum of two alternatives or more; one that is no constructor is reported."""
    constructors = tuple(_constructor(builder, alternative) for alternative in alternatives)
    return SumType(constructors[0].start, constructors[-1].end, constructors)


def _constructor(builder: "Builder", written: TypeExpr) -> Constructor:
    start, end = builder.start(written), builder.end(written)
    doc = builder.docs.get(start)
    if isinstance(written, TypeName) and written.qualifier is None and written not in builder.outer:
        payload, problem = _payload(builder, written)
        if problem:
            builder.payload_needs_brackets(written, written.args[0])
        return Constructor(start, end, written.name, payload, doc)
    if isinstance(written, OptionalType) and isinstance(inner := written.item, TypeName) and inner.args:
        builder.payload_needs_brackets(written, inner.args[0])
        return Constructor(start, end, inner.name, OptionalType(inner.args[0].start, end, inner.args[0]), doc)
    name = builder.no_constructor(written)
    return Constructor(start, end, name, None, doc)


def _payload(builder: "Builder", written: TypeName) -> tuple[TypeExpr | None, bool]:
    """The payload of what reads as a name applied to arguments, and whether it lacks brackets."""
    if not written.args:
        return None, False
    first, rest = written.args[0], written.args[1:]
    if not rest:
        return first, isinstance(first, SizeLiteral)
    if not isinstance(first, TypeName):
        return first, True
    applied = TypeName(first.start, builder.end(rest[-1]), first.qualifier, first.name, rest)
    bare = first.qualifier is None and _BARE.get(first.name.text) == len(rest) and first not in builder.outer
    return applied, not bare
