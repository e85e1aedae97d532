"""How many wrong decisions of the type checker would be noticed? (``make mutants``)

Each decision of the checker is changed in turn, in a process of its own that knows all programs already: a comparison
turned round, a condition made always or never true, `and` for `or`, a number one larger, a call left out. The programs
in which the decision comes out otherwise are checked anew, those that noticed most so far first: those of
``tests/lang`` and of the catalogue of diagnostics, the faulty ones of ``tests/faults`` with their messages and fixes,
generated programs and mutants of them, and random ones of which the reference checker knows the types. Where none of
them says anything else, the tests of the checker's parts are asked. What nothing notices is listed: it has no test, or
makes no difference.
"""

import argparse
import gc
import hashlib
import importlib
import inspect
import io
import json
import os
import random
import resource
import signal
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import attrs
import hypothesis
import planted
import pytest
import rules
from decisions import HEARD, Change, Decisions, function_of
from planted import MAIN
from property.generated_programs import generate
from property.mutations import mutants
from reference import checker as reference
from reference.checker import Verdict
from reference.comparison import disagreements
from reference.wild import wild

import nscompiler.typecheck
from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.grammar.parse import ParseResult
from nscompiler.pipeline import compilation
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs/mutants.md"
MODULES = tuple(
    sorted(path.stem for path in Path(str(nscompiler.typecheck.__file__)).parent.glob("*.py") if path.stem[0] != "_")
)
# They decide what is well typed; the others say what is wrong, and what would mend it.
DECIDING = (
    "bindings", "branches", "check", "components", "constraints", "declare", "declared", "define", "fits", "infer",
    "literal_types", "nested_optionals", "params", "resolve", "scope", "sizes", "traits", "type_declarations", "unify",
)  # fmt: skip
PARTS = ("tests/typecheck", "tests/lints", "tests/flow", "tests/test_planted_faults.py")
SLOW = 0.15
"""A test that takes longer than so many seconds is not asked."""
TIMES, SECONDS = 20, 0.5
"""A program may take so many times as long as without the change, and so many seconds more, before it never ends."""
MEMORY = 3 << 30


# --- who is asked


def programs() -> list[rules.Trial]:
    """Every program that could notice something."""
    found = rules.trials()
    found += [rules.Trial(f"{one.id} mended", partial(_is_right, one)) for one in codes.all_codes() if one.right]
    for document in planted.documents():
        found += [rules.Trial(f"{document.name}: {one.name}", partial(_told, one)) for one in planted.faults(document)]
    for seed in range(20):
        found.append(_compared(f"generated {seed}", generate(seed).write().texts))
        found += [rules.Trial(f"mutant {seed}", partial(_one_error, one.texts)) for one in mutants(seed, 2)]
    return found + [_compared(f"wild {seed}", wild(seed)) for seed in range(80)]


def _agrees(texts: dict[str, str], verdicts: Mapping[tuple[str, str], Verdict]) -> bool:
    return not disagreements(texts, verdicts)[0]


def _compared(name: str, texts: dict[str, str]) -> rules.Trial:
    return rules.Trial(name, partial(_agrees, texts, reference.check(texts)))


def _is_right(code: Code) -> bool:
    return not any(one.is_error for one in check_texts({MAIN: code.right or "", **dict(code.right_files)}).diagnostics)


def _one_error(texts: dict[str, str]) -> bool:
    return sum(one.is_error for one in check_texts(texts).diagnostics) == 1


def _told(fault: planted.Planted) -> bool:
    """Whether the message is the one that is kept, and each fix mends the program."""
    checked = fault.check()
    found = planted.faults_in(checked, fault.code, fault.start)
    if planted.message(fault, checked) != fault.shown or planted.difference(fault, found) != fault.change:
        return False
    fixes = [fix for one in found for fix in one.fixes]
    return not any(attrs.evolve(fault, files=planted.mended(fault.files, fix)).found() for fix in fixes)


@contextmanager
def parsed_once() -> Iterator[None]:
    """While it is entered, a text that was parsed is not parsed again: no change is in the parser."""
    parse, known = compilation.parse, dict[tuple[str, str], ParseResult]()

    def remembered(source: SourceFile) -> ParseResult:
        key = (source.path, source.text)
        if key not in known:
            known[key] = parse(source)
        return known[key]

    compilation.parse = remembered  # type: ignore[attr-defined]
    try:
        yield
    finally:
        compilation.parse = parse  # type: ignore[attr-defined]


