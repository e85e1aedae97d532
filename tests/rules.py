"""Which checks of the type checker does no test miss? (``make rules``)

Each statement of ``nscompiler/typecheck`` that reports a fault is a check. Each of them is switched off in turn, in
this process: its function gets the code it would have without that statement, and the programs that reach the
statement (those of ``tests/lang``, and the wrong programs of the catalogue of diagnostics) are checked anew. If all
of them still say what they should, nothing guards the check: it is listed, and the exit code is 1. So is a code that
the type checker names and that no program raises.
"""

import ast
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import attrs
import literate

import nscompiler.typecheck
from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

HERE = Path(__file__).parent
PACKAGE = nscompiler.typecheck
HIT = "__rules_hit__"

# What a statement calls when it reports; a call of one that begins with `report_` is one too.
REPORTERS = frozenset(("report", "_report", "fail", "_fail", "_add"))
# The codes of the type checker: of types, names, parameters and Python classes.
RANGES = ("NS03", "NS04", "NS05", "NS08")
# What stands for a fault where it is a value.
FAULTS = frozenset(("Fault", "Violation"))


@attrs.frozen
class Trial:
    """A program, and the question whether the compiler still says of it what it should."""

    name: str
    holds: Callable[[], bool]


@attrs.frozen
class Check:
    """A statement that reports: its module, the function it stands in, its line, its place among the module's."""

    module: ModuleType
    function: str
    line: int
    index: int
    source: str

    def __str__(self) -> str:
        path = Path(str(self.module.__file__)).relative_to(HERE.parent)
        return f"{path}:{self.line}: {self.function}: {self.source}"


# --- finding checks


