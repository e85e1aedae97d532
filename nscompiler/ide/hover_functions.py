"""What is known of a function at a place."""

from nscompiler.grammar import syntax
from nscompiler.ide.locate import Located
from nscompiler.ide.markdown import code, joined, listed
from nscompiler.ide.names import Names, Target
from nscompiler.ide.spelling import spelling_of_arrow
from nscompiler.source import Span
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.params import show_type
from nscompiler.types.interface import FunctionInterface, ParameterRow, Settable


def function_hover(names: Names, located: Located, target: Target) -> str:
    """A function's scheme, its types in this use, its text, parameters, kind, attributes and module."""
    fact = _fact(names, located)
    function = fact.target if fact is not None else interface_of(names, target)
    if function is None:
        word = "fun" if isinstance(target.node, syntax.FunDecl) else "def"
        return f"`{word} {target.name}`: its declaration has faults"
    spell = spelling_of_arrow(names.program, located.path, function.scheme)
    head = spell.scheme(function.scheme)
    here = _here(names, located, fact)
    return joined(
        code(spell.declaration(f"{function.declared} {function.name}", function.scheme)),
        _deprecated(function),
        f"here: `{here}`" if here is not None and here != head else None,
        function.doc,
        parameters_text(names, function.parameters),
        _facts(function),
    )


def interface_of(names: Names, target: Target) -> FunctionInterface | None:
    """A function as its module exports it."""
    interface = names.program.interface(target.path)
    return None if interface is None else interface.functions.get(target.name)


def _fact(names: Names, located: Located) -> UseFact | None:
    use = located.inside(syntax.Use)
    checked = names.program.file(located.path)
    return None if use is None or checked is None else checked.facts.uses.get(use)


def _here(names: Names, located: Located, fact: UseFact | None) -> str | None:
    if fact is None or not fact.arguments:
        return None
    spell = spelling_of_arrow(names.program, located.path, fact.arrow)
    return spell.arrow(fact.arrow)


def _deprecated(function: FunctionInterface) -> str | None:
    deprecated, text = function.attribute("deprecated")
    return f"**deprecated:** {text or 'it should no longer be used'}" if deprecated else None


def _facts(function: FunctionInterface) -> str:
    marks = [f"@{name}" for name, _ in function.attributes if name != "deprecated"]
    return f"*{' · '.join((function.kind, *marks, function.module))}*"


def parameters_text(names: Names, row: ParameterRow) -> str | None:
    """The parameters that can still be set, and those that are decided inside."""
    settable = [settable_text(names, one) for one in row.settable]
    fixed = [f"`{one.name}` is decided inside{_at(names, one.span)}" for one in row.fixed]
    items = [*settable, *dict.fromkeys(fixed)]
    if row.open and not settable:
        items.append("any other, as text: a function without `with` is inside")
    return joined("parameters:", listed(items)) if items else None


def settable_text(names: Names, one: Settable) -> str:
    """A parameter with its type and default, and its text."""
    node = declared_parameter(names, one)
    default = "" if one.required else f" = {_default(one, node)}"
    doc = "" if node is None or not node.doc else f": {' '.join(node.doc.split())}"
    required = " (required)" if one.required else ""
    return f"`{one.name} : {show_type(one.type)}{default}`{required}, read by `{one.reader}`{doc}"


def declared_parameter(names: Names, one: Settable) -> syntax.ParamDecl | None:
    """Where a parameter that can be set is declared."""
    if one.span is None:
        return None
    decl = names.declared(one.span.path)[0].get(one.reader.rpartition(".")[2])
    parameters = decl.parameters if isinstance(decl, syntax.FunDecl) else None
    return next((node for node in parameters or () if node.name.text == one.name), None)


def _default(one: Settable, node: syntax.ParamDecl | None) -> str:
    return node.default.raw if node is not None and node.default is not None else str(one.default)


def _at(names: Names, span: Span) -> str:
    source = names.program.text(span.path)
    if source is None:
        return ""
    value = " ".join(source.text[span.start : span.end].split())
    return f": `{value}`" if len(value) <= 60 and "=" in value else ""
