"""Bytes that atheris (libFuzzer) makes out of the programs of the language's specification, guided by what they reach.

    python tests/fuzz/byte_fuzzer.py [--seconds 30] [--largest 65536]

Needs atheris: ``pip install --group fuzz``. What breaks the oracle is kept, and the exit code is not 0.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))
# What guides: the parser and the checker; the renderers and the layout are run, but not looked into.
with atheris.instrument_imports(include=["nscompiler.grammar", "nscompiler.typecheck", "nscompiler.modules"]):
    from fuzz.oracle import LARGEST, examine, keep, too_slow

import literate  # noqa: E402


def one_input(data: bytes) -> None:
    """Look at some bytes as a file, and at what they are in UTF-8 as a text."""
    content: str | bytes = data
    with suppress(UnicodeDecodeError):
        content = data.decode()
    try:
        if too_slow(examine(content)):
            raise TimeoutError(f"kept in {keep(content, 'slow')}")
    except TimeoutError:
        raise
    except Exception:
        print("kept in", keep(content, "bytes"), flush=True)
        raise


def write_corpus(folder: Path) -> None:
    """Some of the programs of tests/lang, as what to start from."""
    number = 0
    for document in sorted((TESTS / "lang").glob("*.md")):
        for example in literate.examples(document):
            for path, text in example.files:
                number += 1
                if path.endswith(".nml") and number % 3 == 0:
                    (folder / str(number)).write_bytes(text.encode())


def main() -> None:
    """Fuzz for some seconds."""
    parser = argparse.ArgumentParser(description="Bytes through the compiler, guided by what they reach.")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--largest", type=int, default=LARGEST)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder))
        os.chdir(folder)  # libFuzzer leaves its own files where it runs
        options = [
            f"-max_total_time={given.seconds}",
            f"-max_len={given.largest}",
            "-timeout=20",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, folder], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
