"""Names of a program in the text of a DAG: whatever a workflow or a function is called, the file is Python, and nothing
that it uses is hidden by a task."""

import ast
import builtins
import keyword
import re
from pathlib import Path

import pytest
from backends.compiled import compile_texts, service

import nscompiler.backends.airflow
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile

ODD = ("a_b", "a_b_", "aB", "ab", "ab'", "ab''", "a'b", "_", "__", "ü", "größe", "変換", "x1", "class_", "run_task")
SETTINGS = {
    "external_python": {},
    "virtualenv": {"task": "virtualenv"},
    "docker": {"task": "docker", "volume": "work"},
}


def names_of(tree: ast.AST) -> set[str]:
    """What a text of Python calls by name, or gives a name to."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for field in ("id", "arg", "asname", "name"):
            name = getattr(node, field, None)
            found.update([name] if isinstance(name, str) and not isinstance(node, ast.keyword) else [])
    return found


def template_names() -> set[str]:
    """All of the template of a DAG, whatever stands around it."""
    folder = Path(nscompiler.backends.airflow.__file__).with_name("templates")
    texts = " ".join(path.read_text() for path in sorted(folder.glob("*.py.j2")))
    return {*re.findall(r"[A-Za-z_]\w*", texts)}


HOSTILE = sorted({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *template_names(), *ODD})


def takes(text: str) -> bool:
    """Whether the language has this program."""
    return not parse(SourceFile("main.nml", text)).problems


def checked(dag: str, path: str) -> tuple[int, set[str]]:
    """How many tasks a file makes, and under which names; fails if it is no Python, or if a task hides anything."""
    compile(dag, path, "exec")
    tree = ast.parse(dag)
    (block,) = (own for own in tree.body if isinstance(own, ast.With))
    made = [
        own.targets[0].id for own in block.body if isinstance(own, ast.Assign) and isinstance(own.targets[0], ast.Name)
    ]
    rest = set().union(*(names_of(own) for own in tree.body if own is not block))
    used = {name for own in block.body if isinstance(own, ast.Assign) for name in names_of(own.value)}
    assert not {*made} & {*rest, *used, *names_of(block.items[0].context_expr), *dir(builtins)}
    return len(made), {*made}


@pytest.mark.thorough
@pytest.mark.parametrize("task", SETTINGS)
def test_a_workflow_may_be_called_anything(task: str) -> None:
    names = [name for name in HOSTILE if takes(f"def {name} = [1] | Sinks.log")]
    assert {"lambda", "class", "str", "os", "run", "a_b_", "größe"} <= {*names}
    program = "\n".join(f"def {name} = [1] | Sinks.log" for name in names)
    files = dict(compile_texts({"main.nml": program}).emit("airflow", **SETTINGS[task]).files)
    dags = {path: str(text) for path, text in files.items() if path.endswith(".py") and "/" not in path}
    assert len(dags) == len(names)
    for path, text in dags.items():
        assert checked(text, path)[0] == 1


@pytest.mark.thorough
@pytest.mark.parametrize("task", SETTINGS)
def test_a_function_may_be_called_anything(task: str) -> None:
    names = [name for name in HOSTILE if takes(f"fun {name} : Integer -> Integer")]
    names = [name for name in names if name.isascii() and name.isidentifier() and not keyword.iskeyword(name)]
    names = [name for name in names if not name.startswith("_") and name not in ("args", "startup", "shutdown")]
    assert {"str", "os", "run", "match", "workflow"} <= {*names}
    stages = " | N.between | ".join(f"M.{name}" for name in names)
    files = {
        "nstack-project.yaml": "modules: [m, n]\n",
        "m/module.nml": "module M:0.1.0\n"
        + "".join(f"@stateless\nfun {name} : Integer -> Integer\n" for name in names),
        "m/service.py": service(*names),
        "n/module.nml": "module N:0.1.0\n@stateless\nfun between : Integer -> Integer\n",
        "n/service.py": service("between"),
        "main.nml": f"import M:0.1.0 as M\nimport N:0.1.0 as N\ndef w = [1] | {stages} | Sinks.log\n",
    }
    text = dict(compile_texts(files).emit("airflow", **SETTINGS[task], split="module").files)["main_w.py"]
    count, made = checked(str(text), "main_w.py")
    assert count == len(made) == 2 * len(names) - 1


def test_a_dag_is_called_the_same_whatever_else_is_built() -> None:
    names = ["main", "etl", "a_b", "a_b_", "aB", "w", "w_", "w'", "w''", "ü", "ö", "üb", "class", "class_", "_"]
    program = "\n".join(f"def {name} = [1] | Sinks.log" for name in names)
    compiled = compile_texts({"etl.nml": program}, "etl.nml")

    def dags(*chosen: str) -> list[str]:
        files = compiled.emit("airflow", None, *(compiled.graphs[name] for name in chosen)).files
        return sorted(path for path, _ in files if path.endswith(".py") and "/" not in path)

    alone = {name: dags(name) for name in names}
    assert all(len(own) == 1 for own in alone.values())
    assert dags(*names) == dags(*reversed(names)) == sorted(own for (own,) in alone.values())
    assert len(dags(*names)) == len(names)
    assert all(re.fullmatch(r"[\w-]+\.py", own, re.ASCII) for (own,) in alone.values())
    plain = {name: own for name, (own,) in alone.items() if "-" not in own}
    assert plain == {"main": "etl.py"} | {
        name: f"etl_{name}.py" for name in ("etl", "a_b", "a_b_", "aB", "w", "w_", "class", "class_", "_")
    }
