"""Written types become types: names looked up, aliases expanded, sizes and kinds checked."""

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import types as type_codes
from nscompiler.diagnostics.codes.syntax import TOO_DEEP
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.grammar.foreign_names import FOREIGN_SMALL
from nscompiler.grammar.walk import walk
from nscompiler.grammar.wording import NOTHING
from nscompiler.typecheck.duplicates import without_field
from nscompiler.typecheck.foreign_types import meant_by_sql, report_foreign_type
from nscompiler.typecheck.lookalikes import optional_last
from nscompiler.typecheck.missing_rests import with_rest
from nscompiler.typecheck.nested_optionals import find_nested_optional, missing_already
from nscompiler.typecheck.scope import BUILT_IN_ARITY, Scope
from nscompiler.typecheck.type_counts import report_arity
from nscompiler.typecheck.unbound import BUILT_IN_SMALL, new_parameters, unbound
from nscompiler.typecheck.vector_sizes import reports_sizes_behind
from nscompiler.types.interface import TypeInterface
from nscompiler.types.types import MAX_DEPTH, SCALARS, Record, Type, Var, parts

MAX_SIZE = 2**31
# Stands among the names that were told for those of other languages, which are told together.
_FOREIGN = ""
_KIND_WORDS = {"type": "type", "row": "record's rest", "size": "number"}


class Variables:
    """The type variables that may stand in a written type, by name.

    ``grows``: a ``fun``'s signature introduces variables by using them; a ``type``'s are its parameters (of ``decl``)
    and no more. ``told`` are names that were reported: one that is missing is missing once. ``whole`` is the type that
    they stand in.
    """

    def __init__(
        self,
        grows: bool,
        why: str = "",
        rigid: bool = False,
        decl: syntax.TypeDecl | None = None,
        whole: syntax.Node | None = None,
    ) -> None:
        self.decl = decl
        self.whole = whole if decl is None else decl.body
        self.told: set[str] = set()
        self.has_unknown = False
        self.known: dict[str, Var] = {}
        self.grows = grows
        self.why = why
        self.rigid = rigid
        self.tails_allowed = True
        self.anonymous: list[tuple[syntax.RowTail, Var]] = []


