"""What pictures tell beyond the flow graph: doc comments, and where the files are."""

import os
from collections.abc import Iterable, Iterator

from nscompiler.backends.graph import Notes
from nscompiler.grammar import syntax
from nscompiler.pipeline import Compilation
from nscompiler.types.interface import Interface


def picture_notes(compilation: Compilation, paths: Iterable[str], *, files: bool = True) -> Notes:
    """The notes for the workflows of some files. Without ``files`` nothing in them tells where the program lies."""
    programs = [compilation.flow_program(path) for path in dict.fromkeys(paths)]
    interfaces = {name: own.interface for program in programs for name, own in program.modules.items()}
    return Notes(
        functions={
            (name, function.name): function.doc
            for name, interface in interfaces.items()
            for function in interface.functions.values()
            if function.doc
        },
        parameters={
            (name, function, parameter): doc
            for name, interface in interfaces.items()
            for function, parameter, doc in parameter_docs(interface)
        },
        files={
            shown: _absolute(source.path)
            for program in programs
            for shown, source in program.places().sources.items()
            if files
        },
    )


def parameter_docs(interface: Interface) -> Iterator[tuple[str, str, str]]:
    """The doc comments of parameters, as (function, parameter, text)."""
    tree = interface.tree()
    for decl in () if tree is None else tree.declarations:
        if isinstance(decl, syntax.FunDecl):
            for parameter in decl.parameters or ():
                if parameter.doc:
                    yield decl.name.text, parameter.name.text, parameter.doc


def _absolute(path: str) -> str:
    return os.path.abspath(path).replace(os.sep, "/")
