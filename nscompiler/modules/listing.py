"""What configuration files name against what there is: a project's list, and framework parents."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.not_found import Wanting, not_found
from nscompiler.modules.program import LinkedModule, Program
from nscompiler.modules.tree import folder_of, is_below
from nscompiler.modules.wording import titled
from nscompiler.source import Span

if TYPE_CHECKING:
    from nscompiler.modules.project import ModuleConfig, ProjectConfig


def resolve_parent(config: "ModuleConfig", index: ModuleIndex) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The file of the framework module that an ``nstack.yaml`` names as ``parent``; None where it names none."""
    if config.parent is None:
        return None, ()
    paths = index.find(config.parent.value)
    if len(paths) == 1:
        return paths[0], ()
    span = config.parent.span
    if not paths and config.parent.value.name.startswith("NStack."):
        title = f"`{config.parent.value}` is a base image of the original and has no effect"
        return None, (codes.OLD_PARENT.at(span, title, "`stack: {language: python}` says it today"),)
    return None, (index.conflict(config.parent.value) or not_found(Wanting(config.parent.value, span), index),)


def unlisted_modules(project: "ProjectConfig", program: Program) -> tuple[Diagnostic, ...]:
    """A hint for each module folder of the project that its listed modules need and that it does not list."""
    by_path = {item.path: item for item in program.modules}
    listed = dict.fromkeys(path for path in project.module_files() if path in by_path)
    importers = _importers(listed, by_path)
    folders: dict[str, LinkedModule] = {}
    for path, importer in importers.items():
        if path not in listed and is_below(path, project.folder):
            folders.setdefault(folder_of(path), importer)
    hints = (_unlisted(project, folder, importer) for folder, importer in sorted(folders.items()))
    return tuple(hint for hint in hints if hint is not None)


def _importers(listed: Iterable[str], by_path: Mapping[str, LinkedModule]) -> dict[str, LinkedModule]:
    """Everything that the listed modules need, each with the first module met that imports it."""
    importers: dict[str, LinkedModule] = {}
    pending = list(listed)
    while pending:
        item = by_path[pending.pop(0)]
        for found in item.imports.resolved:
            if found.path not in importers:
                importers[found.path] = item
                pending.append(found.path)
    return importers


def _unlisted(project: "ProjectConfig", folder: str, importer: LinkedModule) -> Diagnostic | None:
    name = os.path.relpath(folder, project.folder)
    if name in project.meant:
        return None  # it is listed with a slip, which is told
    imports = importer.imports.resolved
    node = next(found.node.reference for found in imports if folder_of(found.path) == folder)
    place = project.key or project.source.span(0, 0)
    return codes.UNLISTED_FOLDER.at(
        place,
        titled("the project needs `{}` and does not list it", name),
        related=(Label(importer.span(node), "imported here", Role.IMPORT),),
        fixes=_add_entry(project, name),
    )


def _add_entry(project: "ProjectConfig", name: str) -> tuple[Fix, ...]:
    """A fix that lists one more folder, in the form in which the last one is written."""
    if not project.modules:
        return ()
    last = project.modules[-1].span
    text = project.source.text
    before = text[text.rfind("\n", 0, last.start) + 1 : last.start]
    if before.strip() == "-":
        end = text.find("\n", last.end)
        at = len(text) if end < 0 else end
        added = f"\n{before}{name}"
    else:
        at, added = last.end, f", {name}"
    edit = Edit(Span(last.path, at, at), added)
    return (Fix(f"list `{name}`", (edit,), Applicability.MAYBE_INCORRECT),)
