"""The lints of one checked file."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.lints.fields import misspelt_fields
from nscompiler.lints.parameters import unread_bindings
from nscompiler.lints.signs import may_lose_values
from nscompiler.lints.unused import unused_declarations
from nscompiler.modules.program import LinkedModule
from nscompiler.modules.wording import titled
from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface

if TYPE_CHECKING:
    from nscompiler.typecheck.service import Service

    ServiceOf = Callable[[Checked], Service | None]

Modules = Mapping[str, Checked]


def lint(
    checked: Checked,
    item: LinkedModule,
    modules: Modules,
    service_of: "ServiceOf",
    is_standard: Callable[[str], bool],
) -> Iterator[Diagnostic]:
    """The lints of a file that has no errors.

    ``modules`` are the files of the program by reference, ``service_of`` reads the Python code of one, ``is_standard``
    says whether a path is one of the standard library.
    """
    yield from _unused_imports(checked, item)
    yield from _snapshots(item, is_standard)
    yield from unused_declarations(checked, service_of)
    yield from misspelt_fields(checked, modules)
    yield from _lost_values(checked, modules, service_of)
    yield from unread_bindings(checked, modules, service_of)


# --- imports


def _unused_imports(checked: Checked, item: LinkedModule) -> Iterator[Diagnostic]:
    for found in item.imports.resolved:
        if found.alias not in checked.aliases:
            fix = Fix("remove the import", (Edit(_whole(checked.module, found.node), ""),), _SURE)
            title = titled("the import of `{}` is not used", str(found.ref))
            yield codes.UNUSED_IMPORT.at(item.span(found.node), title, f"no `{found.alias}.` follows", fixes=(fix,))


_SURE = Applicability.MACHINE_APPLICABLE


def _whole(module: syntax.Module, node: syntax.Node) -> Span:
    """An import's place with the `;` after it, and with its line where it stands there alone; with the space behind it
    where only a comment is beside it."""
    text = module.source.text
    end = node.end
    while end < len(text) and text[end] in " \t":
        end += 1
    end = end + 1 if text[end : end + 1] == ";" else node.end
    start = max(text.rfind("\n", 0, node.start), text.rfind("\r", 0, node.start)) + 1
    stop = end
    while stop < len(text) and text[stop] in " \t":
        stop += 1
    alone = not text[start : node.start].strip()
    if alone and text.startswith(("//", "/*"), stop):
        return Span(module.source.path, node.start, stop)  # the comment stays, where the import stood
    if not alone or text[stop : stop + 1] not in ("\n", "\r", ""):
        return Span(module.source.path, node.start, end)
    stop += 2 if text.startswith("\r\n", stop) else 1
    return Span(module.source.path, start, min(stop, len(text)))


def _snapshots(item: LinkedModule, is_standard: Callable[[str], bool]) -> Iterator[Diagnostic]:
    header = item.module.header
    if item.ref is None or header is None or not item.ref.version.is_release:
        return
    for found in item.imports.resolved:
        # Of the standard library there is one version of each module, and it comes with the compiler.
        if not found.ref.version.is_release and not is_standard(found.path):
            yield codes.SNAPSHOT_IN_RELEASE.at(
                item.span(found.node.reference),
                titled("this release imports `{}`, which still changes", str(found.ref)),
                "a release is the same for ever, a snapshot is not",
                related=(Label(item.span(header.reference), "a release", Role.DECLARATION),),
            )


# --- sources that give a value only once


def _lost_values(checked: Checked, modules: Modules, service_of: "ServiceOf") -> Iterator[Diagnostic]:
    functions = checked.interface.functions.values()
    if not any(may_lose_values(one) for one in functions) and (
        checked.main is None or not may_lose_values(checked.main)
    ):
        return
    workflows = {name: own for name, own in checked.interface.functions.items() if own.declared == "def"}
    bodies = {decl.name.text: decl.body for decl in checked.module.declarations if isinstance(decl, syntax.DefDecl)}
    if checked.main is not None and checked.module.main is not None:
        workflows, bodies = {**workflows, "": checked.main}, {**bodies, "": checked.module.main}
    for name, workflow in workflows.items():
        if may_lose_values(workflow) and not _says_what_happens(workflow) and name in bodies:
            yield from _lost_values_of(checked, bodies[name], modules, service_of)


def _says_what_happens(workflow: FunctionInterface) -> bool:
    return any(one.name in ("on_error", "dead_letter") for one in workflow.parameters.fixed)


def _lost_values_of(
    checked: Checked, body: syntax.Expr, modules: Modules, service_of: "ServiceOf"
) -> Iterator[Diagnostic]:
    uses = {
        node: fact.target
        for node, fact in checked.facts.uses.items()
        if isinstance(node, syntax.Use) and body.start <= node.start < body.end
    }
    sources = [node for node, target in uses.items() if _gives_once(target, modules, service_of)]
    own_code = any(target.kind in ("function", "sink") and not _is_standard(target) for target in uses.values())
    if not sources or not own_code:
        return
    name = checked.module.source.text[sources[0].start : sources[0].end]
    yield codes.VALUES_ARE_LOST.at(
        checked.module.span(sources[0]),
        titled("values of `{}` that fail are skipped and lost", name),
        "it cannot give a value again, and nothing says `on_error`",
        related=(Label(uses[sources[0]].span, "declared here", Role.DECLARATION),),
        notes=('`{ on_error = "dead_letter" }` keeps them, `{ on_error = "skip" }` says that losing them is fine',),
    )


def _gives_once(target: FunctionInterface, modules: Modules, service_of: "ServiceOf") -> bool:
    """Whether a source that is said to be endless cannot give a value again.

    Of several sources together that is not known, nor of a Python source that only counts as endless; one whose code
    speaks of offsets can be resumed.
    """
    if not target.attribute("unbounded")[0] or target.traits.replay != ("none",):
        return False
    home = modules.get(target.module)
    service = None if home is None or home.interface.standard else service_of(home)
    return service is None or not service.resumes


def _is_standard(target: FunctionInterface) -> bool:
    return target.module.partition(":")[0].rpartition("/")[2] in _STANDARD


_STANDARD = frozenset(("Sources", "Sinks", "Conv", "Std"))
