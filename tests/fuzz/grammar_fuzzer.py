"""Texts derived at random from the grammar itself, and texts that are almost such.

    python tests/fuzz/grammar_fuzzer.py [--seconds 30] [--seed N]

Each text has a shape: many declarations, long lists, deep nesting, or a little of everything; and a size, up to 64 kB.
Some are then damaged by a few characters. The first text that breaks the oracle is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import attrs
from lark import Lark

sys.path.insert(0, str(Path(__file__).parent.parent))

from fuzz.oracle import LARGEST, examine, keep, too_slow

from nscompiler.grammar.generate import plain_lark
from nscompiler.grammar.tables import GRAMMAR_PATH

# How often a rule's alternatives are taken, by shape: names of rules that lead there count double for each mention.
SHAPES: dict[str, frozenset[str]] = {
    "mixed": frozenset(),
    "declarations": frozenset(("items", "type_", "fun_", "def_")),
    "lists": frozenset(("types", "fields", "params", "binding_list", "stages", "branches", "literals", "sum")),
    "deep": frozenset(("atom_type", "group", "primary", "expr", "type", "literal", "suffixed", "application")),
}

TERMINALS: dict[str, tuple[str, ...]] = {
    "UNAME": (
        "A",
        "B",
        "T",
        "Text",
        "Integer",
        "Double",
        "Vector",
        "Map",
        "Void",
        "Sources",
        "Sinks",
        "Std",
        "CsvRow",
        "Äx",
    ),
    "LNAME": ("a", "b", "r", "f", "g", "h", "stdin", "log", "identity", "x'"),
    "NAME": ("a", "b", "f", "g", "x", "type", "is", "with", "retry", "timeout", "deprecated", "stateless"),
    "REFERENCE": ("A:1.0.0", "Sinks:1.0.0", "a/B.C:0.1.0-SNAPSHOT", "x.y/z/M:1.2.3", "Bad", "A:1"),
    "INTEGER": ("0", "1", "-7", "3", "1_000", "99999999999999999999"),
    "DOUBLE": ("1.5", "-2e3", "1e-3", "0.0"),
    "TEXT": ('"x"', '""', '"\\n\\u{1F600}"', '"\\q"', '"é"'),
    "LONG_TEXT": ('"""\n  a\n  b\n"""', '"""x"""'),
    "ENVIRONMENT": ("$HOME", "$X_1"),
    "HOLE": ("_",),
}


@attrs.frozen
class Grammar:
    """Rules as alternatives of names, and how many steps each needs at least to end."""

    rules: Mapping[str, tuple[tuple[str, ...], ...]]
    literals: Mapping[str, str]
    least: Mapping[str, int]


@cache
def grammar() -> Grammar:
    """The compiler's grammar."""
    lark: Lark = plain_lark(Path(GRAMMAR_PATH).read_text("utf-8"))
    rules: dict[str, list[tuple[str, ...]]] = {}
    for rule in lark.rules:
        rules.setdefault(str(rule.origin.name), []).append(tuple(str(one.name) for one in rule.expansion))
    literals = {
        str(one.name): one.pattern.value for one in lark.terminals if type(one.pattern).__name__ == "PatternStr"
    }
    least: dict[str, int] = dict.fromkeys(rules, 10**6)
    for _ in rules:
        for name, alternatives in rules.items():
            least[name] = min(1 + max((least.get(one, 0) for one in parts), default=0) for parts in alternatives)
    return Grammar({name: tuple(found) for name, found in rules.items()}, literals, least)


@cache
def soonest() -> dict[str, tuple[str, ...]]:
    """The alternative of each rule that ends soonest."""
    least = grammar().least
    return {
        name: min(alternatives, key=lambda parts: max((least.get(one, 0) for one in parts), default=0))
        for name, alternatives in grammar().rules.items()
    }


class Derivation:
    """One random text. While it is short any alternative may be taken; then those that end soonest."""

    def __init__(self, rng: random.Random, shape: str, size: int) -> None:
        self.rng = rng
        self.wanted = SHAPES[shape]
        self.size = size
        self.deep = shape == "deep"

    def text(self, largest: int) -> str:
        """Derive it, or as much of it as fills so many characters."""
        found, written = [], 0
        waiting = ["start"]
        while waiting and written < largest:
            name = waiting.pop()
            if name in grammar().rules:
                waiting += reversed(self._chosen(name, written + 2 * len(waiting) >= self.size))
                continue
            found.append(self._terminal(name))
            written += len(found[-1])
        return "".join(found)

    def _chosen(self, name: str, ending: bool) -> tuple[str, ...]:
        if ending:
            return soonest()[name]
        alternatives = grammar().rules[name]
        if name in ("items", "closed", "open"):
            alternatives = tuple(one for one in alternatives if one) or alternatives
        weights = [1 + 4 * len(self.wanted.intersection(parts)) for parts in alternatives]
        return self.rng.choices(alternatives, weights)[0]

    def _terminal(self, name: str) -> str:
        text = self.rng.choice(TERMINALS[name]) if name in TERMINALS else grammar().literals[name]
        return text + self.rng.choice((" ", " ", " ", "\n", "" if not text[-1].isalnum() else " ", " // c\n"))


def derived(seed: int, largest: int = LARGEST) -> str:
    """The text of a seed, of at most so many characters."""
    rng = random.Random(f"grammar {seed}")
    shape = rng.choice(tuple(SHAPES))
    size = rng.choice((200, 200, 1_000, 2_000, 2_000, 8_000, 20_000, largest))
    text = Derivation(rng, shape, min(size, largest) * 3 // 4).text(largest)[:largest]
    return damaged(text, rng) if rng.random() < 0.4 else text


def damaged(text: str, rng: random.Random) -> str:
    """A text with a few characters changed."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, length = rng.randrange(len(text) + 1), rng.choice((1, 1, 3, 20))
        piece = rng.choice(
            ("", "", "(", ")", "{", '"', "/*", "|", "*", "\x00", "\ufeff", "é", "<", text[at : at + length])
        )
        text = text[:at] + piece + text[at + rng.choice((0, length)) :]
    return text


def main() -> int:
    """Fuzz for some seconds; 1 where something broke."""
    parser = argparse.ArgumentParser(description="Texts derived from the grammar, through the compiler.")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    end, seed, texts, characters = time.monotonic() + given.seconds, given.seed, 0, 0
    while time.monotonic() < end:
        text = derived(seed)
        kind = "grammar"
        try:
            if not too_slow(examine(text)):
                seed, texts, characters = seed + 1, texts + 1, characters + len(text)
                continue
            kind = "slow"
        except Exception as error:
            print(f"{type(error).__name__}: {error}", error.__cause__ or "")
        print(f"seed {seed}: kept in {keep(text, kind)}")
        return 1
    print(f"{texts} texts of the grammar, {characters} characters, from the seed {given.seed}: nothing broke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
