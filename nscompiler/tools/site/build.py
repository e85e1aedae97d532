"""Puts a site together: which modules it has, who uses what, and the files."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined

from nscompiler.backends.graph import STYLE, svg
from nscompiler.backends.graph.page import page
from nscompiler.flow.model import Graph
from nscompiler.flow.program import Program
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.picture_notes import picture_notes
from nscompiler.tools.site.addresses import Addresses, page_names
from nscompiler.tools.site.doc_comments import as_html, summary
from nscompiler.tools.site.entries import FunctionEntry, Link, Name, TypeEntry, Writer, type_declarations
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface, TypeInterface
from nscompiler.version import __version__

MANIFEST = "nsc-docs.json"
"""The file by which a folder is known to hold a site and nothing else."""

_SECTIONS = (
    ("workflow", "Workflows"),
    ("source", "Sources"),
    ("function", "Functions"),
    ("partial", "Partial flows"),
    ("sink", "Sinks"),
)


@attrs.frozen(slots=True, kw_only=True)
class Module:
    """The page of one module. ``workflows`` are pictures by workflow; ``graph_page`` is where they can be looked around
    in."""

    reference: str
    name: str
    version: str
    address: str
    standard: bool
    doc_html: str
    summary: str
    place: str
    imports: tuple[Link, ...]
    imported_by: tuple[Link, ...]
    types: tuple[TypeEntry, ...]
    sections: tuple[tuple[str, tuple[FunctionEntry, ...]], ...]
    pictures: Mapping[str, str]
    graph_page: str
    used_by: Mapping[str, tuple[Link, ...]]


def site(
    compilation: Compilation, graphs: Iterable[tuple[str, Graph]], *, title: str = "Modules", standard: bool = False
) -> dict[str, str]:
    """The files of the site, by name, for the modules that were asked for.

    ``graphs`` are those workflows that can be drawn, each with the path of its file. ``standard`` adds the standard
    library's modules. The compilation must be free of errors.
    """
    building = _Building(compilation, standard)
    by_path: dict[str, list[Graph]] = {}
    for path, graph in graphs:
        by_path.setdefault(path, []).append(graph)
    modules = [building.module(checked, by_path.get(path, ())) for path, checked in building.modules.items()]
    files = {module.address: _filled("module.html.j2", title=title, module=module, style=STYLE) for module in modules}
    for path, checked in building.modules.items():
        files |= building.graph_page(checked, by_path.get(path, ()))
    files["index.html"] = _filled("index.html.j2", title=title, groups=_by_name(modules))
    files["site.css"] = _filled("site.css")
    files["site.js"] = _filled("site.js")
    files["search.js"] = f"window.nscSearch = {_script(list(_searched(modules)))};\n"
    files[MANIFEST] = json.dumps({"compiler": __version__, "modules": [one.reference for one in modules]}) + "\n"
    return dict(sorted(files.items()))


class _Building:
    """What all pages need to know of each other."""

    def __init__(self, compilation: Compilation, standard: bool) -> None:
        self._compilation = compilation
        asked = {own.module.source.path: own for own in compilation.selected if own.module.header is not None}
        library = _library(compilation) if standard else []
        found = {**asked, **{own.module.source.path: own for own in library}}
        self.modules = dict(sorted(found.items(), key=lambda item: item[1].reference))
        given = compilation.discovery.given
        self._program = Program(types=compilation.types, modules={}, files={}, root=given[0].root if given else "")
        self._addresses = _addresses(self.modules.values(), _aliases(compilation))
        self._writer = Writer(self._addresses, list(compilation.checked.values()) + library, compilation.types)
        self._imports = {
            item.path: [self._link(compilation.checked[one.path].reference) for one in item.imports.resolved]
            for item in compilation.program.modules
            if item.path in self.modules
        }
        self._notes = picture_notes(compilation, compilation.targets[:1], files=False)
        self._importers: dict[str, list[Link]] = {}
        for path, checked in self.modules.items():
            for link in self._imports.get(path, ()):
                self._importers.setdefault(link.text, []).append(self._link(checked.reference))
        self._entries = {path: self._entries_of(checked) for path, checked in self.modules.items()}
        for checked in self.modules.values():
            self._writer.note_uses(checked)

    def _link(self, module: str) -> Link:
        return Link(text=module, address=self._addresses.of_module(module))

    def _entries_of(self, checked: Checked) -> tuple[list[TypeEntry], list[FunctionEntry]]:
        written, interface = type_declarations(checked), checked.interface
        types = [
            self._writer.type(own, written.get(own.name), self._place(checked, own))
            for own in sorted(interface.types.values(), key=_start)
        ]
        functions = [
            self._writer.function(own, self._place(checked, own))
            for own in sorted(interface.functions.values(), key=_start)
        ]
        return types, functions

    def _place(self, checked: Checked, own: TypeInterface | FunctionInterface) -> str:
        place = self._program.place(checked.module.source, own.span.start, own.span.end)
        return f"{place.file}:{place.line}"

    def module(self, checked: Checked, graphs: Sequence[Graph]) -> Module:
        """The page of a module."""
        reference, path = checked.reference, checked.module.source.path
        types, functions = self._entries[path]
        name, _, version = reference.rpartition(":")
        header = checked.module.header
        doc = None if header is None else header.doc
        return Module(
            reference=reference,
            name=name,
            version=version,
            address=self._addresses.pages[reference],
            standard=checked.interface.standard,
            doc_html=as_html(doc, partial(self._addresses.named, reference)),
            summary=summary(doc),
            place=self._program.shown(path),
            imports=tuple(self._imports.get(path, ())),
            imported_by=tuple(self._importers.get(reference, ())),
            types=tuple(types),
            sections=tuple(
                (heading, own)
                for kind, heading in _SECTIONS
                if (own := tuple(one for one in functions if one.kind == kind))
            ),
            pictures={
                graph.name: svg(graph, self._notes, heading=False, prefix=f"{graph.name}-", styled=False)
                for graph in graphs
            },
            graph_page=_graph_page(self._addresses.pages[reference]) if graphs else "",
            used_by=self._used_by(reference, types, functions),
        )

    def graph_page(self, checked: Checked, graphs: Sequence[Graph]) -> dict[str, str]:
        """The page to look around in a module's workflows, if it has any."""
        if not graphs:
            return {}
        text = page(graphs, self._notes, links="none", prose=as_html)
        return {_graph_page(self._addresses.pages[checked.reference]): text}

    def _used_by(
        self, module: str, types: Iterable[TypeEntry], functions: Iterable[FunctionEntry]
    ) -> dict[str, tuple[Link, ...]]:
        """Who uses the declarations of a module, by their anchors."""
        users = {type.anchor: self._writer.type_users.get((module, type.name), {}) for type in types}
        users |= {own.anchor: self._writer.function_users.get((module, own.name), {}) for own in functions}
        return {anchor: tuple(self._user(one, module) for one in own) for anchor, own in users.items() if own}

    def _user(self, user: Name, page: str) -> Link:
        module, name = user
        address = self._addresses.of_function(module, name) or self._addresses.of_type(module, name)
        shown = name if module == page else f"{module.rpartition(':')[0]}.{name}"
        return Link(text=shown, address=address)


