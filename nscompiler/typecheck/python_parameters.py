"""The parameters that a module declares, held against those that its Python class reads from ``self.args``.

What is read and not declared, and what is declared and not read, is one fault where the one may be meant by the other:
``` `hot` reads a parameter that is not declared: `threshold` ```, beside ``above``, which nothing reads.
"""

import ast
from collections.abc import Container, Iterator, Mapping
from typing import ClassVar

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.arguments import ArgumentUse
from nscompiler.typecheck.names_in_python import is_unknown
from nscompiler.typecheck.places_in_python import line_of, place_in
from nscompiler.typecheck.python_methods import as_arguments, by_name
from nscompiler.typecheck.service import Method, Service
from nscompiler.types.interface import FunctionInterface, Settable

_MAYBE = Applicability.MAYBE_INCORRECT


_MISREAD = (
    "`{}` reads the parameter `{}` in a way that a dict does not have",
    "`{}` reads the parameter `{}` without quotes",
)


class Unread(Record):
    """A parameter of a function that the class never reads, and where it is declared."""

    __match_args__: ClassVar[tuple[str, ...]] = ("function", "method", "name", "place")
    __slots__ = __match_args__

    def __init__(self, function: FunctionInterface, method: Method, name: str, place: Span) -> None:
        self.function = function
        self.method = method
        self.name = name
        self.place = place


class _Undeclared(Record):
    """A name that is read and not declared, at one place or several where there are the same parameters."""

    __match_args__: ClassVar[tuple[str, ...]] = ("uses", "declared")
    __slots__ = __match_args__

    def __init__(self, uses: list[ArgumentUse], declared: dict[str, Settable]) -> None:
        self.uses = uses
        self.declared = declared


