"""What is known of the thing at a place, as Markdown."""

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide import explained
from nscompiler.ide.flow_at import Flow, flow_at, written
from nscompiler.ide.hover_functions import function_hover
from nscompiler.ide.hover_parameters import binding_hover, parameter_hover
from nscompiler.ide.locate import Located, locate
from nscompiler.ide.markdown import code, joined, rows
from nscompiler.ide.names import Kind, Names, Target
from nscompiler.ide.program import Program
from nscompiler.ide.spelling import Spelling, spelling_of_arrow
from nscompiler.source import Span
from nscompiler.types.interface import Interface
from nscompiler.types.types import Record

MOST_LISTED = 12
"""How many of a module's exports are named."""


@attrs.frozen(slots=True)
class Hover:
    """A text about what stands at ``span``."""

    span: Span
    markdown: str


def hover(program: Program, path: str, offset: int) -> Hover | None:
    """What is known of what is at a place; None where there is nothing to be said."""
    names = Names(program)
    located = locate(program, path, _under_pointer(program, path, offset), names)
    if located is None or located.token is None:
        return None
    if located.token.text == "|":
        return _at_pipe(program, located)
    binding = located.inside(syntax.Binding)
    if binding is not None:
        text = binding_hover(names, located)
        return None if text is None else Hover(located.module.span(binding), text)
    if located.target is not None:
        text = _of_target(names, located, located.target)
        return None if text is None else Hover(located.span or located.token.span, text)
    return _of_token(program, located)


def _under_pointer(program: Program, path: str, offset: int) -> int:
    """A place in the sign that starts at an offset, rather than in the name that ends there: a pointer is on what
    comes after it."""
    source = program.text(path)
    text = "" if source is None else source.text[offset : offset + 2]
    return offset + 1 if text[:1] in ("*", "?", "|", "&") and not (text[1:].isalnum() or text[1:] == "_") else offset


def _at_pipe(program: Program, located: Located) -> Hover | None:
    assert located.token is not None
    if located.inside(syntax.SumType) is not None and located.inside(syntax.Expr) is None:
        return Hover(located.token.span, "One alternative or another of a sum.")
    if isinstance(located.chain[-1], syntax.RecordType | syntax.RowTail):
        return Hover(located.token.span, "The further fields of an open record follow.")
    flow = flow_at(program, located)
    if flow is None:
        return None
    if flow.given is program.types.error:
        return Hover(located.token.span, "What flows here is not known: something before it has a fault.")
    return Hover(located.token.span, _flow_text(program, located.path, flow))


_DONE = {
    "drop": "fields are dropped here",
    "widen": "an Integer becomes a Double here",
    "inject": "a sum becomes a larger one here",
    "some": "a value becomes an optional here",
    "relayout": "a value takes the other type's name and order of fields here",
}


def _flow_text(program: Program, path: str, flow: Flow) -> str:
    types = (flow.given, *(() if flow.needed is None else (flow.needed,)), *(step.output for step in flow.steps))
    spell = Spelling(program, path, types)
    done = [f"`{kind}`: {_what(flow, kind)}" for kind in flow.conversions if kind in _DONE]
    needed = None if flow.needed is None or flow.needed is flow.given else spell.type(flow.needed)
    given = spell.type(flow.given)
    steps = [(step.text, f"→ {spell.type(step.output, room=120)}") for step in flow.steps]
    return joined(
        code(given),
        f"the next stage takes `{needed}`" if needed is not None and needed != given else None,
        *done,
        joined("where it comes from:", code(rows(steps), "text")) if len(steps) > 1 else None,
    )


def _what(flow: Flow, kind: str) -> str:
    if kind == "drop" and isinstance(flow.given, Record) and isinstance(flow.needed, Record):
        gone = [label for label in flow.given.labels if flow.needed.field(label) is None]
        if gone:
            return f"{', '.join(f'`{label}`' for label in gone)} {'is' if len(gone) == 1 else 'are'} dropped here"
    return _DONE[kind]


# --- names


def _of_target(names: Names, located: Located, target: Target) -> str | None:
    match target.kind:
        case Kind.FUNCTION:
            return function_hover(names, located, target)
        case Kind.TYPE:
            return _type(names, located.path, target)
        case Kind.FIELD | Kind.CONSTRUCTOR:
            return _part(names, target)
        case Kind.PARAMETER:
            return parameter_hover(names, target)
        case Kind.VARIABLE:
            return f"`{target.name}`: a type variable. It stands for one type at each use."
        case Kind.MODULE:
            return _module(names, target)
        case Kind.ALIAS:
            behind = None if target.behind is None else names.of_module(target.behind)
            if behind is None:
                return f"`{target.name}`: the import that gives this alias leads nowhere"
            return _module(names, behind)
    return _built_in(target)


def _built_in(target: Target) -> str | None:
    tables = {
        Kind.BUILT_IN_TYPE: ("built-in type", explained.TYPES),
        Kind.CONSTRAINT: ("constraint", explained.CONSTRAINTS),
        Kind.ATTRIBUTE: ("attribute", explained.ATTRIBUTES),
        Kind.POLICY: ("parameter of every function", explained.POLICY),
    }
    kind, texts = tables[target.kind]
    text = texts.get(target.name)
    sign = "@" if target.kind is Kind.ATTRIBUTE else ""
    return None if text is None else f"`{sign}{target.name}` ({kind}): {text}"


