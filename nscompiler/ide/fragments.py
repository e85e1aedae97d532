"""What a piece of an expression means in a file: inferred by itself, from what is known of the rest of the file.

While somebody writes, the declaration under the cursor is broken and the others are not: a piece of it is checked
against their interfaces, which costs what the piece costs.
"""

from collections.abc import Container, Sequence

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse_tokens
from nscompiler.ide.program import Program
from nscompiler.source import SourceFile
from nscompiler.typecheck import constraints
from nscompiler.typecheck.declare import Declarer
from nscompiler.typecheck.fits import JointCheck, Mismatch
from nscompiler.typecheck.infer import Inference, Typed
from nscompiler.typecheck.resolve import Resolver
from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import FunctionInterface, Interface, Scheme
from nscompiler.types.types import App, Scalar, Type, Types, Var, variables

_NOTHING = Interface("", {}, {}, frozenset(), lambda: "")


@attrs.frozen(slots=True)
class Trial:
    """What came of putting a function behind something: its types there, or what does not fit."""

    input: Type
    output: Type
    mismatches: tuple[Mismatch, ...] = ()
    constraint: str = ""

    @property
    def fits(self) -> bool:
        """Whether it can stand there."""
        return not self.mismatches and not self.constraint


class Fragments:
    """Pieces of one file's expressions; what one piece says of variables holds for the next."""

    def __init__(self, program: Program, path: str) -> None:
        checked = program.file(path)
        source = program.text(path) or SourceFile(path, "")
        self.interface = _NOTHING if checked is None else checked.interface
        module = syntax.Module(0, 0, SourceFile(path, source.text), None, (), (), None)
        reference = path if checked is None else checked.reference
        self.scope = Scope(module, reference, program.scope(path), program.types)
        self.scope.functions.update(self.interface.functions)
        self.scope.types.update(self.interface.types)
        self.scope.broken.update(self.interface.broken)
        # Nobody reads what is reported, so nothing is looked for to be suggested.
        self.scope.patience = self.scope.comparisons = 0
        self.inference = Inference(self.scope, Resolver(self.scope))
        self.store = self.inference.store
        self.types = program.types
        self.takes_replies = True

    def parsed(self, text: str) -> syntax.Expr | None:
        """An expression; None where it is none."""
        module = parse_tokens(SourceFile(self.scope.module.source.path, f"def it = {text}"))[0].module
        decl = module.declarations[0] if module.declarations else None
        return decl.body if isinstance(decl, syntax.DefDecl) else None

    def infer(self, text: str) -> tuple[syntax.Expr, Typed] | None:
        """An expression and what is found for it; None where it is none."""
        expr = self.parsed(text)
        return None if expr is None else (expr, self.inference.infer(expr))

    def signature(self, text: str) -> Scheme | None:
        """The scheme that an annotation spells; its variables stand for any type, and for nothing else."""
        module = parse_tokens(SourceFile(self.scope.module.source.path, f"def it : {text} = it"))[0].module
        decl = module.declarations[0] if module.declarations else None
        if not isinstance(decl, syntax.DefDecl) or decl.annotation is None:
            return None
        resolver = self.inference.resolver
        return Declarer(self.scope, resolver).signature(decl.annotation, supplied=True, rigid=True)

    def output(self, given: Type | None, texts: Sequence[str]) -> Type | None:
        """What flows out of stages that stand behind each other; None where that cannot be said.

        Afterwards ``takes_replies`` tells whether what flows may be answered: it all comes from requests, and nothing
        has answered them yet.
        """
        for text in texts:
            found = self.infer(text)
            if found is None:
                return None
            arrow, traits = found[1].arrow, found[1].traits
            self.takes_replies = self.takes_replies and traits.http_only and not traits.replies
            if given is not None and arrow.input is not self.types.void:
                self.joins(given, arrow.input)
            given = arrow.output
        return given

    def joins(self, given: Type, needed: Type) -> bool:
        """Put a joint between two types; whether they fit. Then what that says of variables stays."""
        mark = self.store.mark()
        if not JointCheck(self.store).fit(given, needed):
            return True
        self.store.take_back(mark)
        return False

    def tried(self, given: Type, function: FunctionInterface) -> Trial:
        """What a function would make of a type; nothing of the trial stays."""
        with self.store.trial():
            return self._tried(given, function)

    def _tried(self, given: Type, function: FunctionInterface) -> Trial:
        store, scheme = self.store, function.scheme
        input, output, found = scheme.input, scheme.output, {}
        if scheme.variables:
            found = store.instantiate(scheme.variables, {})
            input, output = (self.types.substitute(side, found) for side in (input, output))
            for row, labels in scheme.lacks:
                store.bar(found[row], labels)
            store.learn(input)
            store.learn(output)
        mismatches = JointCheck(store).fit(given, input, most=2)  # one alone can be told of
        constraint = ""
        # What stands before may want something too of what is only known now.
        needs = [(need.name, self.types.substitute(need.type, found)) for need in scheme.requirements]
        needs += [(need.name, need.type) for need in self.inference.needs if not need.type.ground]
        for name, type in () if mismatches else needs:
            if constraints.check(name, store.resolve(type))[1]:
                constraint = name
        input, output = store.resolve(input), store.resolve(output)
        if output.nests and not store.resolve(given).nests:
            constraint = "Present"
        return Trial(input, output, mismatches, constraint)

    def fits(self, given: Type, needed: Type) -> bool:
        """Whether one type fits another as things stand; nothing of the trial stays."""
        if given.poisoned or needed.poisoned:
            return True
        with self.store.trial():
            return JointCheck(self.store).fits(given, needed)

    def inside(self, type: Type, sign: str) -> Type | None:
        """What ``*`` or ``?`` makes of an output; None where it cannot stand."""
        head = self.store.head(type)
        if isinstance(head, App) and head.constructor in {"*": ("list", "vector"), "?": ("optional",)}[sign]:
            item = self.store.head(head.items[-1])
            return None if isinstance(item, Scalar) and item.name == "Byte" else item
        return self.types.variable() if isinstance(head, Var) and not head.rigid else None


def closed(types: Types, type: Type, kept: Container[Var] = ()) -> Type:
    """A type without the rests of records that nothing says anything of, which are empty; some may be kept."""
    rows = [var for var in variables(type) if var.kind == "row" and var not in kept]
    return types.substitute(type, dict.fromkeys(rows, types.record(())))
