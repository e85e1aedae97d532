"""A session: a script that grows cell by cell.

Its text stands for a script file in a folder, so that modules are found as from a file there, and is checked like
one: what a session says of its cells is what ``nsc check`` says of the script. A definition replaces an earlier one
of its name. What used that and no longer checks is set aside, and taken up again as soon as it does; a cell that has
errors itself changes nothing.
"""

import os
from collections.abc import Iterable, Mapping, Sequence

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles, Files
from nscompiler.flow.model import Graph
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.modules.reading import read_source
from nscompiler.modules.tree import MODULE_FILE
from nscompiler.pipeline.named import MAIN
from nscompiler.records import replace
from nscompiler.source import SourceFile
from nscompiler.state import State
from nscompiler.tools.repl.items import EXPRESSION, FUNCTION, IMPORT, TYPE, Item, items_of
from nscompiler.tools.repl.literal_input import has_literal_input
from nscompiler.tools.repl.placing import in_cells
from nscompiler.tools.repl.reply import CellsAndFiles, Defined, Evaluated, Reply, refused
from nscompiler.tools.repl.script import Script
from nscompiler.tools.repl.signatures import function_type, type_body
from nscompiler.tools.workspace import Workspace
from nscompiler.typecheck.params import POLICY, readers_of, takes_openly, takes_policy

#: What a session cannot know before it is over.
UNUSED = frozenset(("unused-import", "unused-type", "unused-definition"))
NAME = "session"


@attrs.frozen(slots=True, eq=False)
class Trial:
    """Items checked together. ``blamed`` are those that had to be left out, each with its errors; ``faults`` are errors
    for which the new ones have to answer."""

    script: Script
    state: State
    blamed: tuple[tuple[Item, tuple[Diagnostic, ...]], ...]
    faults: tuple[Diagnostic, ...]


