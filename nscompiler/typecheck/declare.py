"""``fun`` declarations become interfaces: signature, kind, parameters, attributes."""

import keyword

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import params as param_codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.typecheck import constraints, params
from nscompiler.typecheck.duplicates import renamed_method
from nscompiler.typecheck.explain import use_of
from nscompiler.typecheck.literal_fixes import report_shell_variable, value_fixes
from nscompiler.typecheck.lookalikes import report_lookalikes
from nscompiler.typecheck.resolve import Resolver, Variables
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unsupplied import only_other, taken_in
from nscompiler.types.interface import (
    OPEN,
    PLAIN,
    UNKNOWN,
    FunctionInterface,
    ParameterRow,
    ParameterType,
    Requirement,
    Scheme,
    Settable,
    Traits,
)
from nscompiler.types.types import Type, VoidType, shown_variables, variables

FUN_ATTRIBUTES = ("bounded", "unbounded", "stateless", "deprecated", "experimental")
DEF_ATTRIBUTES = ("deprecated", "experimental")
STANDARD_ATTRIBUTES = ("compiler", "replay")
_CALLED = ("args", "startup", "shutdown")


def no_method(name: str) -> str | None:
    """Why a function of this name cannot be a method; None where it can."""
    if name in _CALLED or name.startswith("__"):
        return "the runtime calls this itself"
    return None if name.isidentifier() and not keyword.iskeyword(name) else "not a Python name"


def kind_of(input: Type, output: Type) -> str:
    """What Void makes of a function: source, sink, workflow or function."""
    if isinstance(input, VoidType):
        return "workflow" if isinstance(output, VoidType) else "source"
    return "sink" if isinstance(output, VoidType) else "function"


# Types whose values a parameter gives as a text.
_AS_TEXT = frozenset(("Date", "Time", "DateTime", "Uuid", "Json", "Decimal"))
# What other languages call an attribute.
_ATTRIBUTES_ELSEWHERE = {
    "stateless": "pure deterministic idempotent parallel threadsafe",
    "bounded": "finite batch",
    "unbounded": "infinite streaming stream endless",
    "deprecated": "obsolete legacy",
    "experimental": "beta alpha unstable preview",
}


