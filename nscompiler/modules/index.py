"""Which file is which module: the index of everything that an import may find."""

from collections.abc import Mapping
from itertools import islice
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.diagnostics.suggest import distance, near
from nscompiler.files import Files
from nscompiler.modules.claims import claim, claims
from nscompiler.modules.importers import ImportLine, importers
from nscompiler.modules.reading import Heading, Sources
from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.modules.tree import CONFIG_FILE, MODULE_FILE, SUFFIX, ascend, folder_of, join, walk
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import SourceFile

# How many names are compared for suggestions in one run: in a program of ten thousand modules of which most are not
# found, suggesting would take longer than everything else, and the names would not be at fault.
_COMPARISONS = 30_000


# How many names beside a root are looked at for a module that is not found below it.
_BESIDE = 200
# How many letters of a reference may be wrong, and in how many versions of a module it is looked for.
_MOST_SLIPS, _MOST_VERSIONS = 2, 20


class Contents(Record):
    """What the searched folders hold: files by module, modules by title, files without a usable header, and all."""

    __match_args__: ClassVar[tuple[str, ...]] = ("files", "refs", "scripts", "broken", "paths")
    __slots__ = __match_args__

    def __init__(
        self,
        files: dict[ModuleRef, tuple[str, ...]],
        refs: dict[str, tuple[ModuleRef, ...]],
        scripts: tuple[str, ...],
        broken: tuple[str, ...],
        paths: tuple[str, ...],
    ) -> None:
        self.files = files
        self.refs = refs
        self.scripts = scripts
        self.broken = broken
        self.paths = paths