class Resolver:
    """Resolves the written types of one module."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.types = scope.workspace

    def shallow(self, type: Type, place: syntax.Node) -> Type:
        """The type, or the error type after a report where it is too deep for what follows."""
        if type.depth <= MAX_DEPTH:
            return type
        if not type.poisoned:
            title = f"The type here is nested more than {MAX_DEPTH} levels deep"
            self.scope.report(TOO_DEEP, place, title, "with the names in it written out")
        return self.types.error

    def resolve(self, expr: syntax.TypeExpr, variables: Variables, kind: str = "type") -> Type:
        """The type that was written; the error type after a report."""
        if isinstance(expr, syntax.SizeLiteral):
            return self._size(expr, kind)
        if kind == "size" and not isinstance(expr, syntax.TypeVariable):
            self._report_kind(expr, "a number is needed here")
            return self.types.error
        if isinstance(expr, syntax.TypeName):
            return self._named(expr, variables)
        if isinstance(expr, syntax.TypeVariable):
            return self._variable(expr.name, variables, kind)
        if isinstance(expr, syntax.RecordType):
            return self._record(expr, variables)
        if isinstance(expr, syntax.TupleType):
            return self.types.app("tuple", [self.resolve(item, variables) for item in expr.items])
        if isinstance(expr, syntax.ListType):
            return self.types.list(self.resolve(expr.item, variables))
        if isinstance(expr, syntax.OptionalType):
            return self._optional(expr, variables)
        return self.types.unit if isinstance(expr, syntax.UnitType) else self.types.error

    def _report_kind(
        self, expr: syntax.Node, label: str, title: str = "a type and a number are not the same kind of thing"
    ) -> None:
        self.scope.report(type_codes.TYPE_ARGUMENT_KIND, expr, title, label)

    def _size(self, expr: syntax.SizeLiteral, kind: str) -> Type:
        if kind != "size":
            self._report_kind(expr, "a type is needed here, not a number")
            return self.types.error
        if not 1 <= expr.value < MAX_SIZE:
            self.scope.report(codes.BAD_SIZE, expr, f"a vector cannot have {expr.value} values", "1 or more")
            return self.types.error
        return self.types.size(expr.value)

    def _variable(self, name: syntax.Name, variables: Variables, kind: str) -> Type:
        known = variables.known.get(name.text)
        if known is None and variables.grows:
            known = self.types.variable(kind, name.text, f"`{name.text}`", variables.rigid)
            variables.known[name.text] = known
        if known is None:
            self._report_unbound(name, variables)
            return self.types.error
        if known.kind != kind:
            self._report_kinds(name, kind, known.kind, variables)
            return self.types.error
        return known

    def _report_kinds(self, name: syntax.Name, kind: str, other: str, variables: Variables) -> None:
        """Tell of a variable that stands for a type in one place, and for a record's rest or a number in another."""
        label = f"`{name.text}` stands for a {_KIND_WORDS[other]} elsewhere"
        if "size" in (kind, other) or variables.whole is None:
            self._report_kind(name, label)
            return
        bare = [
            part
            for part in walk(variables.whole)
            if isinstance(part, syntax.TypeVariable) and part.name.text == name.text
        ]
        text = f"{{ | {name.text} }}"
        edits = tuple(Edit(self.scope.span(part), text) for part in bare)
        fixes = (Fix(f"write `{text}`", edits, Applicability.MAYBE_INCORRECT),) if edits else ()
        title = f"`{name.text}` is a type in one place and the rest of a record in another"
        self.scope.report(type_codes.TYPE_ARGUMENT_KIND, name, title, label, fixes=fixes)

    def _report_unbound(self, name: syntax.Name, variables: Variables) -> None:
        """Tell of a variable that is not known; of a type's next one with the same name no more."""
        capital = BUILT_IN_SMALL.get(name.text) or f"{name.text[0].upper()}{name.text[1:]}"
        fixes: tuple[Fix, ...] = ()
        if name.text in BUILT_IN_SMALL or capital in self.scope.declared_types:
            self.scope.report_case(name, capital, "a type starts with a capital")
        elif variables.decl is not None and name.text in FOREIGN_SMALL:
            self._foreign(name, FOREIGN_SMALL[name.text], variables)
        elif name.text not in variables.told:
            variables.told.add(name.text)
            variables.has_unknown = True
            title = f"the type variable `{name.text}` is not known here"
            why, fixes = variables.why, ()
            if variables.decl is not None:
                names = unbound(self.scope, variables.decl, name.text)
                variables.told.update(names)
                why, fixes = new_parameters(self.scope, variables.decl, names)
                fixes = optional_last(self.scope, variables.decl.body) if name.text in NOTHING else fixes
            elif not variables.grows and len(variables.known) == 1:
                (only,) = variables.known  # of a signature, which a constraint is about
                fixes = (self.scope.replacement(name, only, f"write `{only}`"),)
            self.scope.report(codes.UNBOUND_TYPE_VARIABLE, name, title, why, fixes=fixes)

    def _optional(self, expr: syntax.OptionalType, variables: Variables) -> Type:
        item = self.resolve(expr.item, variables)
        what = missing_already(item)
        if what:
            self.scope.report(
                type_codes.NESTED_OPTIONAL,
                expr,
                f"an optional of {what} could not tell two kinds of missing apart",
                "`null` would mean both",
                fixes=self._one_optional(expr),
            )
            return item
        return self.types.optional(item)

    def _one_optional(self, expr: syntax.OptionalType) -> tuple[Fix, ...]:
        """A fix that leaves the inner optional where one stands right inside the other, or behind a name."""
        if not isinstance(expr.item, syntax.OptionalType | syntax.TypeName):
            return ()
        text = self.scope.module.source.text[expr.item.start : expr.item.end]
        return (
            self.scope.replacement(expr, text, f"write `{text}`" if len(text) <= 40 else "write the inner one alone"),
        )

    def _record(self, expr: syntax.RecordType, variables: Variables) -> Type:
        seen: dict[str, syntax.Name] = {}
        fields: list[tuple[str, Type]] = []
        if expr.tail is None and expr.fields and _is_applied(expr.fields[-1].type):
            expr = with_rest(self.scope, expr, variables.told, variables.grows)
        for field in expr.fields:
            type = self.resolve(field.type, variables)
            self._check_label(field.name)
            if field.name.text in seen:
                first = Label(self.scope.span(seen[field.name.text]), "first here", Role.DECLARATION)
                title = f"the field `{field.name.text}` stands twice in one record"
                fixes = without_field(self.scope, expr, field)
                self.scope.report(codes.DUPLICATE_FIELD, field.name, title, "again here", related=(first,), fixes=fixes)
                continue
            seen[field.name.text] = field.name
            fields.append((field.name.text, type))
        tail = self._tail(expr.tail, variables)
        return self.types.error if tail is self.types.error else self.types.record(fields, tail)

    def _check_label(self, name: syntax.Name) -> None:
        barred = next((one for one in name.text if one in '"\\' or not one.isprintable()), None)
        if barred is not None:
            what = {'"': "a quote", "\\": "a backslash"}.get(barred, "a control character")
            self.scope.report(codes.FIELD_NAME, name, f"the name of a field may not hold {what}", "rename the field")

    def _tail(self, tail: syntax.RowTail | None, variables: Variables) -> Type | None:
        if tail is None:
            return None
        if tail.name is not None:
            found = self._variable(tail.name, variables, "row")
            return found if isinstance(found, Var) or variables.grows else None
        if not variables.grows or not variables.tails_allowed:
            where = "a `type`" if not variables.grows else "an output"
            fixes = self._named_rest(tail, variables) if variables.grows else ()
            title = f"`..` may not stand in {where}"
            self.scope.report(codes.ROW_NOT_ALLOWED, tail, title, "name the rest: `| r`", fixes=fixes)
            return None
        row = self.types.variable("row", "", "the further fields", variables.rigid)
        variables.anonymous.append((tail, row))
        return row

    def _named_rest(self, tail: syntax.RowTail, variables: Variables) -> tuple[Fix, ...]:
        """A fix that names the rest in an output and in the input, where that has one that is meant."""
        rows = [name for name, one in variables.known.items() if isinstance(one, Var) and one.kind == "row"]
        if len(rows) == 1 and not variables.anonymous:
            return (self.scope.replacement(tail, rows[0], f"write `{rows[0]}`, the rest of the input"),)
        if len(variables.anonymous) != 1 or "r" in variables.known:
            return ()
        edits = (Edit(self.scope.span(variables.anonymous[0][0]), "r"), Edit(self.scope.span(tail), "r"))
        return (Fix("call both rests `r`", edits, Applicability.MAYBE_INCORRECT),)

    # --- named types

    def _named(self, expr: syntax.TypeName, variables: Variables) -> Type:
        name = expr.name.text
        if expr.qualifier is None and name not in self.scope.declared_types:
            if name in SCALARS:
                self._expect_arity(expr, 0)
                return self.types.scalar(name)
            if name == "Void":
                self.scope.report(
                    codes.VOID_POSITION,
                    expr,
                    "Void is no type of values",
                    "it may only be a function's whole input or output",
                    fixes=self._without_void(expr, variables),
                )
                return self.types.error
            if name in BUILT_IN_ARITY:
                return self._built_in(expr, variables)
            meant = meant_by_sql(self.scope, name)
            if meant is not None:
                return self._foreign(expr.name, meant, variables)
        found = self.scope.find_type(expr, is_whole=variables.decl is not None and variables.decl.body is expr)
        if found is None:
            return self._left(expr, variables)
        return self._applied(expr, found, variables)

    def _without_void(self, expr: syntax.TypeName, variables: Variables) -> tuple[Fix, ...]:
        """A fix for `Void` among values; of what may be missing it is the whole that is nothing."""
        parts = walk(variables.whole) if isinstance(variables.whole, syntax.FunctionType) else ()
        if any(isinstance(part, syntax.OptionalType) and part.item is expr for part in parts):
            around = next(part for part in walk(variables.whole) if getattr(part, "item", None) is expr)  # type: ignore[arg-type]
            return (self.scope.replacement(around, "Void", "write `Void`"),)
        return (self.scope.replacement(expr, "()", "write `()`, an event without data"),)

    def _foreign(self, name: syntax.Name, meant: str, variables: Variables) -> Type:
        """The error type, after telling of a type that other languages call so; of a declaration's next one no more."""
        if _FOREIGN not in variables.told:
            variables.told.add(_FOREIGN)
            report_foreign_type(self.scope, name, meant, variables.whole, variables.decl)
        return self.types.error

    def _left(self, expr: syntax.TypeName, variables: Variables) -> Type:
        """The error type, for a type that is not known: what its arguments would have introduced is not missed."""
        for part in walk(expr) if expr.args else ():
            if isinstance(part, (syntax.TypeVariable, syntax.RowTail)) and part.name is not None:
                variables.told.add(part.name.text)
        return self.types.error

    def plain(self, expr: syntax.TypeName) -> Type | None:
        """The type of a name without arguments; None, and no report, where that is not all there is to say."""
        name, scope = expr.name.text, self.scope
        if expr.qualifier is None:
            if name in SCALARS and name not in scope.declared_types:
                return self.types.scalar(name)
            found = scope.types.get(name)
        else:
            interface = scope.known_alias(expr.qualifier.text)
            found = None if interface is None else interface.types.get(name)
        if found is None or found.parameters or found.deprecated is not None:
            return None
        body = found.body
        return None if body.poisoned or body.depth > MAX_DEPTH else body

    def _expect_arity(self, expr: syntax.TypeName, wanted: int, found: TypeInterface | None = None) -> bool:
        if len(expr.args) == wanted:
            return True
        report_arity(self.scope, expr, found, wanted)
        return False

    def _built_in(self, expr: syntax.TypeName, variables: Variables) -> Type:
        name = expr.name.text
        if not self._expect_arity(expr, BUILT_IN_ARITY[name]):
            return self._left(expr, variables)
        if name == "Map":
            return self.types.app("map", [self.resolve(expr.args[0], variables)])
        if isinstance(expr.args[-1], syntax.SizeLiteral) and reports_sizes_behind(self.scope, expr):
            return self.types.error
        sizes = [self.resolve(arg, variables, "size") for arg in expr.args[:-1]]
        type = self.resolve(expr.args[-1], variables)
        for size in reversed(sizes):
            type = self.types.app("vector", (size, type))
        return self.types.error if self.types.error in sizes else type

    def _applied(self, expr: syntax.TypeName, found: TypeInterface, variables: Variables) -> Type:
        if not self._expect_arity(expr, len(found.parameters), found):
            return self._left(expr, variables)
        if found.deprecated is not None:
            self._warn_deprecated(expr, found)
        if not expr.args:
            return found.body
        bindings: dict[Type, Type] = {}
        for parameter, arg in zip(found.parameters, expr.args, strict=True):
            bindings[parameter] = self._argument(arg, parameter, variables)
            taken = _taken(found.body, parameter, bindings[parameter])
            if taken:
                title = f"`{found.name}` already has the field `{taken}`"
                self.scope.report(codes.DUPLICATE_FIELD, arg, title, "a record has each field once")
                return self.types.error
        result = self.types.substitute(found.body, bindings)
        inside = find_nested_optional(result)
        if inside:
            self.scope.report(
                type_codes.NESTED_OPTIONAL,
                expr,
                f"`{found.name}` would hold an optional of {inside}",
                "`null` would mean two things",
            )
            return self.types.error
        return result

    def _warn_deprecated(self, expr: syntax.TypeName, found: TypeInterface) -> None:
        declared = Label(found.span, "declared here", Role.DECLARATION)
        title = f"`{found.name}` is deprecated: {found.deprecated}"
        self.scope.report(codes.DEPRECATED_USE, expr, title, found.deprecated or "", related=(declared,))

    def _argument(self, arg: syntax.TypeExpr, parameter: Var, variables: Variables) -> Type:
        if parameter.kind == "row" and not isinstance(arg, syntax.TypeVariable):
            type = self.resolve(arg, variables)
            if not isinstance(type, Record) and type is not self.types.error:
                label = "a record is needed here: its fields are added"
                text = " ".join(self.scope.module.source.text[arg.start : arg.end].split())
                title = f"{text if len(text) <= 32 else 'this'} has no fields that could be added here"
                self._report_kind(arg, label, title)
                return self.types.error
            return type
        return self.resolve(arg, variables, parameter.kind)

    # --- signatures

    def whole(self, expr: syntax.TypeExpr, variables: Variables) -> Type:
        """A function's whole input or output: Void may stand here."""
        if isinstance(expr, syntax.TypeName) and expr.qualifier is None and expr.name.text == "Void" and not expr.args:
            return self.types.void
        return self.shallow(self.resolve(expr, variables), expr)


def _taken(body: Type, parameter: Var, given: Type) -> str | None:
    """A field of a record that stands for a type's rest and that the type already has."""
    if parameter.kind != "row" or not isinstance(given, Record):
        return None
    seen: set[Type] = set()
    stack = [body]
    while stack:
        part = stack.pop()
        if part.ground or part in seen:
            continue
        seen.add(part)
        if isinstance(part, Record) and part.tail is parameter:
            taken = next((label for label in given.labels if label in part.labels), None)
            if taken is not None:
                return taken
        stack.extend(reversed(parts(part)))
    return None


def _is_applied(type: syntax.TypeExpr) -> bool:
    """Whether a type, or that of an optional, is applied to others."""
    inner = type.item if isinstance(type, syntax.OptionalType) else type
    return isinstance(inner, syntax.TypeName) and bool(inner.args)