class Declarer:
    """Understands the ``fun`` declarations of one module."""

    def __init__(self, scope: Scope, resolver: Resolver) -> None:
        self.scope = scope
        self.resolver = resolver

    def declare(self, decl: syntax.FunDecl) -> FunctionInterface:
        """The interface of a ``fun``."""
        self._check_name(decl.name)
        attributes = self.attributes(decl.attributes, FUN_ATTRIBUTES)
        scheme = self.signature(decl.type, supplied="compiler" in attributes and self.scope.standard)
        kind = kind_of(scheme.input, scheme.output)
        if not self._check_attributes(decl, attributes, kind):
            # What it takes nobody knows: its uses may be right.
            scheme = Scheme(self.scope.workspace.error, scheme.output, scheme.variables, scheme.requirements)
        name = decl.name.text
        return FunctionInterface(
            module=self.scope.reference,
            name=name,
            declared="fun",
            scheme=scheme,
            kind=kind,
            parameters=self._parameters(decl),
            traits=self._traits(decl, kind, attributes),
            span=self.scope.span(decl.name),
            doc=decl.doc,
            attributes=tuple(attributes.items()),
        )

    def _check_name(self, name: syntax.Name) -> None:
        text = name.text
        why = no_method(text)
        if why is not None:
            title = f"`{text}` cannot be the name of a Python method"
            self.scope.report(codes.METHOD_NAME, name, title, why, fixes=renamed_method(self.scope, name))

    # --- signatures

    def signature(self, type: syntax.FunctionType, *, supplied: bool, rigid: bool = False) -> Scheme:
        """The scheme of a written signature."""
        known = Variables(True, rigid=rigid, whole=type)
        input = self.resolver.whole(type.input, known)
        known.tails_allowed = False
        output = self.resolver.whole(type.output, known)
        if not supplied:
            input, output = self._supplied(type, input, output)
        known.grows, known.why = False, "a constraint is about a variable of the signature"
        needs = tuple(need for one in type.constraints if (need := self._constraint(one, known)) is not None)
        return Scheme(input, output, tuple(shown_variables(input, output)), needs)

    def _supplied(self, type: syntax.FunctionType, input: Type, output: Type) -> tuple[Type, Type]:
        """Input and output, without the variables that are no variables and those that nothing could supply."""
        have, wanted = variables(input), variables(output)
        missing = [var for var in wanted if var not in have]
        # An input that could not be understood might have mentioned them.
        unsupplied = () if input.poisoned else tuple(missing)
        told = report_lookalikes(self.scope, type, (*have, *wanted), unsupplied) if have or wanted else ()
        for var in unsupplied:
            if var.name in told:
                continue
            place = _place_of(type.output, var.name) or type.output
            title = f"nothing could say what `{var.name}` is: the input does not mention it"
            row = isinstance(place, syntax.RowTail)
            fixes = taken_in(self.scope, type, var.name) if row else only_other(self.scope, type, place, var, have)
            self.scope.report(codes.UNSUPPLIED_VARIABLE, place, title, "only in the output", fixes=fixes)
        types = self.scope.workspace
        wrong: list[Type] = [*missing, *(var for var in have if var.name in told)]
        errors: dict[Type, Type] = dict.fromkeys(wrong, types.error)
        return (types.substitute(input, errors) if told else input), types.substitute(output, errors)

    def _constraint(self, constraint: syntax.Constraint, known: Variables) -> Requirement | None:
        name = constraint.name.text
        type = self._constrained(constraint.type, known)
        if name not in constraints.NAMES or name == "SqlColumn":
            names = [one for one in constraints.NAMES if one != "SqlColumn"]
            similar = near(name, names)
            self.scope.report(
                codes.UNKNOWN_CONSTRAINT,
                constraint.name,
                f"there is no constraint `{name}`",
                did_you_mean(similar) or "not a constraint",
                notes=(f"the constraints are {', '.join(names)}",),
                fixes=tuple(self.scope.replacement(constraint.name, one, f"write `{one}`") for one in similar),
            )
            return None
        if type.poisoned:
            return None
        return Requirement(type, name, self.scope.span(constraint))

    def _constrained(self, expr: syntax.TypeExpr, known: Variables) -> Type:
        """The type that a constraint is about; for a row, the record of the fields that it stands for."""
        row = known.known.get(expr.name.text) if isinstance(expr, syntax.TypeVariable) else None
        if row is not None and row.kind == "row":
            return self.scope.workspace.record((), row)
        return self.resolver.resolve(expr, known)

    # --- parameters

    def _parameters(self, decl: syntax.FunDecl) -> ParameterRow:
        if decl.parameters is None:
            return ParameterRow() if self.scope.standard else OPEN
        seen: dict[str, syntax.ParamDecl] = {}
        settable: list[Settable] = []
        unseen: tuple[frozenset[str], ...] = ()
        for parameter in decl.parameters:
            name = parameter.name
            if name.text in seen:
                first = Label(self.scope.span(seen[name.text].name), "first here", Role.DECLARATION)
                title = f"the parameter `{name.text}` is declared twice"
                fixes = self._undeclared(decl, parameter)
                self.scope.report(
                    param_codes.DUPLICATE_PARAMETER, name, title, "again here", related=(first,), fixes=fixes
                )
                continue
            seen[name.text] = parameter
            if name.text in params.POLICY:
                title = f"every function already understands `{name.text}`"
                fixes = self._set_as(decl, parameter) or (
                    *self._own_name(decl, parameter),
                    *self._undeclared(decl, parameter),
                )
                self.scope.report(param_codes.RESERVED_PARAMETER, name, title, "choose another name", fixes=fixes)
                unseen = UNKNOWN.open  # what it is called for those who set it nobody knows
                continue
            settable.append(self._settable(parameter, decl))
        return ParameterRow(tuple(settable), (), unseen)

    def _set_as(self, decl: syntax.FunDecl, parameter: syntax.ParamDecl) -> tuple[Fix, ...]:
        """The name under which a parameter is set where the function is used, if that is a single one."""
        declared = {one.name.text for one in decl.parameters or ()} | params.POLICY.keys()
        found: dict[str, None] = {}
        for node in walk(self.scope.module):
            if isinstance(node, syntax.Apply):
                use = use_of(node, last=False)
                if isinstance(use, syntax.Use) and use.qualifier is None and use.name.text == decl.name.text:
                    found |= dict.fromkeys(one.name.text for one in node.bindings if one.name.text not in declared)
        return tuple(
            self.scope.replacement(parameter.name, one, f"call it `{one}`") for one in found if len(found) == 1
        )

    def _own_name(self, decl: syntax.FunDecl, parameter: syntax.ParamDecl) -> tuple[Fix, ...]:
        """Another name for a parameter with a default, where nothing sets it under the one that it has."""
        name = parameter.name
        own = f"{decl.name.text}_{name.text}"
        taken = {one.name.text for one in decl.parameters or ()}
        nodes = walk(self.scope.module)
        is_set = any(isinstance(node, syntax.Binding) and node.name.text == name.text for node in nodes)
        if parameter.default is None or is_set or own in taken:
            return ()
        return (self.scope.replacement(name, own, f"call it `{own}`"),)

    def _undeclared(self, decl: syntax.FunDecl, parameter: syntax.ParamDecl) -> tuple[Fix, ...]:
        """A fix that takes a declaration away, with its comma, or with all of ``with`` where it is the only one."""
        source, every = self.scope.module.source, decl.parameters or ()
        at, text = every.index(parameter), source.text
        word, brace = text.find("with", decl.type.end), text.find("{", decl.type.end)
        if text[decl.type.end : word].strip() or text[word + 4 : brace].strip():
            return ()
        if at:
            start, end = every[at - 1].end, parameter.end
        elif len(every) > 1:
            start, end = brace + 1, text.find(",", parameter.end) + 1
        else:
            start, end = len(text[:word].rstrip()), text.find("}", parameter.end) + 1
            if text[parameter.end : end].strip(" \t\n,") != "}":
                return ()
        title = f"remove `{parameter.name.text}`"
        return (Fix(title, (Edit(source.span(start, end), ""),), Applicability.MAYBE_INCORRECT),)

    def _settable(self, parameter: syntax.ParamDecl, decl: syntax.FunDecl) -> Settable:
        type = self._parameter_type(parameter.type)
        default: object = None
        if parameter.default is not None and type is not None:
            default = params.convert(parameter.default, type)
            if isinstance(default, params.Fault):
                self.scope.report(
                    param_codes.PARAMETER_DEFAULT,
                    parameter.default,
                    f"the default of `{parameter.name.text}` does not fit its type",
                    f"{default.wanted} is wanted",
                    expected=params.show_type(type),
                    found=parameter.default.raw,
                    fixes=value_fixes(self.scope, parameter.default, type),
                )
                default = None
            elif not self.scope.standard:
                report_shell_variable(self.scope, parameter.default)
        reader = self._reader(decl.name.text)
        required = parameter.default is None
        span = self.scope.span(parameter.name)
        return Settable(parameter.name.text, type or params.UNKNOWN_TYPE, default, required, reader, span)

    def _reader(self, name: str) -> str:
        return f"{self.scope.reference.split(':')[0].rsplit('.', 1)[-1].rsplit('/', 1)[-1]}.{name}"

    def _parameter_type(self, type: syntax.ParamType) -> ParameterType | None:
        match type:
            case syntax.ParamTypeName():
                if type.name.text in syntax.PARAMETER_TYPES:
                    return ParameterType(type.name.text)
                if type.name.text == syntax.NAMELESS:
                    return params.UNKNOWN_TYPE  # the parser has told of it
            case syntax.ParamTypeList():
                if isinstance(type.item, syntax.ParamTypeName):
                    item = self._parameter_type(type.item)
                    return None if item is None else ParameterType("list", item)
            case syntax.ParamTypeEnum():
                return self._enumeration(type)
        source = self.scope.module.source
        similar = _types_meant(" ".join(source.text[type.start : type.end].split()))
        self.scope.report(
            param_codes.PARAMETER_DECLARATION_TYPE,
            type,
            "a parameter cannot have this type",
            did_you_mean(similar) or "Text, Integer, Double, Boolean, Duration, a list of these or texts with `|`",
            fixes=tuple(self.scope.replacement(type, one, f"write `{one}`") for one in similar),
        )
        return None

    def _enumeration(self, type: syntax.ParamTypeEnum) -> ParameterType | None:
        values = [str(value.value) for value in type.values]
        for place, value in enumerate(type.values):
            if values[place] in values[:place]:
                title = f'the value "{values[place]}" stands twice among the choices'
                self.scope.report(param_codes.DUPLICATE_PARAMETER, value, title, "again here")
        return ParameterType("enum", None, tuple(dict.fromkeys(values)))

    # --- attributes

    def attributes(self, written: tuple[syntax.Attribute, ...], allowed: tuple[str, ...]) -> dict[str, str | None]:
        """The attributes of a declaration, after reporting what is wrong with them."""
        found: dict[str, str | None] = {}
        if self.scope.standard:
            allowed = (*allowed, *STANDARD_ATTRIBUTES)
        for attribute in written:
            name = attribute.name.text
            if name not in allowed:
                self._report_attribute(attribute, allowed)
            elif name in found:
                title = f"`@{name}` is given twice"
                self.scope.report(codes.DUPLICATE_ATTRIBUTE, attribute, title, "again here")
            else:
                found[name] = self._argument(attribute)
        return found

    def _report_attribute(self, attribute: syntax.Attribute, allowed: tuple[str, ...]) -> None:
        name = attribute.name.text
        elsewhere = (own for own, others in _ATTRIBUTES_ELSEWHERE.items() if name.casefold() in others.split())
        similar = near(name, allowed) or tuple(own for own in elsewhere if own in allowed)
        self.scope.report(
            codes.UNKNOWN_ATTRIBUTE,
            attribute.name,
            f"there is no attribute `@{name}` here",
            did_you_mean(similar) or f"the attributes are {', '.join('@' + one for one in allowed)}",
            fixes=tuple(self.scope.replacement(attribute.name, one, f"write `@{one}`") for one in similar),
        )

    def _argument(self, attribute: syntax.Attribute) -> str | None:
        name, argument = attribute.name.text, attribute.argument
        wants = name in ("deprecated", "replay")
        if wants and (argument is None or argument.kind != "text"):
            title, written = f"`@{name}` needs a text", f'@{name}("")'
            blank = self.scope.replacement(attribute, written, f"write `{written}`", Applicability.HAS_PLACEHOLDERS)
            fixes = (blank,) if argument is None else ()
            self.scope.report(codes.ATTRIBUTE_CONFLICT, attribute, title, f'write `@{name}("…")`', fixes=fixes)
        elif not wants and argument is not None:
            self.scope.report(codes.ATTRIBUTE_CONFLICT, argument, f"`@{name}` takes no text", "remove it")
        return str(argument.value) if argument is not None else None

    def _check_attributes(self, decl: syntax.FunDecl, found: dict[str, str | None], kind: str) -> bool:
        """Report attributes that contradict each other or the type; whether they agree with the type."""
        agrees = True
        if "bounded" in found and "unbounded" in found:
            title = f"`{decl.name.text}` cannot be both bounded and unbounded"
            self.scope.report(codes.ATTRIBUTE_CONFLICT, _attribute(decl, "unbounded"), title, "contradicts @bounded")
        for name in ("bounded", "unbounded"):
            if name in found and kind not in ("source", "workflow"):
                title = f"`@{name}` is about sources, and `{decl.name.text}` is a {kind}"
                attribute = _attribute(decl, name)
                fixes = (self._removal(attribute),)
                self.scope.report(codes.ATTRIBUTE_CONFLICT, attribute, title, "only a source may end", fixes=fixes)
                agrees = False
        return agrees

    def _removal(self, attribute: syntax.Attribute) -> Fix:
        """A fix that takes an attribute away, with the line that it may have to itself."""
        text = self.scope.module.source.text
        end = attribute.end + len(text[attribute.end :]) - len(text[attribute.end :].lstrip())
        edit = Edit(self.scope.module.source.span(attribute.start, end), "")
        return Fix(f"remove `@{attribute.name.text}`", (edit,), Applicability.MAYBE_INCORRECT)

    def _traits(self, decl: syntax.FunDecl, kind: str, attributes: dict[str, str | None]) -> Traits:
        source = kind in ("source", "workflow")
        standard = self.scope.standard
        if not (source or attributes or standard):
            return PLAIN
        module = self.scope.reference.split(":")[0].rsplit("/", 1)[-1]
        is_reply = standard and (module, decl.name.text) == ("Sinks", "reply")
        replay = attributes.get("replay") or "none"
        return Traits(
            bounded=("bounded" in attributes) if source else None,
            stateless="stateless" in attributes,
            replay=(replay,) if source else (),
            replies=(self.scope.span(decl.name),) if is_reply else (),
            http_only=standard and (module, decl.name.text) == ("Sources", "http") if source else True,
        )


