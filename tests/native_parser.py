"""The parser in C for tests: the one that is installed, or one that is built for them where there is a compiler of C.

    python tests/native_parser.py [--seconds 30] [--seed N] [--sanitize]

compares it with the loop in Python on texts of the grammar fuzzer and on damaged programs of the specification, and its
look ahead at files with the disk on odd folder trees. With ``--sanitize`` it runs under the address and
undefined-behaviour sanitizers, and memory of every object is checked.
"""

from __future__ import annotations

import argparse
import atexit
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g")

sys.path.insert(0, str(Path(__file__).parent))

from folder_trees import differences, plant  # noqa: E402

from nscompiler.grammar import library, native  # noqa: E402
from nscompiler.grammar.parse import ParseResult, parse_tokens, parse_with  # noqa: E402
from nscompiler.grammar.walk import children  # noqa: E402
from nscompiler.source import SourceFile  # noqa: E402


def _building() -> ModuleType:
    """``native/build.py``, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("nsc_native_build", ROOT / "native" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


building = _building()


def build(folder: Path, *flags: str) -> Path:
    """The library, built into a folder."""
    made = folder / f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"
    building.build(made, "-O1", "-Wall", "-Werror", *flags)
    return made


@cache
def module() -> Any:
    """The module in C; None where it is neither installed nor can be built."""
    given = os.environ.get("NSC_NATIVE_LIBRARY")
    if given is not None:
        return library.load_from(given)
    held = library.load()
    if held is not None:
        return held
    if building.compiler() is None:
        return None
    folder = tempfile.mkdtemp(prefix="nsc-native-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return library.load_from(str(build(Path(folder))))


@cache
def parser() -> Any:
    """A parser of that module, or None."""
    return None if module() is None else native.make(module())


def told(result: ParseResult) -> tuple[object, ...]:
    """All that a parse says, as values to compare: trees with their places, comments, early syntax, problems."""
    tree = result.module
    comments = [(one.start, one.end, one.text, one.own_line) for one in tree.comments]
    return _tree(tree), comments, tree.early_separators, result.problems


def _tree(node: Any) -> tuple[object, ...]:
    """A tree as nested tuples, made without recursion into the depth: parents before children."""
    flat: list[object] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        below = children(one)
        plain = [getattr(one, name) for name in type(one).__match_args__ if name not in ("source", "comments")]
        flat.append((type(one).__name__, len(below), [part for part in plain if _is_plain(part)]))
        waiting += below
    return tuple(flat)


def _is_plain(part: object) -> bool:
    return part is None or isinstance(part, (int, float, str)) or part == ()


def compare(text: str) -> bool:
    """Whether the parser in C took a text. Raises AssertionError where it reads something else than that in Python."""
    source = SourceFile("main.nml", text)
    ours = parse_with(parser(), source, comments=True)
    if ours is None:
        return False
    theirs = parse_tokens(source)[0]
    assert told(ours) == told(theirs), text
    return True


def _damaged_programs(seed: int) -> str:
    from fuzz.grammar_fuzzer import damaged, derived
    from grammar.syntax_trees import plain_programs

    rng = random.Random(seed)
    if rng.random() < 0.5:
        return derived(seed, 4_000)
    text = rng.choice(plain_programs())
    return damaged(text, rng) if rng.random() < 0.7 else text


def _compare_folders(seed: int) -> None:
    """Raises AssertionError where the look ahead at an odd folder tree sees something else than the disk has."""
    with tempfile.TemporaryDirectory(prefix="nsc-folders-") as folder:
        plant(Path(folder), random.Random(seed))
        different = differences(folder, module())
        assert not different, f"{different} of the tree of seed {seed}"


def _run_sanitized(seconds: float, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="nsc-native-") as folder:
        library = build(Path(folder), *SANITIZE)
        names = ("libasan.so", "libubsan.so", "libstdc++.so")
        found = [
            subprocess.run(
                [building.compiler()[0], f"-print-file-name={name}"], check=True, capture_output=True, text=True
            )
            for name in names
        ]
        environment = {
            **os.environ,
            "LD_PRELOAD": " ".join(one.stdout.strip() for one in found),
            "PYTHONMALLOC": "malloc",
            "ASAN_OPTIONS": "detect_leaks=0",
            "NSC_NATIVE_LIBRARY": str(library),
        }
        command = [sys.executable, __file__, "--seconds", str(seconds), "--seed", str(seed)]
        return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """Compare for some seconds; 1 where the two differ."""
    parser_ = argparse.ArgumentParser(description="The parser in C beside the one in Python.")
    parser_.add_argument("--seconds", type=float, default=30)
    parser_.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser_.add_argument("--sanitize", action="store_true")
    given = parser_.parse_args()
    if given.sanitize:
        return _run_sanitized(given.seconds, given.seed)
    if parser() is None:
        print("there is no compiler of C here")
        return 1 if os.environ.get("CI") else 0
    end, seed, taken = time.monotonic() + given.seconds, given.seed, 0
    while time.monotonic() < end:
        try:
            taken += compare(_damaged_programs(seed))
            if seed % 20 == 0:
                _compare_folders(seed)
        except AssertionError as differing:
            from fuzz.oracle import keep

            print(f"seed {seed}: the two differ, kept in {keep(str(differing).split(chr(10) + 'assert')[0], 'native')}")
            return 1
        seed += 1
    print(f"{seed - given.seed} texts from the seed {given.seed}, {taken} taken by the parser in C: nothing broke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
