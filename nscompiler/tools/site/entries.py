"""What a page says of each declaration, ready for the templates: texts, and HTML where a field is called so."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import attrs

from nscompiler.grammar import syntax
from nscompiler.tools.parameter_changes import default_text
from nscompiler.tools.site.addresses import Addresses, function_anchor, type_anchor
from nscompiler.tools.site.doc_comments import as_html, summary
from nscompiler.tools.site.linked_types import LinkedTypes
from nscompiler.typecheck import params
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface, TypeInterface
from nscompiler.types.show import Names, show, show_field
from nscompiler.types.types import Record, Sum, Type, Types

Name = tuple[str, str]
"""A declaration: its module and its name there."""

_BADGES = ("bounded", "unbounded", "stateless", "replay")


@attrs.frozen(slots=True, kw_only=True)
class Link:
    """A name and where it leads; None where the site does not have it."""

    text: str
    address: str | None


@attrs.frozen(slots=True, kw_only=True)
class Part:
    """A field or constructor of a type."""

    name: str
    type_html: str
    doc_html: str


@attrs.frozen(slots=True, kw_only=True)
class TypeEntry:
    """A type. ``head`` is its name with its parameters, ``written_out`` the type without names; empty where that is
    the same. A record or sum is its ``parts`` (``kind`` says which), any other type ``body_html``."""

    name: str
    anchor: str
    head: str
    kind: str
    parts: tuple[Part, ...]
    body_html: str
    written_out: str
    doc_html: str
    summary: str
    deprecated: str | None
    experimental: bool
    place: str


@attrs.frozen(slots=True, kw_only=True)
class ParameterEntry:
    """A parameter that can be set. ``default`` is None where it must be; ``reader`` is the function inside that reads
    it, for a def."""

    name: str
    type: str
    default: str | None
    reader: str
    doc_html: str


@attrs.frozen(slots=True, kw_only=True)
class FunctionEntry:
    """A function or def. ``kind`` is source, sink, function, partial or workflow; ``open`` if any parameter goes."""

    name: str
    anchor: str
    kind: str
    declared: str
    type_html: str
    parameters: tuple[ParameterEntry, ...]
    open: bool
    doc_html: str
    summary: str
    badges: tuple[str, ...]
    deprecated: str | None
    experimental: bool
    place: str


class Writer:
    """Makes the entries of a site. ``places`` tells where a declaration stands, ``file:line``.

    ``uses`` fills up with who uses what: the keys are types and functions, by module and name, the values the functions
    and types that speak of them.
    """

    def __init__(self, addresses: Addresses, modules: Sequence[Checked], types: Types) -> None:
        self._addresses = addresses
        self._types = types
        self._parameter_docs = dict(_parameter_docs(modules))
        self.type_users: dict[Name, dict[Name, None]] = {}
        self.function_users: dict[Name, dict[Name, None]] = {}

    def type(self, own: TypeInterface, decl: syntax.TypeDecl | None, place: str) -> TypeEntry:
        """The entry of a type; ``decl`` is what the program says."""
        linked = LinkedTypes(self._addresses)
        names = linked.names()
        head = " ".join([own.name, *(names.of(variable) for variable in own.parameters)])
        body = self._types.named(own.body, None)
        parts = tuple(self._parts(own.module, body, decl, linked, names))
        self._note(linked, (own.module, own.name))
        return TypeEntry(
            name=own.name,
            anchor=type_anchor(own.name),
            head=head,
            kind=("record" if isinstance(body, Record) else "sum") if parts else "",
            parts=parts,
            body_html="" if parts else linked.type(body, names),
            written_out=_written_out(own, body),
            doc_html=self._html(own.module, own.doc),
            summary=summary(own.doc),
            deprecated=own.deprecated,
            experimental=decl is not None and any(one.name.text == "experimental" for one in decl.attributes),
            place=place,
        )

    def _parts(
        self, module: str, body: Type, decl: syntax.TypeDecl | None, linked: LinkedTypes, names: Names
    ) -> Iterator[Part]:
        """The fields of a closed record or the constructors of a sum; nothing for any other type."""
        docs = dict(_part_docs(decl))
        pairs: Sequence[tuple[str, Type | None]] = ()
        if isinstance(body, Record) and body.tail is None:
            pairs = body.fields
        elif isinstance(body, Sum):
            pairs = body.constructors
        for label, type in pairs:
            yield Part(
                name=show_field(label) if isinstance(body, Record) else label,
                type_html="" if type is None else linked.type(type, names),
                doc_html=self._html(module, docs.get(label)),
            )

    def function(self, own: FunctionInterface, place: str) -> FunctionEntry:
        """The entry of a function or def."""
        linked = LinkedTypes(self._addresses)
        type_html = "Workflow" if own.kind == "workflow" else linked.scheme(own.scheme)
        self._note(linked, (own.module, own.name))
        deprecated, advice = own.attribute("deprecated")
        return FunctionEntry(
            name=own.name,
            anchor=function_anchor(own.name),
            kind="partial" if own.kind == "function" and own.declared == "def" else own.kind,
            declared=own.declared,
            type_html=type_html,
            parameters=tuple(self._parameters(own)),
            open=bool(own.parameters.open),
            doc_html=self._html(own.module, own.doc),
            summary=summary(own.doc),
            badges=tuple(
                name if text is None else f"{name}: {text}" for name, text in own.attributes if name in _BADGES
            ),
            deprecated=(advice or "") if deprecated else None,
            experimental=own.attribute("experimental")[0],
            place=place,
        )

    def _parameters(self, own: FunctionInterface) -> Iterator[ParameterEntry]:
        for one in own.parameters.settable:
            place = ("", 0) if one.span is None else (one.span.path, one.span.start)
            module, doc = self._parameter_docs.get(place, ("", None))
            yield ParameterEntry(
                name=one.name,
                type=params.show_type(one.type),
                default=None if one.required else default_text(one),
                reader=one.reader if own.declared != "fun" else "",
                doc_html=self._html(module, doc),
            )

    def _html(self, module: str, doc: str | None) -> str:
        return as_html(doc, partial(self._addresses.named, module))

    def _note(self, linked: LinkedTypes, user: Name) -> None:
        for type in linked.mentioned:
            if type != user:
                self.type_users.setdefault(type, {})[user] = None

    def note_uses(self, checked: Checked) -> None:
        """Remember which defs of a module use which functions."""
        for user, target in uses(checked):
            self.function_users.setdefault((target.module, target.name), {})[user] = None


def _written_out(own: TypeInterface, body: Type) -> str:
    """A type without the names of others; empty where that says nothing more."""
    names = Names()
    for variable in own.parameters:
        names.of(variable)
    written_out = show(body, names, expand=True)
    return "" if written_out == show(body, names) else written_out


def uses(checked: Checked) -> Iterator[tuple[Name, FunctionInterface]]:
    """Which function is used by which def of a module, in the order of the text."""
    found = sorted(checked.facts.uses.items(), key=lambda pair: pair[0].start)
    starts = [node.start for node, _ in found]
    for decl in defs(checked):
        for _, fact in found[bisect_left(starts, decl.start) : bisect_left(starts, decl.end)]:
            yield (checked.reference, decl.name.text), fact.target


def defs(checked: Checked) -> Iterable[syntax.DefDecl]:
    """The defs of a module."""
    return (decl for decl in checked.module.declarations if isinstance(decl, syntax.DefDecl))


def type_declarations(checked: Checked) -> Mapping[str, syntax.TypeDecl]:
    """The types of a module as they are written, by name."""
    return {decl.name.text: decl for decl in checked.module.declarations if isinstance(decl, syntax.TypeDecl)}


def _part_docs(decl: syntax.TypeDecl | None) -> Iterator[tuple[str, str | None]]:
    """The doc comments of a type's fields or constructors."""
    match None if decl is None else decl.body:
        case syntax.RecordType(fields=fields):
            yield from ((field.name.text, field.doc) for field in fields)
        case syntax.SumType(constructors=constructors):
            yield from ((one.name.text, one.doc) for one in constructors)


def _parameter_docs(modules: Iterable[Checked]) -> Iterator[tuple[tuple[str, int], tuple[str, str]]]:
    """The doc comments of parameters and the modules that they stand in, by the places where they are declared."""
    for checked in modules:
        for decl in checked.module.declarations:
            if isinstance(decl, syntax.FunDecl):
                for one in decl.parameters or ():
                    if one.doc:
                        yield (checked.module.source.path, one.name.start), (checked.reference, one.doc)
