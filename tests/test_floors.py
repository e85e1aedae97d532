"""The house keeps its floors: every import of every source file goes down, or stays inside its own package.

The table below is the one of ARCHITECTURE.md. It is checked on the text of the files, so an import inside a function
or for the type checker alone counts as well.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"nscompiler": ROOT / "nscompiler", "nstack": ROOT / "stdlib/nstack", "nslsp": ROOT / "lsp/nslsp"}

_DIAGNOSTICS = ("nscompiler.records", "nscompiler.source", "nscompiler.diagnostics")
_GRAMMAR = (*_DIAGNOSTICS, "nscompiler.files", "nscompiler.patterns", "nscompiler.version", "nscompiler.grammar")
_CHECK = (*_GRAMMAR, "nscompiler.modules", "nscompiler.types", "nscompiler.typecheck")
_FLOW = (*_CHECK, "nscompiler.lints", "nscompiler.flow")
_PIPELINE = (*_FLOW, "nscompiler.emit", "nscompiler.backends", "nscompiler.ide", "nscompiler.pipeline")
_TOOLS = (*_PIPELINE, "nscompiler.settling", "nscompiler.state", "nscompiler.tools")

# Package → what it may import of ours besides itself. The longest name that fits a module decides.
FLOORS: dict[str, tuple[str, ...]] = {
    "nstack.version": (),
    "nstack.runtime": ("nstack.version",),
    "nstack": ("nstack.version", "nstack.runtime"),
    "nstack.connectors": ("nstack", "nstack.version", "nstack.runtime"),
    "nscompiler.version": (),
    "nscompiler.records": (),
    "nscompiler.patterns": (),
    "nscompiler.source": ("nscompiler.records",),
    "nscompiler.questions": (),
    "nscompiler.files": ("nscompiler.questions",),
    "nscompiler.diagnostics": ("nscompiler.records", "nscompiler.source"),
    "nscompiler.grammar": (*_DIAGNOSTICS, "nscompiler.files", "nscompiler.patterns", "nscompiler.version"),
    "nscompiler.modules": _GRAMMAR,
    "nscompiler.types": _GRAMMAR,
    "nscompiler.highlight": (*_GRAMMAR, "nscompiler.types"),
    "nscompiler.typecheck": (*_GRAMMAR, "nscompiler.modules", "nscompiler.types"),
    "nscompiler.lints": _CHECK,
    "nscompiler.flow": _CHECK,
    "nscompiler.emit": (*_DIAGNOSTICS, "nscompiler.version", "nscompiler.flow.model", "nscompiler.flow.shape"),
    "nscompiler.backends": (
        *_DIAGNOSTICS,
        "nscompiler.version",
        "nscompiler.flow.model",
        "nscompiler.flow.shape",
        "nscompiler.flow.cut",
        "nscompiler.emit",
    ),
    "nscompiler.ide": _FLOW,
    "nscompiler.pipeline": (*_FLOW, "nscompiler.emit", "nscompiler.backends", "nscompiler.ide"),
    "nscompiler.kept": (*_PIPELINE, "nscompiler.questions"),
    "nscompiler.recheck": (*_PIPELINE, "nscompiler.kept"),
    "nscompiler.edited": (*_PIPELINE, "nscompiler.kept", "nscompiler.recheck"),
    "nscompiler.single": (*_PIPELINE, "nscompiler.kept"),
    "nscompiler.settling": _PIPELINE,
    "nscompiler.state": (*_PIPELINE, "nscompiler.settling"),
    "nscompiler.tools": (*_PIPELINE, "nscompiler.state"),
    "nscompiler.cli": (
        *_TOOLS,
        "nscompiler.highlight",
        "nscompiler.questions",
        "nscompiler.kept",
        "nscompiler.recheck",
        "nscompiler.edited",
        "nscompiler.single",
    ),
    "nscompiler": _TOOLS,
    "nscompiler.__main__": ("nscompiler.cli",),
    "nslsp": _TOOLS,
}
# Files that are open to those who may not know the rest of their package: the flow graph, look-ups in it, its parts.
OPEN = (
    "nscompiler.flow.model",
    "nscompiler.flow.shape",
    "nscompiler.flow.cut",
    "nscompiler.flow.variables",
    "nscompiler.flow.passes.fuse",
    "nscompiler.flow.passes.prune",
)
# What stands for a whole distribution is that file alone; a newcomer beside it needs a floor of its own.
ROOTS = ("nscompiler", "nstack", "nslsp")

# Foreign library → the modules that may import it. A library that is not here may be imported nowhere.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "attrs": ("nscompiler", "nslsp"),
    "lark": ("nscompiler.grammar",),
    "rich": ("nscompiler.cli", "nscompiler.diagnostics.render.text"),
    "click": ("nscompiler.cli", "nslsp.command"),
    "pygments": ("nscompiler.highlight", "nscompiler.cli.repl.colors", "nscompiler.cli.kernel.shown"),
    "ipykernel": ("nscompiler.cli.kernel", "nscompiler.cli.commands.jupyter"),
    "jupyter_client": ("nscompiler.cli.commands.jupyter",),
    "prompt_toolkit": ("nscompiler.cli.repl.terminal",),
    "packaging": ("nscompiler.modules",),
    "ruamel": ("nscompiler.modules",),
    "jinja2": ("nscompiler.emit", "nscompiler.backends", "nscompiler.tools.site"),
    "markdown_it": ("nscompiler.tools.site",),
    "pygls": ("nslsp",),
    "lsprotocol": ("nslsp",),
    "msgspec": ("nstack",),
    "aio_pika": ("nstack.connectors",),
    "aiomqtt": ("nstack.connectors",),
    "confluent_kafka": ("nstack.connectors",),
    "httpx2": ("nstack.connectors",),
    "nats": ("nstack.connectors",),
    "paho": ("nstack.connectors",),
    "redis": ("nstack.connectors",),
    "uvicorn": ("nstack.connectors",),
    "cronsim": ("nstack.connectors",),
    "psycopg": ("nstack.connectors",),
    "prometheus_client": ("nstack.runtime.metrics", "nstack.runtime.watchers"),
    "opentelemetry": ("nstack.runtime.telemetry",),
    "pyarrow": ("nstack.connectors",),
    "obstore": ("nstack.connectors",),
    "backports": ("nstack.connectors",),
    "compression": ("nstack.connectors",),
}
# Clients of the outside world are loaded when a connector opens, never when its file is read.
WHEN_OPENED = (
    "aio_pika",
    "aiomqtt",
    "confluent_kafka",
    "httpx2",
    "paho",
    "nats",
    "redis",
    "uvicorn",
    "cronsim",
    "psycopg",
    "pyarrow",
    "obstore",
    "backports",
    "compression",
)

# Start-up time is counted in milliseconds here, so these load what they need when they need it.
LAZY = ("nscompiler", "nscompiler.pipeline", "nscompiler.cli", "nscompiler.__main__", "nslsp")
# Single imports inside a function elsewhere, each with what it saves.
HIDDEN = {
    ("nscompiler.grammar.tables", "nscompiler.grammar.generate"): "lark, where the parser's tables were made before",
    ("nscompiler.grammar.parse", "nscompiler.grammar.machine"): "what knows of mistakes, for files without one",
    ("nscompiler.grammar.order", "nscompiler.grammar.import_lines"): "what is told of items, where all are in order",
    ("nscompiler.grammar.order", "nscompiler.grammar.other_bars"): "the same",
    ("nscompiler.grammar.order", "nscompiler.grammar.out_of_place"): "the same",
    ("nscompiler.grammar.order", "nscompiler.grammar.side_by_side"): "the same",
    ("nscompiler.grammar.parse", "nscompiler.grammar.brought"): "imports of other languages, for the same",
    ("nscompiler.grammar.parse", "nscompiler.grammar.same_slips"): "the same",
    ("nscompiler.modules.claims", "nscompiler.grammar.head_lines"): "slips in headers, for files without one",
    ("nscompiler.modules.discovery", "nscompiler.modules.project"): "reading YAML, for files without an nstack.yaml",
    ("nscompiler.typecheck.branches", "nscompiler.typecheck.bridges"): "what is offered where branches differ",
    ("nscompiler.typecheck.branches", "nscompiler.typecheck.branch_fixes"): "what is said of branches, where all agree",
    ("nscompiler.typecheck.branches", "nscompiler.typecheck.broken_joint"): "what is said of a joint, where all hold",
    ("nscompiler.typecheck.branches", "nscompiler.typecheck.joint_report"): "the same",
    ("nscompiler.typecheck.check", "nscompiler.typecheck.hashing"): "hashing, for checks on which nothing is built",
    (
        "nscompiler.typecheck.declare",
        "nscompiler.grammar.foreign_names",
    ): "types as others call them",
    ("nscompiler.typecheck.define", "nscompiler.typecheck.exchanged"): "what is looked for where faults are",
    ("nscompiler.typecheck.define", "nscompiler.typecheck.misplaced"): "the same",
    ("nscompiler.typecheck.define", "nscompiler.typecheck.rearranged"): "the same",
    ("nscompiler.typecheck.define", "nscompiler.typecheck.useless_signs"): "the same",
    ("nscompiler.typecheck.infer", "nscompiler.typecheck.broken_joint"): "the same",
    ("nscompiler.typecheck.infer", "nscompiler.typecheck.joint_report"): "the same",
    ("nscompiler.typecheck.infer", "nscompiler.typecheck.swapped"): "the same",
    ("nscompiler.typecheck.infer", "nscompiler.typecheck.useless_signs"): "the same",
    ("nscompiler.typecheck.repeated", "nscompiler.typecheck.refused"): "the same",
    ("nscompiler.typecheck.scope", "nscompiler.typecheck.unknown_aliases"): "the same",
    ("nscompiler.typecheck.scope", "nscompiler.typecheck.unknown_functions"): "the same",
    ("nscompiler.typecheck.scope", "nscompiler.typecheck.unknown_types"): "the same",
    (
        "nscompiler.typecheck.python_class",
        "nscompiler.typecheck.class_agreement",
    ): "classes beside the one of the functions, where there is none",
    ("nscompiler.typecheck.python_class", "nscompiler.typecheck.python_syntax"): "what is said of a file that is none",
    ("nscompiler.typecheck.python_methods", "nscompiler.typecheck.method_fixes"): "fixes, for files without a fault",
    ("nscompiler.typecheck.python_methods", "nscompiler.typecheck.python_fixes"): "the same",
    ("nscompiler.typecheck.python_parameters", "nscompiler.typecheck.python_fixes"): "the same",
    (
        "nscompiler.typecheck.python_parameters",
        "nscompiler.typecheck.misread_parameters",
    ): "for parameters that are read",
    ("nscompiler.typecheck.python_class", "nscompiler.typecheck.python_bases"): "for classes without one",
    ("nscompiler.typecheck.python_class", "nscompiler.typecheck.moved_methods"): "for classes that lack a method",
    ("nscompiler.typecheck.python_methods", "nscompiler.typecheck.moved_methods"): "the same",
    ("nscompiler.typecheck.python_methods", "nscompiler.typecheck.names_in_python"): "the same",
    ("nscompiler.typecheck.no_values", "nscompiler.typecheck.missing_returns"): "for methods that return nothing",
    (
        "nscompiler.typecheck.python_class",
        "nscompiler.typecheck.python_fixes",
    ): "what would mend Python, where it is right",
    ("nscompiler.lints.levels", "nscompiler.modules.project"): "reading YAML, for projects that set no levels",
    ("nscompiler.recheck", "nscompiler.typecheck.hashing"): "the same, where a file is not checked again",
}

# Files that know each other by name, each with why.
RINGS: dict[str, str] = {}


@attrs.frozen
class Import:
    """One imported module: who imports it, where, and whether that stands inside a function."""

    importer: str
    target: str
    line: int
    inside: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def modules() -> dict[str, Path]:
    """Every source file of ours by its module name."""
    found = {}
    for package, folder in PACKAGES.items():
        for file in folder.rglob("*.py"):
            parts = (package, *file.relative_to(folder).with_suffix("").parts)
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imports_of(name: str, text: str, is_package: bool = False) -> Iterator[Import]:
    """What a module imports; ``from a import b`` imports ``a.b`` where that is a module."""
    waiting: list[tuple[ast.AST, bool]] = [(parsed(text), False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, inside)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                own = name.split(".") if is_package else name.split(".")[:-1]
                base = ".".join([*own[: len(own) - node.level + 1], *([node.module] if node.module else [])])
            for alias in node.names:
                target = f"{base}.{alias.name}"
                yield Import(name, target if target in MODULES else base, node.lineno, inside)
        else:
            inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            # An import is a statement, and so is whatever holds one.
            waiting += [(part, inside) for part in statements(node)]


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements, and the branches with statements in them, that a statement holds itself."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        held = getattr(node, field, ())
        yield from held if isinstance(held, list) else ()


@cache
def parsed(text: str) -> ast.Module:
    """The tree of a source text, which several tests look at."""
    return ast.parse(text)


@cache
def all_imports() -> list[Import]:
    """Every import of every source file."""
    return [
        found
        for name, file in sorted(MODULES.items())
        for found in imports_of(name, file.read_text("utf-8"), file.name == "__init__.py")
    ]


def within(name: str, package: str) -> bool:
    """Whether a module is a package or lies in it."""
    return name == package or name.startswith(package + ".")


def home(name: str) -> str:
    """The entry of the table that a module belongs to; the empty text for a newcomer."""
    homes = [package for package in FLOORS if name == package or (package not in ROOTS and within(name, package))]
    if not homes and within(name, "nslsp"):
        return "nslsp"
    return max(homes, key=len, default="")


def backend(name: str) -> str:
    """Which backend a module belongs to, or the empty text for what all of them share."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["nscompiler", "backends"] and len(parts) > 2 and parts[2] != "base" else ""


