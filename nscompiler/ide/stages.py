"""The functions that may be the stage under the cursor, what fits first."""

from collections.abc import Iterator

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.bindings import filled
from nscompiler.ide.cursor import Cursor
from nscompiler.ide.fragments import Fragments
from nscompiler.ide.imports import importable
from nscompiler.ide.offers import Fit, Offer, OfferKind, Subject, closeness
from nscompiler.ide.places import Flow, Place, flow_of, place_of
from nscompiler.ide.program import Program
from nscompiler.source import Span
from nscompiler.typecheck.fits import Mismatch
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show, show_scheme
from nscompiler.types.types import Type, Var

_KINDS = {"source": OfferKind.SOURCE, "sink": OfferKind.SINK}
# Where nothing flows: sources first, for a pipe begins with one.
_AT_START = {"source": 0, "function": 1, "sink": 2, "workflow": 3}


@attrs.frozen(slots=True)
class Verdict:
    """How a function fits: its group, the sign to put behind it or behind the stage before, and why it does not."""

    group: Fit
    sign: str = ""
    before: str = ""
    note: str = ""


# Where a function comes from orders what fits equally well: the program's own before what every program has.
_IN_SCOPE, _STANDARD, _ELSEWHERE, _DEPRECATED = range(4)


class Stages:
    """The offers for one cursor at which a stage may stand."""

    def __init__(self, program: Program, path: str, module: syntax.Module, cursor: Cursor) -> None:
        self._program, self._path, self._module, self._cursor = program, path, module, cursor
        self._fragments = Fragments(program, path)
        self._place: Place = place_of(cursor)
        self._flow: Flow = flow_of(self._place, self._fragments)

    @property
    def is_start(self) -> bool:
        """Whether a pipe begins here."""
        return self._place.is_start and self._flow.given is None

    def offers(self) -> Iterator[Offer]:
        """All that may stand here, in no order."""
        cursor, scope = self._cursor, self._fragments.scope
        if cursor.qualifier is None:
            hidden = _leading_to(self._module, cursor)
            for name, function in scope.functions.items():
                if name not in hidden:
                    yield from self._offer(function, name, ())
        for alias in scope.imports:
            if cursor.qualifier in (None, alias):
                yield from self._of_alias(alias)

    def _of_alias(self, alias: str) -> Iterator[Offer]:
        interface = self._fragments.scope.imports[alias]
        if interface is None:
            return
        rank = _STANDARD if interface.standard else _IN_SCOPE
        for name, function in interface.functions.items():
            if self._cursor.qualifier is not None or closeness(self._cursor.word, name) is not None:
                yield from self._offer(function, f"{alias}.{name}", (), rank)
        if self._cursor.qualifier is None and interface.functions:
            detail = f"module {interface.module}"
            yield Offer(
                alias, OfferKind.MODULE, alias, Fit.KEYWORD.value, detail, subject=Subject(interface.module, "")
            )

    def elsewhere(self) -> Iterator[Offer]:
        """Functions of modules that are not imported yet, with the import; only such that fit."""
        cursor = self._cursor
        for one in importable(self._program, self._path, self._module, cursor.word, types=False):
            interface = self._program.interface(one.path)
            for name, function in ({} if interface is None else interface.functions).items():
                if closeness(cursor.word, name) is None:
                    continue
                for offer in self._offer(function, f"{one.alias}.{name}", (one.edit,), _ELSEWHERE):
                    if offer.group != Fit.UNFIT.value:
                        yield attrs.evolve(offer, note=f"import {one.reference}")

    # --- one function

    def _offer(
        self, function: FunctionInterface, name: str, edits: tuple[Edit, ...], rank: int = _IN_SCOPE
    ) -> Iterator[Offer]:
        if not self._may_stand(function):
            return
        verdict = self._verdict(function)
        if verdict.before:
            at = Span(self._path, (end := self._end_of_stage()), end)
            edits = (*edits, Edit(at, verdict.before))
        deprecated = function.attribute("deprecated")[0]
        yield Offer(
            label=name + verdict.sign,
            kind=_KINDS.get(function.kind, OfferKind.FUNCTION),
            insert=name + verdict.sign,
            snippet=self._snippet(function, name, verdict.sign),
            group=verdict.group.value,
            rank=_DEPRECATED if deprecated else rank,
            detail=show_scheme(function.scheme),
            note=verdict.note,
            filter=name if self._cursor.qualifier is not None else name.rpartition(".")[2],
            edits=edits,
            deprecated=deprecated,
            subject=Subject(function.module, function.name),
        )

    def _snippet(self, function: FunctionInterface, name: str, sign: str) -> str:
        """The call with the parameters that must be set, unless something is written behind it already."""
        required = [one for one in function.parameters.settable if one.required]
        if not required or self._cursor.following in ("{", "<"):
            return ""
        return name + filled(required) + sign

    def _may_stand(self, function: FunctionInterface) -> bool:
        place = self._place
        if function.kind == "workflow":
            return self.is_start and place.after is None and not place.suffix
        if function.kind == "source" and not self.is_start:
            return False
        goes_on = place.after is not None or place.prefix or place.suffix or self._flow.needed is not None
        return function.kind != "sink" or not goes_on

    def _verdict(self, function: FunctionInterface) -> Verdict:
        if function.traits.replies and not self._fragments.takes_replies:
            return Verdict(Fit.UNFIT, note="answers requests, once")
        if self._flow.given is None:
            return self._verdict_at_start(function)
        given = self._flow.given
        found = self._fragments.tried(given, function)
        if found.fits:
            if function.kind == "sink":
                return Verdict(Fit.SINK)
            how = _how(function, self._fragments.store.resolve(given), found.input)
            return self._behind(function, found.output, how)
        for sign in "*?" if self._place.joint >= 0 else "":
            item = self._fragments.inside(given, sign)
            if item is not None and not isinstance(given, Var) and self._fragments.tried(item, function).fits:
                what = "every item of the list" if sign == "*" else "what is not missing"
                return Verdict(Fit.SINK if function.kind == "sink" else Fit.SIGN, "", sign, f"for {what}")
        return Verdict(Fit.UNFIT, note=_why(found.mismatches, found.constraint, found.input))

    def _verdict_at_start(self, function: FunctionInterface) -> Verdict:
        if self._place.before:
            group = Fit.SINK if function.kind == "sink" else Fit.POLYMORPHIC
        else:
            group = Fit(_AT_START[function.kind])
        return self._behind(function, function.scheme.output, group)

    def _behind(self, function: FunctionInterface, output: Type, group: Fit) -> Verdict:
        """Whether what it gives is what the next stage needs, with a sign if need be."""
        fragments, place, needed = self._fragments, self._place, self._flow.needed
        if place.prefix or place.suffix:
            sign = {"concat": "*", "filter": "?"}.get(place.prefix) or place.suffix[0]
            inside = fragments.inside(output, sign)
            if inside is None:
                return Verdict(Fit.UNFIT, note=f"gives {show(output)}, which is no {_OF_SIGN[sign]}")
            output = inside
        if needed is None or function.kind in ("sink", "workflow") or fragments.fits(output, needed):
            return Verdict(group)
        for sign in "*?":
            item = fragments.inside(output, sign)
            if item is not None and not isinstance(output, Var) and fragments.fits(item, needed):
                return Verdict(Fit.SIGN, sign)
        return Verdict(Fit.UNFIT, note=f"gives {show(output)}, needed is {show(needed)}")

    def _end_of_stage(self) -> int:
        return len(self._cursor.text[: self._place.joint].rstrip())


