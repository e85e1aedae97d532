"""Imports of files, ``import "../a/module.nml" as A``: of which the parser tells; which module it is, is known here."""

import os
import re
from collections.abc import Iterator

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import MODULE_FILE, SUFFIX, folder_of, join
from nscompiler.patterns import Pattern
from nscompiler.records import replace
from nscompiler.source import Span

_PATH = r"[\w.-]++(?:[\\/][\w.-]++)*+"
_LINE = Pattern(
    rf"[ \t]*+(?P<code>(?:from|import|include|use|require)\b[^\n\r]*?(?:[\"'<`](?P<quoted>{_PATH})[\"'>`]"
    rf"|[ \t](?P<bare>(?=[^\s;]*[\\/]){_PATH})(?=[ \t;]|$))[^\n\r;]*?)[ \t]*+(?://.*|;|$)"
)
# How much of a line is looked at.
_LONGEST_LINE = 1000
# What brings single names of a file.
_NAMES = Pattern(r"\{|\bimport[ \t]+[a-z]\w*+[ \t]*+(?:,|$|from\b)")
# A module of several names, of which the last is brought: `from Bank import Core`.
_PART = Pattern(
    r"[ \t]*+(?P<code>from[ \t]+(?P<module>[A-Z][\w.]*+)[ \t]+import[ \t]+(?P<part>[A-Z]\w*+)"
    r"(?:[ \t]+as[ \t]+(?P<alias>[A-Z]\w*+))?)[ \t]*+(?://.*|;|$)"
)
_ALIAS = Pattern(r"(?:[ \t]as[ \t]+|^import[ \t]+|[ \t]import[ \t]+)(?P<alias>[A-Z]\w*+)")


def file_imports(module: syntax.Module, index: ModuleIndex) -> Iterator[Diagnostic]:
    """What is told already of imports of files in one file, with the import of the module of each file as the fix."""
    if not any(isinstance(decl, syntax.BrokenDecl) and decl.keyword == "import" for decl in module.declarations):
        return
    path, text = module.source.path, module.source.text
    for told in parse(module.source).problems:
        start = max(text.rfind("\n", 0, told.primary.span.start), text.rfind("\r", 0, told.primary.span.start)) + 1
        written_line = text[start : start + _LONGEST_LINE].partition("\n")[0].rstrip("\r")
        part = _PART.match(written_line)
        if part is not None:
            yield from _of_part(told, part, start, index)
            continue
        line = _LINE.match(written_line)
        written = "" if line is None else line["quoted"] or line["bare"]
        ref = module_of_file(folder_of(path), written.replace("\\", "/"), index)
        if line is None or ref is None or index.find(ref) == (path,) or _NAMES.search(line["code"]):
            continue
        alias = _ALIAS.search(line["code"])
        called = "" if alias is None or alias["alias"] == ref.last_part else f" as {alias['alias']}"
        place = Span(path, start + line.start("code"), start + line.end("code"))
        fix = Fix(f"import `{ref}`", (Edit(place, f"import {ref}{called}"),), Applicability.MAYBE_INCORRECT)
        yield replace(told, fixes=(fix,))


def _of_part(told: Diagnostic, line: re.Match[str], start: int, index: ModuleIndex) -> Iterator[Diagnostic]:
    """``from Bank import Core`` where there is ``Bank.Core``, or one other module whose name ends so."""
    name, path = f"{line['module']}.{line['part']}", told.primary.span.path
    found = [
        versions[0]
        for versions in index.contents.refs.values()
        if versions[0].name == name or versions[0].name.endswith(f".{name}")
    ]
    if len(found) == 1 and index.find(found[0]) != (path,):
        place = Span(path, start + line.start("code"), start + line.end("code"))
        called = f" as {line['alias']}" if line["alias"] else ""
        edit = Edit(place, f"import {found[0]}{called}")
        yield replace(told, fixes=(Fix(f"import `{found[0]}`", (edit,), Applicability.MAYBE_INCORRECT),))


def module_of_file(folder: str, path: str, index: ModuleIndex) -> ModuleRef | None:
    """The module of a file or a folder, by its path from a folder, or else from where is searched; None for none."""
    if not path:
        return None
    for start in (folder, *index.roots):
        found = os.path.normpath(join(start, path))
        paths = (found,) if path.endswith(SUFFIX) else (join(found, MODULE_FILE), found + SUFFIX)
        ref = next((ref for one in paths if (ref := index.module_at(one)) is not None), None)
        if ref is not None:
            return ref
    return None