def _called(call: ast.expr) -> str:
    match call:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def _reports(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        name = _called(statement.value)
        return name in REPORTERS or name.lstrip("_").startswith("report_") or bool(_faults(statement))
    return isinstance(statement, ast.Return) and bool(_faults(statement))


def _faults(statement: ast.stmt) -> list[ast.Call]:
    return [node for node in ast.walk(statement) if isinstance(node, ast.Call) and _called(node) in FAULTS]


class _Rewriter(ast.NodeTransformer):
    """Visits the checks of a module in order; ``change`` says what becomes of each."""

    def __init__(self, change: Callable[[int, ast.stmt, list[str]], ast.stmt | list[ast.stmt]]) -> None:
        self._change = change
        self._index = -1
        self._names: list[str] = []
        self._arguments: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        held = self._arguments
        self._arguments = [argument.arg for argument in node.args.args]
        self._inside(node)
        self._arguments = held
        return node

    def _inside(self, node: ast.ClassDef | ast.FunctionDef) -> ast.AST:
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        return self._statement(node)

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        return self._statement(node)

    def _statement(self, node: ast.stmt) -> ast.stmt | list[ast.stmt]:
        if not self._names or not _reports(node):
            return node
        self._index += 1
        return self._change(self._index, node, [*self._names, *self._arguments])


def _modules() -> Iterator[ModuleType]:
    folder = Path(str(PACKAGE.__file__)).parent
    for path in sorted(folder.glob("*.py")):
        if path.stem != "__init__":
            yield importlib.import_module(f"{PACKAGE.__name__}.{path.stem}")


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def checks(module: ModuleType) -> list[Check]:
    """The checks of a module, in the order of their places."""
    found: list[Check] = []
    functions = _function_at(module)

    def note(index: int, node: ast.stmt, _names: list[str]) -> ast.stmt:
        source = " ".join(ast.unparse(node).split())
        found.append(Check(module, functions[node.lineno], node.lineno, index, source[:110]))
        return node

    _Rewriter(note).visit(_tree(module))
    return found


def _function_at(module: ModuleType) -> dict[int, str]:
    """The outermost function (``Class.method``) of each line."""
    found: dict[int, str] = {}

    def walk(nodes: list[ast.stmt], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                found.update(dict.fromkeys(lines, prefix + node.name))

    walk(_tree(module).body, "")
    return found


# --- switching them off


def _without(index: int) -> _Rewriter:
    """A module without one of its checks: the statement goes, or the fault that it returns becomes the plain value."""

    def change(at: int, node: ast.stmt, names: list[str]) -> ast.stmt:
        if at != index:
            return node
        if isinstance(node, ast.Return):
            fine: ast.stmt = _Fine(names).visit(node)
            return fine
        return ast.copy_location(ast.Pass(), node)

    return _Rewriter(change)


class _Fine(ast.NodeTransformer):
    """Puts the value that was found wrong in the place of the fault."""

    def __init__(self, names: list[str]) -> None:
        self._value = "value" if "value" in names else "literal.value" if "literal" in names else "None"

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _called(node) not in FAULTS:
            return self.generic_visit(node)
        return ast.copy_location(ast.parse(self._value, mode="eval").body, node)


def _recording() -> _Rewriter:
    """A module that says which of its checks are reached."""

    def change(at: int, node: ast.stmt, _names: list[str]) -> list[ast.stmt]:
        hit = ast.parse(f"{HIT}({at})").body[0]
        return [ast.copy_location(hit, node), node]

    return _Rewriter(change)


def _compiled(module: ModuleType, rewriter: _Rewriter) -> dict[str, CodeType]:
    tree = ast.fix_missing_locations(rewriter.visit(_tree(module)))
    found: dict[str, CodeType] = {}
    stack: list[CodeType] = [compile(tree, str(module.__file__), "exec")]
    while stack:
        for inner in (constant for constant in stack.pop().co_consts if isinstance(constant, CodeType)):
            found[inner.co_qualname] = inner
            stack.append(inner)
    return found


def _function(module: ModuleType, name: str) -> FunctionType:
    held: Any = module
    for part in name.split("."):
        held = held.__dict__[part]
    while not isinstance(held, FunctionType):
        held = getattr(held, "__func__", None) or getattr(held, "fget", None) or held.__wrapped__
    return held


class _Swapped:
    """While it is entered, functions of a module run other code."""

    def __init__(self, module: ModuleType, code: dict[str, CodeType], names: set[str]) -> None:
        self._new = [(_function(module, name), code[name]) for name in sorted(names)]
        self._old = [function.__code__ for function, _ in self._new]

    def __enter__(self) -> None:
        for function, code in self._new:
            function.__code__ = code

    def __exit__(self, *_: object) -> None:
        for (function, _new), code in zip(self._new, self._old, strict=True):
            function.__code__ = code


# --- the programs

# Raised when something is to be started, which no text of a program shows; the tests of the commands hold it.
STARTED = frozenset(("NS0325",))


def trials() -> list[Trial]:
    """Every program that could notice."""
    found = []
    for document in sorted((HERE / "lang").glob("*.md")):
        found += [Trial(example.name, partial(_says, example)) for example in literate.examples(document)]
    for code in codes.all_codes():
        files = {**({"main.nml": code.wrong} if code.wrong else {}), **dict(code.wrong_files)}
        if files and code.id.startswith(RANGES) and code.id not in STARTED:
            found.append(Trial(code.id, partial(_raises, code.id, files)))
    return found


def _says(example: literate.Example) -> bool:
    return not literate.failures(example)


def _raises(code: str, files: dict[str, str]) -> bool:
    return code in {item.code.id for item in check_texts(files).diagnostics}


def _notices(trial: Trial) -> bool:
    """Whether a program no longer gives what it should; an exception is noticed too."""
    try:
        return not trial.holds()
    except Exception:
        return True


Hits = dict[tuple[ModuleType, int], dict[str, Trial]]


def reached(found: list[Check], programs: list[Trial]) -> Hits:
    """For each check, as its module and its place there, the programs that reach it, by name."""
    hits: Hits = {}
    current = programs[0]
    with ExitStack() as swapped:
        for module in {check.module: None for check in found}:

            def hit(index: int, module: ModuleType = module) -> None:
                hits.setdefault((module, index), {})[current.name] = current

            vars(module)[HIT] = hit
            names = {check.function for check in found if check.module is module}
            swapped.enter_context(_Swapped(module, _compiled(module, _recording()), names))
        for program in programs:
            current = program
            program.holds()
    return hits


def unguarded(found: list[Check], programs: list[Trial]) -> list[Check]:
    """The checks that may go without any program noticing."""
    hits = reached(found, programs)
    left = []
    for check in found:
        code = _compiled(check.module, _without(check.index))
        with _Swapped(check.module, code, {check.function}):
            if not any(_notices(program) for program in hits.get((check.module, check.index), {}).values()):
                left.append(check)
    return left


def unraised(programs: list[Trial]) -> list[str]:
    """The codes that the type checker names and no program raises."""
    named = {
        value.id
        for module in _modules()
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and isinstance(value := getattr(getattr(module, node.value.id, None), node.attr, None), Code)
    }
    raised: set[str] = set()
    at = Code.at

    def record(code: Code, *arguments: Any, **named: Any) -> Diagnostic:
        raised.add(code.id)
        return at(code, *arguments, **named)

    Code.at = record  # type: ignore[method-assign, assignment]
    try:
        for program in programs:
            program.holds()
    finally:
        Code.at = at  # type: ignore[method-assign]
    return sorted(named - raised - STARTED)


def main() -> int:
    """Print what nothing guards; 1 if there is anything."""
    started = time.monotonic()
    programs = trials()
    broken = [program.name for program in programs if _notices(program)]
    if broken:
        print("these programs fail as it is:", *broken, sep="\n  ")
        return 1
    found = [check for module in _modules() for check in checks(module)]
    left = unguarded(found, programs)
    silent = unraised(programs)
    for check in left:
        print(check)
    for code in silent:
        print(f"{code}: no program raises it")
    seconds = time.monotonic() - started
    print(f"{len(found)} checks, {len(programs)} programs, {len(left)} checks that nothing guards ({seconds:.0f} s)")
    return 1 if left or silent else 0


if __name__ == "__main__":
    sys.exit(main())
