"""What the names of one module mean: its own declarations, and what its imports export."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Problems, Role
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.modules.exports import Elsewhere
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck.facts import Refusal
from nscompiler.typecheck.their_constructors import meant_instead
from nscompiler.types.interface import (
    ANY_NAME,
    UNKNOWN,
    FunctionInterface,
    Interface,
    Scheme,
    Settable,
    TypeInterface,
)
from nscompiler.types.types import SCALARS, Types

BUILT_IN_ARITY = {"Map": 1, "Vector": 2, "Matrix": 3}
BUILT_IN = frozenset((*SCALARS, *BUILT_IN_ARITY, "Void"))
STANDARD = ("Sources", "Sinks", "Conv", "Std")
TITLE_WIDTH = 80
# How many functions are tried in all as something to put between two stages, in a file full of mistakes.
MOST_SEARCHED = 20_000
# How many names are compared with wrong ones.
MOST_COMPARED = 60_000
STANDARD_SPELLINGS = {"postgresql": "postgres", "Postgresql": "postgres"}


class Scope:
    """The names of one module under check. ``functions`` and ``types`` fill as declarations are understood."""

    def __init__(
        self,
        module: syntax.Module,
        reference: str,
        imports: Mapping[str, Interface | None],
        types: Types,
        standard: bool = False,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.module = module
        self.elsewhere = elsewhere
        self.reference = reference
        self.imports = imports
        self.workspace = types
        self.standard = standard
        self.problems = Problems()
        self._aliases: dict[str, Interface | None] = {}
        self.types: dict[str, TypeInterface] = {}
        self.functions: dict[str, FunctionInterface] = {}
        self.broken: set[str] = set()
        self.repeated: set[str] = set()
        self.patience = MOST_SEARCHED
        self.comparisons = MOST_COMPARED
        self.gathered: object = None
        self.open_bindings: list[tuple[syntax.Apply, syntax.Binding]] = []
        self.naming_bindings: list[tuple[syntax.Apply, syntax.Binding]] = []
        self.declared_types: dict[str, syntax.TypeDecl] = {}
        self.declared_functions: dict[str, syntax.FunDecl | syntax.DefDecl] = {}
        self._constructors: dict[str, tuple[syntax.TypeDecl, syntax.Name]] | None = None
        self.refusals: dict[Span, list[Refusal]] = {}
        self._collect()

    @property
    def used_aliases(self) -> frozenset[str]:
        """The aliases that have been looked up so far."""
        return frozenset(self._aliases)

    def span(self, node: syntax.Node) -> Span:
        """The place of a node of this module."""
        return self.module.span(node)

    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None:
        """Report a fault at a node; a title that long names make too long is cut to a line."""
        title = title if len(title) <= TITLE_WIDTH else title[: TITLE_WIDTH - 1] + "…"
        self.problems.add(code.at(self.span(node), title, label, **more))  # type: ignore[arg-type]

    @contextmanager
    def trial(self) -> Iterator[Problems]:
        """Within it, what is reported is no problem of the file."""
        kept, patience, comparisons = self.problems, self.patience, self.comparisons
        bindings, naming = len(self.open_bindings), len(self.naming_bindings)
        self.problems = Problems()
        try:
            yield self.problems
        finally:
            self.problems, self.patience, self.comparisons = kept, patience, comparisons
            del self.open_bindings[bindings:]
            del self.naming_bindings[naming:]

    def owner(self, constructor: str) -> tuple[syntax.TypeDecl, syntax.Name] | None:
        """The sum of this file that has a constructor, the first of several; and where it declares it."""
        if self._constructors is None:
            found = self._constructors = {}
            for decl in self.declared_types.values():
                for each in decl.body.constructors if isinstance(decl.body, syntax.SumType) else ():
                    found.setdefault(each.name.text, (decl, each.name))
        return self._constructors.get(constructor)

    def _collect(self) -> None:
        seen: dict[str, syntax.Name] = {}
        for decl in self.module.declarations:
            if isinstance(decl, syntax.BrokenDecl):
                self._note_broken(decl)
                continue
            name: syntax.Name = decl.name  # type: ignore[attr-defined]
            if name.text in seen:
                if not (isinstance(decl, syntax.TypeDecl) and name.text[:1].islower()):  # its name is told of already
                    self.report_duplicate(name, seen[name.text], f"`{name.text}` is declared twice")
                self.repeated.add(name.text)
                continue
            seen[name.text] = name
            if isinstance(decl, syntax.TypeDecl):
                if name.text[:1].islower() and _is_nameless(decl):
                    self.broken |= {name.text, name.text[:1].upper() + name.text[1:]}
                    continue
                self._declare_type(decl)
            elif isinstance(decl, (syntax.FunDecl, syntax.DefDecl)):
                self._declare_function(decl)

    def _note_broken(self, decl: syntax.BrokenDecl) -> None:
        """What a declaration that could not be read may declare: its name, in either case. One without may be any."""
        if decl.name is not None:
            name = decl.name.text
            self.broken |= {name, name[:1].swapcase() + name[1:]}
        elif decl.keyword != "import":
            self.broken.add(ANY_NAME)

    def is_broken(self, name: str) -> bool:
        """Whether a name is known to be declared here, but not what it is."""
        return name in self.broken or ANY_NAME in self.broken

    def _declare_type(self, decl: syntax.TypeDecl) -> None:
        name = decl.name
        if name.text in BUILT_IN:
            fix, title = meant_instead(self, decl, BUILT_IN), f"`{name.text}` is a built-in type"
            if fix is not None:
                self.broken.add(fix.edits[0].text)
            self.report(codes.RESERVED_NAME, name, title, "choose another name", fixes=(fix,) if fix else ())
            return
        self.declared_types[name.text] = decl

    def _declare_function(self, decl: syntax.FunDecl | syntax.DefDecl) -> None:
        name = decl.name
        self.declared_functions[name.text] = decl

    def report_case(self, name: syntax.Name, right: str, why: str) -> None:
        """A name with the wrong capital."""
        fix = self.replacement(name, right, f"write `{right}`", Applicability.MAYBE_INCORRECT)
        self.report(codes.WRONG_CASE, name, f"`{name.text}` has the wrong capital", why, fixes=(fix,))

    def undecided(self, function: FunctionInterface) -> FunctionInterface:
        """A function as it is; one that is declared twice fits everywhere, since nobody knows which one a use means."""
        if function.name not in self.repeated:
            return function
        error = self.workspace.error
        return replace(function, scheme=Scheme(error, error, (), ()), parameters=UNKNOWN)

    def report_duplicate(self, again: syntax.Node, first: syntax.Name, title: str) -> None:
        """A second declaration of one name."""
        earlier = Label(self.span(first), "first declared here", Role.DECLARATION)
        fixes = self._once(again, first)
        self.report(codes.DUPLICATE_DECLARATION, again, title, "declared again here", related=(earlier,), fixes=fixes)

    def _once(self, again: syntax.Node, first: syntax.Name) -> tuple[Fix, ...]:
        """A fix for a name that is declared twice: the second goes if it says the same, or gets a name of its own."""
        one, other = self._holding(first), self._holding(again)
        if one.name is not first or other.name is not again:  # type: ignore[attr-defined]
            return ()
        source = self.module.source
        bodies = ["".join(source.text[decl.start : decl.end].split()) for decl in (one, other)]
        if bodies[0] == bodies[1] and getattr(other, "doc", None) is None:
            start = len(source.text[: other.start].rstrip(" \t"))
            end = other.end + len(source.text[other.end :]) - len(source.text[other.end :].lstrip(" \t\r\n;"))
            return (Fix("remove the second", (Edit(source.span(start, end), ""),), Applicability.MAYBE_INCORRECT),)
        name = f"{first.text}2"
        if not isinstance(other, syntax.DefDecl) or name in source.text:  # a part of another name counts, too
            return ()
        return (self.replacement(again, name, f"call this one `{name}`"),)

    def _holding(self, node: syntax.Node) -> syntax.Decl:
        """The declaration that a node stands in."""
        decls = self.module.declarations
        return decls[max(bisect_right(decls, node.start, key=lambda decl: decl.start) - 1, 0)]

    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix:
        """A fix that writes something else in a node's place."""
        return Fix(title, (Edit(self.span(node), text),), sure)

    def is_standard(self, module: str) -> bool:
        """Whether a module, by its reference, belongs to the standard library."""
        if self.standard:
            return True
        return any(one is not None and one.standard and one.module == module for one in self.imports.values())

    def is_standard_function(self, reader: str) -> bool:
        """Whether a function, as ``Settable.reader`` names it, belongs to the standard library."""
        name = reader.rpartition(".")[0]
        return any(one is not None and one.standard and _name(one.module) == name for one in self.imports.values())

    def near(self, name: str, candidates: Iterable[str]) -> tuple[str, ...]:
        """Names that were probably meant; none any more in a file full of mistakes."""
        known = list(candidates)
        self.comparisons -= len(known)
        return near(name, known) if self.comparisons >= 0 else ()

    def reader(self, one: Settable) -> str:
        """The function that reads a parameter, without its module where that is this file."""
        own = one.span is not None and one.span.path == self.module.source.path
        return one.reader.rpartition(".")[2] if own else one.reader

    def is_ours(self, span: Span) -> bool:
        """Whether a place is in this file or in a file of the author's that it imports."""
        if span.path == self.module.source.path:
            return not self.standard
        ours = [one for one in self.imports.values() if one is not None and not one.standard]
        return any(span.path == other.span.path for one in ours for other in [*one.functions.values()][:1])

    # --- look-ups

    def interface_of(self, qualifier: syntax.Name, name: syntax.Name) -> tuple[bool, Interface | None]:
        """Whether the alias before a name exists, and what it stands for (None where the import failed: stay
        silent)."""
        text = qualifier.text
        if text in self._aliases:
            return True, self._aliases[text]
        if text in self.imports:
            found = self._aliases[text] = self.imports[text]
            return True, found
        capital = text[:1].upper() + text[1:]
        if capital in STANDARD and capital in self.imports:
            fix = self.replacement(qualifier, capital, f"write `{capital}`", Applicability.MACHINE_APPLICABLE)
            self.report(codes.LOWERCASE_STANDARD, qualifier, f"`{text}` is spelt `{capital}` today", "", fixes=(fix,))
            return True, self.imports[capital]
        _report_alias(self, qualifier, name)
        return False, None

    def known_alias(self, text: str) -> Interface | None:
        """What an alias stands for, which counts as a use of it; None, and no report, where it stands for nothing."""
        if text not in self._aliases and text in self.imports:
            self._aliases[text] = self.imports[text]
        return self._aliases.get(text)

    def known_function(self, qualifier: syntax.Name | None, name: syntax.Name) -> FunctionInterface | None:
        """A function by name; None, and no report, where there is none."""
        if qualifier is None:
            return self.functions.get(name.text)
        interface = self.imports.get(qualifier.text)
        return None if interface is None else interface.functions.get(name.text)

    def find_type(self, written: syntax.TypeName, is_whole: bool = False) -> TypeInterface | None:
        """A type by its name; None after a report, or in silence where it is known to be broken.

        ``is_whole``: it is all that stands behind the ``=`` of a ``type``.
        """
        qualifier, name = written.qualifier, written.name
        if qualifier is None:
            found = self.types.get(name.text)
            if found is None and not self.is_broken(name.text) and name.text not in self.declared_types:
                _report_type(self, written, None, is_whole)
            return None if name.text in self.broken else found
        exists, interface = self.interface_of(qualifier, name)
        if interface is None or not exists:
            return None
        found = interface.types.get(name.text)
        if found is None and not interface.is_broken(name.text):
            _report_type(self, written, interface)
        return None if name.text in interface.broken else found

    def find_function(self, qualifier: syntax.Name | None, name: syntax.Name) -> FunctionInterface | None:
        """A function by name; None after a report, or in silence where it is known to be broken."""
        if qualifier is None:
            found = self.functions.get(name.text)
            if found is None and not self.is_broken(name.text) and name.text not in self.declared_functions:
                _report_function(self, None, None, name)
            return found
        exists, interface = self.interface_of(qualifier, name)
        if interface is None or not exists:
            return None
        text = STANDARD_SPELLINGS.get(name.text, name.text) if interface.standard else name.text
        found = interface.functions.get(text)
        if found is None and not interface.is_broken(text):
            _report_function(self, qualifier, interface, name)
        return found


def _report_alias(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> None:
    from nscompiler.typecheck.unknown_aliases import report_alias

    report_alias(scope, qualifier, name)


def _report_type(scope: Scope, written: syntax.TypeName, interface: Interface | None, is_whole: bool = False) -> None:
    from nscompiler.typecheck.unknown_types import report_type

    report_type(scope, written, interface, is_whole)


def _report_function(
    scope: Scope, qualifier: syntax.Name | None, interface: Interface | None, name: syntax.Name
) -> None:
    from nscompiler.typecheck.unknown_functions import report_function

    report_function(scope, qualifier, interface, name)


def _is_nameless(decl: syntax.TypeDecl) -> bool:
    """Whether what reads as a type's name, which is small and told of, is a variable of one that lacks its name."""
    own = decl.name.text
    for part in walk(decl.body):
        name = part.name if isinstance(part, (syntax.TypeVariable, syntax.RowTail, syntax.TypeName)) else None
        if name is not None and name.text == own:
            return True
    return False


def _name(reference: str) -> str:
    return reference.partition(":")[0]
