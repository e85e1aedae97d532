"""Programs that are long, deep or shared inside: no exception, no explosion, and the same words in every process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.types.show import ROOM
from nscompiler.types.types import MAX_DEPTH

LONG = 2000


def check(text: str) -> CheckedTexts:
    return check_texts({"main.nml": text})


def codes(text: str) -> list[str]:
    return [one.code.name for one in check(text).diagnostics]


def chain(shape: str, count: int, base: str = "Text", name: str = "T") -> str:
    """``type T0 = base``, and each further one made of the one before, which stands for ``%``."""
    lines = [f"type {name}0 = {base}"]
    lines += [f"type {name}{place} = {shape.replace('%', f'{name}{place - 1}')}" for place in range(1, count + 1)]
    return "\n".join(lines) + "\n"


# --- long


@pytest.mark.parametrize(
    "text",
    [
        chain("%", LONG) + f"fun f : T{LONG} -> Text\ndef h = f | f\n",
        "fun f : Text -> Text\ndef h = " + " | ".join(["f"] * 5000) + "\n",
        "def h = " + " | ".join(["Std.identity"] * LONG) + "\n",
        "fun f : { x : Text | r } -> { x : Text | r }\ndef h = " + " | ".join(["f"] * LONG) + "\n",
        "fun f : Text -> Text\ndef h = " + " & ".join(["f"] * LONG) + "\n",
        "fun f : Text -> Text\ndef d0 = f\n" + "".join(f"def d{at} = d{at - 1} | f\n" for at in range(1, 3000)),
        "fun f : Text -> Text\n" + "".join(f"def d{at} = d{at + 1} | f\n" for at in range(3000)) + "def d3000 = f\n",
        "type R = { " + ", ".join(f"x{at} : Text" for at in range(5000)) + " }\nfun f : R -> R\ndef h = f | f\n",
        "def w = [" + ", ".join(["1"] * 10_000) + "] | Sinks.log\n",
        "fun f : Text -> Text\ndef d0 = f\n"
        + "".join(f"def d{at} = d{at - 1} {{ p{at} = 1 }} | f\n" for at in range(1, 400)),
    ],
    ids=["names", "pipe", "variables", "rows", "branches", "defs", "defs from below", "fields", "literal", "open"],
)
def test_a_long_program_is_checked(text: str) -> None:
    assert codes(text) == []


def test_rows_that_grow_at_each_stage() -> None:
    declared = "".join(f"fun f{at} : {{ x{at} : Text | r }} -> {{ x{at} : Text | r }}\n" for at in range(100))
    result = check(declared + "def h = " + " | ".join(f"f{at}" for at in range(100)) + "\n")
    assert not result.diagnostics
    assert all(f"x{at} : Text" in result.types("main.nml")["h"] for at in range(100))


def test_fields_that_are_missing_from_a_large_record() -> None:
    have, want = (", ".join(f"{name}{at} : Text" for at in range(2000)) for name in ("have", "want"))
    (found,) = check(f"fun f : Text -> {{ {have} }}\nfun g : {{ {want} }} -> Text\ndef h = f | g\n").diagnostics
    assert found.code.name == "field-missing"
    assert len(found.primary.text) < 1000
    assert all(len(text) < 2 * ROOM for text in (found.expected or "", found.found or ""))


@pytest.mark.thorough
def test_defs_of_branches_of_defs_that_all_break_are_looked_into_no_further_than_they_help() -> None:
    text = "fun k : { id : Text } -> Void\nfun s : { | r } -> { at : DateTime | r }\ndef d0 = s | k\n"
    for at in range(1, 8):
        text += f"fun s{at} : {{ | r }} -> {{ a{at} : DateTime | r }}\n"
        text += f"def d{at} = s{at} | ({' & '.join([f'd{at - 1}'] * 12)})\n"
    (found,) = check(text + "fun e : Text -> { id : Integer }\ndef m = e | (d7 & d7 & d7)\n").diagnostics
    assert found.code.name == "type-mismatch"


# --- deep


@pytest.mark.parametrize("shape", ["[%]", "{ x : % }", "(%, Text)", "A % | B"])
def test_a_type_may_be_as_deep_as_brackets_may(shape: str) -> None:
    fine = chain(shape, MAX_DEPTH) + f"fun f : Text -> T{MAX_DEPTH}\nfun g : T{MAX_DEPTH} -> Text\ndef h = f | g\n"
    assert codes(fine) == []
    nearly = fine + chain(shape, MAX_DEPTH, "Integer", "U") + f"fun k : U{MAX_DEPTH} -> Text\ndef n = f | k\n"
    (found,) = check(nearly).diagnostics
    assert found.code.name in ("type-mismatch", "sum-mismatch")
    too_deep = chain(shape, LONG) + f"fun f : Text -> T{LONG}\nfun g : T{LONG} -> Text\ndef h = f | g\n"
    assert codes(too_deep) == ["nested-too-deeply"]


@pytest.mark.parametrize(
    "text",
    [
        "def h = " + " | ".join(["Std.single"] * 600) + "\n",
        "fun f : [a] -> a\ndef h = " + " | ".join(["f"] * 600) + "\n",
        "fun f : a -> { x : a }\ndef w = Sources.stdin | " + " | ".join(["f"] * 600) + " | Sinks.log\n",
    ],
    ids=["outwards", "inwards", "workflow"],
)
def test_a_type_that_a_pipe_makes_too_deep_is_one_fault(text: str) -> None:
    assert codes(text) == ["nested-too-deeply"]


# --- shared inside: written out, these types would fill every memory

SHARED = chain("(%, %)", 60)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("", []),
        (chain("(%, %)", 60, "Text", "U") + "fun g : U60 -> Text\ndef h = f | g\n", []),
        ("fun g : { x : T60 } -> Text\nfun k : T60 -> { x : T60, y : T60 }\ndef h = f | k | g\n", []),
        (chain("(%, %)", 60, "Integer", "U") + "fun g : U60 -> Text\ndef h = f | g\n", ["type-mismatch"]),
        ("def h = f | Conv.to_json\n", []),
        ("def w = Sources.stdin | f | Conv.to_json | Sinks.log\n", ["value-too-large"]),
        ("def h = f | Conv.to_csv\n", ["constraint-violated"]),
        ("fun s : a -> Text where a is Serializable\ndef h = f | s\n", []),
        ("fun g : T60 -> Text\ndef h = g & g\ndef k = Conv.from_json | g\ndef l : T60 -> Text = g & g\n", []),
    ],
)
def test_a_shared_type_is_no_larger_than_what_is_written(more: str, code: list[str]) -> None:
    assert codes(SHARED + "fun f : Text -> T60\n" + more) == code


@pytest.mark.parametrize(
    ("stages", "code"), [(24, []), (25, ["value-too-large"]), (60, ["value-too-large"])], ids=["24", "25", "60"]
)
def test_a_value_has_so_many_parts_and_no_more(stages: int, code: list[str]) -> None:
    """2 to the power of 24 parts, of which a list in between counts for one."""
    pair = "fun two : a -> (a, a)\nfun list : a -> [a]\nfun end : a -> Void\n"
    assert codes(pair + "def w = Sources.stdin" + " | two" * stages + " | end\n") == code
    halves = " | two" * (stages // 2) + " | list" + " | two" * (stages // 2)
    assert codes(pair + f"def w = Sources.stdin{halves} | end\n") == ([] if stages < 48 else code)


def test_a_shared_type_of_widened_and_dropped_parts() -> None:
    many = chain("{ l : %, r : % }", 60, "{ x : Integer, y : Text }", "U")
    few = chain("{ r : %, l : % }", 60, "{ x : Double }", "V")
    assert codes(f"{many}{few}fun f : Text -> U60\nfun g : V60 -> Text\ndef h = f | g\ndef b = g & k\n"
                 "fun k : U60 -> Text\n") == []  # fmt: skip


def test_a_type_that_a_pipe_shares_inside_is_cut_where_it_is_shown() -> None:
    text = "fun p : a -> { l : a, r : a }\nfun q : Integer -> Text\n"
    text += "def g = " + " | ".join(["p"] * 60) + "\ndef w = Sources.stdin | g | q | Sinks.log\n"
    result = check(text)
    (found,) = result.diagnostics
    assert found.code.name == "type-mismatch"
    for shown in (result.types("main.nml")["g"], found.found or "", *(hop.type for hop in found.flow)):
        assert len(shown) < 3 * ROOM
    assert "…" in (found.found or "")
    assert result.checked["main.nml"].interface.hash.startswith("sha256:")


# --- the same in every process

_SAYS = """
import sys
sys.path.insert(0, sys.argv[1])
from test_faults import FAULTS, planted
from nscompiler.pipeline.checks import check_texts
for case in FAULTS:
    result = check_texts(planted(case)[0])
    print(result.diagnostics, [one.interface.hash for one in result.checked.values()], result.types("main.nml"))
"""


@pytest.mark.thorough
def test_messages_and_hashes_do_not_depend_on_the_process() -> None:
    said = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", _SAYS, str(Path(__file__).parent)]
        output = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
        assert output.count(b"sha256:") > 50
        said.add(hashlib.sha256(output).hexdigest())
    assert len(said) == 1
