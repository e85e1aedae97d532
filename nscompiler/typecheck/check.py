"""The check of one module: names, then types, then functions, then defs in dependency order."""

from collections.abc import Mapping

from nscompiler.grammar import syntax
from nscompiler.modules.exports import Elsewhere
from nscompiler.typecheck.declare import Declarer
from nscompiler.typecheck.define import Definer
from nscompiler.typecheck.facts import Checked, Facts
from nscompiler.typecheck.named_fields import check_named_fields
from nscompiler.typecheck.repeated import told_once
from nscompiler.typecheck.resolve import Resolver
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.type_declarations import TypeDeclarer
from nscompiler.types.interface import FunctionInterface, Interface, TypeInterface
from nscompiler.types.types import Type, Types

MAIN = "main"


def check_module(
    module: syntax.Module,
    reference: str,
    imports: Mapping[str, Interface | None],
    types: Types,
    *,
    standard: bool = False,
    elsewhere: Elsewhere | None = None,
) -> Checked:
    """Check a module against the interfaces that it imports.

    ``reference`` is the module's reference as text (for a script: its file's name). ``imports`` maps each alias in
    scope, ``Sources Sinks Conv Std`` among them, to an interface, or to None where the import itself failed: uses
    of such an alias stay silent. ``elsewhere`` knows the modules that could be imported, for what a missing name may
    have meant. Never raises for what a user wrote.
    """
    scope = Scope(module, reference, imports, types, standard, elsewhere)
    resolver = Resolver(scope)
    TypeDeclarer(resolver).declare_all()
    declarer = Declarer(scope, resolver)
    for name, decl in scope.declared_functions.items():
        if isinstance(decl, syntax.FunDecl):
            scope.functions[name] = scope.undecided(declarer.declare(decl))
    definer = Definer(scope, resolver, declarer)
    definer.define_all()
    main = _check_main(scope, definer)
    if scope.naming_bindings:
        check_named_fields(scope, definer.uses)
    interface, problems = _interface(scope, standard), told_once(scope)
    facts, bindings = _facts(definer), tuple(scope.open_bindings)
    return Checked(module, reference, facts, interface, main, problems, scope.used_aliases, bindings)


def _check_main(scope: Scope, definer: Definer) -> FunctionInterface | None:
    expr = scope.module.main
    if expr is None:
        return None
    taken = scope.declared_functions.get(MAIN)
    if taken is not None:
        scope.report_duplicate(expr, taken.name, "the file's expression is called `main`, and so is a declaration")
    return definer.define_once(MAIN, expr, expr, None)


def _facts(definer: Definer) -> Facts:
    return Facts(definer.arrows, definer.uses, definer.joints, definer.annotations, definer.literals)


def _interface(scope: Scope, standard: bool) -> Interface:
    module, broken = scope.module, frozenset(scope.broken)
    digest = _Digest(scope.reference, scope.types, scope.functions, scope.workspace.digests)
    return Interface(scope.reference, scope.types, scope.functions, broken, digest, standard, lambda: module)


class _Digest:
    """The hash of an interface, worked out when it is first asked for. It must not keep the scope alive."""

    __slots__ = ("_digests", "_found", "_functions", "_reference", "_types")

    def __init__(
        self,
        reference: str,
        types: dict[str, TypeInterface],
        functions: dict[str, FunctionInterface],
        digests: dict[Type, str],
    ) -> None:
        self._reference = reference
        self._types = types
        self._functions = functions
        self._digests = digests
        self._found = ""

    def __call__(self) -> str:
        if not self._found:
            from nscompiler.typecheck.hashing import interface_hash

            self._found = interface_hash(self._reference, self._types, self._functions, self._digests)
        return self._found
