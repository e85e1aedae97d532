"""Bindings that no function reads.

A function without ``with`` takes any parameter, so only its Python code knows which it uses. A binding is told of where
the classes of all functions that it reaches can be read, and use ``self.args`` with literal names alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.codes import params
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.lints.places import declared_at
from nscompiler.modules.wording import titled
from nscompiler.source import Span
from nscompiler.typecheck.attempts import inside
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.foreign_parameters import called_elsewhere, carried_value
from nscompiler.typecheck.params import POLICY
from nscompiler.typecheck.taken_away import shortened, unset
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
    reading = _Reading(checked, modules, service_of)
    for apply, binding in checked.open_bindings:
        if apply is not last:  # the bindings of one application follow each other
            last, reached = apply, {}
            names = reading.names_read(apply.function, reached)
        if names is not None and binding.name.text not in names:
            nearer = _bound_nearer(checked, apply.function, binding.name.text)
            if nearer is None:
                yield _report(checked, binding, reached, names)
            else:
                yield _without_effect(checked, apply, binding, nearer)


class _Reading:
    """What the functions read that a file's expressions reach; each module and its Python code are asked for once."""

    def __init__(
        self, checked: Checked, modules: Mapping[str, Checked], service_of: "Callable[[Checked], Service | None]"
    ) -> None:
        self._checked = checked
        self._modules = modules
        self._service_of = service_of
        self._homes: dict[str, Checked | None] = {checked.reference: checked}
        self._services: dict[str, Service | None] = {}

    def names_read(self, expr: syntax.Expr, reached: dict[str, Span]) -> frozenset[str] | None:
        """The parameters that the functions without ``with`` inside an expression read, through the definitions that
        it uses; None as soon as one cannot be told. The functions' places are added to ``reached``."""
        names: set[str] = set()
        seen: set[tuple[str, str]] = set()
        waiting: list[tuple[Checked, syntax.Expr]] = [(self._checked, expr)]
        while waiting:
            owner, root = waiting.pop()
            for node in _names(root):
                fact = owner.facts.uses.get(node)
                if fact is None or (fact.target.module, fact.target.name) in seen:
                    continue
                target = fact.target
                seen.add((target.module, target.name))
                if target.declared == "def":
                    home = self._home(target.module)
                    waiting += [] if home is None else [(home, decl.body) for decl in _definitions(home, target.name)]
                elif target.parameters.open:
                    service = self._service(target.module)
                    if service is None or service.class_name is None or not service.complete or service.reads is None:
                        return None
                    reached[target.name] = declared_at(target, self._modules)
                    names.update(self._read_for(target, service))
        return frozenset(names) if reached else None

    def _read_for(self, target: FunctionInterface, service: "Service") -> Iterable[str]:
        """What may be read while a function is called: by its method, or by what is no function's or others call."""
        home, called = self._home(target.module), service.arguments.called
        if home is None or "super(" in service.text:
            return service.reads or ()
        others = home.interface.functions.keys() - {target.name, *called}
        return [use.name for use in service.arguments.uses if use.method not in others]

    def _home(self, module: str) -> Checked | None:
        if module not in self._homes:
            self._homes[module] = self._modules.get(module)
        return self._homes[module]

    def _service(self, module: str) -> "Service | None":
        if module not in self._services:
            home = self._home(module)
            self._services[module] = None if home is None else self._service_of(home)
        return self._services[module]


def _bound_nearer(checked: Checked, expr: syntax.Expr, name: str) -> Span | None:
    """Where a binding inside an expression decides a parameter for a function that declares it."""
    taken = {id(binding) for _, binding in checked.open_bindings if binding.name.text == name}
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, syntax.Apply):
            for binding in part.bindings:
                if binding.name.text == name and id(binding) not in taken:
                    return checked.module.span(binding)
        waiting.extend(reversed(inside(part)))
    for use in _names(expr):
        fact = checked.facts.uses.get(use)
        for one in () if fact is None else fact.target.parameters.fixed:
            if one.name == name and one.reader:
                return one.span
    return None


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


def _without_effect(checked: Checked, apply: syntax.Apply, binding: syntax.Binding, nearer: Span) -> Diagnostic:
    """What is said where the functions without ``with`` do not read what the others have from a nearer binding."""
    edit = unset(checked.module, apply, binding)
    title = f"remove `{binding.name.text} = {shortened(binding.value)}`"
    return params.PARAMETER_WITHOUT_EFFECT.at(
        checked.module.span(binding),
        titled("`{}` has no effect here", binding.name.text),
        "whoever reads it already has it",
        related=(Label(nearer, "this nearer binding wins", Role.PARAMETER),),
        fixes=(Fix(title, (edit,), Applicability.MAYBE_INCORRECT),),
    )


def _report(
    checked: Checked, binding: syntax.Binding, reached: Mapping[str, Span], names: frozenset[str]
) -> Diagnostic:
    name = binding.name.text
    place = checked.module.span(binding.name)
    every = (*sorted(names), *POLICY)
    similar = near(name, every) or called_elsewhere(name, every)
    fixes = tuple(_renamed(checked, binding, other) for other in similar[:1])
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


def _renamed(checked: Checked, binding: syntax.Binding, other: str) -> Fix:
    value = carried_value(binding, other, POLICY.get(other))
    edits = [Edit(checked.module.span(binding.name), other)]
    if value is not None:
        edits.append(Edit(checked.module.span(binding.value), value))
    title = f"write `{other}`" if value is None else f"write `{other} = {value}`"
    return Fix(title, tuple(edits), Applicability.MAYBE_INCORRECT)
