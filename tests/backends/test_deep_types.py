"""Types that share their parts at every level: written out they would be longer than any memory."""

import sys
from pathlib import Path

import pytest
from backends.compiled import compile_texts
from backends.conformance import Execution, execute

# How each level is made of the one below, and how its value is.
FORMS = {
    "tuple": ("({0}, {0})", "(v, v)"),
    "lists": ("([{0}], [{0}])", "([v], [])"),
    "maps": ("(Map {0}, Map {0})", "({'a': v}, {})"),
    "optional": ("(optional {0}, [{0}])", "(v, [])"),
    "record": ("{{ a : {0}, b : [{0}] }}", "{'a': v, 'b': []}"),
    "sum": ("A {0} | B [{0}]", "getattr(nstack, f'{name}{level}').A(v)"),
}
# A value of the innermost type, and what is found of it at the end: whole numbers have become fractions.
LEAVES = {"Integer": ("1", "1.0"), "Json": ("'[1.10]'", "1.10"), "()": ("None", "None"), "Double": ("0.5", "0.5")}


def program(form: str, levels: int, leaf: str = "Integer") -> dict[str, str]:
    """A value of so many levels goes through JSON and, where it is of whole numbers, into one of fractions."""
    type, value = FORMS[form]
    names = {"T": leaf, "U": "Double"} if leaf == "Integer" else {"T": leaf}
    declared = [f"type {name}0 = {base}" for name, base in names.items()]
    declared += [
        f"type {name}{level} = {type.format(f'{name}{level - 1}')}" for name in names for level in range(1, levels + 1)
    ]
    last = f"{'U' if leaf == 'Integer' else 'T'}{levels}"
    body = [f"fun make : Text -> T{levels}", f"fun use : {last} -> Text"]
    around = f"Conv.to_json | Conv.from_json<T{levels}> | " if form != "tuple" else ""
    body += [f"def w = Sources.stdin | make | {around}use | Sinks.stdout"]
    code = f"""import re
import nstack

class Module(nstack.Module):
    def make(self, text):
        v, name = {LEAVES[leaf][0]}, "T"
        for level in range(1, {levels + 1}):
            v = {value}
        return v

    def use(self, v):
        return re.search("None|[0-9][.][0-9]+", repr(v))[0]
"""
    return {"main.nml": "\n".join([*declared, *body, ""]), "main.py": code}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_emitted_grows_with_the_levels_and_no_faster(form: str) -> None:
    sizes = []
    for levels in (12, 24) if form == "tuple" else (30, 60):  # a larger tuple no workflow may have
        compiled = compile_texts(program(form, levels))
        assert compiled.problems == ()
        sizes.append(sum(len(content) for path, content in compiled.emit().files if path.endswith(".py")))
    assert sizes[1] < 3 * sizes[0] < 120_000


RUN = [("tuple", 20, "Integer"), *((form, 60, "Integer") for form in FORMS if form != "tuple")]
RUN += [("lists", 60, "Json"), ("lists", 60, "()"), ("record", 60, "Json"), ("maps", 60, "Double")]
# Each is two processes that take as long as a short program: the first runs each time.
RUNS = [RUN[0], *(pytest.param(*one, marks=pytest.mark.thorough) for one in RUN[1:])]


@pytest.mark.thorough
@pytest.mark.parametrize(("form", "levels", "leaf"), RUNS)
def test_it_runs(form: str, levels: int, leaf: str, tmp_path: Path) -> None:
    files = program(form, levels, leaf)
    compiled = compile_texts(files)
    emitted = compiled.emit(default="w")
    compiled.write(emitted, tmp_path / "built")
    done = execute(Execution((), {}, "a\n"), (sys.executable, *emitted.start[1:]), tmp_path / "built", tmp_path)
    assert (done.returncode, done.stdout) == (0, LEAVES[leaf][1] + "\n"), done.stderr


def test_a_fault_in_it_is_told_by_names(tmp_path: Path) -> None:
    files = program("lists", 60)
    files["main.py"] = files["main.py"].replace("return v\n", "return ([1], [])\n")
    compiled = compile_texts(files)
    emitted = compiled.emit(default="w")
    compiled.write(emitted, tmp_path / "built")
    done = execute(Execution((), {}, "a\n"), (sys.executable, *emitted.start[1:]), tmp_path / "built", tmp_path)
    assert done.returncode == 1
    assert "result[0][0]: expected ([([" in done.stderr
    assert max(map(len, done.stderr.splitlines())) < 1000


@pytest.mark.parametrize("levels", [190, 198])
@pytest.mark.parametrize("bracket", ["[{}]", "(Text, {})", "Map ({})", "{{ a : {} }}"])
def test_a_type_is_as_deep_as_the_language_allows(bracket: str, levels: int, tmp_path: Path) -> None:
    type = "Integer"
    for _ in range(levels if bracket == "[{}]" else levels // 2):
        type = bracket.format(type)
    code = "import nstack\nclass Module(nstack.Module):\n    def f(self, x): raise ValueError('called')\n"
    files = {"main.nml": f"fun f : Text -> {type}\ndef w = Sources.stdin | f | Sinks.log\n", "main.py": code}
    compiled = compile_texts(files)
    emitted = compiled.emit(default="w")
    compiled.write(emitted, tmp_path / "built")
    done = execute(Execution((), {}, "a\n"), (sys.executable, *emitted.start[1:]), tmp_path / "built", tmp_path)
    assert "main.f: ValueError: called" in done.stderr


@pytest.mark.parametrize("levels", [50, 150, 199])
def test_a_literal_is_as_deep_as_the_language_allows(levels: int, tmp_path: Path) -> None:
    literal = "[" * levels + "1, 2" + "]" * levels
    compiled = compile_texts({"main.nml": f"def w = {literal} | Sinks.log\n"})
    emitted = compiled.emit(default="w")
    compiled.write(emitted, tmp_path / "built")
    done = execute(Execution((), {}, ""), (sys.executable, *emitted.start[1:]), tmp_path / "built", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"OUTPUT: {'[' * (levels - 1)}1,2{']' * (levels - 1)}\n" in done.stderr


@pytest.mark.parametrize("name", ["t", "tuple", "list", "standard", "workflow", "float"])
def test_a_script_may_be_called_like_what_its_code_needs(name: str, tmp_path: Path) -> None:
    code = "import nstack\nclass Module(nstack.Module):\n    def f(self, x): return ([x], {'a': 1}, 2)\n"
    text = "fun f : Text -> ([Text], Map Integer, Integer)\nfun g : ([Text], Map Double, Double) -> Text\n"
    text += "def w = Sources.stdin | f | g | Sinks.stdout\n"
    code += "    def g(self, x): return str(x)\n"
    compiled = compile_texts({f"{name}.nml": text, f"{name}.py": code}, f"{name}.nml")
    emitted = compiled.emit(default="w")
    compiled.write(emitted, tmp_path / "built")
    done = execute(Execution((), {}, "a\n"), (sys.executable, *emitted.start[1:]), tmp_path / "built", tmp_path)
    assert (done.returncode, done.stdout) == (0, "(['a'], {'a': 1.0}, 2.0)\n"), done.stderr
