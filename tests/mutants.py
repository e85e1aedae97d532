"""Mutation testing of the type checker (``make mutants``): is there a test for every decision that it makes?

    python tests/mutants.py [--module fits …] [--sample N] [--keep]

Each decision of the modules that say what is well typed is changed in turn, in this process: a comparison is turned
round, `and` becomes `or`, a condition is taken for true or false, a number is one more, a statement goes. Then the
programs that reach the function are checked anew: those of tests/lang, the wrong ones of the catalogue of diagnostics,
and some that are generated, with the reference checker's opinion. A change that no program notices survives. Modules
that only word messages are left out: kept outputs hold those. ``--keep`` writes ``docs/mutants.md``.
"""

import argparse
import ast
import copy
import importlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, ModuleType

import attrs
import rules
from property.generated_programs import generate
from property.mutations import mutants
from reference.comparison import disagreements
from reference.wild import wild

from nscompiler.pipeline import check_texts

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs/mutants.md"
MODULES = (
    "bindings", "components", "constraints", "declare", "define", "fits", "infer", "params", "resolve", "unify",
)  # fmt: skip
MOST = 500
"""How many programs are asked about one change."""
SECONDS = 5.0
"""How much of the processor's time a program may take before it counts as one that never ends."""

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@attrs.frozen
class Change:
    """One change: where it is, what is done, and the function's code with it."""

    module: ModuleType
    function: str
    line: int
    what: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.module.__name__.rpartition('.')[2]}.py:{self.line}: {self.function}: {self.what}"


# --- changes


def _variants(node: ast.AST) -> Iterator[tuple[str, Callable[[], ast.AST | None]]]:
    """What may become of a node: a name for it, and what makes the new node (None where the statement goes)."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _TURNED:
            yield "turned", lambda: ast.Compare(node.left, [_TURNED[type(op)]()], node.comparators)
        case ast.BoolOp(op=op):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and/or", lambda: ast.BoolOp(other, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", lambda: node.operand
        case ast.Constant(value=bool() as value):
            yield f"{not value}", lambda: ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield f"{value + 1}", lambda: ast.Constant(value + 1)
        case ast.Expr(value=ast.Call()):
            yield "gone", lambda: None
        case ast.If() | ast.IfExp():
            for truth in (True, False):
                yield f"if {truth}", partial(_with_test, node, truth)


def _with_test(node: ast.If | ast.IfExp, truth: bool) -> ast.AST:
    new = copy.copy(node)
    new.test = ast.Constant(truth)
    return new


class _Changer(ast.NodeTransformer):
    """Makes the change of a number, counted over all variants of all nodes in order."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.done: tuple[int, str] | None = None

    def visit(self, node: ast.AST) -> ast.AST | None:
        if self.done is not None:
            return node
        for name, make in _variants(node):
            if self.left == 0:
                shown = " ".join(ast.unparse(node).split())
                self.done = (getattr(node, "lineno", 0), f"{name}: {shown[:100]}")
                made = make()
                return ast.copy_location(made if made is not None else ast.Pass(), node)
            self.left -= 1
        return self.generic_visit(node)


def _count(tree: ast.AST) -> int:
    return sum(1 for node in ast.walk(tree) for _ in _variants(node))


def changes(module: ModuleType) -> Iterator[Change]:
    """All changes of a module's functions."""
    source = Path(str(module.__file__)).read_text("utf-8")
    functions = rules._function_at(module)
    for number in range(_count(ast.parse(source))):
        changer = _Changer(number)
        tree = ast.fix_missing_locations(changer.visit(ast.parse(source)))
        if changer.done is None or changer.done[0] not in functions:
            continue
        name = functions[changer.done[0]]
        code = _codes(compile(tree, str(module.__file__), "exec")).get(name)
        if code is not None:
            yield Change(module, name, *changer.done, code)


def _codes(code: CodeType) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    stack = [code]
    while stack:
        inner = [one for one in stack.pop().co_consts if isinstance(one, CodeType)]
        found |= {one.co_qualname: one for one in inner}
        stack += inner
    return found


# --- programs


def programs() -> list[rules.Trial]:
    """Every program that could notice, those that notice most first."""
    found = [rules.Trial(f"wild {seed}", partial(_agrees, wild(seed))) for seed in range(150)]
    for seed in range(40):
        found.append(rules.Trial(f"generated {seed}", partial(_agrees, generate(seed).write().texts)))
        found += [rules.Trial(f"mutant {seed}", partial(_one_error, one.texts)) for one in mutants(seed, 2)]
    return found + rules.trials()


