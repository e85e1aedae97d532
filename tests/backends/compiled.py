"""Compiles programs given as texts, and writes what a backend emits for them."""

import posixpath
from collections.abc import Mapping
from pathlib import Path

import attrs

from nscompiler.backends.base import Emitted
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.flow.model import Graph
from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.pipeline.named import named_functions, workflows


@attrs.frozen(slots=True, eq=False)
class Compiled:
    """A program's check, and the graphs of the workflows of one of its files, by name."""

    checked: CheckedTexts
    path: str
    graphs: Mapping[str, Graph]
    problems: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        """The names of what lowering complained about."""
        return [problem.code.name for problem in self.problems]

    def emit(self, target: str = "local", default: str | None = None, *graphs: Graph, **settings: str) -> Emitted:
        """What a backend makes of the graphs."""
        chosen = graphs or tuple(self.graphs.values())
        default = default or (chosen[0].name if len(chosen) == 1 else None)
        emitted, problems = self.checked.compilation.build(
            self.path, chosen, target, default=default, settings=settings
        )
        assert emitted is not None, problems
        return emitted

    def write(self, emitted: Emitted, folder: Path) -> None:
        """Put the files into a folder; those to copy are read where the program's texts are."""
        for path, content in emitted.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        for copy in emitted.copies:
            target = folder / copy.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.checked.compilation.files.read_bytes(posixpath.normpath(copy.source)))


def compile_texts(files: Mapping[str, str], path: str = "main.nml") -> Compiled:
    """Check and lower all workflows of a file. Fails on a program that does not check."""
    texts = dict(files)
    checked = check_texts(texts, [path])
    errors = [problem for problem in checked.diagnostics if problem.is_error and not problem.code.id.startswith("NS06")]
    assert not errors, [f"{problem.code.name}: {problem.title}" for problem in errors]
    graphs: dict[str, Graph] = {}
    problems: list[Diagnostic] = []
    for target in workflows(checked.checked[path]):
        graph, found = checked.compilation.lower(path, target)
        problems += found
        if graph is not None:
            graphs[target.name] = graph
    return Compiled(checked, path, graphs, tuple(problems))


def compile_function(files: Mapping[str, str], name: str, value: object = None, path: str = "main.nml") -> Compiled:
    """Check a program and lower a trial of one of its functions."""
    checked = check_texts(dict(files), [path])
    target = named_functions(checked.checked[path])[name]
    graph, problems = checked.compilation.lower_function(path, target, value)
    return Compiled(checked, path, {} if graph is None else {name: graph}, problems)


SERVICE = """import nstack


class Module(nstack.Module):
"""


def service(*methods: str) -> str:
    """A Python file whose class has methods that give back what they get."""
    return SERVICE + "".join(f"    def {name}(self, value):\n        return value\n\n" for name in methods)