def fault(found: Import) -> str | None:
    """Why an import of one of ours may not be, or None."""
    source, target = home(found.importer), home(found.target)
    if not source or not target:
        return f"{found}: a package without a floor"
    if backend(found.importer) and backend(found.target) not in ("", backend(found.importer)):
        return f"{found}: another backend"
    if source == target:
        return None
    allowed = FLOORS[source]
    # `flow.model` in the table opens that file and not its package.
    if target in allowed or any(within(found.target, entry) for entry in allowed if entry in OPEN):
        return None
    return f"{found}: {source} may not know {target}"


def is_ours(name: str) -> bool:
    """Whether a module is of this repository."""
    return name.split(".")[0] in PACKAGES


def test_every_module_has_a_floor():
    assert MODULES
    assert [name for name in MODULES if not home(name)] == []


@pytest.mark.parametrize("package", ["grammar", "typecheck"])
def test_every_room_is_in_the_architecture(package):
    """A stranger finds where a message is made: each module is named in the tables of ARCHITECTURE.md, and no other."""
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition(f"| `{package}/` |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1:] for row in table.splitlines()[2:]]
    named = set(re.findall(r"`(\w+)`", table))
    rooms = {file.stem for file in (PACKAGES["nscompiler"] / package).glob("*.py")} - {"__init__"}
    assert sorted(rooms - named) == []
    first = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert sorted(first - rooms) == []


def test_no_import_runs_up_or_sideways():
    assert [told for found in all_imports() if is_ours(found.target) and (told := fault(found))] == []


def test_imported_modules_of_ours_exist():
    missing = [str(found) for found in all_imports() if is_ours(found.target) and found.target not in MODULES]
    assert missing == []


def test_no_file_imports_itself_through_others():
    """Imports for the type checker alone count: two files that need each other's names are one subject."""
    below: dict[str, set[str]] = {name: set() for name in MODULES}
    for found in all_imports():
        below[found.importer] |= {found.target} & below.keys()
    while leaves := {name for name, targets in below.items() if not targets & below.keys()}:
        below = {name: targets for name, targets in below.items() if name not in leaves}
    while roots := below.keys() - {target for targets in below.values() for target in targets}:
        below = {name: targets for name, targets in below.items() if name not in roots}
    assert sorted(below) == sorted(RINGS)


def test_libraries_stay_where_they_belong():
    def allowed(found: Import) -> bool:
        library = found.target.split(".")[0]
        return any(within(found.importer, place) for place in LIBRARIES.get(library, ()))

    foreign = [found for found in all_imports() if not is_ours(found.target) and not is_standard(found.target)]
    assert foreign
    assert [str(found) for found in foreign if not allowed(found)] == []


def is_standard(name: str) -> bool:
    """Whether a module comes with Python; `__future__` does."""
    return name.split(".")[0] in sys.stdlib_module_names


def test_clients_are_loaded_when_a_connector_opens():
    early = [str(found) for found in all_imports() if found.target.split(".")[0] in WHEN_OPENED and not found.inside]
    assert early == []


def test_the_compiler_loads_nothing_heavy():
    heavy = {"asyncio", "dataclasses", "inspect", "multiprocessing", "logging", "unittest"}
    ours = (found for found in all_imports() if within(found.importer, "nscompiler"))
    core = [found for found in ours if home(found.importer) not in LAZY]
    assert [str(found) for found in core if found.target.split(".")[0] in heavy and not found.inside] == []


def test_no_import_hides_in_a_function():
    inside = [found for found in all_imports() if found.inside and within(found.importer, "nscompiler")]
    hidden = [found for found in inside if is_ours(found.target) and home(found.importer) not in LAZY]
    assert [str(found) for found in hidden if (found.importer, found.target) not in HIDDEN] == []
    assert {(found.importer, found.target) for found in hidden} == set(HIDDEN), "a reason without an import"


def test_the_table_runs_down():
    """The table itself runs down: whatever a package may import comes before it, or is a part of what does."""
    done: set[str] = set()
    left = dict(FLOORS)
    while ready := {name for name, below in left.items() if all(other in done or other in OPEN for other in below)}:
        done |= ready
        left = {name: below for name, below in left.items() if name not in done}
    assert left == {}
    opened = [found for found in all_imports() if found.importer in OPEN]
    outside = [str(found) for found in opened if is_ours(found.target) and found.target not in OPEN]
    assert outside == [], "an open file brings its package along"


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("nscompiler.grammar.parse", "from nscompiler.types.types import Type"),
        ("nscompiler.types.types", "import nscompiler.modules.reference"),
        ("nscompiler.modules.reference", "from nscompiler.types import types"),
        ("nscompiler.diagnostics.model", "from nscompiler.grammar import syntax"),
        ("nscompiler.source", "from nscompiler.files import Files"),
        ("nscompiler.flow.lower", "def f():\n    from nscompiler.backends.base import Backend"),
        ("nscompiler.backends.local.emit", "from nscompiler.flow.lower import lower"),
        ("nscompiler.backends.local.emit", "from nscompiler.typecheck import facts"),
        ("nscompiler.backends.local.emit", "import nscompiler.backends.airflow.emit"),
        ("nscompiler.backends.local.emit", "import nstack.runtime"),
        ("nscompiler.tools.format", "from nscompiler.cli import main"),
        ("nscompiler.cli.main", "import nslsp"),
        ("nslsp.server", "from nscompiler.cli import main"),
        ("nstack.runtime.stream", "from nstack.connectors import http"),
        ("nstack.connectors.http", "import nscompiler.source"),
        ("nscompiler.typecheck.check", "from nscompiler import pipeline"),
        ("nscompiler.newcomer", "import nscompiler.source"),
    ],
)
def test_the_guard_sees(importer, text):
    assert [fault(found) for found in imports_of(importer, text)] != [None]


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("nscompiler.grammar.parse", "from nscompiler.source import Span"),
        ("nscompiler.backends.local.emit", "from nscompiler.flow.model import Graph"),
        ("nscompiler.backends.local.emit", "from nscompiler.backends.base import Backend"),
        ("nscompiler.backends.local.emit", "from .templates import load"),
        ("nscompiler.pipeline", "from nscompiler.backends import find"),
        ("nscompiler.cli.commands.check", "from nscompiler.pipeline import check"),
        ("nstack.connectors.http", "from nstack.runtime.errors import ConnectorError"),
    ],
)
def test_the_guard_lets_pass(importer, text):
    assert [told for found in imports_of(importer, text) if (told := fault(found))] == []