class Parameters:
    """The declared parameters of a module's functions beside the class that implements them."""

    def __init__(self, python: SourceFile, service: Service, functions: Mapping[str, FunctionInterface]) -> None:
        self._python = python
        self._service = service
        self._functions = functions
        self._told: set[tuple[str, str]] = set()

    def told(self) -> Iterator[Diagnostic]:
        """Parameters that are read and not declared, or declared and not read, or read in no way that there is."""
        undeclared = self._undeclared()
        for use in self._misread():
            yield self._told_of_misread(use)
        unread = list(self._unread())
        if unread:
            from nscompiler.typecheck.misread_parameters import read_elsewhere

            places = {one.name: one.place for one in unread}
            found, explained = read_elsewhere(self._python, self._service, places)
            yield from found
            unread = [one for one in unread if one.name not in explained]
        meant = {id(one): self._meant(one, undeclared, unread) for one in undeclared}
        paired = [one for one in meant.values() if one is not None]
        for one in unread:
            if one not in paired:
                yield self._never_read(one)
        for each in undeclared:
            yield self._told_of_undeclared(each, meant[id(each)])

    # --- read and not declared

    def _undeclared(self) -> list[_Undeclared]:
        settable = {one.name: one for own in self._functions.values() for one in own.parameters.settable}
        every = None if any(own.parameters.open for own in self._functions.values()) else settable
        found: dict[tuple[str, frozenset[str] | str], _Undeclared] = {}
        for use in self._service.arguments.uses:
            # What has a default is as wrong where no function has such a parameter, and may be meant for another one.
            declared = own = self._declared_for(use, every)
            if not use.certain:
                other = use.name in settable
                declared = None if other or not use.defaulted else every if every is not None else declared
            if declared is not None and use.name not in declared:
                self._told.add((use.method, use.name))
                key = use.name, use.method if own is None else frozenset(own)
                found.setdefault(key, _Undeclared([], declared)).uses.append(use)
        return list(found.values())

    def _declared_for(self, use: ArgumentUse, every: dict[str, Settable] | None) -> dict[str, Settable] | None:
        """The parameters that there may be where one is read; None where there may be any."""
        function = self._functions.get(use.method)
        if function is None or use.method in self._service.arguments.called:
            # Whichever function is being called: its own parameters are there.
            return every
        return None if function.parameters.open else {one.name: one for one in function.parameters.settable}

    def _meant(self, one: _Undeclared, undeclared: list[_Undeclared], unread: list[Unread]) -> Unread | None:
        """The one parameter that nothing reads where only one name is read that is not declared."""
        here = [each for each in unread if each.name in one.declared]
        methods = {use.method for use in one.uses}
        if methods <= self._functions.keys() and not methods & self._service.arguments.called:
            here = [each for each in here if each.function.name in methods]
        names = {each.name for each in here}
        others = [each for each in undeclared if each is not one and names & each.declared.keys()]
        return here[0] if len(here) == 1 and not others and not near(one.uses[0].name, one.declared) else None

    def _told_of_undeclared(self, one: _Undeclared, meant: Unread | None) -> Diagnostic:
        use = one.uses[0]
        similar = near(use.name, one.declared) if meant is None else (meant.name,)
        function = self._functions.get(use.method)
        known = ", ".join(f"`{name}`" for name in one.declared)
        label = did_you_mean(similar) or (f"there are {known}" if known else "none is declared")
        related = () if function is None else (Label(function.span, "declared here", Role.DECLARATION),)
        if meant is not None:
            label = f"nothing reads `{meant.name}`"
            related = (Label(meant.place, f"`{meant.name}` is declared", Role.DECLARATION),)
        return codes.UNDECLARED_PARAMETER.at(
            place_in(self._python, use.node),
            titled("`{}` reads a parameter that is not declared: `{}`", use.method, use.name),
            label,
            related=related,
            fixes=tuple(fix for name in similar if (fix := self._other_name(one.uses, name)) is not None),
        )

    def _other_name(self, uses: list[ArgumentUse], name: str) -> Fix | None:
        edits: list[Edit] = []
        for use in uses:
            span = place_in(self._python, use.node)
            written = self._python.text[span.start : span.end]
            literal = next((one for one in (f'"{use.name}"', f"'{use.name}'") if one in written), None)
            if literal is None:
                return None
            start = span.start + written.index(literal) + 1
            edits.append(Edit(self._python.span(start, start + len(use.name)), name))
        return Fix(f"write `{name}`", tuple(sorted(edits, key=lambda one: one.span.start)), _MAYBE)

    # --- read in no way that a dict has

    def _misread(self) -> Iterator[ArgumentUse]:
        settable = {one.name: one for own in self._functions.values() for one in own.parameters.settable}
        every = None if any(own.parameters.open for own in self._functions.values()) else settable
        for use in self._service.arguments.misread if "args" not in self._service.methods else ():
            declared = self._declared_for(use, every) if self._service.complete else None
            if declared is None or use.name not in declared or (use.method, use.name) in self._told:
                continue
            if not isinstance(use.node, ast.Subscript) or is_unknown(self._python.text, use.name):
                self._told.add((use.method, use.name))
                yield use

    def _told_of_misread(self, use: ArgumentUse) -> Diagnostic:
        from nscompiler.typecheck.python_fixes import read_by_name

        function, method = self._functions.get(use.method), self._service.methods.get(use.method)
        return codes.PARAMETER_ACCESS.at(
            place_in(self._python, use.node),
            titled(_MISREAD[isinstance(use.node, ast.Subscript)], use.method, use.name),
            "`self.args` is a dict by name",
            related=() if function is None else (Label(function.span, "declared here", Role.DECLARATION),),
            fixes=read_by_name(self._python, None if method is None else method.definition, use.node, use.name),
        )

    # --- declared and not read

    def _unread(self) -> Iterator[Unread]:
        every = self._service.reads
        declared = {one.name for function in self._functions.values() for one in function.parameters.settable}
        for function in self._functions.values() if every is not None else ():
            method = self._service.methods.get(function.name)
            values = 0 if function.kind == "source" else 1
            if method is None or (_has_no_self(method) and method.arguments not in (None, values)):
                continue  # which is told of already
            names = [one.name for one in function.parameters.settable]
            slips = (one.name for one in self._service.arguments.uses if self._is_slip(one, function, declared))
            misspelt = {name for one in slips for name in near(one, names)}
            taken = _taken(method, names, values)
            for one in function.parameters.settable:
                if one.name not in {*(every or ()), *misspelt, *taken} and one.span is not None:
                    yield Unread(function, method, one.name, one.span)

    def _is_slip(self, use: ArgumentUse, function: FunctionInterface, declared: Container[str]) -> bool:
        """Whether what is read may be meant for a parameter of a function: a function without `with` takes any name."""
        reader = self._functions.get(use.method)
        takes_any = reader is not None and reader.parameters.open and use.method not in self._service.arguments.called
        return (use.name not in declared and not takes_any) or (function.name, use.name) in self._told

    def _never_read(self, one: Unread) -> Diagnostic:
        label = Label(line_of(self._python, one.method.line), f"the method `{one.function.name}`", Role.DECLARATION)
        title = titled("the Python class never reads the parameter `{}`", one.name)
        return codes.UNREAD_PARAMETER.at(one.place, title, "setting it changes nothing", related=(label,))


def _has_no_self(method: Method) -> bool:
    if method.definition is None:
        return bool(method.decorator)
    arguments = (*method.definition.args.posonlyargs, *method.definition.args.args)
    return not arguments or arguments[0].arg != "self"


def _taken(method: Method, names: list[str], values: int) -> tuple[str, ...]:
    """The parameters that a method takes as arguments, which is told of already."""
    taken = () if method.definition is None else as_arguments(method.definition, names, values)
    if method.definition is not None and method.arguments == 0:
        taken = (*taken, *by_name(method.definition))
    return (*taken, *method.by_name)
