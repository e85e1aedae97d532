"""The reference checker: slow, and written from docs/language.md alone.

It shares the syntax tree with the compiler and nothing else. Types are tuples, what is known of variables is a
dictionary that is never changed, every question is answered from the start. ``check`` says of each def whether it is
well typed, with its type, or where the first fault lies. It knows types, rows, `*`, `?`, `&`, `<…>`, annotations and
parameters; not the standard library's rules about replies and files, nor warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import attrs
from reference import parameters
from reference.fitting import State, common_input, common_output, fit, fresh
from reference.parameters import Row
from reference.terms import MISSING, VOID, Misfit, Term, is_variable, nests_optionals, parts, put_in, variables
from reference.written_types import Reader, Unknown, expand, parameter_kinds

from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile

LIBRARY = Path(__file__).parent.parent.parent / "stdlib/nstack/modules"
STANDARD = {written: name for name in ("Sources", "Sinks", "Conv", "Std") for written in (name, name.lower())}
TOLERATED = (("Sources", "stdin"), ("Sinks", "stdout"))


@attrs.frozen
class Scheme:
    """The type of a function, for all its variables. ``order`` are those that may be given, ``present`` must not
    become what may be missing already, and ``items`` must not become bytes."""

    input: Term
    output: Term
    row: Row
    order: tuple[Term, ...] = ()
    lacks: Mapping[Term, frozenset[str]] = attrs.field(factory=dict)
    present: tuple[Term, ...] = ()
    items: tuple[Term, ...] = ()


@attrs.frozen
class Verdict:
    """Of a def: its type, or the place of the first fault and the part that was being looked at. ``known`` is false
    where it depends on something that has no type."""

    scheme: Scheme | None = None
    place: tuple[int, int] | None = None
    why: str = ""
    known: bool = True


class Fault(Exception):
    """A def is wrong at a place."""

    def __init__(self, start: int, end: int, why: str) -> None:
        super().__init__(why)
        self.place = (start, end)


class File:
    """One file: its declarations, and what its aliases mean."""

    def __init__(self, program: Program, module: syntax.Module, standard: bool) -> None:
        self.program = program
        self.module = module
        self.standard = standard
        # Of two types with one name the first counts; of two functions nobody knows which one a use means.
        declarations = module.declarations[::-1]
        kinds = (syntax.FunDecl, syntax.DefDecl)
        self.types = {one.name.text: one for one in declarations if isinstance(one, syntax.TypeDecl)}
        named = [one for one in declarations if isinstance(one, kinds)]
        self.functions = {one.name.text: one for one in named}
        self.repeated = {one.name.text for one in named if self.functions[one.name.text] is not one}
        self.verdicts: dict[str, Verdict] = {}
        self._busy: set[str] = set()

    def at(self, alias: syntax.Name | None) -> File:
        """The file that an alias means. Raises Unknown."""
        if alias is None:
            return self
        for one in self.module.imports:
            name = one.alias.text if one.alias else one.reference.text.split("/")[-1].split(":")[0].split(".")[-1]
            if name == alias.text:
                return self.program.named(one.reference.text)
        if alias.text in STANDARD and not self.standard:
            return self.program.library(STANDARD[alias.text])
        raise Unknown(alias.text)

    def expand(self, name: str, given: list[tuple[Reader, syntax.TypeExpr]]) -> Term:
        """A `type` of this file applied to arguments."""
        if name not in self.types:
            raise Unknown(name)
        return expand(self, self.types[name], given)

    def kinds(self, decl: syntax.TypeDecl) -> dict[str, str]:
        """The kinds of a `type`'s parameters."""
        return parameter_kinds(self, decl)

    def function(self, name: str) -> Scheme:
        """The type of a `fun` or `def`. Raises Unknown where it has none."""
        if self.standard and self.module.header is not None and "Postgres" in self._alternative(name):
            name = "postgres"
        if name not in self.functions or name in self._busy:
            raise Unknown(name)
        if name in self.repeated:
            self.verdicts[name] = Verdict(why="declared twice", known=False)
            raise Unknown(name)
        if name not in self.verdicts:
            self._busy.add(name)
            self.verdicts[name] = self._verdict(self.functions[name])
            self._busy.discard(name)
        scheme = self.verdicts[name].scheme
        if scheme is None:
            raise Unknown(name)
        return scheme

    def _alternative(self, name: str) -> str:
        return "Postgres" if name.lower() in ("postgresql", "postgres") else ""

    def _verdict(self, decl: syntax.FunDecl | syntax.DefDecl) -> Verdict:
        try:
            return Verdict(self._declared(decl) if isinstance(decl, syntax.FunDecl) else Definition(self).define(decl))
        except Unknown as error:
            return Verdict(why=str(error), known=False)
        except Fault as error:
            return Verdict(place=error.place, why=str(error))

    def _declared(self, decl: syntax.FunDecl) -> Scheme:
        reader = Reader(self)
        input, output = reader.read(decl.type.input), reader.read(decl.type.output)
        loose = [one for one in variables(output) if one not in variables(input)]
        if nests_optionals(input) or nests_optionals(output) or (loose and not self.standard):
            raise Unknown(decl.name.text)
        state = State().learn(input).learn(output)
        row = parameters.declared(decl, self.standard)
        return Scheme(input, output, row, tuple(reader.order), state.lacks)


