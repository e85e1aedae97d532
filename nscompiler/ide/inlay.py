"""What a program leaves unsaid, to be shown between what it says: types that flow, types that were inferred, and
parameters that are set further out."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.fragments import Fragments, closed
from nscompiler.ide.program import Program
from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.spelling import name_of_type, spelt, spelt_scheme
from nscompiler.types.interface import Scheme
from nscompiler.types.show import Names, show, show_arrow
from nscompiler.types.types import Alias, Type, Var, parts, variables

SHORT = 40
"""How many characters of a type are shown between the text; the rest is in the tooltip."""


class HintKind(Enum):
    """What a hint tells; each kind can be left out."""

    STAGE = "the type behind a stage"
    TYPE = "an inferred type"
    PARAMETER = "a parameter that is set further out"


@attrs.frozen(slots=True)
class HintPart:
    """A piece of a hint's text, and where what it names is declared."""

    text: str
    span: Span | None = None


@attrs.frozen(slots=True)
class Hint:
    """Text to be shown at an offset; ``tooltip`` is Markdown, ``edits`` write into the program what it says."""

    offset: int
    kind: HintKind
    parts: tuple[HintPart, ...]
    tooltip: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(part.text for part in self.parts)


ALL = frozenset(HintKind)
# Of hints at one place, what belongs to the name comes before what belongs to the stage.
_ORDER = (HintKind.TYPE, HintKind.PARAMETER, HintKind.STAGE)


def inlay_hints(
    program: Program, path: str, start: int, end: int, kinds: frozenset[HintKind] = ALL
) -> tuple[Hint, ...]:
    """The hints between two offsets, by place; none where a type is not known."""
    checked = program.file(path)
    if checked is None or program.linked(path) is None:
        return ()
    hints = _Hints(program, path, checked, kinds)
    found: list[Hint] = []
    for decl in checked.module.declarations:
        if isinstance(decl, syntax.DefDecl) and decl.start <= end and start <= decl.end:
            found += hints.of_def(decl)
    main = checked.module.main
    if main is not None and main.start <= end and start <= main.end:
        found += hints.of_body(main)
    inside = (hint for hint in found if start <= hint.offset <= end)
    return tuple(sorted(inside, key=lambda hint: (hint.offset, _ORDER.index(hint.kind))))