def _type(names: Names, path: str, target: Target) -> str | None:
    interface = names.program.interface(target.path)
    found = None if interface is None else interface.types.get(target.name)
    if found is None:
        return f"`{target.name}`: a type whose declaration has faults"
    deprecated = None if found.deprecated is None else f"**deprecated:** {found.deprecated}"
    shown = _written_type(names, target)
    meant = Spelling(names.program, path).type(names.program.types.named(found.body, None))
    parameters = "".join(f" {one.name}" for one in found.parameters)
    head = code(shown or f"type {target.name}{parameters} = {meant}")
    stands = f"that is `{meant}`" if shown is not None and _is_name(target) else None
    return joined(head, stands, deprecated, found.doc, f"*{found.module}*")


MOST_LINES = 30
"""A longer declaration is written out on one line."""


def _written_type(names: Names, target: Target) -> str | None:
    """A type's declaration as its author laid it out; None where it is too long, or not read."""
    module, decl = names.module(target.path), target.node
    if module is None or not isinstance(decl, syntax.TypeDecl):
        return None
    start = decl.attributes[-1].end if decl.attributes else decl.start
    text = module.source.text[start : decl.end].strip()
    return text if text.count("\n") < MOST_LINES else None


def _is_name(target: Target) -> bool:
    """Whether a type is declared to be another one."""
    node = target.node
    return isinstance(node, syntax.TypeDecl) and isinstance(node.body, syntax.TypeName)


def _part(names: Names, target: Target) -> str:
    module = names.module(target.path)
    assert module is not None
    node = target.node
    text = "" if node is None else " ".join(module.source.text[node.start : node.end].split())
    doc = node.doc if isinstance(node, syntax.FieldDecl | syntax.Constructor) else None
    owner = target.owner
    name = owner.name.text if isinstance(owner, syntax.TypeDecl | syntax.FunDecl | syntax.DefDecl) else ""
    where = f"{target.kind.value} of `{name}`" if isinstance(owner, syntax.TypeDecl) else f"in the type of `{name}`"
    return joined(code(text), doc, where if name else None)


def _module(names: Names, target: Target) -> str | None:
    path = target.behind
    module = None if path is None else names.module(path)
    interface = None if path is None else names.program.interface(path)
    if module is None or path is None:
        return None
    if interface is None and names.program.discovery.index.is_standard(path):
        interface = _standard(names, path)
    doc = module.header.doc if module.header is not None else None
    exported = None if interface is None else _exports(names, path, interface)
    head = f"module {target.name}" if module.header is not None else f"script {target.name}"
    return joined(code(head), doc, exported)


def _standard(names: Names, path: str) -> Interface | None:
    """What a module of the standard library exports that no file names."""
    alias = path.rpartition("/")[2].removesuffix(".nml")
    for one in names.program.paths_of_all:
        found = names.program.scope(one).get(alias)
        if found is not None and found.standard:
            return found
    return None


def _exports(names: Names, path: str, interface: Interface) -> str | None:
    lines = [f"type {name}" for name in interface.types]
    for name, one in interface.functions.items():
        spell = spelling_of_arrow(names.program, path, one.scheme)
        lines.append(f"{one.declared} {name} : {spell.scheme(one.scheme)}")
    more = len(lines) - MOST_LISTED
    shown = lines[:MOST_LISTED] + ([f"// and {more} more"] if more > 0 else [])
    return code("\n".join(shown)) if lines else None


# --- words and signs


def _of_token(program: Program, located: Located) -> Hover | None:
    token = located.token
    assert token is not None
    leaf = located.chain[-1]
    if isinstance(leaf, syntax.Literal | syntax.LiteralSource):
        return _literal(program, located)
    word = token.text[:1] if token.text.startswith("$") else token.text
    text = explained.SIGNS.get(word) or explained.KEYWORDS.get(word)
    if isinstance(leaf, syntax.UnitType):
        text = explained.TYPES["()"]
    if isinstance(leaf, syntax.Concat | syntax.Filter | syntax.Both):
        text = joined(_of_expression(program, located, leaf), text)
    return None if text is None else Hover(token.span, text)


def _of_expression(program: Program, located: Located, expr: syntax.Expr) -> str | None:
    """The type of all that a sign makes of its operands."""
    checked = program.file(located.path)
    arrow = None if checked is None else checked.facts.arrows.get(expr)
    if arrow is None:
        return None
    spell = spelling_of_arrow(program, located.path, arrow)
    return code(f"{written(located.module, expr)} : {spell.arrow(arrow)}")


def _literal(program: Program, located: Located) -> Hover | None:
    checked = program.file(located.path)
    source = located.inside(syntax.LiteralSource)
    fact = None if checked is None or source is None else checked.facts.literals.get(source)
    if fact is None or source is None:
        return None
    count = len(fact.values)
    spell = Spelling(program, located.path)
    text = joined(code(spell.type(fact.output)), f"a source of {count} {'value' if count == 1 else 'values'}")
    return Hover(located.module.span(source), text)
