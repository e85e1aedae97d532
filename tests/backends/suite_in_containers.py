"""The programs of the conformance suite as one project, so that an engine starts once for many of them.

Each program becomes a module, and a module ``Suite.All`` has a workflow for each of their runs.
"""

from collections.abc import Iterable, Iterator

import attrs
from backends.conformance import Execution, Program


@attrs.frozen(slots=True)
class Case:
    """One run of a program: ``workflow`` is what it is called in ``Suite.All``."""

    program: Program
    run: Execution
    workflow: str

    @property
    def ordered(self) -> bool:
        """Whether the output has one order. Between services a branch or a merge promises none."""
        return "&" not in "".join(text for path, text in self.program.files.items() if path.endswith(".nml"))


def cases(programs: Iterable[Program]) -> Iterator[Case]:
    """The runs that make sense where a workflow is started once, without arguments: parameters given at the start
    and variables that are missing belong to the command line."""
    for program in programs:
        seen: set[str] = set()
        for run in program.runs:
            name, *rest = run.arguments or ("main",)
            if rest or run.code == 2 or name.startswith("-") or name in seen:
                continue
            seen.add(name)
            yield Case(program, run, f"{program.name.replace('-', '_')}_{name}")


def files(chosen: Iterable[Case], *, one_image: bool) -> dict[str, str]:
    """The project's files. With ``one_image`` all modules share one, else each has its own."""
    chosen = tuple(chosen)
    made: dict[str, str] = {}
    imports, defs, modules = [], [], []
    for program in {case.program.name: case.program for case in chosen}.values():
        alias = "".join(part.capitalize() for part in program.name.split("-"))
        imports.append(f"import Suite.{alias}:0.1.0 as {alias}")
        modules.append(f"Suite.{alias}")
        made |= _module(program, alias)
        defs += [
            f"def {case.workflow} = {alias}.{case.workflow.rpartition('_')[2]}"
            for case in chosen
            if case.program is program
        ]
    made["all/module.nml"] = "\n".join(["module Suite.All:0.1.0", "", *imports, "", *defs, ""])
    made["nstack-project.yaml"] = "modules: [all]\n"
    if one_image:
        made["nstack-project.yaml"] += f"places:\n  suite:\n    modules: [{', '.join(modules)}]\n"
    return made


def _module(program: Program, alias: str) -> dict[str, str]:
    """A program's files in a folder of its own, the script a module with a header."""
    made = {}
    for path, text in program.files.items():
        folder = program.name
        if path == "main.nml":
            made[f"{folder}/module.nml"] = f"module Suite.{alias}:0.1.0\n\n{_named(text)}"
        elif path == "main.py":
            made[f"{folder}/service.py"] = text
        elif path != "nstack-project.yaml":
            made[f"{folder}/{path}"] = text
    return made


def _named(text: str) -> str:
    """A script whose last expression has the name ``main``."""
    head, semicolon, tail = text.rpartition(";\n")
    if semicolon:
        return f"{head}\ndef main = {tail}"
    return text if "def " in text else f"def main = {text}"