class Session:
    """What was said so far. ``folder`` is where the script lies that the session stands for; ``search`` are further
    folders to find modules in."""

    def __init__(self, folder: str, search: Sequence[str] = (), files: Files | None = None) -> None:
        self.folder = os.path.abspath(folder)
        self.search = tuple(search)
        self._here = os.path.join(os.getcwd(), "")
        self.files: Files = DiskFiles() if files is None else files
        self.parameters: dict[str, str] = {}
        self.options: dict[str, bool] = {"time": False, "types": False}
        self.cells: list[str] = []
        self._cell = "the command line"
        self.scripts: list[str] = []
        self.expression: Item | None = None
        self.last_problems: tuple[Diagnostic, ...] = ()
        self._items: tuple[Item, ...] = ()
        self._aside: tuple[Item, ...] = ()
        self._told: set[tuple[object, ...]] = set()
        self._age = 0
        self._stand_for(self._free_name())

    def _free_name(self) -> str:
        """A script's path in the folder that no file has, nor its Python code."""
        names = [NAME, *(f"{NAME}_{number}" for number in range(2, 1000))]
        paths = (os.path.join(self.folder, name) for name in names)
        taken = self.files.is_file
        return next(f"{path}.nml" for path in paths if not taken(f"{path}.nml") and not taken(f"{path}.py"))

    def _stand_for(self, path: str) -> None:
        self.path = path
        self._wide: Workspace | None = None
        self._age += 1
        self._workspace = Workspace((), self.search, self.files)
        self._script = Script(path, self._items)
        self._workspace.open(path, self._script.text)

    # --- what is there

    @property
    def state(self) -> State:
        """The program as of now, without an expression."""
        self._workspace.open(self.path, self._script.text)
        return self._workspace.state

    @property
    def items(self) -> tuple[Item, ...]:
        """What is in force, imports first."""
        return self._script.items

    @property
    def set_aside(self) -> tuple[Item, ...]:
        """What does not check at the moment."""
        return self._aside

    def whole(self) -> Script:
        """Everything that was said, the last expression and what is set aside too: what is saved."""
        last = () if self.expression is None else (self.expression,)
        return Script(self.path, (*self._items, *self._aside, *last))

    def with_cell(self, text: str, offset: int) -> tuple[Script, int]:
        """The session's script as if a cell, which need not be complete, stood at its end; and how far behind its
        offset in the cell a place near ``offset`` is there."""
        source = SourceFile("", text)
        parsed = parse(source).module
        keys = {item.key for item in items_of(parsed)}
        kept = [item for item in self._items if item.key not in keys]
        # Imports that the cell begins with stand before what the session declares.
        cut = parsed.imports[-1].end if parsed.imports else 0
        whole = text.lstrip().startswith(IMPORT) and not text[cut:].strip()
        head = Item(IMPORT, "", text if whole else text[:cut], source, 0)
        tail = Item(EXPRESSION, "", "" if whole else text[cut:], source, cut)
        script = Script(self.path, [*kept, *(item for item in (head, tail) if item.text)])
        item = head if head.text and (whole or offset <= cut) else tail
        return script, (script.offset_of(item) if item.text else len(script.text)) - item.start

    def probe(self, script: Script) -> State:
        """The program as it would be with another script; the session stays as it is."""
        return self._with(script)

    @property
    def has_read_all(self) -> bool:
        """Whether the modules of the folder are read as they now are, those too that nothing imports."""
        return self._wide is not None

    def read_all(self) -> None:
        """Read and check all modules of the folder, for whoever wants to know what could be imported. It takes some
        seconds for a thousand of them; another thread may do it while the session is used."""
        age = self._age
        wide = Workspace((self.folder,), self.search, self.files)
        wide.open(self.path, _never_blank(self._script.text))
        wide.state.exports.declaring(NAME)  # which reads what every module declares
        for _ in wide.state.checking():
            if age != self._age:
                break
        if age == self._age:
            self._wide = wide

    def among_all(self, script: Script) -> State:
        """The same together with every module of the folder, where they are read."""
        if self._wide is None:
            return self._with(script)
        self._wide.open(self.path, _never_blank(script.text))
        return self._wide.state

    def _with(self, script: Script) -> State:
        self._workspace.open(self.path, script.text)
        return self._workspace.state

    # --- what is new

    def begin(self, text: str, name: str | None = None) -> SourceFile:
        """Count a cell, whatever is in it; its text under the name that messages show for it."""
        for _ in self._workspace.state.types.tidying():
            pass
        self.cells.append(text)
        self._cell = name or f"cell {len(self.cells)}"
        return SourceFile(self._cell, text)

    def recover(self) -> None:
        """Check everything from scratch, after a check that was broken off."""
        self._stand_for(self.path)

    def enter(self, source: SourceFile) -> Reply:
        """Take in a cell of the language."""
        parsed = parse(source)
        if parsed.module.header is not None:
            return refused("a module cannot be written at the prompt", "`:load FILE` imports one from its file")
        if any(problem.is_error for problem in parsed.problems):
            return self._failed(parsed.problems, {source.path: source})
        return self._admitted(items_of(parsed.module))

    def look(self, source: SourceFile, start: int) -> Reply:
        """Evaluate the expression that stands in a cell from an offset on; nothing is added to the session."""
        blank = " " * start + source.text[start:]
        parsed = parse(SourceFile(source.path, blank))
        if any(problem.is_error for problem in parsed.problems):
            return self._failed(parsed.problems, {source.path: source})
        items = items_of(parsed.module)
        if [item.kind for item in items] != [EXPRESSION]:
            return refused("an expression is wanted here, and this is a declaration")
        return self._admitted([attrs.evolve(item, source=source) for item in items], keep=False)

    def _failed(self, problems: Sequence[Diagnostic], sources: Mapping[str, SourceFile], *notes: str) -> Reply:
        self.last_problems = tuple(problems)
        return Reply(failed=True, problems=tuple(problems), sources=sources, notes=notes)

    def _admitted(self, new: Sequence[Item], base: Sequence[Item] | None = None, *, keep: bool = True) -> Reply:
        if any(item.key == (FUNCTION, MAIN) for item in new):
            return refused(
                f"nothing here can be called `{MAIN}`, as each expression of a session is", "give it another name"
            )
        before = self._items if base is None else tuple(base)
        trial = self._try(new, before)
        earlier = {item.source.path: item.source for item in (*self._items, *self._aside)}
        texts = CellsAndFiles({**earlier, **trial.script.sources}, trial.state.sources)
        if trial.faults:
            return self._failed(trial.script.told(trial.faults), texts, *self._about_set_aside(trial.faults))
        value = self._evaluated(trial)
        if not keep:
            return Reply(value=value, sources=texts)
        reply = self._reply(trial, new, value, texts)
        self.expression = next((item for item in new if item.kind == EXPRESSION), self.expression)
        self._items = tuple(item for item in trial.script.items if item.kind != EXPRESSION)
        self._aside = tuple(item for item, _ in trial.blamed)
        self._script = Script(self.path, self._items)
        return reply

    def _try(self, new: Sequence[Item], base: Sequence[Item]) -> Trial:
        """Check items with what is there, leaving out what they break."""
        items = _merged(base, self._aside, new)
        fresh = {id(item) for item in new}
        blamed: list[tuple[Item, tuple[Diagnostic, ...]]] = []
        while True:
            script = Script(self.path, items)
            state = self._with(script)
            # A script without anything in it is an error of its own, which a session may have.
            errors = [problem for problem in state.problems if problem.is_error] if items else []
            by_item: dict[int, list[Diagnostic]] = {}
            for error in errors:
                by_item.setdefault(id(_guilty(error, script, state)), []).append(error)
            guilty = [item for item in items if id(item) in by_item and id(item) not in fresh]
            if not guilty:
                return Trial(script, state, tuple(blamed), tuple(errors))
            first = not blamed  # what does not check without these in turn is no fault of its own
            blamed += [(item, script.told(by_item[id(item)]) if first else ()) for item in guilty]
            items = [item for item in items if item not in guilty]

    def _about_set_aside(self, faults: Sequence[Diagnostic]) -> tuple[str, ...]:
        texts = " ".join(fault.title for fault in faults)
        names = [item.name for item in self._aside if f"`{item.name}`" in texts]
        return tuple(f"`{name}` is set aside since it does not check; `:list` shows it" for name in names)

    def _reply(
        self, trial: Trial, new: Sequence[Item], value: Evaluated | None, sources: Mapping[str, SourceFile]
    ) -> Reply:
        before, aside = ({item.key for item in items} for items in (self._items, self._aside))
        given = {item.key for item in new}
        lost = [(item, errors) for item, errors in trial.blamed if item.key not in aside]
        problems = (*(error for _, errors in lost for error in errors), *self._new_remarks(trial))
        self.last_problems = problems or self.last_problems
        back = [item for item in trial.script.items if item.key in aside - given]
        return Reply(
            failed=bool(lost),
            defined=tuple(self._defined(trial, item, item.key in before | aside) for item in new if _has_type(item)),
            imported=tuple(item.name for item in new if item.kind == IMPORT),
            set_aside=tuple(item.name for item, _ in lost),
            restored=tuple(item.name for item in back),
            problems=problems,
            sources=sources,
            value=value,
        )

    def _new_remarks(self, trial: Trial) -> Iterable[Diagnostic]:
        """Warnings and hints that were not told before."""
        for problem in trial.script.told(trial.state.problems):
            known = (problem.code.id, problem.title, problem.primary.span)
            if not problem.is_error and problem.code.name not in UNUSED and known not in self._told:
                self._told.add(known)
                yield problem

    def _defined(self, trial: Trial, item: Item, replaced: bool) -> Defined:
        checked = trial.state.file(self.path)
        assert checked is not None
        if item.kind == TYPE:
            shown = type_body(checked.interface.types[item.name], trial.state.types)
        else:
            shown = function_type(checked.interface.functions[item.name])
        return Defined(item.kind, item.name, shown, replaced)

    def _evaluated(self, trial: Trial) -> Evaluated | None:
        checked = trial.state.file(self.path)
        if checked is None or checked.main is None or checked.module.main is None:
            return None
        main = checked.main
        literal = main.kind == "source" and not main.scheme.variables
        runs = main.kind == "workflow" or (literal and has_literal_input(checked.module.main, checked, trial.state))
        return Evaluated(main, function_type(main), runs, trial.state, trial.script)

    # --- what is to run

    def graph(self, value: Evaluated) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
        """The flow graph that runs an expression: a workflow as it is, of anything else the results go to standard
        output as JSON, one a line. None together with what stands in the way."""
        if value.function.kind == "workflow":
            graph, problems = value.state.lower(self.path, value.function)
        else:
            graph, problems = value.state.lower_function(self.path, value.function)
            # What is written there ends by itself.
            graph = None if graph is None else attrs.evolve(graph, limit=None)
        placed = None if graph is None else in_cells(graph, value.script, self._here)
        return placed, value.script.told(problems)

    def drawn(self, value: Evaluated) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
        """The flow graph of a workflow to look at, for which no Python code need be there; or of what runs."""
        if value.runs and value.function.kind != "workflow":
            return self.graph(value)
        graph, problems = value.state.lower(self.path, value.function, runs=False)
        # A script's expression is called `main`, but not by whoever has just typed it.
        told = (replace(one, title=one.title.replace(f"`{MAIN}` is", "this is")) for one in problems)
        return graph, value.script.told(tuple(told))

    def arguments(self, value: Evaluated) -> list[str]:
        """What the program of an expression is started with: ``-p name=value`` for those of the session's parameters
        that it reads; and where its results are printed, nothing else is unless something is wrong."""
        row = value.function.parameters
        names = [
            name
            for name in self.parameters
            if name in readers_of(row) or takes_openly(row, name) or (name in POLICY and takes_policy(row, name))
        ]
        quiet = [] if value.function.kind == "workflow" else ["--quiet"]
        return [*quiet, *(word for name in names for word in ("-p", f"{name}={self.parameters[name]}"))]

    # --- files

    def load(self, path: str) -> Reply:
        """Import a module from its file, or go on with the declarations of a script."""
        source = self._read(path)
        if isinstance(source, Reply):
            return source
        parsed = parse(source)
        if any(problem.is_error for problem in parsed.problems):
            return self._failed(parsed.problems, {source.path: source})
        header = parsed.module.header
        return self._load_script(parsed.module) if header is None else self._load_module(source, header)

    def _read(self, path: str) -> SourceFile | Reply:
        path = os.path.normpath(os.path.join(self.folder, os.path.expanduser(path)))
        if self.files.is_folder(path):
            if not self.files.is_file(os.path.join(path, MODULE_FILE)):
                return refused(
                    f"{path} is no module's folder", f"it has no {MODULE_FILE}; `:load` wants one module or script"
                )
            path = os.path.join(path, MODULE_FILE)
        found = read_source(path, self.files)
        return found if isinstance(found, SourceFile) else self._failed((found,), {})

    def _load_module(self, source: SourceFile, header: syntax.Header) -> Reply:
        reference, before = header.reference.text, self.search
        if self.state.path_of(reference) is None:
            self.search = (*self.search, os.path.dirname(source.path))
            self._stand_for(self.path)
        text = SourceFile(self._cell, f"import {reference}")
        reply = attrs.evolve(self._admitted(items_of(parse(text).module)), text=text.text, form="code")
        if not reply.imported and self.search != before:
            self.search = before
            self._stand_for(self.path)
        return reply

    def _load_script(self, module: syntax.Module) -> Reply:
        path, before = module.source.path, self.path
        if path != before and any(isinstance(decl, syntax.FunDecl) for decl in module.declarations):
            if self._has_functions():
                note = "its `fun`s are implemented by one Python file, beside the script that was loaded first"
                return refused(f"the session already has functions of {self.path}", note)
            self._stand_for(path)
        reply = self._admitted([item for item in items_of(module) if item.kind != EXPRESSION])
        if reply.failed and not reply.set_aside and self.path != before:
            self._stand_for(before)
        elif path not in self.scripts:
            self.scripts.append(path)
        return reply

    def _has_functions(self) -> bool:
        checked = self.state.file(self.path)
        return checked is not None and any(isinstance(decl, syntax.FunDecl) for decl in checked.module.declarations)

    def reload(self) -> Reply:
        """Read modules and loaded scripts again from the disk."""
        new: list[Item] = []
        for path in self.scripts:
            source = self._read(path)
            if isinstance(source, Reply):
                return source
            parsed = parse(source)
            if any(problem.is_error for problem in parsed.problems):
                return self._failed(parsed.problems, {path: source})
            new += [item for item in items_of(parsed.module) if item.kind != EXPRESSION]
        self._stand_for(self.path)
        return self._admitted(new, [item for item in self._items if item.source.path not in self.scripts])


