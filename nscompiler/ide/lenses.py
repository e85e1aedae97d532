"""What is offered above declarations: to run a workflow, to see its picture, to see who uses something."""

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide.names import name_of
from nscompiler.ide.program import Program
from nscompiler.source import Span


@attrs.frozen(slots=True)
class Lens:
    """An offer at the name of a declaration. ``kind`` is run, graph or references; ``name`` is the workflow's, ``main``
    for a script's bare expression."""

    kind: str
    name: str
    place: Span


def lenses(program: Program, path: str, *, run: bool = True, references: bool = True) -> tuple[Lens, ...]:
    """The offers of a file in the order of the text; who uses what is to be counted when it is to be seen."""
    parsed = program.parsed(path)
    if parsed is None:
        return ()
    module = parsed.module
    started = _started(program, path) if run else frozenset()
    found: list[Lens] = []
    for decl in module.declarations:
        name = name_of(decl)
        if name is None:
            continue
        place = module.span(name)
        if isinstance(decl, syntax.DefDecl) and name.text in started:
            found += [Lens("run", name.text, place), Lens("graph", name.text, place)]
        if references and not isinstance(decl, syntax.BrokenDecl):
            found.append(Lens("references", name.text, place))
    if run and module.main is not None and _main_starts(program, path):
        place = module.span(module.main)
        found += [Lens("run", "main", place), Lens("graph", "main", place)]
    return tuple(found)


def _started(program: Program, path: str) -> frozenset[str]:
    """The workflows of a file."""
    interface = program.interface(path)
    functions = () if interface is None else interface.functions.values()
    return frozenset(one.name for one in functions if one.kind == "workflow")


def _main_starts(program: Program, path: str) -> bool:
    checked = program.file(path)
    return checked is not None and checked.main is not None and checked.main.kind == "workflow"