def _agrees(texts: dict[str, str]) -> bool:
    return not disagreements(texts)[0]


def _one_error(texts: dict[str, str]) -> bool:
    return sum(one.is_error for one in check_texts(texts).diagnostics) == 1


def reached(found: list[rules.Trial], modules: list[ModuleType]) -> dict[tuple[str, str], list[rules.Trial]]:
    """The programs that enter each function, by file and name."""
    files = {str(module.__file__) for module in modules}
    hits: dict[tuple[str, str], list[rules.Trial]] = {}
    for trial in found:
        entered: set[tuple[str, str]] = set()

        def note(frame: FrameType, event: str, _: object, entered: set[tuple[str, str]] = entered) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                entered.add((frame.f_code.co_filename, frame.f_code.co_qualname.split(".<locals>")[0]))

        sys.setprofile(note)
        try:
            trial.holds()
        finally:
            sys.setprofile(None)
        for one in entered:
            hits.setdefault(one, []).append(trial)
    return hits


def _some(trials: list[rules.Trial], rng: random.Random) -> list[rules.Trial]:
    """At most so many programs, in their order."""
    chosen = sorted(rng.sample(range(len(trials)), min(MOST, len(trials))))
    return [trials[at] for at in chosen]


@contextmanager
def limited() -> Iterator[None]:
    """Ends what does not end by itself, with an exception: that is noticed too."""

    def stop(*_: object) -> None:
        raise TimeoutError

    held = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, held)


def noticed(change: Change, trials: list[rules.Trial]) -> bool:
    """Whether any program says something else with the change."""
    try:
        swapped = rules._Swapped(change.module, {change.function: change.code}, {change.function})
    except (KeyError, AttributeError):
        return True
    try:
        with swapped:
            for trial in trials:
                with limited():
                    if rules._notices(trial):
                        return True
    except (ValueError, TimeoutError):
        return True
    return False


# --- what came of it


def report(tried: list[tuple[Change, bool]], sample: int) -> str:
    """The page that is kept."""
    lines = ["# Mutation testing of the type checker", ""]
    which = f"a sample of {sample} of each module's" if sample else "all"
    lines += [
        "Written by `make mutants`: changes to the modules that decide what is well typed, and how many of them are",
        "noticed by the programs of `tests/lang`, by those of the catalogue of diagnostics, by generated programs and",
        f"by the reference checker. Tried: {which} changes, each on at most {MOST} programs.",
        "",
        "| module | changes | noticed | score |",
        "|---|---|---|---|",
    ]
    by_module: dict[str, list[bool]] = {}
    for change, killed in tried:
        by_module.setdefault(change.module.__name__.rpartition(".")[2], []).append(killed)
    for name, all_ in (*sorted(by_module.items()), ("together", [killed for _, killed in tried])):
        lines.append(f"| {name} | {len(all_)} | {sum(all_)} | {100 * sum(all_) / max(len(all_), 1):.0f} % |")
    lines += ["", "## What nothing noticed", ""]
    lines += [f"- `{change}`" for change, killed in tried if not killed]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Try the changes; print what survives."""
    parser = argparse.ArgumentParser(description="Mutation testing of the type checker.")
    parser.add_argument("--module", nargs="*", choices=MODULES, default=MODULES)
    parser.add_argument("--sample", type=int, default=0, help="so many changes of each module")
    parser.add_argument("--minutes", type=float, default=60, help="stop after so long; what was tried is told")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    rng = random.Random(0)
    modules = [importlib.import_module(f"nscompiler.typecheck.{name}") for name in given.module]
    trials = programs()
    broken = [trial.name for trial in trials if rules._notices(trial)]
    if broken:
        print("these programs fail as it is:", *broken, sep="\n  ")
        return 1
    hits = reached(trials, modules)
    tried: list[tuple[Change, bool]] = []
    start = time.monotonic()
    for module in modules:
        found = list(changes(module))
        chosen = rng.sample(found, min(given.sample, len(found))) if given.sample else found
        for change in chosen:
            if time.monotonic() - start > 60 * given.minutes:
                break
            able = hits.get((str(module.__file__), change.function), [])
            tried.append((change, noticed(change, _some(able, rng))))
            if not tried[-1][1]:
                print(change, flush=True)
    killed = sum(one for _, one in tried)
    print(
        f"{len(tried)} changes, {killed} noticed: {100 * killed / len(tried):.1f} % ({time.monotonic() - start:.0f} s)"
    )
    if given.keep:
        KEPT.write_text(report(tried, given.sample), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