# Records are shared: nothing assigns to one after it was built.
def fields_by_class(text: str) -> dict[str, set[str]]:
    """The parts of each record of a file, as its ``__match_args__`` list them."""
    return {
        node.name: set(ast.literal_eval(item.value))
        for node in parsed(text).body
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None
        if item.target.id == "__match_args__"
    }


def assigned_attributes(text: str) -> Iterator[tuple[int, str, bool, str]]:
    """Each assignment to an attribute: its line, the attribute, whether it is of ``self``, the class around it.

    Constructors count as outside of their class.
    """
    waiting: list[tuple[ast.AST, str]] = [(parsed(text), "")]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            own = isinstance(node.value, ast.Name) and node.value.id == "self"
            yield node.lineno, node.attr, own, around
        inside = node.name if isinstance(node, ast.ClassDef) else around
        for part in ast.iter_child_nodes(node):
            waiting.append((part, around if getattr(part, "name", "") == "__init__" else inside))


def late_assignments(name: str, text: str, classes: dict[str, set[str]]) -> list[str]:
    """Assignments in a module that may be to a node or a type: to a field's name, other than on a foreign ``self``."""
    fields = set().union(*classes.values())
    return [
        f"{name}:{line} assigns .{attribute}"
        for line, attribute, own, inside in assigned_attributes(text)
        if attribute in fields and (not own or inside in classes)
    ]


