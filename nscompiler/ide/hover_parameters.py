"""What is known of a parameter, where it is declared and where it gets a value."""

from nscompiler.grammar import syntax
from nscompiler.ide import explained
from nscompiler.ide.hover_functions import settable_text
from nscompiler.ide.locate import Located
from nscompiler.ide.markdown import code, joined, listed
from nscompiler.ide.names import Names, Target
from nscompiler.ide.parameters import row_of
from nscompiler.typecheck.params import POLICY, readers_of, show_type, takes_openly
from nscompiler.types.interface import ParameterRow


def parameter_hover(names: Names, target: Target) -> str:
    """A declared parameter."""
    node, owner = target.node, target.owner
    module = names.module(target.path)
    assert isinstance(node, syntax.ParamDecl)
    assert module is not None
    text = " ".join(module.source.text[node.start : node.end].split())
    reader = owner.name.text if isinstance(owner, syntax.FunDecl) else ""
    return joined(code(text), node.doc, f"{'required, ' if node.default is None else ''}read by `{reader}`")


def binding_hover(names: Names, located: Located) -> str | None:
    """Who reads a parameter that is bound, and which other binding has a say."""
    apply, binding = located.inside(syntax.Apply), located.inside(syntax.Binding)
    checked = names.program.file(located.path)
    if apply is None or binding is None or checked is None:
        return None
    name = binding.name.text
    row = row_of(checked, apply.function)
    head = code(f"{name} = {' '.join(binding.value.raw.split())}")
    if name in POLICY:
        return joined(head, f"`{name} : {show_type(POLICY[name])}`: {explained.POLICY[name]}", *_others(located, name))
    readers = [settable_text(names, one) for one in readers_of(row).get(name, ())]
    if takes_openly(row, name):
        readers.append("any function without `with` inside, as text")
    return joined(
        head,
        joined("sets:", listed(readers)) if readers else "nothing inside takes it",
        _decided(row, name),
        *_others(located, name),
    )


def _decided(row: ParameterRow, name: str) -> str | None:
    """For whom a nearer binding wins."""
    fixed = list(dict.fromkeys(one.reader for one in row.fixed if one.name == name and one.reader))
    return f"for {', '.join(f'`{one}`' for one in fixed)} a nearer binding wins" if fixed else None


def _others(located: Located, name: str) -> list[str]:
    """Bindings around this one, over which it wins."""
    own = located.inside(syntax.Apply)
    outer = [node for node in located.chain if isinstance(node, syntax.Apply) and node is not own]
    lines = located.module.source.lines
    return [
        f"it wins over the binding in line {lines.position(one.start).line}"
        for apply in outer
        for one in apply.bindings
        if one.name.text == name
    ]
