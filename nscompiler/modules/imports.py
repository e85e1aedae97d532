"""Resolving a file's header and imports: which module each import means, under which alias."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator
from functools import cached_property
from itertools import chain, count
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.grammar.walk import walk
from nscompiler.modules.existing import existing
from nscompiler.modules.exports import names_used
from nscompiler.modules.file_imports import file_imports, module_of_file
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.meant import meant, repaired
from nscompiler.modules.members import Member, member, told
from nscompiler.modules.not_found import MOST_MENDED, Wanting, declared, no_module, not_found
from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.modules.tree import SUFFIX, folder_of
from nscompiler.modules.twins import meant_twin, twin_modules
from nscompiler.modules.wording import titled
from nscompiler.patterns import Pattern
from nscompiler.records import Record, replace
from nscompiler.source import Span

# A line with an import, or what is nearly one.
_CODE = Pattern(r"(?P<code>(?P<written>[^;\n\r]+?)(?:[ \t]+as[ \t]+(?P<alias>[^\s;]+))?)[ \t]*(?:;|//|\r|\n|$)")
RESERVED_ALIASES = ("Sources", "Sinks", "Conv", "Std")


class ResolvedImport(Record):
    """An import that means a module: ``path`` is its file."""

    __match_args__: ClassVar[tuple[str, ...]] = ("node", "ref", "alias", "path")
    __slots__ = __match_args__

    def __init__(self, node: syntax.Import, ref: ModuleRef, alias: str, path: str) -> None:
        self.node = node
        self.ref = ref
        self.alias = alias
        self.path = path


class Imports(Record):
    """A file's imports. ``poisoned`` are aliases that were written but mean nothing usable; no name behind one of them
    is to be reported as unknown. ``claimed`` are files that some of these mean and whose headers are wrong."""

    __match_args__: ClassVar[tuple[str, ...]] = ("resolved", "poisoned", "claimed")
    __slots__ = __match_args__

    def __init__(
        self,
        resolved: tuple[ResolvedImport, ...],
        poisoned: frozenset[str] = frozenset(),
        claimed: tuple[str, ...] = (),
    ) -> None:
        self.resolved = resolved
        self.poisoned = poisoned
        self.claimed = claimed


def resolve_header(module: syntax.Module, index: ModuleIndex) -> tuple[ModuleRef | None, tuple[Diagnostic, ...]]:
    """What a file is called: None for a script, and where the reference is wrong (then with the reason)."""
    if module.header is None:
        return None, ()
    node = module.header.reference
    ref = index.reference(node.text)
    if isinstance(ref, ReferenceFault):
        problem = faulty(ref, node.text, Span(module.source.path, node.start, node.end))
        fixes = (_with_imports(fix, node, index) for fix in problem.fixes)
        return None, (replace(problem, fixes=_as_imported(node, ref, module, index) or tuple(fixes)),)
    return ref, ()


def _as_imported(
    node: syntax.Reference, fault: ReferenceFault, module: syntax.Module, index: ModuleIndex
) -> tuple[Fix, ...]:
    """Fixes that write into a header what others import; none where the fault's own does that."""
    path = module.source.path
    wanted = [str(ref) for ref in index.wanted(path)]
    if fault.replacement is not None:
        mended = node.text[: fault.start] + fault.replacement + node.text[fault.end :]
        wanted = [] if mended in wanted else wanted
    span = Span(path, node.start, node.end)
    return tuple(Fix(f"write `{text}`", (Edit(span, text),), Applicability.MAYBE_INCORRECT) for text in wanted[:3])


def _with_imports(fix: Fix, node: syntax.Reference, index: ModuleIndex) -> Fix:
    """A fix of a header that mends the imports too that have the reference as the header has it."""
    lines = index.imports_of(node.text)[:MOST_MENDED]
    edits = tuple(
        Edit(
            Span(line.span.path, *(line.span.start + at - node.start for at in (edit.span.start, edit.span.end))),
            edit.text,
        )
        for line in lines
        for edit in fix.edits
    )
    return replace(fix, edits=(*fix.edits, *edits)) if edits else fix


