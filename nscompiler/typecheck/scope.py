"""What the names of one module mean: its own declarations, and what its imports export."""

from collections.abc import Mapping

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Problems, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.types.interface import FunctionInterface, Interface, TypeInterface
from nscompiler.types.types import SCALARS, Types

BUILT_IN_ARITY = {"Map": 1, "Vector": 2, "Matrix": 3}
BUILT_IN = frozenset((*SCALARS, *BUILT_IN_ARITY, "Void"))
STANDARD = ("Sources", "Sinks", "Conv", "Std")
TITLE_WIDTH = 80
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
    ) -> None:
        self.module = module
        self.reference = reference
        self.imports = imports
        self.workspace = types
        self.standard = standard
        self.problems = Problems()
        self._aliases: dict[str, Interface | None] = {}
        self.types: dict[str, TypeInterface] = {}
        self.functions: dict[str, FunctionInterface] = {}
        self.broken: set[str] = set()
        self.declared_types: dict[str, syntax.TypeDecl] = {}
        self.declared_functions: dict[str, syntax.FunDecl | syntax.DefDecl] = {}
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

    def _collect(self) -> None:
        seen: dict[str, syntax.Name] = {}
        for decl in self.module.declarations:
            if isinstance(decl, syntax.BrokenDecl):
                if decl.name is not None:
                    self.broken.add(decl.name.text)
                continue
            name: syntax.Name = decl.name  # type: ignore[attr-defined]
            if name.text in seen:
                self.report_duplicate(name, seen[name.text], f"`{name.text}` is declared twice")
                continue
            seen[name.text] = name
            if isinstance(decl, syntax.TypeDecl):
                self._declare_type(decl)
            elif isinstance(decl, syntax.FunDecl | syntax.DefDecl):
                self._declare_function(decl)

    def _declare_type(self, decl: syntax.TypeDecl) -> None:
        name = decl.name
        if name.text in BUILT_IN:
            self.report(codes.RESERVED_NAME, name, f"`{name.text}` is a built-in type", "choose another name")
            return
        self.declared_types[name.text] = decl

    def _declare_function(self, decl: syntax.FunDecl | syntax.DefDecl) -> None:
        name = decl.name
        self.declared_functions[name.text] = decl

    def report_case(self, name: syntax.Name, right: str, why: str) -> None:
        """A name with the wrong capital."""
        fix = self.replacement(name, right, f"write `{right}`", Applicability.MAYBE_INCORRECT)
        self.report(codes.WRONG_CASE, name, f"`{name.text}` has the wrong capital", why, fixes=(fix,))

    def report_duplicate(self, again: syntax.Node, first: syntax.Name, title: str) -> None:
        """A second declaration of one name."""
        earlier = Label(self.span(first), "first declared here", Role.DECLARATION)
        self.report(codes.DUPLICATE_DECLARATION, again, title, "declared again here", related=(earlier,))

    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix:
        """A fix that writes something else in a node's place."""
        return Fix(title, (Edit(self.span(node), text),), sure)

    # --- look-ups

    def interface_of(self, qualifier: syntax.Name) -> tuple[bool, Interface | None]:
        """Whether the alias exists, and what it stands for (None where the import failed: stay silent)."""
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
        self._report_alias(qualifier)
        return False, None

    def _report_alias(self, qualifier: syntax.Name) -> None:
        text = qualifier.text
        aliases = list(self.imports)
        similar = near(text, aliases)
        fixes = tuple(self.replacement(qualifier, name, f"write `{name}`") for name in similar)
        notes = [f"the aliases here are {', '.join(f'`{alias}`' for alias in sorted(aliases))}"]
        offer = did_you_mean(similar)
        self.report(
            codes.UNKNOWN_ALIAS,
            qualifier,
            f"no import is called `{text}`",
            offer or "not an alias of this file",
            notes=tuple(notes),
            fixes=fixes,
        )

    def find_type(self, qualifier: syntax.Name | None, name: syntax.Name) -> TypeInterface | None:
        """A type by name; None after a report, or in silence where it is known to be broken."""
        if qualifier is None:
            found = self.types.get(name.text)
            if found is None and name.text not in self.broken and name.text not in self.declared_types:
                self._report_type(None, name)
            return found
        exists, interface = self.interface_of(qualifier)
        if interface is None or not exists:
            return None
        found = interface.types.get(name.text)
        if found is None and name.text not in interface.broken:
            self._report_type(interface, name)
        return found

    def _report_type(self, interface: Interface | None, name: syntax.Name) -> None:
        text = name.text
        candidates = list(interface.types) if interface else [*self.declared_types, *BUILT_IN]
        where = f"`{interface.module}` declares no" if interface else "there is no"
        notes, fixes = self._elsewhere_type(text) if interface is None else ((), ())
        similar = near(text, candidates)
        fixes = (*fixes, *(self.replacement(name, other, f"write `{other}`") for other in similar))
        offer = did_you_mean(similar) or "unknown type"
        self.report(codes.UNKNOWN_TYPE, name, f"{where} type `{text}`", offer, notes=notes, fixes=fixes)

    def _elsewhere_type(self, text: str) -> tuple[tuple[str, ...], tuple[Fix, ...]]:
        aliases = [alias for alias, interface in self.imports.items() if interface and text in interface.types]
        notes = tuple(f"`{alias}.{text}` exists: write the module's alias before it" for alias in aliases)
        return notes, ()

    def find_function(self, qualifier: syntax.Name | None, name: syntax.Name) -> FunctionInterface | None:
        """A function by name; None after a report, or in silence where it is known to be broken."""
        if qualifier is None:
            found = self.functions.get(name.text)
            if found is None and name.text not in self.broken and name.text not in self.declared_functions:
                self._report_function(None, name, list(self.declared_functions))
            return found
        exists, interface = self.interface_of(qualifier)
        if interface is None or not exists:
            return None
        text = STANDARD_SPELLINGS.get(name.text, name.text) if interface.standard else name.text
        found = interface.functions.get(text)
        if found is None and text not in interface.broken:
            self._report_function(interface, name, list(interface.functions))
        return found

    def _report_function(self, interface: Interface | None, name: syntax.Name, candidates: list[str]) -> None:
        text = name.text
        folded = {other.casefold(): other for other in candidates}
        if text not in candidates and text.casefold() in folded:
            right = folded[text.casefold()]
            fix = self.replacement(name, right, f"write `{right}`", Applicability.MACHINE_APPLICABLE)
            self.report(codes.WRONG_CASE, name, f"`{text}` is spelt `{right}`", "", fixes=(fix,))
            return
        notes: list[str] = []
        fixes: list[Fix] = []
        if interface is None:
            for alias in self._exporters(text):
                notes.append(f"`{alias}.{text}` exists: write the module's alias before it")
                fixes.append(self.replacement(name, f"{alias}.{text}", f"write `{alias}.{text}`"))
            if text in self.declared_types or text in BUILT_IN:
                notes.append(f"`{text}` is a type, not a function")
        similar = near(text, candidates)
        fixes += [self.replacement(name, other, f"write `{other}`") for other in similar]
        where = f"`{interface.module}` declares no function `{text}`" if interface else f"there is no function `{text}`"
        offer = did_you_mean(similar) or "unknown function"
        self.report(codes.UNKNOWN_NAME, name, where, offer, notes=tuple(notes), fixes=tuple(fixes))

    def _exporters(self, text: str) -> list[str]:
        return [alias for alias, interface in self.imports.items() if interface and text in interface.functions]
