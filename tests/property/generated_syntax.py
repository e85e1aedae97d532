"""The parts of a generated program, and how they are written: each part knows its place in the text afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from property.generated_types import VOID, Declared, T, key, modules_of, show, show_label, shown_variables

STANDARD = ("Sources", "Sinks", "Conv", "Std", "sources", "sinks", "conv", "std")


@attrs.define(eq=False)
class Param:
    """A declared parameter. ``good`` and ``bad`` are literals that it takes and refuses."""

    name: str
    type: str
    default: str | None
    good: tuple[str, ...]
    bad: tuple[str, ...]


@attrs.define(eq=False)
class Fun:
    """A ``fun``, or one of the standard library's (whose module is its alias)."""

    module: str
    name: str
    input: T
    output: T
    where: list[tuple[str, str]] = attrs.field(factory=list)
    params: list[Param] | None = None
    attributes: list[str] = attrs.field(factory=list)

    @property
    def variables(self) -> list[str]:
        """Those that may be given between `<` and `>`, in order."""
        return shown_variables(self.input, self.output)


@attrs.define(eq=False)
class Def:
    """A ``def``. ``annotation`` is written after the name; ``pending`` are values for parameters that users must
    give."""

    module: str
    name: str
    body: Expr
    annotation: tuple[T, T] | None = None
    where: list[tuple[str, str]] = attrs.field(factory=list)
    pending: dict[str, str] = attrs.field(factory=dict)
    attributes: list[str] = attrs.field(factory=list)


@attrs.define(eq=False)
class Expr:
    """An expression. Its types are those at the one place where it stands."""


@attrs.define(eq=False)
class Use(Expr):
    """A function by name, with type arguments. ``type`` is what it takes and gives here."""

    target: Fun | Def
    args: tuple[T | int | str, ...] = ()
    type: tuple[T, T] = (VOID, VOID)


@attrs.define(eq=False)
class Literal(Expr):
    """A literal as a source."""

    text: str


@attrs.define(eq=False)
class Bind(Expr):
    """Parameters given to an expression."""

    inner: Expr
    values: dict[str, str]


@attrs.define(eq=False)
class Post(Expr):
    """``*`` or ``?``, or the prefix that means the same."""

    inner: Expr
    mark: str
    prefix: bool = False


@attrs.define(eq=False)
class Group(Expr):
    """Brackets that change nothing."""

    inner: Expr


@attrs.define(eq=False)
class Pipe(Expr):
    """Stages one after the other. ``types`` are what flows after each."""

    stages: list[Expr]


@attrs.define(eq=False)
class Both(Expr):
    """Branches side by side."""

    branches: list[Expr]


@attrs.define(eq=False)
class Module:
    """One file. ``imports`` maps the modules that it names to their aliases; writing it finds out which."""

    name: str
    path: str
    reference: str | None
    early: str = ""
    types: list[Declared] = attrs.field(factory=list)
    functions: list[Fun | Def] = attrs.field(factory=list)
    main: Expr | None = None
    imports: dict[str, str] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Place:
    """Where a part stands."""

    path: str
    start: int
    end: int


@attrs.define(eq=False)
class Program:
    """A whole program: modules of which each uses only those before it; the last is the main file."""

    seed: int
    modules: list[Module]
    workflows: list[tuple[str, list[tuple[T, int]]]] = attrs.field(factory=list)
    """The workflows of the main file by name, and the types and numbers of the values that reach their log."""

    @property
    def main(self) -> Module:
        """The last file."""
        return self.modules[-1]

    def write(self) -> Written:
        """The program as texts."""
        written = Written({}, {})
        references = {module.name: module.reference or "" for module in self.modules}
        for module in self.modules:
            _Writer(module, references, random.Random(f"{self.seed} {module.name}"), written).write()
        return written


@attrs.frozen
class Written:
    """Texts by path, and the places of declarations, expressions and other parts by identity."""

    texts: dict[str, str]
    places: dict[object, Place]


