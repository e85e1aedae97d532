"""Records without a library: equality, printing and changes go by the parts that they list."""

import subprocess
import sys

import pytest

from nscompiler.diagnostics.model import Edit, Label, Role
from nscompiler.grammar.syntax import Name
from nscompiler.modules.reference import ModuleRef, Version
from nscompiler.records import parts, replace
from nscompiler.source import Position, Span

SPAN = Span("a.nml", 1, 2)


def test_equal_parts_make_equal_records():
    assert Label(SPAN, "x") == Label(Span("a.nml", 1, 2), "x")
    assert Label(SPAN, "x") != Label(SPAN, "y")
    assert len({Position(1, 2), Position(1, 2), Position(2, 1)}) == 2
    assert len({SPAN, Span("a.nml", 1, 2), Span("b.nml", 1, 2)}) == 2


def test_records_of_different_classes_differ():
    assert Label(SPAN, "x") != Edit(SPAN, "x")
    assert Position(1, 2) != (1, 2)


def test_nodes_equal_nothing_but_themselves():
    node = Name(0, 1, "a")
    assert node == node
    assert node != Name(0, 1, "a")


def test_replace_changes_what_is_named():
    changed = replace(Label(SPAN, "x", Role.NOTE), text="y")
    assert changed == Label(SPAN, "y", Role.NOTE)
    assert parts(replace(Name(0, 1, "a", True), end=3)) == (0, 3, "a", True)
    with pytest.raises(TypeError):
        replace(SPAN, line=1)


def test_records_show_their_parts():
    assert repr(SPAN) == "Span(path='a.nml', start=1, end=2)"


def test_references_are_ordered_by_name_then_version():
    versions = [Version(0, 1, 0, "ab"), Version(0, 1, 0, ""), Version(0, 1, 0), Version(0, 2, 0, "")]
    refs = [ModuleRef("r", "a", name, version) for name in ("A", "B") for version in versions]
    assert sorted(dict.fromkeys(refs[::-1])) == refs
    assert refs[0] <= refs[1] < refs[-1] > refs[2] >= refs[1]
    assert refs[3] == ModuleRef("r", "a", "A", Version(0, 2, 0, ""))


def test_a_plain_check_imports_no_library(tmp_path):
    """What it may cost to start is counted in milliseconds; each of these is worth several."""
    file = tmp_path / "a.nml"
    file.write_text('def w = Sources.http { http_path = "/" } | Sinks.log<Text>\n')
    script = (
        "import sys; from nscompiler.cli.main import main; code = main(['check', sys.argv[1]]); "
        "print(code, sorted({'attr', 'click', 'inspect', 'jinja2', 'lark', 'rich', 'ruamel'} & set(sys.modules)))"
    )
    environment = {"NSC_NO_CACHE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    file.write_text("def w = Sources.stdin | Std.idenity | Sinks.log { nonsense = 1 }\n")
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, env=environment, check=True
    )
    assert "did you mean" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 []"