def resolve_imports(
    module: syntax.Module, index: ModuleIndex, own: ModuleRef | None = None
) -> tuple[Imports, tuple[Diagnostic, ...]]:
    """Find what each import of a file means. ``own`` is the file's reference, None for a script.

    Nothing is searched on disk for a file without imports.
    """
    resolver = _Resolver(module, index, own)
    for node in module.imports:
        resolver.take(node)
    of_files = tuple(file_imports(module, index))
    if of_files:
        resolver.poisoned.add(syntax.NAMELESS)
    resolver.problems.extend(of_files)
    imports = Imports(tuple(resolver.resolved), frozenset(resolver.poisoned), tuple(resolver.claimed))
    return imports, tuple(resolver.problems)


class _Resolver:
    """The imports of one file, taken one after the other."""

    def __init__(self, module: syntax.Module, index: ModuleIndex, own: ModuleRef | None) -> None:
        self._module = module
        self._index = index
        self._own = own
        self._aliases: dict[str, syntax.Import] = {}
        self._names: dict[str, frozenset[str]] | None = None
        self._syntax: list[Diagnostic] | None = None
        self._starts: list[int] = []
        self.resolved: list[ResolvedImport] = []
        self.poisoned: set[str] = set()
        self.claimed: list[str] = []
        self.problems: list[Diagnostic] = []
        self._numbers: dict[str, int] = {}

    def take(self, node: syntax.Import) -> None:
        """Resolve one import. Its alias counts as given even where the module is not found."""
        ref = self._index.reference(node.reference.text)
        alias = alias_of(node)
        path = self._target(node, ref, alias)
        if not self._alias_is_free(node, alias, ref, path):
            if alias in self._aliases:
                # Of which of the two a name is meant to be cannot be said.
                self.poisoned.add(alias)
                self.resolved = [one for one in self.resolved if one.alias != alias]
            elif alias in RESERVED_ALIASES:
                self.poisoned.add(alias)  # the file means both by it
            return
        self._aliases[alias] = node
        if isinstance(ref, ModuleRef) and path is not None:
            self.resolved.append(ResolvedImport(node, ref, alias, path))
        else:
            self.poisoned.add(alias)

    def _target(self, node: syntax.Import, ref: ModuleRef | ReferenceFault, alias: str) -> str | None:
        """The file that an import means, or None after saying why there is none."""
        if isinstance(ref, ReferenceFault):
            self._take_faulty(node, ref, alias)
            return None
        if ref == self._own:
            self.problems.append(self._self_import(node, ref))
            return None
        paths = self._index.find(ref)
        if len(paths) == 1:
            return paths[0]
        if not paths and not self._index.complete and not self._index.versions(ref):
            return None  # it may be in a file that could not be read, of which another report tells
        claiming = None if paths else self._index.claiming(ref)
        if claiming is not None and claiming != self._module.source.path:
            self.claimed.append(claiming)
            return None
        told = None if paths else self._told(node)
        if told is not None:
            self._mend_told(node, told, alias)
        else:
            held = ref if paths else meant_twin(ref, self._used(alias), self._index)
            twins = None if held is None else twin_modules(held, self._index)
            self.problems.append(twins or self._not_found(node, ref, alias))
        return None

    def _take_faulty(self, node: syntax.Import, fault: ReferenceFault, alias: str) -> None:
        """Tell of an import whose reference is none, unless a header has it so, of which is told."""
        text, place = node.reference.text, self._reference_span(node)
        found = meant(text)
        if node.alias is None and found is not None:
            self.poisoned.add(found.ref.last_part)
        told = self._told(node)
        if told is not None:
            self._mend_told(node, told, alias)
            return
        one = member(text, self._index)
        if one is None:
            self._poison_any(alias)
        written_so = self._index.written_so(text)
        if written_so is not None:
            self.claimed.append(written_so)
        elif (
            text[:1].isupper() and default_alias(text)[:1].islower() and alias[:1].islower() and node.alias is not None
        ):
            pass  # an import of one function under another name: the parser has told of that
        elif text.endswith(SUFFIX):
            self.problems.append(self._of_file(node, faulty(fault, text, place)))
        else:
            fixes = tuple(
                Fix(f"import `{each}`", (Edit(place, str(each)),), Applicability.MAYBE_INCORRECT)
                for each in existing(text, self._index, self._used(alias))
            )
            if node.alias is None and alias[:1].islower():
                fixes = tuple(self._with_small_alias(fix, alias) for fix in fixes)
            script = None if fixes or found is None else self._index.script(found.ref)
            if script is not None and script != self._module.source.path:
                self.problems.append(no_module(place, script))
                return
            problem = faulty(fault, text, place)
            problem = replace(problem, fixes=fixes or problem.fixes)
            self.problems.append(problem if one is None else self._member(node, problem, one))

    def _told(self, node: syntax.Import) -> Diagnostic | None:
        """What the parser has told of an import's line: nothing else is then."""
        if self._syntax is None:
            errors = (one for one in parse(self._module.source).problems if one.is_error)
            self._syntax = sorted(errors, key=_start)
            self._starts = sorted(other.start for other in self._module.imports)
        text = self._module.source.text
        newline = text.find("\n", node.start)
        end = newline if newline >= 0 else len(text)
        following = bisect_right(self._starts, node.start)
        if following < len(self._starts):
            end = min(end, self._starts[following])
        at = bisect_left(self._syntax, node.start, key=_start)
        told = self._syntax[at] if at < len(self._syntax) else None
        return told if told is not None and _start(told) <= end else None

    def _mend_told(self, node: syntax.Import, told: Diagnostic, alias: str) -> None:
        """Tell the same again, with a fix that writes a module that there is: the parser knows of none."""
        self._poison_any(alias)
        text = self._module.source.text
        line = _CODE.match(text, node.start)
        if line is None or alias == syntax.NAMELESS:
            return
        written = line["written"]
        keyword = "" if written.startswith("import ") else "import "
        called = line["alias"] if node.alias is None else alias
        if called is not None and not called.isidentifier():
            return
        behind = "" if called is None else f" as {called}"
        place = Span(self._module.source.path, node.start, line.end("code"))
        reference = written.removeprefix("import ").lstrip()
        file = reference.strip("\"'`<> ")
        if file.endswith(SUFFIX):
            held = module_of_file(folder_of(self._module.source.path), file, self._index)
            refs = tuple(one for one in (held,) if one is not None and one != self._own)
        else:
            refs = existing(reference, self._index, self._used(alias), keyword)
        fixes = tuple(
            Fix(f"import `{ref}`", (Edit(place, f"import {ref}{behind}"),), Applicability.MAYBE_INCORRECT)
            for ref in refs
        )
        if fixes:
            self.problems.append(replace(told, fixes=fixes))

    def _poison_any(self, alias: str) -> None:
        """Of an import that means nothing, and whose alias is not used: what it was meant to be called is not known."""
        if not self._used(alias):
            self.poisoned.add(syntax.NAMELESS)

    def _with_small_alias(self, fix: Fix, alias: str) -> Fix:
        """A fix of ``import shop.orders`` that writes ``Orders.f`` for ``orders.f`` too."""
        right = default_alias(fix.edits[0].text)
        uses = (Edit(self._module.span(qualifier), right) for qualifier, _ in self._qualified(alias))
        return replace(fix, edits=(*fix.edits, *uses))

    def _not_found(self, node: syntax.Import, ref: ModuleRef, alias: str) -> Diagnostic:
        """The error for an import that means nothing. By which alias it was meant to be used is not known either, where
        that is the last part of a name which it misspells."""
        used = self._used(alias)
        if node.alias is None and not used:
            meant = [one.last_part for one in self._index.near(ref)]
            self.poisoned.update(meant)
            used = next((names for names in map(self._used, meant) if names), used)
        kept = alias if node.alias is None and self._used(alias) else ""
        problem = not_found(Wanting(ref, self._reference_span(node), used, kept, self._own), self._index)
        one = member(node.reference.text, self._index) if problem.code is codes.UNKNOWN_MODULE else None
        return problem if one is None else self._member(node, problem, one)

    def _of_file(self, node: syntax.Import, problem: Diagnostic) -> Diagnostic:
        """The error for an import that names a file, with the module of that."""
        place, text = self._reference_span(node), node.reference.text
        ref = module_of_file(folder_of(self._module.source.path), text, self._index)
        fixes: tuple[Fix, ...] = ()
        if ref is not None:
            fixes = (Fix(f"import `{ref}`", (Edit(place, str(ref)),), Applicability.MAYBE_INCORRECT),)
            self.poisoned.add(ref.last_part)
        title = "A module is imported by its name and version, not by its file"
        label = "expected a reference such as `Demo:1.0.0`"
        return replace(problem, title=title, primary=Label(place, label), fixes=fixes)

    def _member(self, node: syntax.Import, problem: Diagnostic, found: Member) -> Diagnostic:
        """What is said of an import that wants one declaration of a module, in the place of another error."""
        others = [other for other in self._module.imports if other is not node]
        refs = {alias_of(other): self._index.reference(other.reference.text) for other in others}
        aliases = {alias: ref if isinstance(ref, ModuleRef) else None for alias, ref in refs.items()}
        if found.modules[0].last_part not in aliases:
            self.poisoned.add(found.modules[0].last_part)
        return told(found, problem, self._module, node, aliases)

    def _used(self, alias: str) -> frozenset[str]:
        """The names that the file wants of the module behind an alias."""
        if self._names is None:
            self._names = names_used(self._module.source.text)
        return self._names.get(alias, frozenset())

    def _alias_is_free(
        self, node: syntax.Import, alias: str, ref: ModuleRef | ReferenceFault, path: str | None
    ) -> bool:
        if alias == syntax.NAMELESS:
            return True
        if alias in self._aliases:
            place = self._module.span(node.alias or node.reference)
            first = self._aliases[alias]
            related = (Label(self._module.span(first.alias or first.reference), "first given here", Role.IMPORT),)
            title = titled("the alias `{}` is given twice", alias)
            label = "" if node.alias is not None else f"without `as`, the alias is `{alias}`"
            fixes = self._other_alias(node, alias, ref, self._index.reference(first.reference.text))
            self.problems.append(codes.DUPLICATE_ALIAS.at(place, title, label, related=related, fixes=fixes))
            return False
        if alias in RESERVED_ALIASES and path is not None and not self._index.is_standard(path):
            place = self._module.span(node.alias or node.reference)
            title = titled("the alias `{}` belongs to the standard library", alias)
            fixes = self._other_alias(node, alias, ref, self._index.reference(f"{alias}:1.0.0"))
            self.problems.append(codes.RESERVED_ALIAS.at(place, title, "give it another with `as`", fixes=fixes))
            return False
        return True

    def _other_alias(
        self, node: syntax.Import, alias: str, ref: ModuleRef | ReferenceFault, holder: ModuleRef | ReferenceFault
    ) -> tuple[Fix, ...]:
        """A fix that writes another alias: the name's parts run together, else with a number; no import where the
        ``holder`` of the alias is the same module."""
        if ref == holder:
            return (Fix("remove the import", (Edit(self._whole_line(node), ""),), Applicability.MAYBE_INCORRECT),)
        whole = ref.name.replace(".", "") if isinstance(ref, ModuleRef) else alias
        taken = self._taken
        numbered = (f"{alias}{at}" for at in count(self._numbers.get(alias, 2)))
        wanted = self._wanting(ref, taken)
        self.poisoned.update(wanted)
        other = next(
            name for name in chain(wanted, (whole,), numbered) if name not in taken and name not in self._aliases
        )
        if other not in (*wanted, whole):
            self._numbers[alias] = int(other.removeprefix(alias))  # those before it are taken
        if node.alias is not None:
            edit = Edit(self._module.span(node.alias), other)
        else:
            edit = Edit(Span(self._module.source.path, node.reference.end, node.reference.end), f" as {other}")
        edits = (edit, *(Edit(self._module.span(use), other) for use in self._uses(alias, ref, holder)))
        return (Fix(f"call it `{other}`", edits, Applicability.MAYBE_INCORRECT),)

    @cached_property
    def _taken(self) -> frozenset[str]:
        """The aliases that no import may be given."""
        return frozenset((*RESERVED_ALIASES, *map(alias_of, self._module.imports)))

    def _wanting(self, ref: ModuleRef | ReferenceFault, taken: Container[str]) -> tuple[str, ...]:
        """The alias that the file uses without having it, where a module declares all that is used behind that."""
        self._used("")
        names = {} if self._names is None or isinstance(ref, ReferenceFault) else self._names
        own = declared(ref, self._index) if isinstance(ref, ModuleRef) and names else frozenset()
        found = tuple(alias for alias, used in names.items() if alias not in taken and used and used <= own)
        return found if len(found) == 1 else ()

    def _uses(
        self, alias: str, ref: ModuleRef | ReferenceFault, holder: ModuleRef | ReferenceFault
    ) -> Iterator[syntax.Name]:
        """Where an alias stands before a name that one module has and the other, which has the alias too, does not."""
        if isinstance(ref, ReferenceFault) or isinstance(holder, ReferenceFault):
            return
        own = declared(ref, self._index) - declared(holder, self._index)
        yield from (qualifier for qualifier, name in self._qualified(alias) if name.text in own)

    def _qualified(self, alias: str) -> Iterator[tuple[syntax.Name, syntax.Name]]:
        """Where an alias stands before a name, and that."""
        yield from self._by_alias.get(alias, ())

    @cached_property
    def _by_alias(self) -> dict[str, list[tuple[syntax.Name, syntax.Name]]]:
        """The names behind aliases, by the alias."""
        whole = self._module if self._module.declarations else parse(self._module.source).module
        found: dict[str, list[tuple[syntax.Name, syntax.Name]]] = {}
        for node in walk(whole):  # of the file perhaps only the head was read
            if isinstance(node, (syntax.Use, syntax.TypeName)) and node.qualifier is not None:
                found.setdefault(node.qualifier.text, []).append((node.qualifier, node.name))
        return found

    def _self_import(self, node: syntax.Import, ref: ModuleRef) -> Diagnostic:
        header = self._module.header
        related = (Label(self._module.span(header.reference), "this module", Role.DECLARATION),) if header else ()
        path = self._module.source.path
        uses = (Edit(Span(path, one.start, name.start), "") for one, name in self._qualified(alias_of(node)))
        fix = Fix("remove the import", (Edit(self._whole_line(node), ""), *uses), Applicability.MAYBE_INCORRECT)
        return codes.SELF_IMPORT.at(
            self._reference_span(node),
            titled("`{}` imports itself", str(ref)),
            "what a module declares is in scope in it anyway",
            related=related,
            fixes=(fix,),
        )

    def _reference_span(self, node: syntax.Import) -> Span:
        return self._module.span(node.reference)

    def _whole_line(self, node: syntax.Import) -> Span:
        """An import's place, with its line end where it stands alone on its line."""
        text = self._module.source.text
        start = text.rfind("\n", 0, node.start) + 1
        end = text.find("\n", node.end) + 1 or len(text)
        if (text[start : node.start] + text[node.end : end]).strip(" \t\r\n;"):
            return self._module.span(node)
        return Span(self._module.source.path, start, end)


def faulty(fault: ReferenceFault, text: str, span: Span) -> Diagnostic:
    """The error for what is no reference: with the fault's own fix, or the whole reference where that is not enough."""
    problem = fault.diagnostic(span.path, span.start)
    found = meant(text)
    if found is None or not found.has_version or repaired(text, fault):
        return problem
    fix = Fix(f"write `{found.ref}`", (Edit(span, str(found.ref)),), Applicability.MAYBE_INCORRECT)
    return replace(problem, fixes=(fix,))


def alias_of(node: syntax.Import) -> str:
    """The alias that an import gives."""
    return node.alias.text if node.alias is not None else default_alias(node.reference.text)


def default_alias(text: str) -> str:
    """The alias that a reference gives, even a faulty one."""
    return text.partition(":")[0].rpartition("/")[2].rpartition(".")[2]


def _start(problem: Diagnostic) -> int:
    return problem.primary.span.start