class Program:
    """All files of a program, and the standard library's."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.files = {
            path: File(self, parse(SourceFile(path, text)).module, False)
            for path, text in texts.items()
            if path.endswith(".nml")
        }
        self._library: dict[str, File] = {}

    def named(self, reference: str) -> File:
        """The file of a reference."""
        for file in self.files.values():
            header = file.module.header
            if header is not None and header.reference.text == reference:
                return file
        raise Unknown(reference)

    def library(self, name: str) -> File:
        """A module of the standard library."""
        if name not in self._library:
            path = LIBRARY / f"{name}.nml"
            self._library[name] = File(self, parse(SourceFile(str(path), path.read_text("utf-8"))).module, True)
        return self._library[name]


@attrs.frozen
class Typed:
    """What an expression takes and gives, and the parameters that can still be given."""

    input: Term
    output: Term
    row: Row


class Definition:
    """The type of one def."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.state = State()
        self.used: list[tuple[syntax.Node, tuple[Term, ...], Term, Term, tuple[Term, ...]]] = []
        self.flattened: list[tuple[syntax.Node, Term]] = []
        self.promised: list[Term] = []
        self.no_bytes: list[Term] = []

    # --- defs

    def define(self, decl: syntax.DefDecl) -> Scheme:
        """The scheme of a def. Raises Fault or Unknown."""
        typed = self.infer(decl.body)
        annotated = None if decl.annotation is None else self._annotated(decl, decl.annotation, typed)
        return self.generalised(typed, annotated, decl.name)

    def _annotated(self, decl: syntax.DefDecl, annotation: syntax.FunctionType, typed: Typed) -> tuple[Term, Term]:
        reader = Reader(self.file, rigid=True)
        input, output = reader.read(annotation.input), reader.read(annotation.output)
        for written, side in ((annotation.input, input), (annotation.output, output)):
            if nests_optionals(side):
                raise Fault(written.start, written.end, "an optional of an optional in the annotation")
        self.state = self.state.learn(input).learn(output)
        promises = [(one.name.text, reader.read(one.type)) for one in annotation.constraints]
        self.promised = [term for name, term in promises if name == "Present"]
        self.no_bytes = [term for name, term in promises if name == "Item"]
        self.no_bytes += [one for name, term in promises if name not in ("Item", "Present") for one in variables(term)]
        sides = ((annotation.input, input, typed.input), (annotation.output, typed.output, output))
        for node, given, needed in sides:
            if (given == VOID) != (needed == VOID):
                raise Fault(node.start, node.end, "Void in the annotation")
        for node, given, needed in sides:
            if given != VOID:
                self._fit(given, needed, node.start, node.end)
        return input, output

    def generalised(self, typed: Typed, annotated: tuple[Term, Term] | None, place: syntax.Node) -> Scheme:
        """Check what must hold at the end, and make a scheme of what is open."""
        input, output = (self.state(one) for one in annotated or (typed.input, typed.output))
        if input == output == VOID:
            self._determined(place)
        items = self._items()
        present = self._present()
        shown = [one[1] for term in (input, output) for one in _all(term) if one[0] == "optional"]
        hidden = [one for one in present if one[0] == "rigid" and one not in shown and one not in self.promised]
        if hidden:
            raise Fault(place.start, place.end, f"{hidden[0]} must be Present")
        split = [one for one in items if one[0] == "rigid" and one not in self.no_bytes]
        if split:
            raise Fault(place.start, place.end, f"{split[0]} must be an Item")
        found = {one: ("var", *one[1:]) for term in (input, output) for one in variables(term) if one[0] == "rigid"}
        input, output = put_in(found, input), put_in(found, output)
        present = tuple(found.get(one, one) for one in present)
        items = tuple(found.get(one, one) for one in items)
        lacks = {found.get(row, row): labels for row, labels in self.state.lacks.items()}
        return Scheme(input, output, typed.row, (), lacks, present, items)

    def _determined(self, place: syntax.Node) -> None:
        for node, arguments, *_ in self.used:
            for one in arguments:
                if any(is_variable(own) and own[1] != "row" for own in variables(self.state(one))):
                    raise Fault(node.start, node.end, "nothing says what it carries")
        required = sorted(parameters.required(self._row)) if self._row else []
        if required:
            raise Fault(place.start, 1 << 60, f"{required[0]} is given by nothing")

    _row: Row | None = None

    def _items(self) -> tuple[Term, ...]:
        """No byte string is taken apart; which variables must never be bytes for that."""
        left: list[Term] = []
        for node, item in self.flattened:
            one = self.state(item)
            if one == ("Byte",):
                raise Fault(node.start, node.end, "bytes are one value")
            left += [one] if _is_open(one) else []
        return tuple(dict.fromkeys(left))

    def _present(self) -> tuple[Term, ...]:
        """No optional of what may be missing; which variables must stay so."""
        left: list[Term] = []
        for node, _, input, output, present in self.used:
            for term in (self.state(input), self.state(output)):
                if nests_optionals(term):
                    raise Fault(node.start, node.end, "an optional of an optional")
                left += [one[1] for one in _all(term) if one[0] == "optional" and _is_open(one[1])]
            for one in map(self.state, present):
                if one[0] in MISSING:
                    raise Fault(node.start, node.end, "an optional of an optional, inside")
                left += [one] if _is_open(one) else []
        return tuple(dict.fromkeys(left))

    # --- expressions

    def infer(self, expr: syntax.Expr) -> Typed:
        """The type of an expression."""
        typed = self._infer(expr)
        self._row = typed.row
        return typed

    def _infer(self, expr: syntax.Expr) -> Typed:
        match expr:
            case syntax.Use():
                return self._use(expr, expr, ())
            case syntax.Instantiate():
                return self._use(expr.function, expr, expr.types)
            case syntax.Apply():
                inner = self.infer(expr.function)
                try:
                    return attrs.evolve(inner, row=parameters.bind(inner.row, expr.bindings))
                except parameters.Wrong as error:
                    raise Fault(error.node.start, error.node.end, str(error)) from error
            case syntax.Concat():
                return self._concat(expr)
            case syntax.Filter():
                return self._filter(expr)
            case syntax.LiteralSource():
                return self._literal(expr)
            case syntax.Pipe():
                return self._pipe(expr)
            case syntax.Both():
                return self._both(expr)
        raise Unknown(type(expr).__name__)

    def _fit(self, given: Term, needed: Term, start: int, end: int) -> None:
        try:
            self.state = fit(self.state, given, needed)
        except Misfit as error:
            raise Fault(start, end, str(error)) from error

    def _use(self, use: syntax.Use, whole: syntax.Expr, given: tuple[syntax.TypeExpr, ...]) -> Typed:
        try:
            file = self.file.at(use.qualifier)
            known = use.name.text in file.functions or file.standard
            scheme = file.function(use.name.text)
        except Unknown as error:
            if use.qualifier is not None and str(error) == use.qualifier.text:
                known = False
            if not known:
                raise Fault(use.start, use.end, f"{error} is unknown") from error
            raise
        every = dict.fromkeys([*scheme.order, *variables(scheme.input), *variables(scheme.output), *scheme.present])
        new = {one: fresh(one[1]) for one in every}
        input, output = put_in(new, scheme.input), put_in(new, scheme.output)
        for row, labels in scheme.lacks.items():
            if row in new:
                self.state = self.state.bar(new[row], labels)
        self.state = self.state.learn(input).learn(output)
        self._give(use, file, [new[one] for one in scheme.order], given)
        present = tuple(new[one] for one in scheme.present if one in new)
        self.flattened += [(use, new[one]) for one in scheme.items if one in new]
        if every:
            self.used.append((use, tuple(new.values()), input, output, present))
        return Typed(input, output, scheme.row)

    def _give(self, use: syntax.Use, file: File, order: list[Term], given: tuple[syntax.TypeExpr, ...]) -> None:
        if len(given) > len(order):
            header = file.module.header
            name = "" if header is None else header.reference.text.split(":")[0]
            if (name, use.name.text) not in TOLERATED:
                raise Fault(use.start, given[-1].end, "too many types")
        for variable, expr in zip(order, given, strict=False):
            if isinstance(expr, syntax.Hole):
                continue
            term = Reader(self.file, {}).read(expr)
            wrong = {"size": term[0] != "size", "row": term[0] != "record", "type": term[0] in ("size", "Void")}
            if wrong[variable[1]]:
                raise Fault(expr.start, expr.end, f"a {variable[1]} is needed")
            try:
                self.state = self.state.bind(variable, term)
            except Misfit as error:
                raise Fault(use.start, expr.end, str(error)) from error

    def _concat(self, expr: syntax.Concat) -> Typed:
        inner = self.infer(expr.function)
        output = self.state(inner.output)
        if is_variable(output):
            item = fresh("type")
            self.state = self.state.bind(output, ("list", item))
            self.flattened.append((expr, item))
        elif output[0] in ("list", "vector") and output[-1] != ("Byte",):
            item = output[-1]
            self.flattened.append((expr, item))
        else:
            raise Fault(expr.start, expr.end, "`*` of no list")
        return attrs.evolve(inner, output=item)

    def _filter(self, expr: syntax.Filter) -> Typed:
        inner = self.infer(expr.function)
        output = self.state(inner.output)
        if is_variable(output):
            item = fresh("type")
            self.state = self.state.bind(output, ("optional", item))
        elif output[0] == "optional":
            item = output[1]
        else:
            raise Fault(expr.start, expr.end, "`?` of no optional")
        return attrs.evolve(inner, output=item)

    def _literal(self, expr: syntax.LiteralSource) -> Typed:
        value = expr.value.value
        term = self._common(value) if isinstance(value, tuple) else self._literal_type(expr.value)
        if is_variable(term):
            self.used.append((expr, (term,), VOID, VOID, ()))
        return Typed(VOID, term, parameters.NONE)

    def _common(self, items: tuple[syntax.Literal, ...]) -> Term:
        common: Term | None = None
        for item in items:
            term = self._literal_type(item)
            for one, other in ((common, term), (term, common)):
                if common is None or one is None or other is None:
                    common = term
                    break
                try:
                    fit(self.state, one, other)
                except Misfit:
                    continue
                common = other
                break
            else:
                raise Fault(item.start, item.end, "items of two types")
        return fresh("type") if common is None else common

    def _literal_type(self, literal: syntax.Literal) -> Term:
        if isinstance(literal.value, tuple):
            return ("list", self._common(literal.value))
        names = {"integer": "Integer", "double": "Double", "boolean": "Boolean"}
        return (names.get(literal.kind, "Text"),)

    def _pipe(self, expr: syntax.Pipe) -> Typed:
        whole = self.infer(expr.stages[0])
        for at, stage in enumerate(expr.stages[1:], 1):
            following = self.infer(stage)
            before = expr.stages[at - 1]
            if VOID in (whole.output, following.input):
                raise Fault(before.start, stage.end, "Void in a pipe")
            self._fit(whole.output, following.input, before.start, stage.end)
            whole = Typed(whole.input, following.output, parameters.together([whole.row, following.row]))
        return whole

    def _both(self, expr: syntax.Both) -> Typed:
        branches = [self.infer(one) for one in expr.branches]
        inputs = [one.input for one in branches]
        outputs = [one.output for one in branches if one.output != VOID]
        try:
            input = VOID
            if VOID in inputs and set(inputs) != {VOID}:
                raise Misfit("Void and not")
            if VOID not in inputs:
                self.state, input = common_input(self.state, inputs)
            output = VOID
            if outputs:
                self.state, output = common_output(self.state, outputs)
        except Misfit as error:
            raise Fault(expr.start, expr.end, str(error)) from error
        return Typed(input, output, parameters.together([one.row for one in branches]))


def _is_open(term: Term) -> bool:
    return term[0] in ("var", "rigid")


def _all(term: Term) -> list[Term]:
    return [term, *(one for part in parts(term) for one in _all(part))]


def check(texts: Mapping[str, str]) -> dict[tuple[str, str], Verdict]:
    """The verdict on each def of each file, by path and name; a script's expression is ``main``."""
    program = Program(texts)
    found: dict[tuple[str, str], Verdict] = {}
    for path, file in program.files.items():
        for name, decl in file.functions.items():
            if isinstance(decl, syntax.DefDecl):
                with suppress(Unknown):
                    file.function(name)
                found[path, name] = file.verdicts[name]
        if file.module.main is not None:
            found[path, "main"] = _main(file, file.module.main)
    return found


def _main(file: File, expr: syntax.Expr) -> Verdict:
    try:
        definition = Definition(file)
        return Verdict(definition.generalised(definition.infer(expr), None, expr))
    except Unknown as error:
        return Verdict(why=str(error), known=False)
    except Fault as error:
        return Verdict(place=error.place, why=str(error))
