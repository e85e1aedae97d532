"""``nstack.lock``: what was built under each released version, so that a release never changes unnoticed."""

from collections.abc import Mapping
from typing import ClassVar

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files
from nscompiler.modules.reading import read_source
from nscompiler.modules.reference import ModuleRef, parse_reference
from nscompiler.modules.tree import LOCK_FILE, join
from nscompiler.modules.wording import titled
from nscompiler.records import Record, replace
from nscompiler.source import SourceFile, Span

SCHEMA_VERSION = 1


class Locked(Record):
    """A built release: the hashes of its interface and of its files, as ``sha256:`` and hexadecimal digits."""

    __match_args__: ClassVar[tuple[str, ...]] = ("interface", "content")
    __slots__ = __match_args__

    def __init__(self, interface: str, content: str) -> None:
        self.interface = interface
        self.content = content


class Lock(Record):
    """The releases that a project has built."""

    __match_args__: ClassVar[tuple[str, ...]] = ("modules",)
    __slots__ = __match_args__

    def __init__(self, modules: Mapping[ModuleRef, Locked] | None = None) -> None:
        self.modules: Mapping[ModuleRef, Locked] = modules or {}

    def with_releases(self, built: Mapping[ModuleRef, Locked]) -> "Lock":
        """The lock with what was built; snapshots are left out, since they may change."""
        return Lock({**self.modules, **{ref: entry for ref, entry in built.items() if ref.version.is_release}})


def read_lock(folder: str, files: Files) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """The lock of a project's folder, empty where there is no file or it is damaged."""
    path = join(folder, LOCK_FILE)
    if not files.is_file(path):
        return Lock(), ()
    source = read_source(path, files)
    return parse_lock(source) if isinstance(source, SourceFile) else (Lock(), (source,))


def parse_lock(source: SourceFile) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """The lock that a text holds; empty and a problem where it is not one of ours."""
    import json  # only projects that have built a release have a lock

    try:
        document = json.loads(source.text)
    except json.JSONDecodeError as error:
        return Lock(), (_bad(source, error.pos, error.msg.lower()),)
    except RecursionError:
        return Lock(), (_bad(source, 0, "nested too deep"),)
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        return Lock(), (_bad(source, 0, f"it has not the schema version {SCHEMA_VERSION}"),)
    modules: dict[ModuleRef, Locked] = {}
    entries = document.get("modules")
    for key, value in entries.items() if isinstance(entries, dict) else ():
        ref, entry = parse_reference(key), _entry(value)
        if not isinstance(ref, ModuleRef) or entry is None:
            return Lock(), (_bad(source, max(source.text.find(f'"{key}"'), 0), f"bad entry {key}"),)
        modules[ref] = entry
    return Lock(modules), ()


def lock_text(lock: Lock) -> str:
    """The file's text: the same for the same releases, a line for each hash, sorted, so that merges are small."""
    import json

    entries = {str(ref): lock.modules[ref] for ref in sorted(lock.modules)}
    modules = {ref: {"interface": entry.interface, "content": entry.content} for ref, entry in entries.items()}
    return json.dumps({"modules": modules, "schema_version": SCHEMA_VERSION}, indent=2) + "\n"


def changed_release(ref: ModuleRef, now: Locked, lock: Lock, span: Span) -> Diagnostic | None:
    """The error that a release differs from what was built under its version; ``span`` is its header's reference.

    None for snapshots, for releases that were never built, and where nothing changed.
    """
    before = lock.modules.get(ref)
    if before is None or before == now or not ref.version.is_release:
        return None
    what = "its interface" if before.interface != now.interface else "its files, not its interface,"
    next_patch = replace(ref.version, patch=ref.version.patch + 1)
    return codes.CHANGED_RELEASE.at(
        span,
        titled("`{}` has changed since it was built", str(ref)),
        "a release is immutable once built",
        notes=(f"{what} changed; the next version would be {next_patch}",),
        expected=before.content,
        found=now.content,
    )


def _entry(value: object) -> Locked | None:
    if not isinstance(value, dict):
        return None
    interface, content = value.get("interface"), value.get("content")
    return Locked(interface, content) if isinstance(interface, str) and isinstance(content, str) else None


def _bad(source: SourceFile, at: int, reason: str) -> Diagnostic:
    title = titled("`{}` cannot be read: {}", source.path, reason)
    return codes.BAD_LOCK.at(source.span(at, min(at + 1, len(source.text))), title)