def _attribute(decl: syntax.FunDecl, name: str) -> syntax.Attribute:
    return next(one for one in decl.attributes if one.name.text == name)


def _place_of(expr: syntax.TypeExpr, name: str) -> syntax.Node | None:
    """Where a variable stands in a written type."""
    stack: list[syntax.Node] = [expr]
    while stack:
        part = stack.pop()
        match part:
            case syntax.TypeVariable() if part.name.text == name:
                return part
            case syntax.RecordType():
                if part.tail is not None and part.tail.name is not None and part.tail.name.text == name:
                    return part.tail
                stack.extend(field.type for field in reversed(part.fields))
            case syntax.TypeName():
                stack.extend(reversed(part.args))
            case syntax.TupleType():
                stack.extend(reversed(part.items))
            case syntax.ListType() | syntax.OptionalType():
                stack.append(part.item)
    return None


def _types_meant(written: str) -> tuple[str, ...]:
    """The types of parameters that a text may stand for, ``Float``, ``[String]`` or ``List Text``."""
    from nscompiler.grammar.foreign_names import PARAMETERS_MEANT

    inner = written.strip("[]")
    if inner.startswith("List "):
        inner, written = inner.removeprefix("List "), "["
    other = PARAMETERS_MEANT.get(inner.lower(), "")
    meant = (other,) if other else near(inner, syntax.PARAMETER_TYPES)
    if inner in syntax.PARAMETER_TYPES:
        meant = (inner,)
    if inner in _AS_TEXT:
        meant = ("Text",)
    listed = written.startswith("[")
    return tuple(f"[{one}]" for one in meant if not one.startswith("[")) if listed else meant
