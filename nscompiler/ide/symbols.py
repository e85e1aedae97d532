"""What a file declares, as a tree, and what a program declares, by a name that is only half remembered."""

import re
from collections.abc import Iterable, Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide.names import is_type, name_of
from nscompiler.ide.program import Program
from nscompiler.source import Span

MOST_FOUND = 300
"""How many symbols one search gives."""
DETAIL = 100
"""The longest text beside a symbol, in characters."""


@attrs.frozen(slots=True)
class Symbol:
    """Something that a file declares. ``kind`` is module, type, record, sum, field, constructor, function, parameter,
    definition, main or broken; ``place`` is the name, ``whole`` all of the declaration."""

    name: str
    kind: str
    place: Span
    whole: Span
    detail: str = ""
    deprecated: bool = False
    children: "tuple[Symbol, ...]" = ()


@attrs.frozen(slots=True)
class Found:
    """A symbol that a search found, and the module that it is in."""

    symbol: Symbol
    container: str


def document_symbols(program: Program, path: str) -> tuple[Symbol, ...]:
    """What a file declares, in the order of the text."""
    parsed = program.parsed(path)
    return () if parsed is None else _Reader(parsed.module).all()


class _Reader:
    """Makes the symbols of one file."""

    def __init__(self, module: syntax.Module) -> None:
        self._module = module

    def all(self) -> tuple[Symbol, ...]:
        found = [one for decl in self._module.declarations if (one := self._declaration(decl)) is not None]
        main = self._module.main
        if main is not None:
            span = self._module.span(main)
            found.append(Symbol("main", "main", span, span, self._text(main)))
        return tuple(sorted(found, key=lambda one: one.whole.start))

    def _text(self, node: syntax.Node | None) -> str:
        if node is None:
            return ""
        text = " ".join(self._module.source.text[node.start : node.end].split())
        return text if len(text) <= DETAIL else f"{text[: DETAIL - 1]}…"

    def _symbol(
        self,
        name: syntax.Name,
        kind: str,
        node: syntax.Node,
        detail: str = "",
        children: Iterable[Symbol] = (),
        attributes: Iterable[syntax.Attribute] = (),
    ) -> Symbol:
        deprecated = any(one.name.text == "deprecated" for one in attributes)
        span = self._module.span
        return Symbol(name.text, kind, span(name), span(node), detail, deprecated, tuple(children))

    def _declaration(self, decl: syntax.Decl) -> Symbol | None:
        match decl:
            case syntax.TypeDecl():
                kinds = {syntax.RecordType: "record", syntax.SumType: "sum"}
                parts = tuple(self._parts(decl.body))
                detail = "" if parts else self._text(decl.body)
                return self._symbol(decl.name, kinds.get(type(decl.body), "type"), decl, detail, parts, decl.attributes)
            case syntax.FunDecl():
                parameters = (
                    self._symbol(one.name, "parameter", one, self._text(one.type)) for one in decl.parameters or ()
                )
                return self._symbol(decl.name, "function", decl, self._text(decl.type), parameters, decl.attributes)
            case syntax.DefDecl():
                detail = self._text(decl.annotation or decl.body)
                return self._symbol(decl.name, "definition", decl, detail, (), decl.attributes)
            case syntax.BrokenDecl():
                return self._broken(decl)
        return None

    def _parts(self, body: syntax.TypeExpr) -> Iterator[Symbol]:
        match body:
            case syntax.RecordType():
                for field in body.fields:
                    yield self._symbol(field.name, "field", field, self._text(field.type), self._parts(field.type))
            case syntax.SumType():
                for one in body.constructors:
                    inner = () if one.payload is None else self._parts(one.payload)
                    yield self._symbol(one.name, "constructor", one, self._text(one.payload), inner)

    def _broken(self, decl: syntax.BrokenDecl) -> Symbol | None:
        if decl.keyword == "import":
            return None
        kind = {"type": "type", "fun": "function", "def": "definition"}.get(decl.keyword, "broken")
        if decl.name is not None and decl.start <= decl.name.start and decl.name.end <= decl.end:
            return self._symbol(decl.name, kind, decl, "does not parse")
        text = self._text(decl)[:40]
        span = self._module.span(decl)
        return Symbol(text, kind, span, span, "does not parse") if text else None


