"""A constructor where a type is wanted: its sum is meant, or what it holds, as what flows there says."""

from collections.abc import Iterator
from itertools import pairwise

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk

# How many stages are looked at, and how long a payload may be that is written in a type's place.
MOST_STAGES = 10_000
LONGEST = 64


def type_meant(module: syntax.Module, name: syntax.Name, sum: str, payload: syntax.TypeExpr | None) -> str:
    """What may be meant by a constructor's name in a signature: what it holds where that flows there, else its sum."""
    text = "" if payload is None else module.source.text[payload.start : payload.end]
    if not text or len(text) > LONGEST or isinstance(payload, syntax.SumType):
        return sum
    flowing = set(_beside(module, name))
    return text if text in flowing and sum not in flowing else sum


def _beside(module: syntax.Module, name: syntax.Name) -> Iterator[str]:
    """What is written for the types of stages that meet one side of a function, of which a name is the whole."""
    functions = {one.name.text: one for one in module.declarations if isinstance(one, syntax.FunDecl)}
    own = next((one for one in functions.values() if one.start <= name.start < one.end), None)
    if own is None:
        return
    takes, gives = own.type.input.start == name.start, own.type.output.start == name.start
    for before, after in _joints(module):
        if takes and after == own.name.text and before in functions:
            yield _text(module, functions[before].type.output)
        if gives and before == own.name.text and after in functions:
            yield _text(module, functions[after].type.input)


def _joints(module: syntax.Module) -> Iterator[tuple[str, str]]:
    """The names of functions of this file that meet in a pipe."""
    left = MOST_STAGES
    for node in walk(module):
        if isinstance(node, syntax.Pipe):
            left -= len(node.stages)
            if left < 0:
                return
            for before, after in pairwise(node.stages):
                yield _end(before, -1), _end(after, 0)


def _end(expr: syntax.Expr, at: int) -> str:
    while not isinstance(expr, syntax.Use):
        if isinstance(expr, syntax.Pipe):
            expr = expr.stages[at]
        elif isinstance(expr, syntax.Apply | syntax.Concat | syntax.Filter | syntax.Instantiate):
            expr = expr.function
        else:
            return ""
    return expr.name.text if expr.qualifier is None else ""


def _text(module: syntax.Module, node: syntax.TypeExpr) -> str:
    return module.source.text[node.start : node.end]