def _start(own: TypeInterface | FunctionInterface) -> int:
    return own.span.start


def _library(compilation: Compilation) -> list[Checked]:
    """The standard library's modules."""
    if not compilation.selected:
        return []
    for alias in RESERVED_ALIASES:
        compilation.standard_interface(alias)
    program = compilation.flow_program(compilation.selected[0].module.source.path)
    return [own for own in program.modules.values() if own.interface.standard]


def _addresses(modules: Iterable[Checked], aliases: Mapping[str, Mapping[str, str]]) -> Addresses:
    interfaces = [checked.interface for checked in modules]
    # The standard library's modules are at hand everywhere, in its own too.
    standard = {one.module.partition(":")[0]: one.module for one in interfaces if one.standard}
    return Addresses(
        pages=page_names(one.module for one in interfaces),
        types=frozenset((one.module, name) for one in interfaces for name in one.types),
        functions=frozenset((one.module, name) for one in interfaces for name in one.functions),
        aliases={one.module: {**standard, **aliases.get(one.module, {})} for one in interfaces},
    )


def _aliases(compilation: Compilation) -> dict[str, dict[str, str]]:
    """What the aliases of each module stand for."""
    checked = compilation.checked
    return {
        checked[item.path].reference: {one.alias: checked[one.path].reference for one in item.imports.resolved}
        for item in compilation.program.modules
    }


def _graph_page(address: str) -> str:
    # No module's page ends so: a version does not.
    return f"{address.removesuffix('.html')}.graph.html"


def _by_name(modules: Iterable[Module]) -> list[tuple[str, list[tuple[str, list[Module]]]]]:
    """The modules under headings, each name with its versions, newest first."""
    groups: dict[str, dict[str, list[Module]]] = {}
    for module in modules:
        heading = "Standard library" if module.standard else "Modules"
        groups.setdefault(heading, {}).setdefault(module.name, []).append(module)
    return [
        (heading, [(name, sorted(own, key=_release, reverse=True)) for name, own in sorted(named.items())])
        for heading, named in sorted(groups.items())
    ]


def _release(module: Module) -> tuple[tuple[int, ...], bool, str]:
    numbers, _, snapshot = module.version.partition("-")
    return tuple(map(int, numbers.split("."))), not snapshot, snapshot


def _searched(modules: Iterable[Module]) -> Iterator[list[str]]:
    """What the search finds: kind, name, module, address and a line about it."""
    for module in modules:
        yield ["module", module.name, module.version, module.address, module.summary]
        for type in module.types:
            yield ["type", type.name, module.reference, f"{module.address}#{type.anchor}", type.summary]
        for _, own in module.sections:
            for one in own:
                yield [one.kind, one.name, module.reference, f"{module.address}#{one.anchor}", one.summary]


def _script(value: object) -> str:
    """JSON that is a JavaScript expression wherever it stands."""
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("nscompiler.tools.site"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )


def _filled(template: str, **values: Any) -> str:
    return _templates().get_template(template).render(**values)
