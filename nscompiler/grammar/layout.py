"""A syntax tree as text: the same tree comes out when that is parsed. Comments are not in the tree and not printed."""

from collections.abc import Iterable

from nscompiler.grammar.syntax import (
    Apply,
    Attribute,
    Both,
    BrokenDecl,
    Concat,
    Constraint,
    Decl,
    DefDecl,
    Expr,
    FieldDecl,
    Filter,
    FunctionType,
    FunDecl,
    Hole,
    Instantiate,
    ListType,
    Literal,
    LiteralSource,
    Module,
    Name,
    OptionalType,
    ParamDecl,
    ParamType,
    ParamTypeEnum,
    ParamTypeList,
    ParamTypeName,
    Pipe,
    RecordType,
    SizeLiteral,
    SumType,
    TupleType,
    TypeDecl,
    TypeExpr,
    TypeName,
    TypeVariable,
    UnitType,
    Use,
)
from nscompiler.grammar.text import quote

_INDENT = "  "
#: Applied types that a constructor takes without brackets, and how many arguments they have.
_BARE_PAYLOADS = {"Vector": 2, "Matrix": 3}


def layout(module: Module) -> str:
    """A module or script, one declaration a line; empty for an empty one."""
    blocks = []
    if module.header is not None:
        blocks.append(f"{_doc(module.header.doc, '')}module {module.header.reference.text}")
    if module.imports:
        blocks.append("\n".join(_import(item.reference.text, item.alias) for item in module.imports))
    blocks += [_declaration(module, item) for item in module.declarations]
    if module.main is not None:
        if module.declarations and isinstance(module.declarations[-1], (TypeDecl, FunDecl)):
            blocks[-1] += ";"
        blocks.append(expression(module.main))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _import(reference: str, alias: Name | None) -> str:
    return f"import {reference}" + (f" as {alias.text}" if alias else "")


def _doc(doc: str | None, indent: str) -> str:
    if doc is None:
        return ""
    return "".join(f"{indent}/// {line}".rstrip() + "\n" for line in doc.split("\n"))


# --- declarations


def _declaration(module: Module, item: Decl) -> str:
    if isinstance(item, TypeDecl):
        head = " ".join(["type", item.name.text, *(name.text for name in item.parameters)])
        return _above(item.doc, item.attributes) + f"{head} = {_body(item.body)}"
    if isinstance(item, FunDecl):
        written = f"fun {item.name.text} : {function_type(item.type)}"
        if item.parameters is not None:
            written += f" with {_braces([_parameter(each) for each in item.parameters], item.parameters)}"
        return _above(item.doc, item.attributes) + written
    if isinstance(item, DefDecl):
        annotation = f" : {function_type(item.annotation)}" if item.annotation else ""
        return _above(item.doc, item.attributes) + f"def {item.name.text}{annotation} = {expression(item.body)}"
    assert isinstance(item, BrokenDecl)
    return module.source.text[item.start : item.end].strip()


def _above(doc: str | None, attributes: tuple[Attribute, ...]) -> str:
    lines = [f"@{each.name.text}" + (f"({each.argument.raw})" if each.argument else "") for each in attributes]
    return _doc(doc, "") + "".join(f"{line}\n" for line in lines)


def _body(body: TypeExpr) -> str:
    if not isinstance(body, SumType):
        return type_text(body)
    written = [each.name.text + (f" {_payload(each.payload)}" if each.payload else "") for each in body.constructors]
    if not any(each.doc for each in body.constructors):
        return " | ".join(written)
    return "".join(
        f"\n{_doc(each.doc, _INDENT)}{_INDENT}{'| ' if number else ''}{text}"
        for number, (each, text) in enumerate(zip(body.constructors, written, strict=True))
    )


def _payload(payload: TypeExpr) -> str:
    if isinstance(payload, TypeName) and payload.qualifier is None and payload.args:
        bare = _BARE_PAYLOADS.get(payload.name.text) == len(payload.args)
        return type_text(payload) if bare else _atom(payload)
    return _atom(payload)


def _parameter(item: ParamDecl) -> str:
    default = f" = {literal(item.default)}" if item.default else ""
    return f"{item.name.text} : {_parameter_type(item.type)}{default}"


def _parameter_type(type: ParamType) -> str:
    if isinstance(type, ParamTypeName):
        return type.name.text
    if isinstance(type, ParamTypeList):
        return f"[{_parameter_type(type.item)}]"
    assert isinstance(type, ParamTypeEnum)
    return " | ".join(literal(value) for value in type.values)


