"""Parameters with declared choices that a method compares with a text which is none of them: ``if self.args["mode"] ==
"fats"`` of a ``mode : "fast" | "exact"``."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.names_in_python import names_in
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.service import Method, Service
from nscompiler.types.interface import FunctionInterface, Settable


def never_equal(
    python: SourceFile, service: Service, functions: Mapping[str, FunctionInterface]
) -> Iterator[Diagnostic]:
    """What is said of comparisons that come out the same whatever a parameter is."""
    for name, function in functions.items():
        method = service.methods.get(name)
        choices = {one.name: one for one in function.parameters.settable if one.type.kind == "enum"}
        if method is None or method.definition is None or not choices or name in service.arguments.called:
            continue
        uses = [use for use in service.arguments.uses if use.method == name and isinstance(use.node, ast.Subscript)]
        read = {use.node: choices[use.name] for use in uses if use.name in choices}
        for value, parameter in _compared(method, read) if read else ():
            if value.value not in parameter.type.choices:
                yield _told_of(python, function, parameter, value)


def _compared(method: Method, read: Mapping[ast.expr, Settable]) -> Iterator[tuple[ast.Constant, Settable]]:
    """The texts with which a method compares parameters, or a name that has one."""
    assert method.definition is not None
    nodes = [node for part in method.definition.body for node in ast.walk(part)]
    counts = Counter(name for part in method.definition.body for name in names_in(part))
    named = {
        node.targets[0].id: read[node.value]
        for node in nodes
        if isinstance(node, ast.Assign) and node.value in read and isinstance(node.targets[0], ast.Name)
    }

    def parameter(node: ast.expr) -> Settable | None:
        if isinstance(node, ast.Name) and counts[node.id] == 1:
            return named.get(node.id)
        return read.get(node)

    for node in nodes:
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                for one, other in ((left, right), (right, left)):
                    yield from ((text, held) for text in _texts(other) if (held := parameter(one)) is not None)
            case ast.Compare(
                left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.List() | ast.Set() as all]
            ):
                held = parameter(left)
                yield from ((text, held) for one in all.elts for text in _texts(one) if held is not None)
            case ast.Match(subject=subject, cases=cases):
                held = parameter(subject)
                patterns = [part for case in cases for part in ast.walk(case.pattern) if held is not None]
                values = [part.value for part in patterns if isinstance(part, ast.MatchValue)]
                yield from ((text, held) for one in values for text in _texts(one) if held is not None)


def _texts(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node


def _told_of(python: SourceFile, function: FunctionInterface, parameter: Settable, value: ast.Constant) -> Diagnostic:
    text, choices, place = str(value.value), parameter.type.choices, place_in(python, value)
    similar = near(text, choices)
    written = python.text[place.start : place.end]
    fixes: tuple[Fix, ...] = ()
    if len(written) == len(text) + 2 and written[1:-1] == text:
        inside = python.span(place.start + 1, place.end - 1)
        fixes = tuple(Fix(f'write "{one}"', (Edit(inside, one),), Applicability.MAYBE_INCORRECT) for one in similar)
    at = parameter.span or function.span
    return codes.IMPOSSIBLE_CHOICE.at(
        place,
        titled("`{}` compares its parameter `{}` with what it never is", function.name, parameter.name),
        did_you_mean(tuple(f'"{one}"' for one in similar))
        or "the choices are " + ", ".join(f'"{one}"' for one in choices[:5]),
        related=(Label(at, "declared here", Role.DECLARATION),),
        fixes=fixes,
    )
