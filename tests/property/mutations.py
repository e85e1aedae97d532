"""One fault put into a well-typed program, at a known place.

A mutation changes the program or its text so that the result is wrong by construction, and says where a report may
point: at the part that was changed, or at the other side of the joint that it breaks. Where a change might leave the
program well typed, or break it twice, there is no mutation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import attrs
from property.generated_programs import generate, parts
from property.generated_syntax import (
    STANDARD,
    Bind,
    Both,
    Def,
    Expr,
    Fun,
    Group,
    Literal,
    Module,
    Pipe,
    Place,
    Post,
    Program,
    Use,
    Written,
)
from property.generated_types import VOID, T, key, record

# No generated type is like it, and none fits it.
FOREIGN = T("tuple", (T("Byte"),) * 5)
UNKNOWN_LABEL = "unheard_of"


@attrs.frozen
class Mutant:
    """A wrong program. ``places`` are where the one error may point; ``hint`` is what was done."""

    kind: str
    hint: str
    texts: dict[str, str]
    places: tuple[Place, ...]


class Edges:
    """Where the parts of a program meet: what stands to the left and to the right of an expression."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.parents: dict[Expr, tuple[Expr, int]] = {}
        self.owners: dict[Expr, tuple[Module, Def | None]] = {}
        self.uses: dict[Fun | Def, list[Use]] = {}
        self.all: list[Expr] = []
        for module in program.modules:
            for decl in module.functions:
                if isinstance(decl, Def):
                    self._enter(decl.body, module, decl)
            if module.main is not None:
                self._enter(module.main, module, None)

    def _enter(self, body: Expr, module: Module, owner: Def | None) -> None:
        for part in parts(body):
            self.all.append(part)
            self.owners[part] = (module, owner)
            inside = part.stages if isinstance(part, Pipe) else part.branches if isinstance(part, Both) else ()
            for at, inner in enumerate(inside):
                self.parents[inner] = (part, at)
            if isinstance(part, Post | Group | Bind):
                self.parents[part.inner] = (part, 0)
            if isinstance(part, Use):
                self.uses.setdefault(part.target, []).append(part)

    def left(self, expr: Expr, zone: list[object]) -> int:
        """How many joints a wrong input of an expression breaks; 9 where that cannot be said."""
        zone.append(expr)
        if expr not in self.parents:
            return self._at_start(expr, zone)
        parent, at = self.parents[expr]
        if isinstance(parent, Pipe) and at:
            before = parent.stages[at - 1]
            zone.append(before)
            if _is_inferred(parent.stages[0]):
                return 9
            if not _is_closed(before):
                self.left(before, zone)
            return 1
        if isinstance(parent, Both):
            zone += parent.branches
            return 1 if self.left(parent, zone) == 1 else 9
        return self.left(parent, zone)

    def _at_start(self, expr: Expr, zone: list[object]) -> int:
        _, owner = self.owners[expr]
        if owner is None:
            return 0
        if owner.annotation is not None:
            zone.append((owner, "input"))
            return 1
        return sum(self.left(use, zone) for use in self.uses.get(owner, ()))

    def right(self, expr: Expr, zone: list[object]) -> int:
        """How many joints a wrong output breaks; 9 where that cannot be said."""
        zone.append(expr)
        if expr not in self.parents:
            return self._at_end(expr, zone)
        parent, at = self.parents[expr]
        if isinstance(parent, Pipe) and at + 1 < len(parent.stages):
            zone.append(parent.stages[at + 1])
            return 1 if _takes_closed(parent.stages[at + 1]) else 9
        if isinstance(parent, Post):
            zone.append(parent)
            return 1
        if isinstance(parent, Both):
            return 9
        return self.right(parent, zone)

    def _at_end(self, expr: Expr, zone: list[object]) -> int:
        _, owner = self.owners[expr]
        if owner is None:
            return 0
        if owner.annotation is not None:
            zone.append((owner, "output"))
            return 1
        return sum(self.right(use, zone) for use in self.uses.get(owner, ()))