def _braces(items: list[str], nodes: Iterable[FieldDecl | ParamDecl], tail: str = "") -> str:
    """Items in braces: on one line, or one a line where one of them has a doc comment."""
    docs = [node.doc for node in nodes]
    if not any(docs):
        inside = ", ".join(items) + tail
        return f"{{ {inside.strip()} }}" if inside else "{}"
    lines = [f"{_doc(doc, _INDENT)}{_INDENT}{item}" for doc, item in zip(docs, items, strict=True)]
    return "{\n" + ",\n".join(lines) + (f"\n{_INDENT}{tail.strip()}" if tail else "") + "\n}"


# --- types


def function_type(type: FunctionType) -> str:
    """``A -> B where …``."""
    where = ", ".join(_constraint(item) for item in type.constraints)
    return f"{type_text(type.input)} -> {type_text(type.output)}" + (f" where {where}" if where else "")


def _constraint(item: Constraint) -> str:
    return f"{type_text(item.type)} is {item.name.text}"


def type_text(type: TypeExpr) -> str:
    """A type as the author could have written it."""
    match type:
        case TypeName(args=args):
            qualifier = f"{type.qualifier.text}." if type.qualifier else ""
            return " ".join([qualifier + type.name.text, *map(_atom, args)])
        case OptionalType(item=item):
            return f"optional {type_text(item)}"
        case TypeVariable(name=name):
            return name.text
        case SizeLiteral(value=value):
            return str(value)
        case Hole():
            return "_"
        case UnitType():
            return "()"
        case TupleType(items=items):
            return f"({', '.join(map(type_text, items))})"
        case ListType(item=item):
            return f"[{type_text(item)}]"
        case RecordType():
            return _record(type)
    raise AssertionError(f"no way to print {type!r}")


def _record(type: RecordType) -> str:
    fields = [f"{_label(field.name)} : {type_text(field.type)}" for field in type.fields]
    tail = f" | {type.tail.name.text if type.tail.name else '..'}" if type.tail else ""
    return _braces(fields, type.fields, tail)


def _label(name: Name) -> str:
    return quote(name.text) if name.quoted else name.text


def _atom(type: TypeExpr) -> str:
    """A type where only one without spaces, or in brackets, can stand."""
    bracketed = isinstance(type, OptionalType) or (isinstance(type, TypeName) and type.args)
    return f"({type_text(type)})" if bracketed else type_text(type)


# --- expressions


def expression(expr: Expr) -> str:
    """An expression with the brackets that it needs."""
    match expr:
        case Both(branches=branches):
            return " & ".join(_bracketed(branch, Both) for branch in branches)
        case Pipe(stages=stages):
            return " | ".join(_bracketed(stage, Both, Pipe) for stage in stages)
        case Concat(function=function, prefix=prefix) | Filter(function=function, prefix=prefix):
            word, sign = ("concat", "*") if isinstance(expr, Concat) else ("filter", "?")
            return f"{word} {_application(function)}" if prefix else f"{_suffixed(function)}{sign}"
        case Apply(function=function, bindings=bindings):
            inside = ", ".join(f"{item.name.text} = {literal(item.value)}" for item in bindings)
            return f"{_suffixed(function)} " + (f"{{ {inside} }}" if inside else "{}")
        case LiteralSource(value=value):
            return literal(value)
        case Instantiate(function=function, types=types):
            return f"{expression(function)}<{', '.join(map(type_text, types))}>"
        case Use(qualifier=qualifier, name=name):
            return (f"{qualifier.text}." if qualifier else "") + name.text
    raise AssertionError(f"no way to print {expr!r}")


def _bracketed(expr: Expr, *kinds: type[Expr]) -> str:
    return f"({expression(expr)})" if isinstance(expr, kinds) else expression(expr)


def _suffixed(expr: Expr) -> str:
    """A function before ``*``, ``?`` or parameters."""
    prefixed = isinstance(expr, (Concat, Filter)) and expr.prefix
    return f"({expression(expr)})" if prefixed else _bracketed(expr, Both, Pipe)


def _application(expr: Expr) -> str:
    """A function behind ``concat`` or ``filter``: one application, no more."""
    inner = expr
    while isinstance(inner, Apply):
        inner = inner.function
    return f"({expression(expr)})" if isinstance(inner, (Both, Pipe, Concat, Filter)) else expression(expr)


def literal(value: Literal) -> str:
    """A literal as it was written."""
    if value.kind == "list":
        items = value.value
        assert isinstance(items, tuple)
        return f"[{', '.join(map(literal, items))}]"
    return value.raw
