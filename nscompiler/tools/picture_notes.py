"""What pictures tell beyond the flow graph: doc comments, and where the files are."""

import os
from collections.abc import Iterable, Iterator

from nscompiler.backends.graph import Notes
from nscompiler.grammar import syntax
from nscompiler.pipeline.compilation import Compilation
from nscompiler.types.interface import Interface


def picture_notes(compilation: Compilation, paths: Iterable[str], *, files: bool = True) -> Notes:
    """The notes for the workflows of some files. Without ``files`` nothing in them tells where the program lies, and
    the notes for one file serve for all of the compilation."""
    paths = list(dict.fromkeys(paths))
    if not paths:
        return Notes()
    # The standard library's modules are read when a program names them; this has all that were.
    modules = compilation.flow_program(paths[0]).modules
    interfaces = [own.interface for own in (*compilation.checked.values(), *modules.values())]
    return Notes(
        functions={
            (interface.module, function.name): function.doc
            for interface in interfaces
            for function in interface.functions.values()
            if function.doc
        },
        parameters={
            (interface.module, function, parameter): doc
            for interface in interfaces
            for function, parameter, doc in parameter_docs(interface)
        },
        files=dict(_files(compilation, paths)) if files else {},
    )


def _files(compilation: Compilation, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Where the files are of which some others are made, by the names that origins give them."""
    for path in paths:
        for shown, source in compilation.flow_program(path).places().sources.items():
            yield shown, _absolute(source.path)


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