# --- searching


class SymbolIndex:
    """The symbols of a program's files, kept from state to state for the files that stay the same."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[syntax.Module, tuple[Found, ...]]] = {}

    def search(self, program: Program, query: str) -> tuple[Found, ...]:
        """What matches a query, best first: its letters stand in the name in this order, whatever their size. A dot
        asks for the module too: ``shop.cl`` finds ``clean`` of ``Shop.Clean``. Nothing asks for anything."""
        wanted = query.strip().lower()
        pattern = re.compile(".*?".join(map(re.escape, wanted)), re.DOTALL)
        found: list[tuple[tuple[int, int, str, str, int], Found]] = []
        for path in program.paths_of_all:
            for one in self._of(program, path):
                name = one.symbol.name
                text = f"{one.container}.{name}" if "." in wanted else name
                if pattern.search(text.lower()):
                    place = one.symbol.place
                    found.append(((_rank(wanted, text), len(name), name, place.path, place.start), one))
        found.sort(key=lambda pair: pair[0])
        return tuple(one for _, one in found[:MOST_FOUND])

    def prepare(self, program: Program) -> Iterator[None]:
        """Get ready for a search, a file at a time."""
        for path in program.paths_of_all:
            self._of(program, path)
            yield

    def _of(self, program: Program, path: str) -> tuple[Found, ...]:
        parsed = program.parsed(path)
        if parsed is None:
            return ()
        held = self._held.get(path)
        if held is None or held[0] is not parsed.module:
            held = self._held[path] = parsed.module, tuple(_searched(parsed.module))
        return held[1]


def _searched(module: syntax.Module) -> Iterator[Found]:
    """What can be searched for in a file: modules, types, constructors, functions."""
    if module.header is not None:
        container = module.header.reference.text.partition(":")[0].rpartition("/")[2]
        place = module.span(module.header.reference)
        yield Found(Symbol(container, "module", place, module.span(module.header)), "")
    else:
        container = module.source.path.rpartition("/")[2].removesuffix(".nml")
    for decl in module.declarations:
        name = name_of(decl)
        if name is None:
            continue
        kind = "function" if isinstance(decl, syntax.FunDecl) else "type" if is_type(decl) else "definition"
        yield Found(_bare(module, name, kind, decl), container)
        if isinstance(decl, syntax.TypeDecl) and isinstance(decl.body, syntax.SumType):
            for one in decl.body.constructors:
                yield Found(_bare(module, one.name, "constructor", one), f"{container}.{name.text}")


def _bare(module: syntax.Module, name: syntax.Name, kind: str, node: syntax.Node) -> Symbol:
    """A symbol without what is in it."""
    attributes: tuple[syntax.Attribute, ...] = getattr(node, "attributes", ())
    deprecated = any(one.name.text == "deprecated" for one in attributes)
    return Symbol(name.text, kind, module.span(name), module.span(node), "", deprecated)


def _rank(wanted: str, text: str) -> int:
    """How well a text matches: 0 is the text itself, then its start, the starts of its words, a part, any letters."""
    small, tail = text.lower(), text.rpartition(".")[2].lower()
    last = wanted.rpartition(".")[2]
    if wanted in (small, tail):
        return 0
    if small.startswith(wanted) or (last and tail.startswith(last)):
        return 1
    if _initials(text).startswith(wanted):
        return 2
    return 3 if wanted in small else 4


def _initials(text: str) -> str:
    """The first letters of the words in a name: ``pi`` of ``PlantInfo`` and of ``plant_info``."""
    return "".join((one or two).lower() for one, two in re.findall(r"(?:(?:^|[_.])([^\W_]))|([A-Z])", text))
