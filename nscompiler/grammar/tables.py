"""The parser's tables: read from a file beside the grammar, made anew where that is missing or stale.

The file holds the texts that it was made from, and is used only if they are what they are now. Its name carries a
checksum of them, so that two checkouts' files never fight. This module stands alone (no import of ours but the
generator, when it is needed), because the build hook loads it by its path.
"""

import marshal
import os
import re
from contextlib import suppress
from functools import cache
from time import monotonic_ns
from typing import Any
from zlib import crc32

_HERE = os.path.dirname(os.path.abspath(__file__))
GRAMMAR_PATH = os.path.join(_HERE, "nml.lark")
GENERATOR_PATH = os.path.join(_HERE, "generate.py")
FOLDER = os.path.join(_HERE, "_tables")
# `string` has them too, and takes longer to import than a small file to read.
_SMALL, _CAPITAL = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The oldest format that every supported Python reads: one wheel serves them all.
_MARSHAL_VERSION = 4


class Tables:
    """The generated tables, ready to run: ``generate.generate`` tells what each holds.

    ``kind`` maps a terminal's name to its number, ``expected`` a number to the terminal's name.
    """

    __slots__ = (
        "_compiled", "_patterns", "accept", "groups", "initials", "kind", "literals", "names", "nonterminal", "rows",
        "rules", "start",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any]) -> None:
        self.names: list[str] = data["terminals"]
        self.kind: dict[str, int] = {name: number for number, name in enumerate(self.names)}
        self.nonterminal: dict[str, int] = {
            name: number for number, name in enumerate(data["nonterminals"], len(self.names))
        }
        self.literals: dict[str, int] = data["literals"]
        self.rows: list[dict[int, int]] = data["rows"]
        self.rules: list[tuple[int, int, str | None]] = data["rules"]
        self.start: int = data["start"]
        self.accept: int = data["accept"]
        self._patterns: dict[str, str] = {name: data[name] for name in ("token", "classify", "reference")}
        self._compiled: dict[str, re.Pattern[str]] = {}
        self.groups: list[int] = data["groups"]
        # Most words are told by their first letter.
        self.initials = dict.fromkeys(_SMALL, self.kind["LNAME"])
        self.initials |= dict.fromkeys(_CAPITAL, self.kind["UNAME"])

    @property
    def token(self) -> re.Pattern[str]:
        """What is ignored before a token, and the token."""
        return self._pattern("token")

    @property
    def classify(self) -> re.Pattern[str]:
        """A token that is no literal; its group tells the kind."""
        return self._pattern("classify")

    @property
    def reference(self) -> re.Pattern[str]:
        """A module reference."""
        return self._pattern("reference")

    def _pattern(self, name: str) -> re.Pattern[str]:
        """A pattern, compiled when it is first used: the parser in C does without them."""
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = re.compile(self._patterns[name])
        return found


def sources() -> tuple[bytes, bytes]:
    """What the tables are made from: the grammar and the generator, as they are now."""
    with open(GRAMMAR_PATH, "rb") as file:
        grammar = file.read()
    try:
        with open(GENERATOR_PATH, "rb") as file:
            return grammar, file.read()
    except FileNotFoundError:  # an installation that was stripped of its source texts
        return grammar, b""


def file_of(made_from: tuple[bytes, bytes], folder: str = FOLDER) -> str:
    """The path at which the tables of these texts lie."""
    return os.path.join(folder, f"nml-{crc32(made_from[1], crc32(made_from[0])):08x}.tables")


def read(made_from: tuple[bytes, bytes], folder: str = FOLDER) -> dict[str, Any] | None:
    """The tables made from these texts; None if there are none, or only some made from other texts."""
    try:
        with open(file_of(made_from, folder), "rb") as file:
            held_from, data = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return data if held_from == made_from else None


def write(made_from: tuple[bytes, bytes], data: dict[str, Any], folder: str = FOLDER) -> str:
    """Keep the tables made from these texts, whole or not at all; the path. Raises OSError where it cannot write."""

    os.makedirs(folder, exist_ok=True)
    path = file_of(made_from, folder)
    temporary = f"{path}.{os.getpid()}-{monotonic_ns()}.new"
    try:
        with open(temporary, "xb") as file:
            file.write(marshal.dumps((made_from, data), _MARSHAL_VERSION))
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sweep(folder, os.path.basename(path))
    return path


def _sweep(folder: str, kept: str) -> None:
    """Delete tables that were made from other texts."""
    for name in os.listdir(folder):
        if name.endswith(".tables") and name != kept:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


@cache
def load() -> Tables:
    """The tables of the grammar as it is now; made, and kept if the folder can be written, where there are none."""
    made_from = sources()
    data = read(made_from)
    if data is None:
        # lark takes longer to import than a file to check: only a working tree pays for it, once.
        from nscompiler.grammar.generate import generate

        data = generate(made_from[0].decode())
        with suppress(OSError):  # a read-only checkout makes them each time
            write(made_from, data)
    return Tables(data)