class _Hints:
    """The hints of one file."""

    def __init__(self, program: Program, path: str, checked: Checked, kinds: frozenset[HintKind]) -> None:
        self._program, self._path, self._checked, self._kinds = program, path, checked, kinds
        self._scope = Fragments(program, path).scope

    def of_def(self, decl: syntax.DefDecl) -> Iterator[Hint]:
        """The hints of a def: its own type, and those of its body."""
        function = self._checked.interface.functions.get(decl.name.text)
        if HintKind.TYPE in self._kinds and decl.annotation is None and function is not None:
            hint = self._of_name(decl, function.scheme)
            if hint is not None:
                yield hint
        sides = () if function is None else (function.scheme.input, function.scheme.output)
        yield from self.of_body(decl.body, frozenset(var for side in sides for var in variables(side)))

    def of_body(self, body: syntax.Expr, open_: frozenset[Var] = frozenset()) -> Iterator[Hint]:
        """The hints of an expression; ``open_`` are the variables of its def's type."""
        nodes = [*walk(body)]
        inner = {_bare(stage) for pipe in nodes if isinstance(pipe, syntax.Pipe) for stage in pipe.stages}
        written = {node.function for node in nodes if isinstance(node, syntax.Instantiate)}
        for node in nodes:
            if isinstance(node, syntax.Pipe) and HintKind.STAGE in self._kinds:
                yield from self._of_stages(node, node in inner)
            elif isinstance(node, syntax.Use) and HintKind.TYPE in self._kinds and node not in written:
                yield from self._of_use(node, open_)
            elif isinstance(node, syntax.Apply) and HintKind.PARAMETER in self._kinds:
                yield from self._inherited(node)

    # --- types that flow

    def _of_stages(self, pipe: syntax.Pipe, is_inner: bool) -> Iterator[Hint]:
        """The type behind each stage; the last of a pipe in brackets is told of behind the brackets."""
        for stage in pipe.stages[:-1] if is_inner else pipe.stages:
            arrow = self._checked.facts.arrows.get(stage)
            if arrow is None or arrow.output.poisoned or arrow.output is self._program.types.void:
                continue
            shown = (HintPart("→ "), *self._parts(arrow.output))
            yield Hint(self._behind(stage), HintKind.STAGE, shown, self._tooltip(arrow.output))

    def _behind(self, stage: syntax.Expr) -> int:
        """The end of a stage with the brackets around it."""
        text, end = self._checked.module.source.text, stage.end
        match = re.compile(r"\s*\)").match(text, end)
        opened = text[: stage.start].rstrip().endswith("(")
        return match.end() if match is not None and opened else end

    # --- types that were inferred

    def _of_name(self, decl: syntax.DefDecl, arrow: Scheme) -> Hint | None:
        if arrow.input.poisoned or arrow.output.poisoned:
            return None
        at = decl.name.end
        shown = show_arrow(arrow.input, arrow.output, self._names())
        text = spelt_scheme(self._scope, arrow)
        edits = () if text is None else (Edit(Span(self._path, at, at), f" : {text}"),)
        short = shown if len(shown) <= SHORT * 2 else f"{shown[: SHORT * 2 - 1]}…"
        parts = self._linked(f" : {short}", (arrow.input, arrow.output))
        return Hint(at, HintKind.TYPE, parts, f"```nml\ndef {decl.name.text} : {shown}\n```", edits)

    def _of_use(self, use: syntax.Use, open_: frozenset[Var]) -> Iterator[Hint]:
        """The types that a function without ``<…>`` is used at."""
        fact = self._checked.facts.uses.get(use)
        if fact is None or not fact.arguments:
            return
        pairs = zip(fact.target.scheme.variables, fact.arguments, strict=True)
        shown = [closed(self._program.types, type, open_) for var, type in pairs if var.kind != "row" or var.name]
        if not shown or any(not type.ground or type.poisoned for type in shown):
            return
        texts = [spelt(self._scope, type) for type in shown]
        edits: tuple[Edit, ...] = ()
        if all(text is not None for text in texts):
            edits = (Edit(Span(self._path, use.end, use.end), f"<{', '.join(text or '' for text in texts)}>"),)
        pieces: list[HintPart] = [HintPart("<")]
        for place, type in enumerate(shown):
            pieces += [HintPart(", ")] if place else []
            pieces += self._parts(type)
        tooltip = "\n\n".join(self._tooltip(type) for type in shown)
        yield Hint(use.end, HintKind.TYPE, (*pieces, HintPart(">")), tooltip, edits)

    # --- parameters

    def _inherited(self, apply: syntax.Apply) -> Iterator[Hint]:
        """Behind each function inside brackets, those of the bindings around that reach it."""
        if isinstance(apply.function, syntax.Use | syntax.Instantiate | syntax.Apply):
            return
        bound = {binding.name.text: binding for binding in apply.bindings}
        yield from self._reached(apply.function, bound)

    def _reached(self, expr: syntax.Expr, bound: Mapping[str, syntax.Binding]) -> Iterator[Hint]:
        match expr:
            case syntax.Apply():
                nearer = {binding.name.text for binding in expr.bindings}
                left = {name: one for name, one in bound.items() if name not in nearer}
                yield from self._reached(expr.function, left)
            case syntax.Concat() | syntax.Filter():
                yield from self._reached(expr.function, bound)
            case syntax.Pipe():
                for stage in expr.stages:
                    yield from self._reached(stage, bound)
            case syntax.Both():
                for branch in expr.branches:
                    yield from self._reached(branch, bound)
            case syntax.Use() | syntax.Instantiate():
                yield from self._read(expr, bound)

    def _read(self, use: syntax.Expr, bound: Mapping[str, syntax.Binding]) -> Iterator[Hint]:
        fact = self._checked.facts.uses.get(use)
        settable = () if fact is None else fact.target.parameters.settable
        names = dict.fromkeys(one.name for one in settable if one.name in bound)
        if not names:
            return
        pieces = [HintPart(" { ")]
        for place, name in enumerate(names):
            binding = bound[name]
            span = self._checked.module.span(binding)
            pieces += [HintPart(", ")] if place else []
            pieces.append(HintPart(_short(f"{name} = {binding.value.raw}"), span))
        yield Hint(use.end, HintKind.PARAMETER, (*pieces, HintPart(" }")), "set further out")

    # --- text

    def _names(self) -> Names:
        def spell(alias: Alias) -> str:
            return name_of_type(self._scope, alias) or alias.name

        return Names(spell=spell)

    def _parts(self, type: Type) -> tuple[HintPart, ...]:
        return self._linked(_short(show(type, self._names())), (type,))

    def _linked(self, text: str, types: tuple[Type, ...]) -> tuple[HintPart, ...]:
        """A text in pieces, those that are names of declared types with their places."""
        places = {self._spelt(alias): span for alias in _aliases(types) if (span := self._place(alias)) is not None}
        if not places:
            return (HintPart(text),)
        names = "|".join(sorted((re.escape(name) for name in places), key=len, reverse=True))
        pieces = re.split(rf"(?<![\w.])({names})(?![\w'])", text)
        return tuple(HintPart(piece, places.get(piece)) for piece in pieces if piece)

    def _spelt(self, alias: Alias) -> str:
        return name_of_type(self._scope, alias) or alias.name

    def _place(self, alias: Alias) -> Span | None:
        path = self._program.path_of(alias.module) or (self._path if alias.module == self._scope.reference else None)
        interface = None if path is None else self._program.interface(path)
        declared = None if interface is None else interface.types.get(alias.name)
        return None if declared is None else declared.span

    def _tooltip(self, type: Type) -> str:
        whole = show(type, self._names(), expand=True)
        name = show(type, self._names())
        return f"```nml\n{name}\n```" if name == whole else f"```nml\ntype {name} = {whole}\n```"


def _bare(stage: syntax.Expr) -> syntax.Expr:
    """What a stage is without its braces and signs."""
    while isinstance(stage, syntax.Apply | syntax.Concat | syntax.Filter):
        stage = stage.function
    return stage


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _aliases(types: tuple[Type, ...]) -> Iterator[Alias]:
    seen: set[Type] = set()
    stack = [*types]
    while stack:
        part = stack.pop()
        if part in seen:
            continue
        seen.add(part)
        if part.alias is not None:
            yield part.alias
            stack.extend(part.alias.args)
        stack.extend(parts(part))