def _is_inferred(expr: Expr) -> bool:
    """A source that takes its type from what follows."""
    use = expr.inner if isinstance(expr, Bind) else expr
    return isinstance(use, Use) and not use.args and isinstance(use.target, Fun) and _is_open(use.target.output)


def _is_open(type: T) -> bool:
    return type.head == "var" or bool(type.tail) or any(part is not None and _is_open(part) for part in type.parts)


def _is_closed(expr: Expr) -> bool:
    """Whether what an expression gives is written out."""
    match expr:
        case Bind(inner) | Group(inner) | Post(inner):
            return _is_closed(inner)
        case Use(Fun() as fun):
            return not _is_open(fun.output) and not fun.variables
        case Pipe(stages):
            return _is_closed(stages[-1])
        case Literal():
            return True
    return False


def _takes_closed(expr: Expr) -> bool:
    """Whether what an expression takes is written out."""
    match expr:
        case Bind(inner) | Group(inner) | Post(inner):
            return _takes_closed(inner)
        case Use(Fun() as fun):
            return not _is_open(fun.input) and not fun.variables and fun.input != VOID
        case Use(Def() as decl):
            return decl.annotation is not None or _takes_closed(decl.body)
        case Pipe(stages):
            return _takes_closed(stages[0])
        case Both(branches):
            return all(map(_takes_closed, branches))
    return False