_OF_SIGN = {"*": "list", "?": "optional"}


def _how(function: FunctionInterface, given: Type, input: Type) -> Fit:
    if isinstance(function.scheme.input, Var):
        return Fit.POLYMORPHIC
    return Fit.EXACT if input.canon is given.canon else Fit.CONVERTED


def _why(mismatches: tuple[Mismatch, ...], constraint: str, input: Type) -> str:
    """Why a function cannot stand behind what flows, in a few words."""
    if constraint in ("Present", "Item"):
        return {"Present": "would make an optional of what may be missing"}.get(constraint, "would take bytes apart")
    if constraint:
        return f"needs a {constraint}"
    if len(mismatches) == 1 and mismatches[0].kind == "missing":
        return f"needs {', '.join(mismatches[0].labels)} too"
    return f"takes {show(input, room=60)}"


def _leading_to(module: syntax.Module, cursor: Cursor) -> frozenset[str]:
    """The def that is being written, and those that use it: none of them can be part of it."""
    above = [decl for decl in module.declarations if decl.start <= cursor.start]
    edited = above[-1] if above else None
    name: syntax.Name | None = getattr(edited, "name", None)
    if edited is None or name is None or _is_behind(module, edited, cursor):
        return frozenset()
    uses = {decl.name.text: _uses(decl) for decl in module.declarations if isinstance(decl, syntax.DefDecl)}
    found, pending = {name.text}, [name.text]
    while pending:
        used = pending.pop()
        more = {own for own, names in uses.items() if used in names} - found
        found |= more
        pending += more
    return frozenset(found)


def _is_behind(module: syntax.Module, decl: syntax.Decl, cursor: Cursor) -> bool:
    """Whether a script's bare expression is being written, which comes behind the last declaration."""
    main = module.main
    in_main = main is not None and decl.end <= main.start <= cursor.start
    return in_main or ";" in module.source.text[decl.end : cursor.start]


def _uses(decl: syntax.DefDecl) -> set[str]:
    """The functions of its own file that a def names."""
    return {node.name.text for node in walk(decl.body) if isinstance(node, syntax.Use) and node.qualifier is None}