def test_nothing_assigns_to_records():
    compiler = {name: file for name, file in MODULES.items() if within(name, "nscompiler") or within(name, "nslsp")}
    texts = {name: file.read_text("utf-8") for name, file in compiler.items()}
    classes = {owner: fields for text in texts.values() for owner, fields in fields_by_class(text).items()}
    assert {"Node", "Name", "Type", "Facts", "Diagnostic"} <= set(classes)
    late = [told for name, text in texts.items() for told in late_assignments(name, text, classes)]
    assert late == []


def test_nothing_goes_round_by_setattr():
    calls = [
        f"{name}:{node.lineno}"
        for name, file in MODULES.items()
        if within(name, "nscompiler")
        for node in ast.walk(parsed(file.read_text("utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr)
        in ("setattr", "delattr", "__setattr__", "__delattr__")
    ]
    assert calls == []


IN_A_METHOD = "class Name:\n    def f(self):\n        self.text = 1\n"


@pytest.mark.parametrize(
    "text", ["node.start = 1", "del node.text", "a.b.text += 'x'", "node.text, x = 1, 2", IN_A_METHOD]
)
def test_the_assignment_guard_sees(text):
    assert late_assignments("m", text, {"Name": {"text", "start"}})


def test_the_assignment_guard_lets_pass():
    text = "class Buffer:\n    def __init__(self):\n        self.text = ''\n\nnode.other = 1\nx = node.text\n"
    assert late_assignments("m", text, {"Name": {"text"}}) == []