class _Writer:
    """Writes one module: twice, since the imports stand before what needs them."""

    def __init__(self, module: Module, references: dict[str, str], rng: random.Random, written: Written) -> None:
        self.module = module
        self.references = references
        self.rng = rng
        self.written = written
        self._text: list[str] = []
        self._length = 0

    def write(self) -> None:
        state = self.rng.getstate()
        self._all()
        self.rng.setstate(state)
        self._text, self._length = [], 0
        self._all()
        self.written.texts[self.module.path] = "".join(self._text)

    def _put(self, *texts: str) -> None:
        self._text += texts
        self._length += sum(map(len, texts))

    @contextmanager
    def _at(self, part: object) -> Iterator[None]:
        start = self._length
        yield
        self.written.places[part] = Place(self.module.path, start, self._length)

    # --- names

    def _alias(self, module: str) -> str:
        if module in STANDARD:
            return module
        return self.module.imports.setdefault(module, module if self.rng.random() < 0.5 else f"As{module}")

    def _qualified(self, module: str, name: str) -> str:
        return name if module == self.module.name else f"{self._alias(module)}.{name}"

    def _type(self, type: T, atom: bool = False) -> None:
        self._put(show(type, self._qualified, atom))

    # --- the file

    def _all(self) -> None:
        module = self.module
        if module.reference is not None:
            self._put("module ", module.reference, {"where": " where", "braces": " {"}.get(module.early, ""), "\n")
        end = ";\n" if module.early else "\n"
        for name, alias in sorted(module.imports.items()):
            with self._at((module.name, "import", name)):
                self._put("import ", self.references[name], f" as {alias}" if alias != name else "")
            self._put(end)
        declarations: list[object] = [*module.types, *module.functions]
        self.rng.shuffle(declarations)
        for decl in declarations:
            self._noise()
            self._declaration(decl)
            self._put(end)
        if module.main is not None:
            self._put(";\n")
            self._expr(module.main)
            self._put("\n")
        if module.early == "braces":
            self._put("}\n")

    def _noise(self) -> None:
        self._put(self.rng.choice(("", "", "", "// a comment\n", "/* one /* inside */ */ ", "\n")))

    def _declaration(self, decl: object) -> None:
        if self.rng.random() < 0.1:
            self._put("/// What it is for.\n")
        with self._at(decl):
            if isinstance(decl, Declared):
                self._declare_type(decl)
            elif isinstance(decl, Fun):
                self._declare_fun(decl)
            elif isinstance(decl, Def):
                self._declare_def(decl)

    def _declare_type(self, decl: Declared) -> None:
        names = " ".join([decl.name, *(name for name, _ in decl.parameters)])
        self._put("type ", names, " = ")
        if decl.body.head != "sum":
            self._type(decl.body)
            return
        for at, (label, payload) in enumerate(zip(decl.body.labels, decl.body.parts, strict=True)):
            self._put(" | " if at else "", label)
            if payload is not None:
                self._put(" ")
                self._type(payload, atom=payload.head != "Vector" or payload.name is not None)

    def _signature(self, owner: Fun | Def, input: T, output: T) -> None:
        with self._at((owner, "input")):
            self._type(input)
        self._put(" -> ")
        with self._at((owner, "output")):
            self._type(output)
        if owner.where:
            self._put(" where ", ", ".join(f"{name} is {constraint}" for name, constraint in owner.where))

    def _declare_fun(self, fun: Fun) -> None:
        self._put(*(f"@{one} " for one in fun.attributes), "fun ")
        with self._at((fun, "name")):
            self._put(fun.name)
        self._put(" : ")
        self._signature(fun, fun.input, fun.output)
        if fun.params is None:
            return
        self._put(" with {")
        for at, param in enumerate(fun.params):
            self._put(", " if at else " ")
            with self._at(param):
                self._put(param.name, " : ", param.type, "" if param.default is None else f" = {param.default}")
        self._put(" }")

    def _declare_def(self, decl: Def) -> None:
        self._put(*(f"@{one} " for one in decl.attributes), "def ")
        with self._at((decl, "name")):
            self._put(decl.name)
        if decl.annotation is not None:
            self._put(" : ")
            self._signature(decl, *decl.annotation)
        self._put(" = ")
        self._expr(decl.body)

    # --- expressions; `tight` is what binds tighter than this place allows

    def _expr(self, expr: Expr) -> None:
        with self._at(expr):
            match expr:
                case Both(branches):
                    self._joined(branches, " & ", (Both,))
                case Pipe(stages):
                    self._joined(stages, self.rng.choice((" | ", " | ", "\n  | ")), (Both, Pipe))
                case Post(inner, mark, True):
                    self._put("concat " if mark == "*" else "filter ")
                    self._inside(inner, (Both, Pipe, Post))
                case Post(inner, mark):
                    self._inside(inner, (Both, Pipe))
                    self._put(mark)
                case Bind(inner, values):
                    self._inside(inner, (Both, Pipe, Post) if _has_prefix(inner) else (Both, Pipe))
                    self._bindings(expr, values)
                case Group(inner):
                    self._put("(")
                    self._expr(inner)
                    self._put(")")
                case Literal(text):
                    self._put(text)
                case Use():
                    self._use(expr)

    def _joined(self, parts: list[Expr], between: str, loose: tuple[type, ...]) -> None:
        for at, part in enumerate(parts):
            self._put(between if at else "")
            self._inside(part, loose)

    def _inside(self, expr: Expr, loose: tuple[type, ...]) -> None:
        if isinstance(expr, loose):
            self._put("(")
            self._expr(expr)
            self._put(")")
        else:
            self._expr(expr)

    def _bindings(self, owner: Expr, values: dict[str, str]) -> None:
        self._put(" { ")
        for at, (name, value) in enumerate(values.items()):
            self._put(", " if at else "")
            with self._at((owner, "parameter", name)):
                self._put(name)
            self._put(" = ")
            with self._at((owner, "value", name)):
                self._put(value)
        self._put(" }")

    def _use(self, use: Use) -> None:
        target = use.target
        with self._at((use, "name")):
            self._put(self._qualified(target.module, target.name))
        if not use.args:
            return
        self._put("<")
        for at, argument in enumerate(use.args):
            self._put(", " if at else "")
            with self._at((use, "argument", at)):
                if isinstance(argument, T):
                    self._type(argument)
                else:
                    self._put(str(argument))
        self._put(">")


def _has_prefix(expr: Expr) -> bool:
    return isinstance(expr, Post) and expr.prefix


__all__ = [
    "VOID", "Bind", "Both", "Def", "Expr", "Fun", "Group", "Literal", "Module", "Param", "Pipe", "Place", "Post",
    "Program", "Use", "Written", "key", "modules_of", "show_label",
]  # fmt: skip
