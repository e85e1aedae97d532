"""Well-typed programs, made from their types.

``generate(seed)`` gives the same program each time. Nothing here asks the compiler.
"""

from __future__ import annotations

from property.generated_constraints import is_csv_row, is_sql_row
from property.generated_stages import (
    IDENTITY,
    LOG,
    MAIN,
    SCHEDULE,
    STDIN,
    STDOUT,
    A,
    Flow,
    Stage,
    Stages,
    piped,
    standard,
)
from property.generated_syntax import Bind, Both, Def, Expr, Fun, Group, Literal, Module, Pipe, Post, Program, Use
from property.generated_types import BOOLEAN, DOUBLE, INTEGER, TEXT, VOID, Declared, T, key, modules_of, record

CONSTRUCTORS = ("Click", "View", "Gone", "Other", "Sold")


class Generator(Stages):
    """Makes one program."""

    def generate(self) -> Program:
        """The whole program."""
        for at in range(self.rng.choice((0, 1, 1, 2, 3))):
            early = self.rng.choice(("", "", "", "where", "braces"))
            self.program.modules.append(Module(f"Lib{at}", f"lib{at}/module.nml", f"Made.Lib{at}:1.{at}.0", early))
        script = self.rng.random() < 0.5
        self.program.modules.append(Module(MAIN, "main.nml", None if script else "Made.Main:0.1.0"))
        for module in self.program.modules:
            self._declare_types(module)
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            self._flow()
        if script and self.rng.random() < 0.7:
            self._main_expression()
        return self.program

    def _declare_types(self, module: Module) -> None:
        rng = self.rng
        for _ in range(rng.randint(0, 3)):
            name = self.fresh("T")
            kind = rng.choice(("plain", "sum", "sum", "parameter", "row", "size"))
            if kind == "sum":
                self._declare_sums(module)
                continue
            inside = self.chooser.type(1, self.allowed(module), missing=False)
            body, parameters = {
                "plain": (self.chooser.compound(1, self.allowed(module)), ()),
                "parameter": (T("tuple", (A, inside, T("list", (A,)))), (("a", "type"),)),
                "row": (record({"tag": inside}, "r"), (("r", "row"),)),
                "size": (T("Vector", (inside,), size="n"), (("n", "size"),)),
            }[kind]
            self.chooser.declared.append(Declared(module.name, name, parameters, body))
            module.types.append(self.chooser.declared[-1])

    def _declare_sums(self, module: Module) -> None:
        """A sum, and often one that has its constructors and one more."""
        labels = self.rng.sample(CONSTRUCTORS, self.rng.randint(2, 3))
        parts: list[T | None] = [None if self.rng.random() < 0.3 else self._payload(module) for _ in labels]
        for larger in range(self.rng.choice((1, 2))):
            name = self.fresh("Sum")
            if larger:
                labels = [*labels, "More"]
                parts = [*parts, self._payload(module)]
                order = list(range(len(labels)))
                self.rng.shuffle(order)
                labels, parts = [labels[at] for at in order], [parts[at] for at in order]
            body = T("sum", tuple(parts), tuple(labels), name=(module.name, name, ()))
            self.chooser.declared.append(Declared(module.name, name, (), body))
            module.types.append(self.chooser.declared[-1])

    def _payload(self, module: Module) -> T:
        return self.chooser.type(1, self.allowed(module))

    # --- branches

    def branches(self, flow: Flow) -> Stage:
        """Two or three flows that take what is there; their outputs are of one type, or of one that it fits."""
        output = self.chooser.type(1, self.allowed(self.program.main))
        wide = self.chooser.wider(output)
        count, sinks = 0, 0
        logged: list[tuple[T, int]] = []
        branches: list[Stage] = []
        number = self.rng.choice((2, 2, 3))
        ends: list[T] = []
        for at in range(number):
            branch = Flow([self._first(flow.end, output if at == 0 else None)], flow.end, flow.count)
            branch.end = branch.stages[-1].output
            if at and sinks < number - 1 and self.rng.random() < 0.4:
                logged += self._sink(branch, not branch.stages[0].known)
                sinks += 1
            else:
                target = output if at == 0 else self.rng.choice((output, wide))
                if at:
                    branch.add(self.plain(branch.end, target, not branch.stages[0].known))
                ends.append(target)
                count += branch.count
            branches.append(Stage(piped(branch.stages), flow.end, branch.end, pending=branch.pending))
        self.rng.shuffle(branches)
        flow.count, flow.logged = count, flow.logged + logged
        result = wide if any(key(one) == key(wide) for one in ends) else output
        pending = {name: value for one in branches for name, value in one.pending.items()}
        return Stage(Both([one.expr for one in branches]), flow.end, result, pending=pending)

    def _first(self, end: T, output: T | None) -> Stage:
        """A stage with which a branch may start: it takes the type itself, or for a record some of its fields."""
        input = end
        if end.head == "record" and self.rng.random() < 0.6:
            kept = {label: part for label, part in end.fields.items() if self.rng.random() < 0.7}
            tail = ".." if self.rng.random() < 0.2 else ""
            input = record(kept, tail)
        elif output is None and self.rng.random() < 0.2:
            return self.called(IDENTITY, end, end, {"a": end}, known=False)
        fun = self.fun(input, output or (lambda module: self.chooser.type(1, self.allowed(module))))
        return self.called(fun, end, fun.output)

    # --- flows

    def _flow(self) -> None:
        flow = self._started()
        for _ in range(self.rng.randint(0, self.size)):
            self._step(flow)
            if self.rng.random() < 0.25:
                self._name_a_part(flow)
        if self.rng.random() < 0.75:
            flow.logged += self._sink(flow)
        self._keep(flow)

    def _started(self) -> Flow:
        """A flow that begins with a source, a literal, a def of an earlier one, or with a function."""
        if self._starts and self.rng.random() < 0.3:
            decl, end, count, logged = self.rng.choice(self._starts)
            stage = Stage(Use(decl, type=(VOID, end)), VOID, end, pending=dict(decl.pending))
            return Flow([stage], end, count, list(logged))
        kind = self.rng.choice(("fun", "fun", "literal", "merge", "partial", *(("standard",) * (not self.runnable))))
        stage, count = self._source(kind)
        return Flow([stage], stage.output, count)

    def _source(self, kind: str) -> tuple[Stage, int]:
        if kind == "fun":
            fun = self.fun(VOID, lambda module: self.chooser.type(2, self.allowed(module)), "s")
            fun.attributes += [] if fun.attributes else [self.rng.choice(("bounded", "bounded", "unbounded"))]
            if self.runnable:
                fun.attributes = ["bounded"]
            return self.called(fun, VOID, fun.output), 2
        if kind == "literal":
            return self._literal()
        if kind == "merge":
            first, second = (self._source(self.rng.choice(("fun", "literal"))) for _ in range(2))
            if key(first[0].output) != key(second[0].output):
                second[0].expr = Pipe([second[0].expr, self.plain(second[0].output, first[0].output).expr])
                second[0].pending |= self._pending_of(second[0].expr)
            pending = first[0].pending | second[0].pending
            both = Both([first[0].expr, second[0].expr])
            return Stage(both, VOID, first[0].output, pending=pending), first[1] + second[1]
        if kind == "standard":
            return self._standard_source(), 1
        return self.called(fun := self.fun(*self._partial()), fun.input, fun.output), 1

    def _partial(self) -> tuple[T, T]:
        allowed = self.allowed(self.program.main)
        return self.chooser.type(2, allowed), self.chooser.type(2, allowed)

    def _pending_of(self, expr: Expr) -> dict[str, str]:
        """The parameters of the last stage that nothing gives."""
        assert isinstance(expr, Pipe)
        last = expr.stages[-1]
        given = last.values if isinstance(last, Bind) else {}
        use = last.inner if isinstance(last, Bind) else last
        assert isinstance(use, Use)
        assert isinstance(use.target, Fun)
        return {p.name: p.good[0] for p in use.target.params or () if p.default is None and p.name not in given}

    def _literal(self) -> tuple[Stage, int]:
        text, type, count = self.rng.choice(
            (
                ('"one\\ntwo"', TEXT, 1),
                ('"""\n  long\n  text\n"""', TEXT, 1),
                ("[1, 2, 3]", INTEGER, 3),
                ("[1, 2.5]", DOUBLE, 2),
                ("7", INTEGER, 1),
                ("-1.5e3", DOUBLE, 1),
                ("true", BOOLEAN, 1),
                ('["a", "b",]', TEXT, 2),
                ("[[1], [2, 3]]", T("list", (INTEGER,)), 2),
                *((("$HOME", TEXT, 1),) * (not self.runnable)),
            )
        )
        return Stage(Literal(text), VOID, type), count

    def _standard_source(self) -> Stage:
        rng = self.rng
        type = self.chooser.type(2, self.allowed(self.program.main))
        name, values, ok = rng.choice(
            (
                ("http", {"http_path": '"/x"', "http_port": "8081"}, True),
                ("jsonl", {"path": f'"{self.fresh("in")}"'}, True),
                ("parquet", {"path": f'"{self.fresh("in")}"'}, True),
                ("csv", {"path": f'"{self.fresh("in")}"', "csv_sep": '";"'}, is_csv_row(type)),
                ("postgres", {"pg_query": '"select 1"', "pg_port": "5433"}, is_sql_row(type)),
                ("amqp", {"amqp_exchange": '"e"'}, True),
                ("stdin", {}, False),
                ("schedule", {"cron": '"0 9 * * 1"', "timezone": '"UTC"'}, False),
            )
        )
        if name in ("schedule", "stdin"):
            plain = SCHEDULE if name == "schedule" else STDIN
            use: Expr = Use(plain, (TEXT,) if plain is STDIN and rng.random() < 0.3 else (), (VOID, plain.output))
            return Stage(Bind(use, values) if values else use, VOID, plain.output)
        if not ok:
            type = rng.choice((record({"a": TEXT, "count": T("optional", (INTEGER,))}), T("tuple", (DOUBLE, BOOLEAN))))
        written = {"postgres": rng.choice(("postgres", "postgres", "postgresql", "Postgresql"))}.get(name, name)
        fun = standard(rng.choice(("Sources", "Sources", "sources")), written, True)
        if rng.random() < 0.3:
            return self._inferred(Bind(Use(fun, type=(VOID, type)), values), type)
        return Stage(Bind(Use(fun, (type,), (VOID, type)), values), VOID, type)

    def _inferred(self, source: Expr, type: T) -> Stage:
        """A source whose type the next stage says."""
        following = self.fun(type, lambda module: self.chooser.type(1, self.allowed(module)))
        stage = self.called(following, type, following.output)
        between = [Use(IDENTITY, type=(type, type))] * self.rng.choice((0, 0, 1))
        return Stage(Pipe([source, *between, stage.expr]), VOID, following.output, pending=stage.pending)

    def _step(self, flow: Flow) -> None:
        match self.rng.choice(("plain", "plain", "poly", "poly", "poly", "standard", "conv", "*", "?", "&", "group")):
            case "plain":
                flow.add(self.plain(flow.end))
            case "poly":
                flow.add(self.polymorphic(flow.end))
            case "standard":
                flow.add(self.standard(flow.end))
            case "conv":
                for stage in self.converted(flow.end):
                    flow.add(stage)
            case "*" | "?" as mark:
                stage = self.marked(flow.end, mark)
                if isinstance(stage.expr, Post):
                    flow.count *= self._times(stage.expr)
                flow.add(stage)
            case "&":
                flow.add(self.branches(flow))
            case "group":
                self._group(flow)

    def _times(self, post: Post) -> int:
        """How many values a `*` makes of one: functions make lists of two."""
        inner = post.inner.inner if isinstance(post.inner, Bind) else post.inner
        assert isinstance(inner, Use)
        output = inner.type[1]
        return 1 if post.mark == "?" else int(output.size) if output.head == "Vector" else 2

    def _group(self, flow: Flow) -> None:
        if len(flow.stages) < 2:
            return
        low = self.rng.randrange(len(flow.stages) - 1)
        inside = flow.stages[low:]
        known, loose = inside[0].known, all(one.loose and not one.known for one in inside)
        if not known and not loose:
            return
        pending = {name: value for one in inside for name, value in one.pending.items()}
        expr: Expr = Group(piped(inside))
        if pending and self.rng.random() < 0.5:
            expr, pending = Bind(expr, pending), {}
        flow.stages[low:] = [Stage(expr, inside[0].input, inside[-1].output, known, loose, pending)]

    def _sink(self, flow: Flow, exact: bool = False) -> list[tuple[T, int]]:
        """Ends a flow; what reaches a log."""
        end = flow.end
        if self.runnable or self.rng.random() < 0.4:
            if self.rng.random() < 0.8:
                flow.add(self.called(LOG, end, VOID, {"a": end}, known=False))
                return [(end, flow.count)]
            fun = self.fun(end if exact else self.chooser.wider(end), VOID, "k")
            flow.add(self.called(fun, end, VOID))
            return []
        name, values, ok = self.rng.choice(
            (
                ("log", {}, True),
                ("jsonl", {"path": f'"{self.fresh("out")}"', "mode": '"append"'}, True),
                # No file that is whole at its end alone: the source may have none.
                ("arrow", {"path": f'"{self.fresh("out")}"', "format": '"stream"'}, True),
                ("csv", {"path": f'"{self.fresh("out")}"'}, is_csv_row(end)),
                ("postgres", {"pg_table": '"t"'}, is_sql_row(end)),
                ("amqp", {"amqp_exchange": '"e"'}, True),
                ("stdout", {}, end == TEXT),
            )
        )
        fun = standard("Sinks", name, False) if ok and name != "stdout" else STDOUT if ok else LOG
        use = self.use(fun, (end, VOID), {"a": end})
        flow.add(Stage(Bind(use, values) if values and ok else use, end, VOID, known=False))
        return []

    # --- names for parts

    def _name_a_part(self, flow: Flow) -> None:
        starts = [at for at, one in enumerate(flow.stages) if one.known or one.loose]
        if not starts:
            return
        low = self.rng.choice(starts)
        high = self.rng.randint(low + 1, len(flow.stages))
        inside = flow.stages[low:high]
        if not inside[0].known and not all(one.loose and not one.known for one in inside):
            inside = inside[:1]
        pending = {name: value for one in inside for name, value in one.pending.items()}
        decl = self._define(piped(inside), pending, "d")
        first, last = inside[0], inside[-1]
        output = last.output
        if first.known and self.rng.random() < 0.4:
            if low + len(inside) == len(flow.stages) and output != VOID:
                output = self.chooser.wider(output)
            home = max((self.home(first.input, output, also={decl.module}) for _ in range(3)), key=self._place)
            self._move(decl, home)
            decl.annotation = (first.input, output)
        expr: Expr = Use(decl, type=(first.input, output))
        if pending and self.rng.random() < 0.5:
            expr, pending = Bind(expr, pending), {}
        flow.stages[low : low + len(inside)] = [Stage(expr, first.input, output, first.known, first.loose, pending)]
        if low == 0 and first.input == VOID and output != VOID and len(flow.stages) == 1:
            self._starts.append((decl, output, flow.count, list(flow.logged)))
        flow.end = flow.stages[-1].output

    def _place(self, module: Module) -> int:
        return self.program.modules.index(module)

    def _move(self, decl: Def, home: Module) -> None:
        for module in self.program.modules:
            if decl in module.functions:
                module.functions.remove(decl)
        decl.module = home.name
        home.functions.append(decl)

    def _define(self, body: Expr, pending: dict[str, str], letters: str) -> Def:
        module = self.home(also=used_modules(body))
        decl = Def(module.name, self.fresh(letters), body, pending=pending)
        if self.rng.random() < 0.05:
            decl.attributes.append("experimental")
        module.functions.append(decl)
        return decl

    def _keep(self, flow: Flow) -> None:
        body = piped(flow.stages)
        workflow = flow.stages[0].input == VOID and flow.end == VOID
        if flow.pending and (workflow or self.rng.random() < 0.5):
            body = Bind(body, dict(flow.pending))
        decl = Def(MAIN, self.fresh("w"), body)
        self.program.main.functions.append(decl)
        if workflow:
            self.program.workflows.append((decl.name, flow.logged))

    def _main_expression(self) -> None:
        flow = self._started()
        for _ in range(self.rng.randint(0, 2)):
            self._step(flow)
        flow.logged += self._sink(flow)
        body = piped(flow.stages)
        self.program.main.main = Bind(body, dict(flow.pending)) if flow.pending else body
        if flow.stages[0].input == VOID:
            self.program.workflows.append(("main", flow.logged))


def parts(expr: Expr) -> list[Expr]:
    """An expression and all inside it."""
    match expr:
        case Post(inner) | Group(inner) | Bind(inner):
            return [expr, *parts(inner)]
        case Pipe(inside) | Both(inside):
            return [expr, *(one for part in inside for one in parts(part))]
    return [expr]


def used_modules(expr: Expr) -> set[str]:
    """The modules that an expression names."""
    found: set[str] = set()
    for part in parts(expr):
        if isinstance(part, Use):
            found.add(part.target.module)
            for argument in part.args:
                found |= modules_of(argument) if isinstance(argument, T) else set()
    return found


def generate(seed: int, *, runnable: bool = False, size: int = 6) -> Program:
    """The well-typed program of a seed."""
    return Generator(seed, runnable=runnable, size=size).generate()


__all__ = ["Flow", "Generator", "Stage", "generate", "parts", "used_modules"]