class ModuleIndex:
    """Finds modules by reference. Nothing is searched before the first question; then each place is, once.

    ``roots`` come first, then ``extra`` (``--path``, ``NSTACK_PATH``), then the standard library. The order decides
    nothing but the order in which files are named, for two different files with one reference are an error.
    ``walked`` are the files below folders that have been walked already.
    """

    __slots__ = (
        "_beside",
        "_contents",
        "_files",
        "_imported",
        "_near",
        "_sources",
        "_spelt_budget",
        "_standard_name",
        "_unwritten",
        "_walked",
        "extra",
        "roots",
        "standard",
    )

    def __init__(
        self,
        files: Files,
        sources: Sources,
        roots: tuple[str, ...],
        extra: tuple[str, ...] = (),
        standard: str | None = None,
        walked: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._files = files
        self._sources = sources
        self.roots = roots
        self.extra = extra
        self.standard = standard
        self._standard_name = "" if standard is None else standard.rpartition("/")[2]
        self._contents: Contents | None = None
        self._unwritten: tuple[str, ...] | None = None
        self._imported: dict[ModuleRef | str, tuple[ImportLine, ...]] | None = None
        self._walked = dict(walked or {})
        self._near: dict[str, tuple[str, ...]] = {}
        self._spelt_budget = _COMPARISONS
        self._beside: dict[str, tuple[str, str]] | None = None

    def reading(self, sources: Sources, files: Files) -> "ModuleIndex":
        """The same index over texts of which none says of itself that it is another module than before."""
        again = ModuleIndex(files, sources, self.roots, self.extra, self.standard, self._walked)
        again._contents = self._contents
        again._near = self._near
        return again

    @property
    def searched(self) -> bool:
        """Whether the folders have been walked."""
        return self._contents is not None

    @property
    def contents(self) -> Contents:
        """What there is, searched for on first use."""
        if self._contents is None:
            self._contents = self._search()
        return self._contents

    def reference(self, text: str) -> ModuleRef | ReferenceFault:
        """The reference that a text spells, or what is wrong with it."""
        return self._sources.reference(text)

    def find(self, ref: ModuleRef) -> tuple[str, ...]:
        """The different files that claim a reference: none, one, or a conflict."""
        return self.contents.files.get(ref, ())

    def versions(self, ref: ModuleRef) -> tuple[ModuleRef, ...]:
        """The versions that exist of a module, newest first."""
        return self.contents.refs.get(ref.title, ())

    def near(self, ref: ModuleRef) -> tuple[ModuleRef, ...]:
        """Modules of other names that may have been meant, best first, at most three.

        Each is in the version asked for where that exists, else in its newest.
        """
        refs = self.contents.refs
        if ref.title not in self._near:
            allowed = len(self._near) * len(refs) < _COMPARISONS
            self._near[ref.title] = _near_titles(ref, refs) if allowed else ()
        found = (refs[title] for title in self._near[ref.title])
        return tuple(
            next((candidate for candidate in versions if candidate.version == ref.version), versions[0])
            for versions in found
        )

    def spelt_like(self, text: str, before: str = "") -> tuple[ModuleRef, ...]:
        """The modules of whose references, with what stands ``before`` them, a text is a slip of one or two letters or
        signs."""
        refs = self.contents.refs
        if self._spelt_budget < len(refs):
            return ()
        self._spelt_budget -= len(refs)
        whole = [ref for versions in refs.values() for ref in versions[:_MOST_VERSIONS]]
        slips = {ref: _slips(ref, before, text) for ref in whole}
        best = min(slips.values(), default=_MOST_SLIPS + 1)
        return tuple(ref for ref in whole if slips[ref] == best <= _MOST_SLIPS)

    def beside(self, ref: ModuleRef) -> tuple[str, str] | None:
        """A folder right beside a root that holds the module, whatever its version, and the folder of both."""
        if self._beside is None:
            self._beside = {}
            for root in self.roots:
                above = next(islice(ascend(root), 1, None), root)
                for folder in (join(above, name) for name in self._names_in(above)):
                    self._note_beside(folder, above, self._beside)
        return self._beside.get(ref.title)

    def _note_beside(self, folder: str, above: str, found: dict[str, tuple[str, str]]) -> None:
        path = join(folder, MODULE_FILE)
        heading = self._sources.heading(path) if self._files.is_file(path) else None
        if isinstance(heading, Heading) and heading.ref is not None:
            found.setdefault(heading.ref.title, (folder, above))

    def _names_in(self, folder: str) -> tuple[str, ...]:
        try:
            names = self._files.list(folder)
        except OSError:
            return ()
        return names[:_BESIDE] if folder not in self.roots else ()

    @property
    def complete(self) -> bool:
        """Whether every file that was asked for could be read; one that could not, of which is told, may be any
        module."""
        return not self._sources.unread

    def script(self, ref: ModuleRef) -> str | None:
        """A file without a header that an import of this reference may mean, going by its name."""
        return self._called(ref, self.contents.scripts)

    def claiming(self, ref: ModuleRef) -> str | None:
        """A file that is this module but for its header, which is wrong."""
        others = bool(self.versions(ref))
        return next((path for path in self.contents.broken if self._claims(path, ref, others)), None)

    def wanted(self, path: str) -> tuple[ModuleRef, ...]:
        """The modules that imports want of a file whose header is wrong, going by the texts of all files."""
        return tuple(ref for ref in self.missing if self._claims(path, ref, bool(self.versions(ref))))

    @property
    def missing(self) -> tuple[ModuleRef, ...]:
        """The modules that imports want and there are not, going by the texts of all files."""
        return tuple(sorted(ref for ref in self._importers if isinstance(ref, ModuleRef) and not self.find(ref)))

    def written_so(self, text: str) -> str | None:
        """A file whose header has a faulty reference written so."""
        headings = ((path, self.heading(path).scanned) for path in self.contents.broken)
        return next((path for path, scanned in headings if scanned is not None and scanned.text == text), None)

    def imports_of(self, ref: ModuleRef | str) -> tuple[ImportLine, ...]:
        """Where a module is imported, or what is written for one, going by the texts of all files."""
        return self._importers.get(ref, ())

    @property
    def _importers(self) -> dict[ModuleRef | str, tuple[ImportLine, ...]]:
        if self._imported is None:
            sources = (self.heading(path).source for path in self.contents.paths if not self.is_standard(path))
            self._imported = importers(sources, self.reference)
        return self._imported

    def module_at(self, path: str) -> ModuleRef | None:
        """The module of a file; None where it is none, or there is no such file."""
        return next((ref for ref, paths in self.contents.files.items() if path in paths), None)

    def called(self, ref: ModuleRef) -> tuple[ModuleRef, ...]:
        """Modules of another name whose files are called like this one."""
        files = self.contents.files
        return tuple(
            other
            for other, paths in files.items()
            if other.title != ref.title
            and len(paths) == 1
            and not self.is_standard(paths[0])
            and self._called(ref, paths)
        )

    def _claims(self, path: str, ref: ModuleRef, others: bool) -> bool:
        text = claim(self.heading(path))
        return text is not None and claims(text, ref, self._called(ref, (path,)) is not None, others)

    def unwritten(self, ref: ModuleRef) -> str | None:
        """A folder that is called like a module and has all of one but its ``module.nml``."""
        if self._unwritten is None:
            folders = [place for place in (*self.roots, *self.extra) if self._files.is_folder(place)]
            configured = (folder for place in folders for folder in walk(place, self._files).configured)
            self._unwritten = tuple(folder for folder in configured if self._is_unwritten(folder))
        wanted = ref.last_part.casefold()
        return next((one for one in self._unwritten if one.rpartition("/")[2].casefold() == wanted), None)

    def _is_unwritten(self, folder: str) -> bool:
        """Whether a folder has no ``module.nml``, and no ``api`` block either, of which another report tells."""
        if self._files.is_file(join(folder, MODULE_FILE)):
            return False
        config = self._sources.source(join(folder, CONFIG_FILE))
        return isinstance(config, SourceFile) and not any(line.startswith("api") for line in config.text.splitlines())

    def broken(self, ref: ModuleRef) -> str | None:
        """A file whose header is wrong and that an import of this reference may mean."""
        wanted = ref.title.casefold()
        for path in self.contents.broken:
            scanned = self.heading(path).scanned
            if scanned is not None and wanted in scanned.text.casefold():
                return path
        return self._called(ref, self.contents.broken)

    def is_standard(self, path: str) -> bool:
        """Whether a file belongs to the standard library."""
        if self.standard is None or self._standard_name not in path:
            return False  # as most files are, and all are asked about
        folder = folder_of(path)
        if folder.rpartition("/")[2] != self._standard_name:
            return False
        return folder == self.standard or self._files.real_path(folder) == self._files.real_path(self.standard)

    def conflict(self, ref: ModuleRef) -> Diagnostic | None:
        """The error that two different files claim this reference, always the same whoever imports it."""
        paths = self.find(ref)
        return conflict(ref, [self.heading(path) for path in paths], self.standard) if len(paths) > 1 else None

    def heading(self, path: str) -> Heading:
        """The text and header of a file that the index holds."""
        heading = self._sources.heading(path)
        assert isinstance(heading, Heading), "the index holds readable files only"
        return heading

    def _called(self, ref: ModuleRef, paths: tuple[str, ...]) -> str | None:
        wanted = ref.last_part.casefold()
        return next((path for path in paths if _plain_name(path).casefold() == wanted), None)

    def _search(self) -> Contents:
        files: dict[ModuleRef, list[str]] = {}
        scripts: list[str] = []
        broken: list[str] = []
        read: list[str] = []
        for path in self._paths():
            heading = self._sources.heading(path)
            if not isinstance(heading, Heading):
                continue
            read.append(path)
            if heading.ref is not None:
                files.setdefault(heading.ref, []).append(path)
            else:
                (scripts if claim(heading) is None else broken).append(path)
        distinct = {ref: distinct_files(paths, self._files) for ref, paths in files.items()}
        return Contents(distinct, _by_title(distinct), tuple(scripts), tuple(broken), tuple(read))

    def _paths(self) -> tuple[str, ...]:
        places = (*self.roots, *self.extra, *((self.standard,) if self.standard is not None else ()))
        found: dict[str, None] = {}
        for place in places:
            if place.endswith(SUFFIX) and self._files.is_file(place):
                found[place] = None
            else:
                modules = self._walked.get(place) or walk(place, self._files).modules
                found.update(dict.fromkeys(modules))
        return tuple(found)


def _slips(ref: ModuleRef, before: str, text: str) -> int:
    """How many letters lie between a text and a reference, with author and registry where that is nearer."""
    forms = {str(ref)}
    if "." in text and len(text) > len(str(ref)):
        author = f"{ref.author}/{ref.name}:{ref.version}"
        forms |= {author, f"{ref.registry}/{author}"}
    return min(distance(before + form, text, _MOST_SLIPS) for form in forms)


def _near_titles(ref: ModuleRef, refs: Mapping[str, tuple[ModuleRef, ...]]) -> tuple[str, ...]:
    """Titles of other modules that look like one, else those that end alike; at most three."""
    ending = (title for title, versions in refs.items() if versions[0].last_part == ref.last_part)
    return near(ref.title, refs) or tuple(sorted(ending)[:3])


def distinct_files(paths: list[str], files: Files) -> tuple[str, ...]:
    """Paths of different files only: a file found by two ways, through a link perhaps, is one."""
    if len(paths) == 1:
        return tuple(paths)
    by_file: dict[str, str] = {}
    for path in paths:
        by_file.setdefault(files.real_path(path), path)
    return tuple(by_file.values())


def conflict(ref: ModuleRef, headings: list[Heading], standard: str | None) -> Diagnostic:
    """The error that several files, two at least, claim one reference; it stands in the first that is not standard."""

    def place(heading: Heading) -> tuple[bool, str]:
        return folder_of(heading.source.path) == standard, heading.source.path

    first, second, *rest = sorted(headings, key=place)
    related = [Label(second.span, f"the other `{ref}`", Role.DECLARATION)]
    related += [Label(heading.span, "and another", Role.DECLARATION) for heading in rest]
    return codes.DUPLICATE_MODULE.at(
        first.span,
        titled("`{}` is in two places: `{}` and `{}`", str(ref), first.source.path, second.source.path),
        "claimed here",
        related=tuple(related),
    )


def _by_title(files: dict[ModuleRef, tuple[str, ...]]) -> dict[str, tuple[ModuleRef, ...]]:
    refs: dict[str, list[ModuleRef]] = {}
    for ref in files:
        refs.setdefault(ref.title, []).append(ref)
    return {title: tuple(sorted(versions, reverse=True)) for title, versions in refs.items()}


def _plain_name(path: str) -> str:
    """What a file is called, without folder and ending; a ``module.nml`` is called like its folder."""
    name = path.rpartition("/")[2]
    if name == MODULE_FILE:
        name = folder_of(path).rpartition("/")[2]
    return name.removesuffix(SUFFIX)
