"""The `type` declarations of a module, each understood after those that it mentions."""

from collections.abc import Container, Iterator, Sequence

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.typecheck.components import strong_components
from nscompiler.typecheck.lone_constructors import reports_itself
from nscompiler.typecheck.lookalikes import report_type_like
from nscompiler.typecheck.resolve import Resolver, Variables
from nscompiler.typecheck.rings import Steps, ring_labels, shortest_ring, told
from nscompiler.typecheck.scope import BUILT_IN_ARITY
from nscompiler.types.interface import TypeInterface
from nscompiler.types.types import Type, Var


class TypeDeclarer:
    """Understands the ``type`` declarations of one module."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.scope = resolver.scope
        self.types = resolver.types

    def declare_all(self) -> None:
        """Understand all ``type`` declarations, each after those that it mentions."""
        decls = self.scope.declared_types
        edges = {name: _mentions(decl, decls) for name, decl in decls.items()}
        for ring in strong_components(edges):
            if len(ring) == 1 and ring[0] not in edges[ring[0]]:
                self._declare(decls[ring[0]])
            else:
                self._report_ring(ring, edges)

    def _report_ring(self, members: list[str], mentions: Steps) -> None:
        self.scope.broken.update(members)
        ring = shortest_ring(members[0], mentions, members)
        if reports_itself(self.scope, self.scope.declared_types[ring[0]]):
            return
        self.scope.report(
            codes.RECURSIVE_TYPE,
            self.scope.declared_types[ring[0]].name,
            f"the type `{ring[0]}` contains itself",
            told(ring),
            related=ring_labels(self.scope, ring, mentions, "holds"),
            notes=(
                "no type is part of itself, not even in a list: write out as many levels as there are, or carry the "
                "rest as `Json`",
            ),
        )

    def _declare(self, decl: syntax.TypeDecl) -> None:
        name = decl.name.text
        variables = Variables(False, decl=decl)
        kinds = self._kinds(decl)
        parameters: list[Var] = []
        for parameter in decl.parameters:
            if parameter.text in variables.known:
                self.scope.report(
                    codes.DUPLICATE_VARIABLE, parameter, f"`{parameter.text}` is named twice", "already a parameter"
                )
            made = variables.known[parameter.text] = self.types.variable(
                kinds.get(parameter.text, "type"), parameter.text, f"the parameter `{parameter.text}` of `{name}`"
            )
            parameters.append(made)  # both, or who gives a type for each would be told of that too
        alias = self.types.alias(self.scope.reference, name, tuple(parameters))
        body = self.resolver.shallow(self._right_side(decl.body, variables), decl.name)
        if decl.attributes:
            self._report_attributes(decl)
        if isinstance(decl.body, syntax.SumType) and decl.body.constructors[0].payload is None:
            report_type_like(self.scope, decl, decl.body)
        if variables.has_unknown:
            self.scope.broken.add(name)  # how many types it takes is not known
        self.scope.types[name] = TypeInterface(
            self.scope.reference,
            name,
            tuple(parameters),
            self.types.named(body, alias),
            self.scope.span(decl.name),
            decl.doc,
            _deprecated(decl),
        )

    def _kinds(self, decl: syntax.TypeDecl) -> dict[str, str]:
        """The kinds of a ``type``'s parameters, from where they stand: a record's rest is a row, a vector's size a
        size, and what another type is applied to is what that one makes of it."""
        kinds: dict[str, str] = {}
        if not decl.parameters:
            return kinds
        for part in _inside(decl.body):
            if isinstance(part, syntax.RecordType) and part.tail is not None and part.tail.name is not None:
                kinds.setdefault(part.tail.name.text, "row")
            elif isinstance(part, syntax.TypeName):
                for arg, kind in zip(part.args, self._parameter_kinds(part), strict=False):
                    if isinstance(arg, syntax.TypeVariable) and kind != "type":
                        kinds.setdefault(arg.name.text, kind)
        return kinds

    def _parameter_kinds(self, name: syntax.TypeName) -> tuple[str, ...]:
        text = name.name.text
        if name.qualifier is not None:
            interface = self.scope.imports.get(name.qualifier.text)
            found = None if interface is None else interface.types.get(text)
        elif text in ("Vector", "Matrix"):
            return ("size",) * (BUILT_IN_ARITY[text] - 1)
        else:
            found = self.scope.types.get(text)
        return () if found is None else tuple(one.kind for one in found.parameters)

    def _report_attributes(self, decl: syntax.TypeDecl) -> None:
        for attribute in decl.attributes:
            if attribute.name.text not in ("deprecated", "experimental"):
                known = attribute.name.text in ("bounded", "unbounded", "stateless")
                self.scope.report(
                    codes.ATTRIBUTE_CONFLICT if known else codes.UNKNOWN_ATTRIBUTE,
                    attribute.name,
                    f"a type has no attribute `@{attribute.name.text}`",
                    "only @deprecated and @experimental may stand here",
                )

    def _right_side(self, body: syntax.TypeExpr, variables: Variables) -> Type:
        if isinstance(body, syntax.SumType):
            return self._sum(body, variables)
        return self.resolver.resolve(body, variables)

    def _sum(self, body: syntax.SumType, variables: Variables) -> Type:
        seen: dict[str, syntax.Name] = {}
        constructors: list[tuple[str, Type | None]] = []
        for place, constructor in enumerate(body.constructors):
            name = constructor.name
            payload = None if constructor.payload is None else self.resolver.resolve(constructor.payload, variables)
            if name.text in seen:
                first = Label(self.scope.span(seen[name.text]), "first here", Role.DECLARATION)
                gone = self.scope.module.source.span(body.constructors[place - 1].end, constructor.end)
                self.scope.report(
                    codes.DUPLICATE_CONSTRUCTOR,
                    name,
                    f"the constructor `{name.text}` stands twice in one sum",
                    "again here",
                    related=(first,),
                    fixes=(Fix("remove the second", (Edit(gone, ""),), Applicability.MAYBE_INCORRECT),),
                )
                continue
            seen[name.text] = name
            constructors.append((name.text, payload))
        return self.types.sum(constructors)


def _deprecated(decl: syntax.TypeDecl) -> str | None:
    for attribute in decl.attributes:
        if attribute.name.text == "deprecated" and attribute.argument is not None:
            return str(attribute.argument.value)
    return None


def _children(expr: syntax.TypeExpr) -> Sequence[syntax.TypeExpr]:
    if isinstance(expr, syntax.TypeName):
        return expr.args
    if isinstance(expr, syntax.RecordType):
        return [field.type for field in expr.fields]
    if isinstance(expr, syntax.SumType):
        return [one.payload for one in expr.constructors if one.payload is not None]
    if isinstance(expr, syntax.TupleType):
        return expr.items
    return (expr.item,) if isinstance(expr, (syntax.ListType, syntax.OptionalType)) else ()


def _inside(expr: syntax.TypeExpr) -> Iterator[syntax.TypeExpr]:
    stack = [expr]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(_children(part)[::-1])


def _mentions(decl: syntax.TypeDecl, names: Container[str]) -> dict[str, syntax.Node]:
    """The types of a module that a declaration mentions, each with its first place."""
    found: dict[str, syntax.Node] = {}
    stack: list[syntax.TypeExpr] = [decl.body]
    while stack:
        part = stack.pop()
        if isinstance(part, syntax.TypeName):
            if part.qualifier is None and part.name.text in names:
                found.setdefault(part.name.text, part.name)
            stack.extend(part.args[::-1])
        else:
            stack.extend(_children(part)[::-1])
    return found
