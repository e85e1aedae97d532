"""Bindings that no function reads.

A function without ``with`` takes any parameter, so only its Python code knows which it uses. A binding is told of where
the classes of all functions that it reaches can be read, and use ``self.args`` with literal names alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.lints.places import declared_at
from nscompiler.modules.wording import titled
from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface

if TYPE_CHECKING:
    from nscompiler.typecheck.service import Service


def unread_bindings(
    checked: Checked, modules: Mapping[str, Checked], service_of: "Callable[[Checked], Service | None]"
) -> Iterator[Diagnostic]:
    """The bindings of a file that reach functions without ``with`` alone, none of which reads them.

    ``modules`` are all files of the program by reference, ``service_of`` gives what a file's Python code says.
    """
    last: syntax.Apply | None = None
    names: frozenset[str] | None = None
    reached: dict[str, Span] = {}
    for apply, binding in checked.open_bindings:
        if apply is not last:  # the bindings of one application follow each other
            last, reached = apply, {}
            names = _names_read(_reached(checked, apply.function, modules), reached, modules, service_of)
        if names is not None and binding.name.text not in names:
            yield _report(checked, binding, reached, names)


def _reached(checked: Checked, expr: syntax.Expr, modules: Mapping[str, Checked]) -> Iterator[FunctionInterface]:
    """The functions without ``with`` inside an expression, through the definitions that it uses, in order."""
    seen: set[tuple[str, str]] = set()
    waiting: list[tuple[Checked, syntax.Expr]] = [(checked, expr)]
    while waiting:
        owner, root = waiting.pop()
        for node in _names(root):
            fact = owner.facts.uses.get(node)
            if fact is None or (fact.target.module, fact.target.name) in seen:
                continue
            seen.add((fact.target.module, fact.target.name))
            if fact.target.declared == "fun" and fact.target.parameters.open:
                yield fact.target
            home = modules.get(fact.target.module) if fact.target.declared == "def" else None
            if home is not None:
                waiting += ((home, decl.body) for decl in _definitions(home, fact.target.name))


def _names(expr: syntax.Expr) -> list[syntax.Use]:
    """The names of functions in an expression, in the order of the text."""
    found: list[syntax.Use] = []
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, syntax.Use):
            found.append(part)
        elif isinstance(part, syntax.Pipe):
            waiting.extend(reversed(part.stages))
        elif isinstance(part, syntax.Both):
            waiting.extend(reversed(part.branches))
        elif isinstance(part, (syntax.Instantiate, syntax.Apply, syntax.Concat, syntax.Filter)):
            waiting.append(part.function)
    return found


def _definitions(checked: Checked, name: str) -> Iterator[syntax.DefDecl]:
    for decl in checked.module.declarations:
        if isinstance(decl, syntax.DefDecl) and decl.name.text == name:
            yield decl


def _names_read(
    functions: Iterable[FunctionInterface],
    reached: dict[str, Span],
    modules: Mapping[str, Checked],
    service_of: "Callable[[Checked], Service | None]",
) -> frozenset[str] | None:
    """The parameters that some functions read; None as soon as one cannot be told. The functions' places are added to
    ``reached``."""
    names: set[str] = set()
    for function in functions:
        home = modules.get(function.module)
        service = None if home is None else service_of(home)
        if service is None or service.class_name is None or not service.complete or service.reads is None:
            return None
        reached[function.name] = declared_at(function, modules)
        names.update(service.reads)
    return frozenset(names) if reached else None


def _report(
    checked: Checked, binding: syntax.Binding, reached: Mapping[str, Span], names: frozenset[str]
) -> Diagnostic:
    name = binding.name.text
    place = checked.module.span(binding.name)
    similar = near(name, sorted(names))
    fixes = tuple(
        Fix(f"write `{other}`", (Edit(place, other),), Applicability.MAYBE_INCORRECT) for other in similar[:1]
    )
    notes = (f"what they read: {', '.join(f'`{read}`' for read in sorted(names))}",) if names else ()
    return codes.PARAMETER_NOT_READ.at(
        place,
        titled("no Python code reads the parameter `{}`", name),
        did_you_mean(similar) or "this has no effect",
        related=tuple(
            Label(span, f"`{function}` is declared here", Role.DECLARATION)
            for function, span in list(reached.items())[:3]
        ),
        notes=notes,
        fixes=fixes,
    )