class _Collected:
    """Takes the tests that pytest finds instead of running them."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def parts() -> list[rules.Trial]:
    """The tests of the checker's parts that need nothing but their parameters."""
    collected = _Collected()
    with redirect_stdout(io.StringIO()):
        pytest.main(
            ["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *(str(ROOT / one) for one in PARTS)],
            plugins=[collected],
        )
    found = []
    for item in collected.items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if "fault" in given:
            continue  # what these say is among the programs
        if isinstance(item, pytest.Function) and set(item._fixtureinfo.argnames) <= given.keys():
            found.append(rules.Trial(item.nodeid, partial(_passes, item.function, given)))
    return found


def _passes(test: Callable[..., object], given: dict[str, object]) -> bool:
    test(**given)  # raises where it fails, and that is noticed
    return True


# --- what each of them decides


@attrs.frozen
class Asked:
    """Whom to ask about a decision: by module and number, the places of the programs in which it came to a value."""

    trials: list[rules.Trial]
    heard: dict[tuple[str, int, bool], list[int]]
    seconds: list[float]

    def about(self, change: Change) -> list[int]:
        """The places of those that could notice a change."""
        truths = (True, False) if change.telling is None else (change.telling,)
        found = (self.heard.get((change.module.__name__, change.decision, truth), ()) for truth in truths)
        return sorted({place for one in found for place in one})


def listen(trials: list[rules.Trial], modules: list[ModuleType]) -> Asked:
    """Ask everyone once, and hear what is decided on the way. Those that fail or are slow are left out."""
    heard: dict[tuple[str, int, bool], list[int]] = {}
    seconds: list[float] = []
    kept: list[rules.Trial] = []
    with ExitStack() as listening:
        now: set[tuple[str, int, bool]] = set()
        for module in modules:

            def note(number: int, value: object, name: str = module.__name__) -> object:
                now.add((name, number, bool(value)))
                return value

            vars(module)[HEARD] = note
            listening.callback(vars(module).pop, HEARD)
            listening.enter_context(_Running(module, Decisions(module).listening()))
        for trial in trials:
            now.clear()
            start = time.process_time()
            failed = rules._notices(trial)
            took = time.process_time() - start
            if failed or took > SLOW:
                print(f"not asked: {trial.name} ({'fails as it is' if failed else f'{took:.2f} s'})", file=sys.stderr)
                continue
            for one in now:
                heard.setdefault(one, []).append(len(kept))
            kept.append(trial)
            seconds.append(took)
    return Asked(kept, heard, seconds)


class _Running:
    """While it is entered, functions of a module run other code."""

    def __init__(self, module: ModuleType, codes: dict[str, CodeType]) -> None:
        self._new = [(function_of(module, name), code) for name, code in codes.items()]
        self._old = [function.__code__ for function, _ in self._new]

    def __enter__(self) -> None:
        for function, code in self._new:
            function.__code__ = code

    def __exit__(self, *_: object) -> None:
        for (function, _new), code in zip(self._new, self._old, strict=True):
            function.__code__ = code


# --- who notices


class Judge:
    """Tries changes, and remembers who noticed them."""

    def __init__(self, programs: Asked, tests: Asked) -> None:
        self._rounds = (programs, tests)
        self._noticed: Counter[tuple[int, int]] = Counter()
        self._noticed_in: Counter[tuple[str, int, int]] = Counter()

    def noticed_by(self, change: Change) -> str | None:
        """Who notices a change, if anyone does."""
        for number, asked in enumerate(self._rounds):
            place = self._first(change, number, asked)
            if place is not None:
                self._noticed[number, place] += 1
                self._noticed_in[change.function, number, place] += 1
                return asked.trials[place].name
        return None

    def _first(self, change: Change, number: int, asked: Asked) -> int | None:
        """The place of one that notices."""

        def worth(place: int) -> float:
            before = 1 + self._noticed[number, place] + 20 * self._noticed_in[change.function, number, place]
            return -before / (asked.seconds[place] + 0.001)

        able = sorted(asked.about(change), key=worth)
        if not able:
            return None
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _try(change, [(asked.trials[place], asked.seconds[place]) for place in able], writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            told = answer.read().split()
        os.waitpid(child, 0)
        return None if told[-1] == b"." else able[int(told[-1])]


def _try(change: Change, trials: list[tuple[rules.Trial, float]], writing: int) -> None:
    """In a child: ask one after the other, and tell the place of each that is begun, a stop after the last."""
    status = 1
    with suppress(BaseException):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        gc.set_threshold(200_000, 20, 20)
        function_of(change.module, change.function).__code__ = change.code
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            for place, (trial, seconds) in enumerate(trials):
                signal.setitimer(signal.ITIMER_PROF, SECONDS + TIMES * seconds)  # it ends the process
                os.write(writing, b"%d " % place)
                if rules._notices(trial):
                    os._exit(1)
        os.write(writing, b".")
        status = 0
    os._exit(status)


# --- what came of it


@attrs.frozen
class Outcome:
    """A change, and who noticed it."""

    change: Change
    by: str | None

    @property
    def module(self) -> str:
        """The name of the module that was changed."""
        return self.change.module.__name__.rpartition(".")[2]


class State:
    """What is known of changes from an earlier run, in a file that grows by a line for each that is tried."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._times: Counter[str] = Counter()
        lines = path.read_text("utf-8").splitlines() if path is not None and path.exists() else []
        self._known: dict[str, str | None] = dict(json.loads(line) for line in lines)

    def key(self, change: Change) -> str:
        """What a change is called as long as its function stays what it is, wherever it stands in the file."""
        written = inspect.getsource(function_of(change.module, change.function))
        now = hashlib.sha256(textwrap.dedent(written).encode()).hexdigest()[:8]
        name = f"{change.module.__name__}: {change.function} {now}: {change.what}"
        self._times[name] += 1
        return f"{name} ({self._times[name]})"

    def by(self, key: str) -> str | None:
        """Who has noticed a change before."""
        return self._known.get(key)

    def tried(self, key: str) -> bool:
        """Whether it was tried before."""
        return key in self._known

    def keep(self, key: str, by: str | None) -> None:
        """Keep who noticed a change."""
        self._known[key] = by
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, by]) + "\n")


def report(tried: list[Outcome], all_changes: int, asked: tuple[Asked, Asked]) -> str:
    """The page that is kept."""
    which = f"all {all_changes}" if len(tried) == all_changes else f"{len(tried)} of {all_changes}"
    told = (
        "Written by `make mutants`: changes to the decisions of `nscompiler/typecheck`, and how many of them are "
        f"noticed by {len(asked[0].trials)} programs (the specification's, those of the catalogue of diagnostics, the "
        "faulty ones with their messages and fixes, generated programs and mutants of them, random ones beside the "
        f"reference checker), or, where none of these does, by {len(asked[1].trials)} tests of the checker's parts. "
        f"Tried: {which} changes, each on every program in which the decision comes out otherwise."
    )
    lines = ["# Mutation testing of the type checker", "", *textwrap.wrap(told, 118), ""]
    rest = tuple(name for name in MODULES if name not in DECIDING)
    for title, names in (("What is well typed", DECIDING), ("What is said of it", rest)):
        lines += [f"## {title}", "", "| module | changes | noticed | score |", "|---|---|---|---|"]
        rows = [(name, [one for one in tried if one.module == name]) for name in names]
        rows.append(("together", [one for _, own in rows for one in own]))
        for name, changed in rows:
            if changed:
                noticed = sum(one.by is not None for one in changed)
                lines.append(f"| {name} | {len(changed)} | {noticed} | {100 * noticed / len(changed):.0f} % |")
        lines.append("")
    lines += ["## What nothing noticed", ""]
    lines += [f"- `{one.change}`" for one in tried if one.by is None]
    return "\n".join(lines) + "\n"


def _chosen(modules: list[ModuleType], sample: int) -> Iterator[Change]:
    rng = random.Random(0)
    for module in modules:
        found = list(Decisions(module).changes())
        yield from rng.sample(found, min(sample, len(found))) if sample else found


def _in_turn(changes: list[Change]) -> list[Change]:
    """Those of the deciding modules, then the others in no order: however early it ends, what was tried is a sample."""
    first = [one for one in changes if Outcome(one, None).module in DECIDING]
    rest = [one for one in changes if Outcome(one, None).module not in DECIDING]
    random.Random(0).shuffle(rest)
    return first + rest


def _judged(changes: list[Change], judge: Judge, state: State, again: bool, end: float) -> list[Outcome]:
    """What came of the changes that were tried until the end, in the order of the modules."""
    keys = {id(change): state.key(change) for change in changes}
    known: dict[int, str | None] = {}
    for change in _in_turn(changes):
        key = keys[id(change)]
        by = state.by(key)
        if by is None and (again or not state.tried(key)) and time.monotonic() < end:
            by = judge.noticed_by(change)
            state.keep(key, by)
            if by is None:
                print(change, flush=True)
        if state.tried(key):
            known[id(change)] = by
    return [Outcome(change, known[id(change)]) for change in changes if id(change) in known]


def _run(given: argparse.Namespace) -> int:
    start = time.monotonic()
    modules = [importlib.import_module(f"nscompiler.typecheck.{name}") for name in given.module]
    asked = listen(programs(), modules), listen(parts(), modules)
    gc.collect()
    gc.freeze()  # or each child would copy what the collector marks
    end = start + 60 * given.minutes
    changes = list(_chosen(modules, given.sample))
    tried = _judged(changes, Judge(*asked), State(given.state), given.again, end)
    noticed = sum(one.by is not None for one in tried)
    seconds = time.monotonic() - start
    print(f"{len(tried)} changes, {noticed} noticed: {100 * noticed / max(len(tried), 1):.1f} % ({seconds:.0f} s)")
    if given.keep:
        KEPT.write_text(report(tried, sum(len(Decisions(module)) for module in modules), asked), "utf-8")
    return 0


def main() -> int:
    """Try the changes; print what survives."""
    parser = argparse.ArgumentParser(description="Mutation testing of the type checker.")
    parser.add_argument(
        "--module", nargs="*", choices=MODULES, default=(*DECIDING, *sorted(set(MODULES) - set(DECIDING)))
    )
    parser.add_argument("--sample", type=int, default=0, help="so many changes of each module")
    parser.add_argument("--minutes", type=float, default=240, help="stop after so long; what was tried is told")
    parser.add_argument("--state", type=Path, help="keeps what was tried: a run that ended goes on from there")
    parser.add_argument("--again", action="store_true", help="try again what the state says that nothing noticed")
    parser.add_argument("--keep", action="store_true", help=f"write {KEPT.relative_to(ROOT)}")
    given = parser.parse_args()
    hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("same")
    with parsed_once():
        return _run(given)


if __name__ == "__main__":
    sys.exit(main())
