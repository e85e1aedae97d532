"""What the Python class of a module derives from: nothing, though it reads ``self.args``, or ``nstack``, which the file
does not import."""

import ast
import re
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.diagnostics.suggest import distance
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.names_in_python import attributes_given, names_given, names_in
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.typecheck.python_fixes import imported_nstack, name_in
from nscompiler.typecheck.service import Service

_MAYBE = Applicability.MAYBE_INCORRECT


def wrong_base(python: SourceFile, service: Service, owner: ast.ClassDef) -> Iterator[Diagnostic]:
    """What is wrong with the base of a module's class, as far as its file can tell."""
    tree = ast.parse(python.text)
    given = names_given(tree)
    if given is None:
        return
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "nstack"]
    if used and "nstack" not in given:
        yield codes.CLASS_MISSING.at(
            place_in(python, min(used, key=lambda node: (node.lineno, node.col_offset))),
            f"`{python.path.rpartition('/')[2]}` uses `nstack` and does not import it",
            "there is no such name here",
            fixes=(Fix("write `import nstack`", (_misspelt(python, tree) or imported_nstack(python, tree),), _MAYBE),),
        )
        return
    for base in owner.bases:
        if isinstance(base, ast.Name) and _is_no_class(base.id, owner, tree, given, service):
            what = "the module `nstack`" if base.id == "nstack" else f"`{base.id}`, which is not there"
            fix = Fix("write `nstack.Module`", (Edit(place_in(python, base), "nstack.Module"),), _MAYBE)
            yield codes.CLASS_MISSING.at(
                place_in(python, base),
                titled("the class `{}` derives from " + what, owner.name),
                "the base is `nstack.Module`",
                fixes=(fix,) if "nstack" in given else (),
            )
    stored = attributes_given(tree)
    if not owner.bases and stored is not None and "args" not in stored and _reads_args(owner):
        at = name_in(python, owner)
        title = titled("the class `{}` derives from nothing, and has no `self.args`", owner.name)
        yield codes.CLASS_MISSING.at(at, title, "it is `nstack.Module` that has it", fixes=_based(python, tree, owner))


def _is_no_class(name: str, owner: ast.ClassDef, tree: ast.Module, given: frozenset[str], service: Service) -> bool:
    """Whether a base is the module `nstack`, or a name that nothing but the class itself gives a meaning."""
    if service.names is not None and name in service.names.imported:
        return service.names.imported[name] == "nstack"
    if name not in given:
        return name != "object"
    same = [one for part in tree.body for one in names_in(part) if one == name]
    return name == owner.name and len(same) == 1


def _misspelt(python: SourceFile, tree: ast.Module) -> Edit | None:
    """The import of a module of a near name."""
    for node in ast.walk(tree):
        for name in node.names if isinstance(node, ast.Import) else ():
            if name.asname is None and distance(name.name, "nstack", 2) <= 2:
                start = offset_of(python, name.lineno, name.col_offset)
                return Edit(python.span(start, start + len(name.name)), "nstack")
    return None


def _reads_args(owner: ast.ClassDef) -> bool:
    nodes = ast.walk(owner)
    return any(isinstance(one, ast.Attribute) and ast.unparse(one) == "self.args" for one in nodes)


def _based(python: SourceFile, tree: ast.Module, owner: ast.ClassDef) -> tuple[Fix, ...]:
    """The class with a base, and the import that it needs."""
    end = name_in(python, owner).end
    behind = re.match(r"\s*\(\s*\)", python.text[end:])
    written = Edit(python.span(end, end + (0 if behind is None else behind.end())), "(nstack.Module)")
    imported = any(
        isinstance(one, ast.Import) and any(a.name == "nstack" and not a.asname for a in one.names) for one in tree.body
    )
    edits = (written,) if imported else (imported_nstack(python, tree), written)
    return (Fix("derive from `nstack.Module`", edits, _MAYBE),)
