"""Whether the versions of releases say what changed in them since a git revision."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.modules.program import LinkedModule
from nscompiler.modules.reading import Heading, Sources
from nscompiler.modules.reference import Version
from nscompiler.modules.tree import walk
from nscompiler.modules.wording import titled
from nscompiler.pipeline.compilation import Compilation
from nscompiler.source import Span
from nscompiler.tools.changes import Change, Level, described, highest, placed
from nscompiler.tools.revisions import States, predecessor, unknown_interfaces
from nscompiler.tools.semver import compare, next_version, suffices

_MOST_NOTES = 5
_TITLES = {
    Level.MAJOR: "`{}` breaks what was right at {}; its version hides it",
    Level.MINOR: "`{}` has another interface than at {}; its version hides it",
}


@attrs.frozen(slots=True)
class Hidden:
    """``problems`` are errors at the versions that hide changes. ``not_compared`` are the releases whose interface then
    is not known, for there were errors."""

    problems: tuple[Diagnostic, ...]
    not_compared: tuple[str, ...]


def hidden_changes(compilation: Compilation, revision: str, search: Sequence[str] = ()) -> Hidden:
    """An error for each release among the files asked for whose interface changed since a revision more than its
    version says.

    A module is found by its name, wherever below the root it was. Snapshots are free, and what was none but a snapshot
    then promised nothing; a module whose interface errors leave open, now or then, is not compared. Raises NoSuchState
    where there is no such revision, GitError where git cannot be asked.
    """
    problems: list[Diagnostic] = []
    not_compared: list[str] = []
    with States(search, compilation.types) as states:
        for item, old, before, is_known in _released(compilation, states, revision):
            if is_known:
                problem = _problem(compilation, item, old, before, revision)
                problems += () if problem is None else (problem,)
            else:
                not_compared.append(str(item.ref))
    return Hidden(tuple(problems), tuple(not_compared))


def _released(
    compilation: Compilation, states: States, revision: str
) -> Iterator[tuple[LinkedModule, Compilation, LinkedModule, bool]]:
    """The releases among the files asked for, each with the state then, what it was in it, and whether its interface
    was known."""
    by_path = {item.path: item for item in compilation.program.modules}
    unknown = unknown_interfaces(compilation)
    for given in compilation.discovery.given:
        items = [by_path[path] for path in given.targets if path in by_path]
        released = [item for item in items if _is_release(item) and item.path not in unknown]
        files = states.files(revision, given.root)
        if not files.is_folder(given.root):
            continue
        titles = {item.ref.title for item in released if item.ref is not None}
        paths = _modules_called(titles, walk(given.root, files).modules, Sources(files))
        old = Compilation(files, paths, states.search, types=states.types)
        targets, unknown_then = frozenset(old.discovery.targets), unknown_interfaces(old)
        then = [one for one in old.program.modules if one.path in targets and one.ref is not None]
        for item in released:
            assert item.ref is not None
            title = item.ref.title
            before = predecessor(item, [one for one in then if one.ref is not None and one.ref.title == title])
            if before is not None:
                yield item, old, before, before.path not in unknown_then


def _is_release(item: LinkedModule) -> bool:
    return item.ref is not None and item.ref.version.is_release and item.module.header is not None


def _modules_called(titles: Iterable[str], paths: Iterable[str], sources: Sources) -> list[str]:
    """The files that are releases of modules of some names."""
    wanted, found = frozenset(titles), []
    for path in paths:
        heading = sources.heading(path)
        ref = heading.ref if isinstance(heading, Heading) else None
        if ref is not None and ref.title in wanted and ref.version.is_release:
            found.append(path)
    return found


def _problem(
    compilation: Compilation, item: LinkedModule, old: Compilation, before: LinkedModule, revision: str
) -> Diagnostic | None:
    assert item.ref is not None
    assert before.ref is not None
    sides = old.checked[before.path].interface, compilation.checked[item.path].interface
    found = compare(*sides, compilation.types)
    level = highest(found)
    if level.rank < Level.MINOR.rank or suffices(before.ref.version, item.ref.version, level):
        return None
    follows = next_version(before.ref.version, level)
    return _diagnostic(compilation, item, before.ref.version, follows, revision, found)


def _diagnostic(
    compilation: Compilation,
    item: LinkedModule,
    before: Version,
    follows: Version,
    revision: str,
    found: Sequence[Change],
) -> Diagnostic:
    assert item.ref is not None
    level = highest(found)
    word = "breaking" if level is Level.MAJOR else level.value
    shown = [f"{word}: {placed(one)}: {described(one)}" + _whom(one) for one in found if one.level is level]
    notes = shown[:_MOST_NOTES]
    if len(found) > len(notes):
        more = len(found) - len(notes)
        changes = "1 more change" if more == 1 else f"{more} more changes"
        notes.append(f"{changes}; `nsc diff {revision} {item.path}` tells all")
    return codes.HIDDEN_CHANGE.at(
        _version_span(item),
        titled(_TITLES[level], str(item.ref), revision),
        f"{follows} or later must follow {before}",
        notes=tuple(notes),
        fixes=(_fix(compilation, item, follows),),
        expected=str(follows),
        found=str(item.ref.version),
    )


def _whom(change: Change) -> str:
    return f" (for {change.audience})" if change.audience else ""


def _version_span(item: LinkedModule) -> Span:
    """The place of the version in a module's header."""
    assert item.module.header is not None
    return _after_colon(item, item.module.header.reference.start, item.module.header.reference.end)


def _after_colon(item: LinkedModule, start: int, end: int) -> Span:
    text = item.module.source.text[start:end]
    return Span(item.path, start + text.rfind(":") + 1, end)


def _fix(compilation: Compilation, item: LinkedModule, version: Version) -> Fix:
    """Write the version, and the same in the imports of the program: the old one is nowhere any more."""
    edits = [Edit(_version_span(item), str(version))]
    for other in compilation.program.modules:
        for found in other.imports.resolved:
            if found.path == item.path:
                reference = found.node.reference
                edits.append(Edit(_after_colon(other, reference.start, reference.end), str(version)))
    imports = len(edits) - 1
    where = "" if not imports else " here and in an import" if imports == 1 else f" here and in {imports} imports"
    return Fix(f"write {version}{where}", tuple(edits), Applicability.MAYBE_INCORRECT)