def _merged(base: Sequence[Item], aside: Sequence[Item], new: Sequence[Item]) -> list[Item]:
    """All items, a new one at the place of the one that it replaces."""
    replacing = {item.key: item for item in new}
    items = [replacing.pop(item.key, item) for item in base]
    held = {item.key for item in (*items, *new)}
    items += [item for item in aside if item.key not in held]
    placed = {id(item) for item in items}
    return [*items, *(item for item in new if id(item) not in placed)]


def _never_blank(text: str) -> str:
    """A script that is a file like others whatever is in it: one that becomes empty, or no longer is, has all that is
    known of the folder put together anew."""
    return text if text.strip() else f"{text}\n//"


def _has_type(item: Item) -> bool:
    return item.kind in (TYPE, FUNCTION)


def _guilty(error: Diagnostic, script: Script, state: State) -> Item | None:
    """The item that has an error, or the import through which a file comes that has it."""
    span = error.primary.span
    if span.path == script.path:
        return script.item_at(span.start)
    linked = state.linked(script.path)
    resolved = {} if linked is None else {one.alias: one.path for one in linked.imports.resolved}
    through = (item for item in script.items if item.kind == IMPORT and item.name in resolved)
    return next((item for item in through if span.path in state.closure(resolved[item.name])), None)
