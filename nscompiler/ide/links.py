"""What in a file leads out of it: imports, addresses in comments, the files that parameters name."""

import re
from collections.abc import Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.program import Program
from nscompiler.source import Span

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{}|]+")
FILES = ("path", "dead_letter")
"""The parameters that name files."""


@attrs.frozen(slots=True)
class Link:
    """A place that leads to an ``address``, or to the first of ``files`` that there is. A relative path is tried from
    the folder of the file, then from the folders that a project is run in."""

    span: Span
    address: str | None = None
    files: tuple[str, ...] = ()
    tooltip: str = ""


def links(program: Program, path: str) -> tuple[Link, ...]:
    """The links of a file in the order of the text."""
    parsed = program.parsed(path)
    if parsed is None:
        return ()
    found = [*_imports(program, path), *_addresses(parsed.module), *_files(program, parsed.module)]
    return tuple(sorted(found, key=lambda one: one.span.start))


def _imports(program: Program, path: str) -> Iterator[Link]:
    item = program.linked(path)
    if item is not None:
        for one in item.imports.resolved:
            yield Link(item.span(one.node.reference), None, (one.path,), f"open {one.path}")


def _addresses(module: syntax.Module) -> Iterator[Link]:
    for comment in module.comments:
        for found in _ADDRESS.finditer(comment.text):
            address = _trimmed(found[0])
            start = comment.start + found.start()
            yield Link(module.source.span(start, start + len(address)), address)


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence that it stands in."""
    while address and (address[-1] in ".,;:!?*_" or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def _files(program: Program, module: syntax.Module) -> Iterator[Link]:
    path = module.source.path
    folders = dict.fromkeys((path.rpartition("/")[0], *program.discovery.index.roots))
    for node in (node for top in _expressions(module) for node in walk(top)):
        if not isinstance(node, syntax.Binding) or node.name.text not in FILES or node.value.kind != "text":
            continue
        name = str(node.value.value)
        if name and "\n" not in name and "://" not in name:
            files = (name,) if name.startswith("/") else tuple(f"{folder}/{name}" for folder in folders)
            yield Link(module.source.span(node.value.start + 1, node.value.end - 1), None, files, f"open {name}")


def _expressions(module: syntax.Module) -> Iterator[syntax.Expr]:
    yield from (decl.body for decl in module.declarations if isinstance(decl, syntax.DefDecl))
    if module.main is not None:
        yield module.main
