"""Programs that may be right or wrong: functions over few types, with variables, put together at random."""

from __future__ import annotations

import random

SCALARS = ("Integer", "Double", "Text")
LABELS = ("x", "y", "z")
SUMS = "type Small = A | B Integer\ntype Large = B Double | A | C\n"


class Wild:
    """Writes one program. Few types meet often, so that many joints fit and many do not."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(f"wild {seed}")
        self.names: list[str] = []

    def type(self, names: tuple[str, ...], depth: int = 2, output: bool = False) -> str:
        """A type over some variables; their first letters tell their kinds."""
        rng = self.rng
        types = [name for name in names if name[0] in "ab"]
        if types and rng.random() < 0.35:
            return rng.choice(types)
        if depth == 0 or rng.random() < 0.25:
            return rng.choice((*SCALARS, *SCALARS, "Small", "Large", "Json"))
        inner = self.type(names, depth - 1, output)
        match rng.choice(("list", "list", "optional", "tuple", "record", "record", "record", "Vector", "Map")):
            case "list":
                return f"[{inner}]"
            case "optional":
                return f"(optional {inner})"
            case "tuple":
                return f"({inner}, {self.type(names, depth - 1, output)})"
            case "Vector":
                sizes = [name for name in names if name[0] == "n"]
                return f"(Vector {rng.choice([*sizes, '2', '3'])} {inner})"
            case "Map":
                return f"(Map {inner})"
        return self._record(names, depth, output)

    def _record(self, names: tuple[str, ...], depth: int, output: bool) -> str:
        rng = self.rng
        fields = [f"{label} : {self.type(names, depth - 1, output)}" for label in rng.sample(LABELS, rng.randint(0, 2))]
        tails = [name for name in names if name[0] == "r"] + ([] if output else [".."])
        tail = f" | {rng.choice(tails)}" if tails and rng.random() < 0.5 else ""
        return "{ " + ", ".join(fields) + tail + " }"

    def _fun(self, name: str) -> str:
        rng = self.rng
        names = tuple(one for one in ("a", "b", "r", "r2", "n") if rng.random() < 0.4)
        input = self.type(names)
        used = tuple(one for one in names if one in input.replace("(", " ").replace(")", " ").replace(",", " ").split())
        output = self.type(used, output=True)
        if rng.random() < 0.1:
            input, output = "Void", self.type((), output=True)
        elif rng.random() < 0.08:
            output = "Void"
        params = rng.choice(("", "", "", " with { p : Integer }", ' with { p : Text = "x", q : [Integer] = [] }'))
        return f"fun {name} : {input} -> {output}{params}"

    def _expr(self, depth: int) -> str:
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self._leaf()
        match rng.choice(("pipe", "pipe", "pipe", "both", "mark", "bind")):
            case "pipe":
                return "(" + " | ".join(self._expr(depth - 1) for _ in range(rng.randint(2, 3))) + ")"
            case "both":
                return f"({self._expr(depth - 1)} & {self._expr(depth - 1)})"
            case "mark":
                return self._expr(depth - 1) + rng.choice("**?")
        return self._expr(depth - 1) + rng.choice((" { p = 1 }", ' { p = "x" }', " { q = [1] }", " { other = 2 }"))

    def _leaf(self) -> str:
        rng = self.rng
        if rng.random() < 0.25:
            return rng.choice(
                ("Std.identity", "Std.some", "Std.single", "Std.fst", "Std.snd", "Sinks.log", "Conv.to_json",
                 "Conv.from_json", '"text"', "[1, 2]", "[]", "Sources.stdin", "Sinks.stdout", "Std.identity<Integer>")
            )  # fmt: skip
        return rng.choice(self.names)

    def program(self) -> dict[str, str]:
        """The program's one file."""
        rng = self.rng
        lines = [SUMS]
        for at in range(rng.randint(3, 6)):
            lines.append(self._fun(f"f{at}"))
            self.names.append(f"f{at}")
        for at in range(rng.randint(4, 9)):
            annotation = ""
            if rng.random() < 0.15:
                names = tuple(one for one in ("a", "r", "n") if rng.random() < 0.5)
                annotation = f" : {self.type(names)} -> {self.type(names, output=True)}"
            lines.append(f"def d{at}{annotation} = {self._expr(rng.choice((1, 1, 2, 2, 3)))}")
            self.names.append(f"d{at}")
        return {"main.nml": "\n".join([*lines, ""])}


def wild(seed: int) -> dict[str, str]:
    """The program of a seed."""
    return Wild(seed).program()
