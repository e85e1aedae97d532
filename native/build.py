"""Builds the parser in C: ``python native/build.py`` for this working tree, where there is a compiler of C.

Nothing depends on it: where it cannot be built, the loop in Python reads the same programs, only in more time. No
package is needed, so that the build hook can use this file too.
"""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "parser.c"
OPTIMIZED = ("-O2", "-DNDEBUG", "-fwrapv")
_LINKING = {"darwin": ("-bundle", "-undefined", "dynamic_lookup")}
_LONGEST = 120  # seconds; it takes one


class BuildError(Exception):
    """There is a compiler of C and it made no library; the text is what it said."""


def compiler() -> list[str] | None:
    """The command of a compiler of C that is here, with what Python needs beside it; None where either is missing."""
    if not os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h")):
        return None
    given = os.environ.get("CC")
    for command in (given,) if given else (sysconfig.get_config_var("CC"), "cc", "gcc", "clang"):
        words = shlex.split(command or "")
        if words and shutil.which(words[0]):
            return words
    return None


def build(to: Path, *flags: str) -> None:
    """Compile the library to a path. Raises BuildError, and LookupError where ``compiler`` finds none."""
    found = compiler()
    if found is None:
        raise LookupError("there is no compiler of C here, or Python came without its headers")
    linking = _LINKING.get(sys.platform, ("-shared",))
    headers = f"-I{sysconfig.get_path('include')}"
    command = [*found, *(flags or OPTIMIZED), "-fPIC", "-pthread", *linking, headers, str(SOURCE)]
    try:
        done = subprocess.run(
            [*command, "-o", str(to)], capture_output=True, text=True, errors="replace", timeout=_LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(str(error)) from None
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")


def build_in_place() -> Path | None:
    """The library of this working tree, built where there is none of these sources; None where no compiler is.

    Raises BuildError, and OSError where the tree cannot be written.
    """
    library = _library()
    path = Path(library.file_of(str(HERE)))
    if path.exists() and _loads(library, path):
        return path
    if compiler() is None:
        return None
    path.parent.mkdir(exist_ok=True)
    made = path.with_name(f"{os.getpid()}-{time.monotonic_ns()}-{path.name}")
    try:
        build(made)
        if not _loads(library, made):
            raise BuildError("this Python cannot load what the compiler made")
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    for other in _stale(path):
        with suppress(OSError):
            other.unlink()
    return path


def _stale(kept: Path) -> Iterator[Path]:
    """The libraries for this version of Python that were made of other sources."""
    suffix = kept.name.partition(".")[2]
    yield from (one for one in kept.parent.iterdir() if one != kept and one.name.partition(".")[2] == suffix)


def _loads(library: ModuleType, path: Path) -> bool:
    try:
        library.load_from(str(path))
    except ImportError:
        return False
    return True


def _library() -> ModuleType:
    """What says where the library lies, without the package around it."""
    spec = importlib.util.spec_from_file_location("library", HERE.parent / "nscompiler" / "grammar" / "library.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Build it if it can be; never a failure."""
    try:
        build_in_place()
    except (BuildError, OSError) as error:
        print(f"The parser in C was left out, the one in Python does the same:\n{error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
