"""The phases in order: from paths to problems, to flow graphs, to the files of a target.

A ``Compilation`` is one look at a set of files: each phase runs when its result is first asked for, once. Whatever is
wrong with a program is a diagnostic; an exception out of a phase is a bug of ours and becomes an ``InternalError``
that names the phase and the file.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.lints.marks import may_ignore
from nscompiler.lints.signs import is_suspicious
from nscompiler.modules.contents import REQUIREMENTS_FILE, is_plain_requirement, read_requirements
from nscompiler.modules.discovery import Discovery, discover
from nscompiler.modules.exports import Exports
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.modules.listing import resolve_parent, unlisted_modules
from nscompiler.modules.lock import Locked, changed_release
from nscompiler.modules.program import LinkedModule, Program, link
from nscompiler.modules.python_file import meant_for, python_file
from nscompiler.modules.reading import read_source
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.standard import standard_folder
from nscompiler.modules.tree import MODULE_FILE, folder_of, join
from nscompiler.pipeline.clash_signs import may_clash
from nscompiler.pipeline.named import named_functions, shown_reference, workflows
from nscompiler.pipeline.phase import phase
from nscompiler.pipeline.views import Modules, Scope, Texts
from nscompiler.source import SourceFile
from nscompiler.typecheck.check import check_module
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface, Interface
from nscompiler.types.types import Types
from nscompiler.version import __version__

if TYPE_CHECKING:
    from nscompiler.backends.base import Backend, Build, Emitted, Wheel
    from nscompiler.flow import program as flow
    from nscompiler.flow.model import Graph, Placement
    from nscompiler.lints.levels import Levels
    from nscompiler.modules.project import ModuleConfig
    from nscompiler.typecheck.service import Service

Lowered = tuple["Graph | None", tuple[Diagnostic, ...]]

_CLASHES = frozenset(
    (
        *("two-sinks-one-path", "sink-on-source-path", "two-sources-one-endpoint", "standard-input-read-twice"),
        *("never-whole", "standard-output-written-twice"),
    )
)


class Compilation:
    """One check of the files that some paths stand for, with everything that they import.

    ``search`` are further folders to find modules in, ``standard`` the folder of the standard library's modules (the
    installed one by default). ``types`` is a table that two compilations share whose types are to be compared.
    ``stays_here`` says that flow graphs name files by the paths that messages show, not as a build for elsewhere does.
    The results of all phases stay as they are: make another one for changed files.
    """

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        types: Types | None = None,
        *,
        stays_here: bool = False,
    ) -> None:
        self.files = files
        self.paths = tuple(paths)
        self.types = types or Types()
        self._search = tuple(search)
        self._standard = standard
        self._stays_here = stays_here
        self._parsed: dict[str, ParseResult | None] = {}
        self._checked: dict[str, Checked] = {}
        self._python: dict[str, SourceFile | Diagnostic | None] = {}
        self._load_problems: list[Diagnostic] = []
        self.has_requirements = False
        """Whether several modules say what Python packages they need, as far as that was looked into."""

    # --- the phases

    @cached_property
    def discovery(self) -> Discovery:
        """The files that the paths stand for, and where their imports are looked for."""
        with phase("looking for modules in", ", ".join(self.paths)):
            standard = standard_folder() if self._standard is None else self._standard
            return discover(self.paths, self.files, self._search, standard)

    def parsed(self, path: str) -> ParseResult | None:
        """The syntax of a file; None where it cannot be read."""
        if path not in self._parsed:
            self._parsed[path] = self._parse(path)
        return self._parsed[path]

    def _parse(self, path: str) -> ParseResult | None:
        source = self.discovery.sources.source(path)
        if not isinstance(source, SourceFile):
            self._load_problems.append(source)
            return None
        with phase("parsing", path):
            standard = self.discovery.index.is_standard(path)
            return _parse_standard(source.path, source.text) if standard else parse(source)

    def _syntax(self, path: str) -> syntax.Module | None:
        result = self.parsed(path)
        return None if result is None else result.module

    @cached_property
    def _linked(self) -> tuple[Program, tuple[Diagnostic, ...]]:
        with phase("resolving the imports of", ", ".join(self.paths)):
            return link(self.discovery.targets, self._syntax, self.discovery.index)

    @property
    def program(self) -> Program:
        """All files with their imports resolved, what is imported before what imports it."""
        return self._linked[0]

    @cached_property
    def checked(self) -> Mapping[str, Checked]:
        """Every file of the program, by path, checked in dependency order."""
        self._check_all()
        return {item.path: self._checked[item.path] for item in self.program.modules}

    def _check_all(self) -> None:
        for item in self.program.modules:
            self._check(item)

    @cached_property
    def _exports(self) -> Exports:
        return Exports(self.discovery.index)

    def _check(self, item: LinkedModule) -> Checked:
        held = self._checked.get(item.path)
        if held is None:
            with phase("checking", item.path):
                held = self._checked[item.path] = check_module(
                    item.module,
                    shown_reference(item),
                    self._imports_of(item),
                    self.types,
                    standard=self.discovery.index.is_standard(item.path),
                    elsewhere=self._exports,
                )
        return held

    def _imports_of(self, item: LinkedModule) -> Mapping[str, Interface | None]:
        """What the aliases of a file stand for."""
        return Scope(self, item)

    def interface(self, path: str) -> Interface | None:
        """What a file that was checked before exports."""
        held = self._checked.get(path)
        return None if held is None else held.interface

    def standard_interface(self, alias: str) -> Interface | None:
        """What a module of the standard library exports; it is read when a program first names it."""
        path = self._standard_paths[alias]
        held = self._checked.get(path)
        if held is None:
            program, _ = link((path,), self._syntax, self.discovery.index)
            held = self._check(program.modules[-1])
        return held.interface

    @cached_property
    def _standard_paths(self) -> Mapping[str, str]:
        return {alias: f"{self.discovery.index.standard}/{alias}.nml" for alias in RESERVED_ALIASES}

    # --- what was found

    @cached_property
    def problems(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong, by file and place.

        Of files that were not asked for but imported, only the errors.
        """
        found = self._problems_of_modules
        if not any(problem.is_error for problem in found):
            found = (*found, *self._clashes(), *self._separations())
        return ordered(self._weighed(found))

    @cached_property
    def _problems_of_modules(self) -> tuple[Diagnostic, ...]:
        found = list(self._common_problems)
        targets = frozenset(self.discovery.targets)
        self._check_all()
        for item in self.program.modules:
            own = self._problems_of(item, item.path in targets)
            found += own if item.path in targets else (problem for problem in own if problem.is_error)
        return (*found, *self._load_problems)

    @cached_property
    def _common_problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files together: where they are, their imports, project files and releases."""
        # Of two that say the same the first is kept: with all files at hand more is known of what was meant.
        known = *self._linked[1], *self.discovery.problems
        return (*known, *self._project_problems(), *self._changed_releases())

    def _problems_of(self, item: LinkedModule, asked_for: bool) -> Iterable[Diagnostic]:
        """What is wrong with one file; lints only where it was asked for."""
        parsed = self._parsed[item.path]
        own: Sequence[Diagnostic] = (
            *(() if parsed is None else parsed.problems),
            *self._checked[item.path].problems,
        )
        lints = self._lints(item, own) if asked_for else ()
        python: Sequence[Diagnostic] = self._python_problems(item.path)
        if own and python:
            from nscompiler.typecheck.sources_meant import sources_meant

            own, python = sources_meant(self._checked[item.path].module, own, python)
        return (*own, *python, *lints)

    def _lints(self, item: LinkedModule, own: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
        """The lints of a file without errors; most files show no sign of any."""
        checked = self._checked[item.path]
        if any(problem.is_error for problem in own) or not is_suspicious(checked, item):
            return ()
        from nscompiler.lints.module import lint

        with phase("looking for lints in", item.path):
            modules = Modules(checked, self._modules)
            return tuple(lint(checked, item, modules, self._service, self.discovery.index.is_standard))

    @cached_property
    def _modules(self) -> Mapping[str, Checked]:
        """All that was checked, by reference."""
        return {checked.reference: checked for checked in self._checked.values()}

    def _weighed(self, found: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
        """The problems that comments do not ignore, at the levels that projects set."""
        parsed = (self._parsed.get(path) for path in self.discovery.targets)
        modules = [one.module for one in parsed if one is not None and self._may_ignore(one.module.source)]
        python = [read for read in self._python.values() if isinstance(read, SourceFile) and self._may_ignore(read)]
        if not modules and not python and all(problem.is_error for problem in found):
            return found
        from nscompiler.lints.weigh import weigh

        with phase("weighing the problems of", ", ".join(self.paths)):
            return weigh(found, modules, python, self._levels.of)

    def _may_ignore(self, source: SourceFile) -> bool:
        """Whether the comments of a file have to be looked at."""
        return may_ignore(source.text)

    @cached_property
    def _levels(self) -> "Levels":
        """The levels of lints."""
        from nscompiler.lints.levels import Levels

        return Levels(self.discovery, self.files)

    def _clashes(self) -> Iterator[Diagnostic]:
        """Files and endpoints that two nodes of one workflow would share: they show only where it is laid out whole."""
        if self._may_clash:
            for path in self.targets:
                yield from self._clashes_in(path)

    @cached_property
    def _may_clash(self) -> bool:
        return may_clash(item.module.source.text for item in self.program.modules)

    def _clashes_in(self, path: str) -> Iterator[Diagnostic]:
        for workflow in workflows(self.checked[path]):
            if workflow.declared == "def":
                problems = self.lower(path, workflow, runs=False)[1]
                yield from (problem for problem in problems if problem.code.name in _CLASHES)

    def _separations(self) -> Iterator[Diagnostic]:
        """Modules that have a process of their own in what is built from a file; laid out only where two modules at
        all exclude each other."""
        required = self._required.values()
        self.has_requirements = len(required) > 1
        if not self.has_requirements:
            return
        from nscompiler.flow.checks import separations
        from nscompiler.flow.passes.place import place_together
        from nscompiler.flow.requirements import disputed

        for checked in self.selected if disputed(required) else ():
            path = checked.module.source.path
            graphs = [self.lower(path, workflow)[0] for workflow in workflows(checked)]
            placed = place_together(graph for graph in graphs if graph is not None)
            yield from separations(placed, self._flow_program(path).places())

    @cached_property
    def _required(self) -> Mapping[str, tuple[str, ...]]:
        """What modules require of pip, by folder, where they require anything."""
        paths = (item.path for item in self.program.modules)
        folders = {folder_of(path) for path in paths if path.rpartition("/")[2] == MODULE_FILE}
        return {folder: lines for folder in sorted(folders) if (lines := read_requirements(folder, self.files))}

    def _malformed_requirements(self) -> Iterator[Diagnostic]:
        odd = [folder for folder, lines in self._required.items() if not all(map(is_plain_requirement, lines))]
        for folder in odd:
            source = read_source(join(folder, REQUIREMENTS_FILE), self.files)
            if isinstance(source, SourceFile):
                from nscompiler.modules.requirements import malformed  # and with it the library that pip reads it with

                yield from malformed(source)

    def _project_problems(self) -> Iterator[Diagnostic]:
        yield from self._malformed_requirements()
        for project in self.discovery.projects.values():
            with phase("comparing with", project.source.path):
                yield from unlisted_modules(project, self.program)
        for config in self.discovery.configs.values():
            with phase("looking for the parent in", config.source.path):
                yield from resolve_parent(config, self.discovery.index)[1]

    def _changed_releases(self) -> Iterator[Diagnostic]:
        """Releases that differ from what was built under their version, as the locks of the projects have it."""
        for given in self.discovery.given:
            lock = self.discovery.locks.get(given.root)
            if lock is not None:
                releases = self.releases(given.targets)
                for item in self.program.modules:
                    if item.ref in releases and item.module.header is not None and item.path in given.targets:
                        span = item.span(item.module.header.reference)
                        changed = changed_release(item.ref, releases[item.ref], lock, span)
                        yield from () if changed is None else (changed,)

    def releases(self, paths: Iterable[str]) -> dict[ModuleRef, Locked]:
        """The hashes of those files that are released modules, as a project's lock keeps them; of a module that cannot
        be read as a whole there are none."""
        from nscompiler.flow.module_files import UnreadableContents, module_files

        wanted = frozenset(paths)
        found: dict[ModuleRef, Locked] = {}
        for item in self.program.modules:
            if item.path in wanted and item.ref is not None and item.ref.version.is_release:
                with phase("hashing", item.path), suppress(UnreadableContents):
                    content = module_files(item.path, self.files).content_hash
                    found[item.ref] = Locked(self.checked[item.path].interface.hash, content)
        return found

    @property
    def has_errors(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.is_error for problem in self.problems)

    @cached_property
    def sources(self) -> Texts:
        """The text of any file that a problem points into."""
        return Texts(self._parsed, self.files)

    @property
    def selected(self) -> tuple[Checked, ...]:
        """The files asked for that could be read, in the order asked for."""
        return tuple(self.checked[path] for path in self.discovery.targets if path in self.checked)

    @property
    def targets(self) -> tuple[str, ...]:
        """The paths of the files asked for that could be read."""
        paths = {item.path for item in self.program.modules}
        return tuple(path for path in self.discovery.targets if path in paths)

    @property
    def module_count(self) -> int:
        """How many of the files asked for are modules; the others are scripts."""
        modules = {item.path for item in self.program.modules if item.module.header is not None}
        return sum(path in modules for path in self.discovery.targets)

    def _python_problems(self, path: str) -> tuple[Diagnostic, ...]:
        checked = self._checked[path]
        if not any(isinstance(decl, syntax.FunDecl) for decl in checked.module.declarations):
            return ()
        source = self._python_source(path)
        if source is None and (meant := meant_for(path, self.files)) is not None:
            from nscompiler.typecheck.python_class import not_read

            return (not_read(checked.module, python_file(path), meant),)
        if not isinstance(source, SourceFile):
            return () if source is None else (source,)
        from nscompiler.typecheck.python_class import check_python  # Python's own parser: most checks do without

        with phase("reading", source.path):
            return check_python(checked, source)

    def _python_source(self, path: str) -> SourceFile | Diagnostic | None:
        """The text of the Python file beside a file, or why it cannot be read; None where there is none."""
        python = python_file(path)
        if python not in self._python:
            self._python[python] = read_source(python, self.files) if self.files.is_file(python) else None
        return self._python[python]

    def _service(self, checked: Checked) -> "Service | None":
        """What the Python code of a file says; None where there is none."""
        source = self._python_source(checked.module.source.path)
        if not isinstance(source, SourceFile):
            return None
        from nscompiler.typecheck.service import read_service

        return read_service(source.text)

    def not_a_workflow(self, path: str, function: FunctionInterface) -> Diagnostic:
        """Why a function of a file cannot be started."""
        from nscompiler.flow.lower import python_workflow
        from nscompiler.typecheck.starting import partial_started

        if function.kind == "workflow":  # whatever else is one can be started
            return python_workflow(function, function.span)
        item = next(item for item in self.program.modules if item.path == path)
        functions = named_functions(self.checked[path])
        return partial_started(function, functions, Scope(self, item), self.types, item.module)

    # --- what comes after a check without errors

    def lower(self, path: str, target: FunctionInterface, *, runs: bool = True) -> Lowered:
        """The flow graph of a workflow of a file, after all passes; None together with what stands in the way.

        Where it is not to run but to answer questions (``runs`` is false), its functions need no Python code yet.
        """
        from nscompiler.flow.lower import lower

        if target.kind != "workflow":
            return None, (self.not_a_workflow(path, target),)
        return self._lowered(path, target, lambda program: lower(target, program, runs=runs))

    def lower_function(self, path: str, target: FunctionInterface, value: object = None) -> Lowered:
        """The flow graph that sends one JSON value through a function of a file and its results to standard output."""
        from nscompiler.flow.lower import lower_function

        return self._lowered(path, target, lambda program: lower_function(target, program, value))

    def _lowered(self, path: str, target: FunctionInterface, lowering: Callable[["flow.Program"], Lowered]) -> Lowered:
        from nscompiler.flow.module_files import UnreadableContents
        from nscompiler.flow.passes import run_passes

        assert self.is_sound(path), "only a program without errors is lowered"
        with phase("lowering", path):
            try:
                graph, problems = lowering(self._flow_program(path))
            except UnreadableContents as error:
                return None, (error.problem,)
            return (None if graph is None else run_passes(graph)), problems

    def build(
        self,
        path: str,
        graphs: Sequence["Graph"],
        target: str,
        *,
        default: str | None = None,
        runtime: "Wheel | None" = None,
        settings: Mapping[str, str] | None = None,
        command: str = "",
    ) -> tuple["Emitted | None", tuple[Diagnostic, ...]]:
        """What a target emits for workflows of one file; None together with what the target cannot do.

        ``default`` is the workflow that starts when none is named, ``runtime`` what is put beside the files for
        machines without the runtime, ``settings`` what was chosen of the target's own, ``command`` what repeats the
        build. Raises LookupError where there is no such target.
        """
        import attrs

        backend, build = self._a_build(path, graphs, target)
        chosen = {**build.settings, **(settings or {})}
        build = attrs.evolve(build, default=default, runtime=runtime, settings=chosen, command=command)
        problems = self._unsupported(path, backend, build)
        if problems:
            return None, problems
        with phase(f"emitting {target} for", path):
            return backend.emit(build), ()

    def unsupported(self, path: str, graphs: Sequence["Graph"], target: str) -> tuple[Diagnostic, ...]:
        """What a target cannot do of workflows of one file. Raises LookupError where there is no such target."""
        return self._unsupported(path, *self._a_build(path, graphs, target))

    def _a_build(self, path: str, graphs: Sequence["Graph"], target: str) -> "tuple[Backend, Build]":
        """A build with nothing chosen for it."""
        from nscompiler import backends
        from nscompiler.backends.base import Build
        from nscompiler.flow.package import package_name
        from nscompiler.flow.passes.place import place_together

        backend = backends.find(target)
        if backend is None:
            raise LookupError(target)
        program = self._flow_program(path)
        checked = self.checked[path]
        return backend, Build(
            module=checked.reference,
            package=package_name(checked.reference, graphs),
            graphs=place_together(graphs),
            compiler=__version__,
            target=target,
            doc=None if checked.module.header is None else checked.module.header.doc,
            interfaces=tuple(
                (reference, program.files[reference].content_hash, own.interface.hash)
                for reference, own in sorted(program.modules.items())
                if not own.interface.standard
            ),
            placements=self._placements(path, program.modules),
            settings={own.name: own.default for own in backend.settings},
        )

    def _placements(self, path: str, references: Iterable[str]) -> "tuple[Placement, ...]":
        """What the project of a file says of where its modules run; that is asked of single modules of it too."""
        from nscompiler.flow.placements import placements, read_places

        root = next((given.root for given in self.discovery.given if path in given.targets), "")
        return placements(read_places(root, self.files), references)

    def _unsupported(self, path: str, backend: "Backend", build: "Build") -> tuple[Diagnostic, ...]:
        from nscompiler.diagnostics.codes.flow import UNSUPPORTED

        places = self._flow_program(path).places()
        return tuple(
            UNSUPPORTED.at(places.span(lack.origin), lack.title, notes=(lack.remedy,))
            for lack in backend.unsupported(build)
        )

    def flow_program(self, path: str) -> "flow.Program":
        """The modules that a file is made of, and how the places in them are named in its flow graphs."""
        return self._flow_program(path)

    def _standard_modules(self) -> list[Checked]:
        """The modules of the standard library that were read so far."""
        return [own for own in self._checked.values() if own.interface.standard]

    def _parent(self, config: "ModuleConfig") -> tuple[str, str] | None:
        """The framework that a module names as its parent, and its file; None without one that can be found."""
        path, _ = resolve_parent(config, self.discovery.index)
        return None if path is None or config.parent is None else (str(config.parent.value), path)

    def is_sound(self, path: str) -> bool:
        """Whether there is no error in a file and in all that it imports: then its workflows can be laid out."""
        return self._faulty.isdisjoint(self._behind(path))

    @cached_property
    def _faulty(self) -> frozenset[str]:
        """The files with errors; those of their Python files are errors too."""
        found = {problem.primary.span.path for problem in self._problems_of_modules if problem.is_error}
        return frozenset(item.path for item in self.program.modules if not found.isdisjoint(_own_files(item.path)))

    def _behind(self, path: str) -> set[str]:
        """A file and all that it imports, directly or not."""
        linked = {item.path: item for item in self.program.modules}
        needed, pending = {path}, [path]
        while pending:
            found = {resolved.path for resolved in linked[pending.pop()].imports.resolved} - needed
            needed |= found
            pending += found
        return needed

    def _flow_program(self, path: str) -> "flow.Program":
        """What lowering needs: a file, all that it imports, and the modules of the standard library in use."""
        from nscompiler.flow.module_files import LazyModuleFiles
        from nscompiler.flow.program import Program

        needed = self._behind(path)
        standard = {own.reference: own for own in self._standard_modules()}
        modules = {self.checked[one].reference: self.checked[one] for one in sorted(needed)}
        root = next((given.root for given in self.discovery.given if path in given.targets), "")
        paths = {name: own.module.source.path for name, own in modules.items()}
        files = LazyModuleFiles(paths, self.files, self._parent)
        return Program(
            types=self.types,
            modules={**standard, **modules},
            files=files,
            root=None if self._stays_here else root,
        )


def _own_files(path: str) -> tuple[str, ...]:
    return path, python_file(path)


@lru_cache(maxsize=32)
def _parse_standard(path: str, text: str) -> ParseResult:
    """The syntax of a file of the standard library, which the compilations of one process share."""
    return parse(SourceFile(path, text))