class Mutator:
    """The mutations of one program. Each gives a changed text and a zone, or None where there is no place for it."""

    def __init__(self, program: Program, rng: random.Random) -> None:
        self.program = program
        self.rng = rng
        self.edges = Edges(program)
        self.written: Written = program.write()

    # --- finding places

    def _some(self, found: Iterator[object] | list[object]) -> object | None:
        choices = list(found)
        return self.rng.choice(choices) if choices else None

    def _plain_funs(self) -> list[tuple[Fun, Use]]:
        """Functions of closed types that are used once."""
        return [
            (fun, uses[0])
            for fun, uses in self.edges.uses.items()
            if isinstance(fun, Fun) and fun.module not in STANDARD and len(uses) == 1
            if not fun.variables and not _is_open(fun.input)
        ]

    def _places(self, zone: list[object], written: Written) -> tuple[Place, ...]:
        return tuple(written.places[one] for one in zone if one in written.places)

    def _again(self, kind: str, hint: str, zone: list[object]) -> Mutant:
        """The mutant of a changed program."""
        written = self.program.write()
        return Mutant(kind, hint, written.texts, self._places(zone, written))

    def _edit(self, kind: str, part: object, text: str, more: list[object] | None = None) -> Mutant:
        """The mutant of an edited text."""
        place = self.written.places[part]
        old = self.written.texts[place.path]
        new = old[: place.start] + text + old[place.end :]
        grown = len(text) - (place.end - place.start)
        zone = [Place(place.path, place.start, place.end + grown)]
        for other in self._places(more or [], self.written):
            moved = grown if other.path == place.path and other.start >= place.end else 0
            zone.append(Place(other.path, other.start + moved, other.end + moved))
        hint = f"{old[place.start : place.end]!r} became {text!r}"
        return Mutant(kind, hint, {**self.written.texts, place.path: new}, tuple(zone))

    # --- types

    def input_type(self) -> Mutant | None:
        """What a function takes becomes something else."""
        return self._input("input-type", lambda fun: FOREIGN)

    def field_renamed(self) -> Mutant | None:
        """A field of what a function takes gets another name."""

        def renamed(fun: Fun) -> T | None:
            if fun.input.head != "record" or not fun.input.labels:
                return None
            at = self.rng.randrange(len(fun.input.labels))
            labels = (*fun.input.labels[:at], UNKNOWN_LABEL, *fun.input.labels[at + 1 :])
            return attrs.evolve(fun.input, labels=labels, name=None)

        return self._input("field-renamed", renamed)

    def scalar_changed(self) -> Mutant | None:
        """A scalar somewhere in what a function takes becomes another."""
        return self._input("scalar-changed", lambda fun: self._other_scalar(fun.input))

    def _other_scalar(self, type: T) -> T | None:
        """The type with one scalar changed to what no program has."""
        if type.name is not None and type.head == "sum":
            return None
        if not type.parts:
            return T("Byte") if type.head not in ("record", "Byte") else None
        order = list(range(len(type.parts)))
        self.rng.shuffle(order)
        for at in order:
            part = type.parts[at]
            other = None if part is None else self._other_scalar(part)
            if other is not None:
                return attrs.evolve(type, parts=(*type.parts[:at], other, *type.parts[at + 1 :]), name=None)
        return None

    def _input(self, kind: str, change: Callable[[Fun], T | None]) -> Mutant | None:
        candidates = self._plain_funs()
        self.rng.shuffle(candidates)
        for fun, use in candidates:
            zone: list[object] = [(fun, "input")]
            if fun.input == VOID or self.edges.left(use, zone) != 1:
                continue
            new = change(fun)
            if new is not None:
                fun.input = new
                return self._again(kind, f"{fun.name} takes {new.head}", zone)
        return None

    def output_type(self) -> Mutant | None:
        """What a function gives becomes something else."""
        candidates = self._plain_funs()
        self.rng.shuffle(candidates)
        for fun, use in candidates:
            zone: list[object] = [(fun, "output")]
            if fun.output != VOID and self.edges.right(use, zone) == 1:
                fun.output = FOREIGN
                return self._again("output-type", f"{fun.name} gives a tuple of five", zone)
        return None

    # --- `*` and `?`

    def mark_dropped(self) -> Mutant | None:
        """A `*` or `?` goes, before a function that takes something known."""
        for post in self._shuffled(Post):
            zone: list[object] = []
            if self.edges.right(post, zone) != 1 or post not in self.edges.parents:
                continue
            parent, at = self.edges.parents[post]
            if not isinstance(parent, Pipe) or at + 1 >= len(parent.stages):
                continue
            needed = _input_of(parent.stages[at + 1])
            if needed is None or (post.mark == "?" and needed.head == "optional"):
                continue
            parent.stages[at] = post.inner
            return self._again(f"{post.mark}-dropped", "a mark is gone", [post.inner, parent.stages[at + 1]])
        return None

    def mark_added(self) -> Mutant | None:
        """A `*` or `?` where there is no list or optional."""
        for use in self._shuffled(Use):
            target = use.target
            if not isinstance(target, Fun) or _is_open(target.output) or target.variables or target.output == VOID:
                continue
            marks = [] if target.output.head in ("list", "Vector") else ["*"]
            marks += [] if target.output.head == "optional" else ["?"]
            parent = self.edges.parents.get(use, (None, 0))[0]
            if marks and not isinstance(parent, Post | Bind):
                mark = self.rng.choice(marks)
                return self._edit(f"{mark}-added", use, self._text(use) + mark)
        return None

    def _text(self, part: object) -> str:
        place = self.written.places[part]
        return self.written.texts[place.path][place.start : place.end]

    def _shuffled(self, kind: type) -> list[Expr]:  # type: ignore[type-arg]
        found = [one for one in self.edges.all if isinstance(one, kind)]
        self.rng.shuffle(found)
        return found

    # --- names

    def function_misspelt(self) -> Mutant | None:
        """A use of a name that nothing has."""
        use = self._some([one for one in self._shuffled(Use) if not self._given_a_list(one)])
        if use is None:
            return None
        return self._edit("function-misspelt", (use, "name"), self._text((use, "name")) + "x")

    def _given_a_list(self, use: Expr) -> bool:
        """Whether an expression stands in a def that others give parameters, lists among them.

        Such a list is told to be no text: the row of a def does not say that it holds a name which nobody knows.
        """
        _, owner = self.edges.owners[use]
        others = [one for one in self.edges.all if isinstance(one, Bind) and self.edges.owners[one][1] is not owner]
        return owner in self.edges.uses and any(v.startswith("[") for one in others for v in one.values.values())

    def alias_misspelt(self) -> Mutant | None:
        """A module that is not in scope under that name."""
        uses = [one for one in self._shuffled(Use) if "." in self._text((one, "name")) and not self._given_a_list(one)]
        use = self._some(uses)
        if use is None:
            return None
        alias, _, name = self._text((use, "name")).partition(".")
        return self._edit("alias-misspelt", (use, "name"), f"{alias}x.{name}")

    def type_misspelt(self) -> Mutant | None:
        """A type that does not exist."""
        funs = [own for module in self.program.modules for own in module.functions if isinstance(own, Fun)]
        self.rng.shuffle(funs)
        for fun in funs:
            side = (fun, self.rng.choice(("input", "output")))
            text = self._text(side)
            found = [one for one in re.finditer(r"(?<![.\w\"'])[A-Z]\w{3,}(?![\w.'\"])", text) if one[0] != "Void"]
            if found:
                one = self.rng.choice(found)
                return self._edit("type-misspelt", side, f"{text[: one.end() - 1]}q{text[one.end() - 1 :]}")
        return None

    def parameter_misspelt(self) -> Mutant | None:
        """A binding of a parameter that the function does not have."""
        part = self._some([(bind, "parameter", name) for bind, name in self._bindings()])
        return None if part is None else self._edit("parameter-misspelt", part, self._text(part) + "x")

    def parameter_value(self) -> Mutant | None:
        """A value that does not fit its parameter."""
        found = self._some(list(self._bindings()))
        if found is None:
            return None
        bind, name = found  # type: ignore[misc]
        bad = next(one.bad for one in bind.inner.target.params if one.name == name)
        return self._edit("parameter-value", (bind, "value", name), self.rng.choice(bad))

    def _bindings(self) -> Iterator[tuple[Bind, str]]:
        """Bindings right at a function that declares what is bound."""
        for bind in self._shuffled(Bind):
            assert isinstance(bind, Bind)
            if isinstance(bind.inner, Use) and isinstance(bind.inner.target, Fun) and bind.inner.target.params:
                for param in bind.inner.target.params:
                    if param.name in bind.values:
                        yield bind, param.name

    def default_value(self) -> Mutant | None:
        """A default that does not fit its parameter."""
        funs = [own for module in self.program.modules for own in module.functions if isinstance(own, Fun)]
        found = self._some([param for fun in funs for param in fun.params or () if param.default is not None])
        if found is None:
            return None
        text = f"{found.name} : {found.type} = {self.rng.choice(found.bad)}"  # type: ignore[attr-defined]
        return self._edit("default-value", found, text)

    def import_removed(self) -> Mutant | None:
        """An import whose alias is used once is gone."""
        found = []
        for module in self.program.modules:
            text = self.written.texts[module.path]
            for name, alias in module.imports.items():
                uses = list(re.finditer(rf"(?<![\w.:]){alias}\.", text))
                if len(uses) == 1 and (module.name, "import", name) in self.written.places:
                    found.append(((module.name, "import", name), uses[0]))
        chosen = self._some(found)
        if chosen is None:
            return None
        part, use = chosen  # type: ignore[misc]
        place = self.written.places[part]
        shorter = place.end - place.start
        mutant = self._edit("import-removed", part, "")
        at = Place(place.path, use.start() - shorter, use.end() - shorter)
        return attrs.evolve(mutant, places=(*mutant.places, at))

    def declared_twice(self) -> Mutant | None:
        """A declaration of a name that is taken."""
        funs = [own for module in self.program.modules for own in module.functions if isinstance(own, Fun)]
        if not funs:
            return None
        fun = self.rng.choice(funs)
        text = self._text(fun)
        return self._edit("declared-twice", fun, f"{text}\nfun {fun.name} : Text -> Text")

    # --- ends of pipes

    def after_sink(self) -> Mutant | None:
        """Something after a sink."""
        uses = [one for one in self._shuffled(Use) if isinstance(one, Use) and one.type[1] == VOID]
        uses = [one for one in uses if self._is_last_in_pipe(one)]
        use = self._some(uses)
        if use is None:
            return None
        pipe, _ = self.edges.parents[use]  # type: ignore[index]
        assert isinstance(pipe, Pipe)
        pipe.stages.append(added := Use(_IDENTITY, type=(VOID, VOID)))
        return self._again("after-sink", "Std.identity after a sink", [use, added])

    def _is_last_in_pipe(self, use: Use) -> bool:
        parent, at = self.edges.parents.get(use, (None, 0))
        return isinstance(parent, Pipe) and at == len(parent.stages) - 1 and parent not in self.edges.parents

    def source_in_the_middle(self) -> Mutant | None:
        """A source where a value arrives."""
        pipes = [one for one in self._shuffled(Pipe) if isinstance(one, Pipe)]
        for pipe in pipes:
            if not _is_closed(pipe.stages[0]) or not isinstance(pipe.stages[0], Use | Literal | Bind):
                continue
            following = pipe.stages[1]
            if isinstance(following, Use | Bind) and _gives_something(following) and _takes_text(following):
                pipe.stages.insert(1, added := Literal('"text"'))
                return self._again("source-in-the-middle", "a literal in a pipe", [added, pipe.stages[0], following])
        return None

    def literal_changed(self) -> Mutant | None:
        """A list literal whose items are of two types, or a literal of another type than the next function takes."""
        for literal in self._shuffled(Literal):
            assert isinstance(literal, Literal)
            if literal.text.startswith("[") and literal.text[1] != "[":
                return self._edit(
                    "literal-items",
                    literal,
                    literal.text.replace("]", " true]").replace(
                        " true]", "true]" if ",]" in literal.text else ", true]"
                    ),
                )
            zone: list[object] = []
            if self.edges.right(literal, zone) == 1:
                other = "true" if literal.text != "true" else "1"
                literal.text = other
                return self._again("literal-type", f"a literal became {other}", zone)
        return None


