"""Every place of a program that names the same thing."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import children, node_at
from nscompiler.ide.imports import dependents
from nscompiler.ide.linked import linked
from nscompiler.ide.locate import in_broken, locate, token_at
from nscompiler.ide.names import Kind, Names, Target, variables_of
from nscompiler.ide.program import Program
from nscompiler.ide.python_places import python_places
from nscompiler.source import Span
from nscompiler.typecheck.scope import STANDARD_SPELLINGS


@attrs.frozen(slots=True)
class Occurrence:
    """A place that names something. ``declares`` where it says what it is; ``writes`` there too, and where a parameter
    gets its value. ``chain`` leads to the name in its file's tree: empty in Python."""

    span: Span
    declares: bool = False
    writes: bool = False
    chain: tuple[syntax.Node, ...] = attrs.field(default=(), eq=False, repr=False)


def references(
    program: Program, path: str, offset: int, *, declaration: bool = True, python: bool = False
) -> tuple[Occurrence, ...]:
    """The places that name what is at a place, by file and offset; with those in the Python files beside if asked.

    For a field or constructor these are all declarations that it is one with.
    """
    names = Names(program)
    located = locate(program, path, offset, names)
    if located is None:
        return ()
    targets = [one for target in located.targets for one in linked(names, target)]
    found = list(occurrences(names, targets))
    if python:
        found += [Occurrence(one) for target in targets for one in python_places(program, target)]
    kept = {one.span: one for one in found if declaration or not one.declares}
    return tuple(sorted(kept.values(), key=lambda one: (one.span.path, one.span.start)))


def highlights(program: Program, path: str, offset: int) -> tuple[Occurrence, ...]:
    """The places of the same file that name what is at a place."""
    names = Names(program)
    located = locate(program, path, offset, names)
    if located is None:
        return ()
    found = {one.span: one for target in located.targets for one in occurrences_in(names, path, target)}
    return tuple(sorted(found.values(), key=lambda one: one.span.start))


def occurrences(names: Names, targets: Iterable[Target]) -> Iterator[Occurrence]:
    """The places in all ``.nml`` files that name one of some targets."""
    for target in targets:
        for path in sorted(files_naming(names, target)):
            yield from occurrences_in(names, path, target)


def files_naming(names: Names, target: Target) -> set[str]:
    """The files that may name something."""
    program = names.program
    if target.kind in (Kind.VARIABLE, Kind.ALIAS, Kind.FIELD, Kind.CONSTRUCTOR):
        return {target.path}
    if target.span is None or program.discovery.index.is_standard(target.path):
        return {*program.paths_of_all, *([target.path] if target.path else [])}
    if target.kind is Kind.PARAMETER:
        return dependents(program, target.path)
    return {target.path, *program.importers(target.path)}


def occurrences_in(names: Names, path: str, target: Target) -> Iterator[Occurrence]:
    """The places in one file that name something."""
    if target.kind is Kind.MODULE:
        yield from _of_module(names, path, target)
    module = names.module(path)
    if module is None:
        return
    if target.kind is Kind.VARIABLE:
        yield from _of_variable(module, target)
        return
    for chain in chains_of(module, _words(names, target)):
        leaf = chain[-1]
        if isinstance(leaf, syntax.BrokenDecl):
            continue
        if target in names.meaning(path, chain):
            yield _occurrence(module, chain, target)
    yield from _in_broken_declarations(names, module, target)


def _words(names: Names, target: Target) -> tuple[str, ...]:
    """How a name may be spelt."""
    if target.kind is Kind.MODULE and target.behind is not None:
        text = target.behind.rpartition("/")[2].removesuffix(".nml")
        standard = names.program.discovery.index.is_standard(target.behind)
        return (text, text[:1].lower() + text[1:]) if standard else ()
    return (target.name, *(old for old, new in STANDARD_SPELLINGS.items() if new == target.name))


def chains_of(module: syntax.Module, words: Iterable[str]) -> Iterator[tuple[syntax.Node, ...]]:
    """The chains of nodes to each name of a module that is spelt in one of some ways, and to each broken declaration
    that has such a word."""
    text = module.source.text
    present = [word for word in words if word in text]
    if not present:
        return
    top = children(module)
    starts = [node.start for node in top]
    pattern = re.compile("|".join(map(re.escape, present)))
    for found in pattern.finditer(text):
        at = bisect_right(starts, found.start()) - 1
        if at < 0 or top[at].end <= found.start():
            continue
        chain = node_at(top[at], found.start())
        leaf = chain[-1]
        if isinstance(leaf, syntax.BrokenDecl) or (isinstance(leaf, syntax.Name) and leaf.text in present):
            yield module, *chain


def _occurrence(module: syntax.Module, chain: tuple[syntax.Node, ...], target: Target) -> Occurrence:
    span = module.span(chain[-1])
    declares = span == target.span
    binds = isinstance(chain[-2], syntax.Binding)
    return Occurrence(span, declares, declares or binds, chain)


def _of_variable(module: syntax.Module, target: Target) -> Iterator[Occurrence]:
    if target.owner is None:
        return
    for name in variables_of(target.owner):
        if name.text == target.name:
            span = module.span(name)
            yield Occurrence(span, span == target.span, span == target.span, (module, target.owner, name))


def _of_module(names: Names, path: str, target: Target) -> Iterator[Occurrence]:
    """A module's header, and the imports of it."""
    module = names.module(path)
    if path == target.behind and module is not None and module.header is not None:
        reference = module.header.reference
        yield Occurrence(module.span(reference), True, True, (module, module.header, reference))
    item = names.program.linked(path)
    for one in () if item is None or module is None else item.imports.resolved:
        if one.path == target.behind and module is not None:
            yield Occurrence(module.span(one.node.reference), chain=(module, one.node, one.node.reference))


def _in_broken_declarations(names: Names, module: syntax.Module, target: Target) -> Iterator[Occurrence]:
    """The words in declarations that did not parse which mean something, as far as that can be told."""
    path, text = module.source.path, module.source.text
    for decl in module.declarations:
        if not isinstance(decl, syntax.BrokenDecl) or target.kind not in (Kind.FUNCTION, Kind.TYPE, Kind.ALIAS):
            continue
        for found in re.finditer(rf"(?<![\w']){re.escape(target.name)}(?![\w'])", text[decl.start : decl.end]):
            start = decl.start + found.start()
            if decl.name is not None and decl.name.start == start:
                continue
            token = token_at(module, start)
            if token is not None and token.span.start == start and target in in_broken(names, path, token):
                yield Occurrence(token.span, chain=(module, decl))