_IDENTITY = Fun("Std", "identity", T("var", labels=("a",)), T("var", labels=("a",)), params=[])


def _input_of(expr: Expr) -> T | None:
    """The written type of what a function takes; None where it is no single one."""
    inner = expr.inner if isinstance(expr, Bind) else expr
    if isinstance(inner, Use) and isinstance(inner.target, Fun) and not inner.target.variables:
        return inner.target.input
    return None


def _gives_something(expr: Expr) -> bool:
    inner = expr.inner if isinstance(expr, Bind) else expr
    return isinstance(inner, Use) and inner.type[1] != VOID


def _takes_text(expr: Expr) -> bool:
    needed = _input_of(expr)
    return needed is not None and key(needed) == key(T("Text"))


KINDS: tuple[Callable[[Mutator], Mutant | None], ...] = (
    Mutator.input_type, Mutator.output_type, Mutator.field_renamed, Mutator.scalar_changed, Mutator.mark_dropped,
    Mutator.mark_added, Mutator.function_misspelt, Mutator.alias_misspelt, Mutator.type_misspelt,
    Mutator.parameter_misspelt, Mutator.parameter_value, Mutator.default_value, Mutator.import_removed,
    Mutator.declared_twice, Mutator.after_sink, Mutator.source_in_the_middle, Mutator.literal_changed,
)  # fmt: skip


def mutants(seed: int, number: int = 3) -> Iterator[Mutant]:
    """Some mutants of the program of a seed, of different kinds."""
    rng = random.Random(f"mutants of {seed}")
    for kind in rng.sample(KINDS, len(KINDS)):
        if number <= 0:
            return
        mutant = kind(Mutator(generate(seed), rng))
        if mutant is not None:
            number -= 1
            yield mutant


__all__ = ["KINDS", "Mutant", "Mutator", "mutants", "record"]
