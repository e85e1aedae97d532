"""Reading a file once more, as though its foreign imports were ours, and what they bring were written with an alias."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic, Edit
from nscompiler.grammar.aliases import RESERVED, given_aliases
from nscompiler.grammar.contexts import Context
from nscompiler.grammar.foreign_declarations import LIKELY, Declarations
from nscompiler.grammar.foreign_imports import ForeignImport, foreign_imports, told
from nscompiler.grammar.full_names import VERSIONED, FullName, full_names, told_once, told_versioned, versioned_names
from nscompiler.grammar.generics import Plain, generic_types
from nscompiler.grammar.head_lines import HeadLines
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.mistakes import SCALARS
from nscompiler.grammar.odd_texts import OddTexts
from nscompiler.grammar.place import MOST
from nscompiler.grammar.quoted_variables import QuotedVariables
from nscompiler.grammar.syntax import NAMELESS, BrokenDecl, Name
from nscompiler.grammar.tables import Tables
from nscompiler.source import SourceFile

Rewriting = Callable[[str], str]

_BUILT_IN = SCALARS | {"Map", "Vector", "Matrix", "Void"}


def read_again(
    source: SourceFile,
    first: Tokens,
    scan: Callable[[Rewriting], Tokens],
    tables: Tables,
    problems: Sequence[Diagnostic],
) -> "Reading | None":
    """The file read so, where one of its problems is about such an import, name or type; ``scan`` gives the tokens of
    its text after some rewriting.
    """
    text = source.text
    lines = foreign_imports(text, first.starts, problems)
    starts = frozenset(one.primary.span.start for one in problems)
    cased = any(one.code is codes.NAME_CASE for one in problems)
    likely = cased or LIKELY.search(text) is not None
    others = [one for one in problems if not any(line.start <= one.primary.span.start < line.end for line in lines)]
    heads = HeadLines(source, tables, others)
    variables = QuotedVariables(source, others)
    odd = OddTexts(source, first.starts, others)
    likely = likely or bool(lines or heads.problems or variables.problems or odd.problems)
    likely = likely or VERSIONED.search(text) is not None
    if not likely and not any(text[at : at + 1] in (".", "<", "[", "(") for at in starts):
        return None
    tokens = scan(lambda whole: odd.written(variables.written(whole)))
    heads.read(tokens)
    begun = Declarations(source, tokens, tables)
    plain = Plain(
        source, begun.tokens, tables, list(generic_types(begun.tokens, tables, starts.union(begun.parameters)))
    )
    tokens = plain.tokens
    given = given_aliases(text, (line.start for line in lines))
    known = {_last(reference): alias for alias, reference in given.items()}
    known |= {_last(line.reference): line.alias for line in lines if line.reference}
    known |= {line.called: line.alias for line in lines if "." in line.called}
    full = list(full_names(tokens, tables.kind["UNAME"], known, (*given, *(line.alias for line in lines))))
    versioned = list(versioned_names(text, tokens))
    imported = set(given.values())
    if not lines and not _is_told_of(full, tokens, starts):
        full = []
    if versioned and _is_told_of(versioned, tokens, starts):
        inside = {at for one in versioned for at in range(one.first, one.until)}
        full = [*versioned, *(one for one in full if one.first not in inside)]
        called = _aliases_of(versioned, given)
        known |= called
        imported |= {module for module, alias in called.items() if alias in given}
    told_already = [*heads.problems, *variables.problems, *odd.problems, *begun.problems]
    if not (lines or full or plain.edits or told_already):
        return None
    return Reading(source, plain, tables, lines, full, known, told_already, frozenset(imported))


def _is_told_of(names: Iterable[FullName], tokens: Tokens, starts: frozenset[int]) -> bool:
    return any(tokens.starts[each] in starts for one in names for each in range(one.first, one.until + 1))


def _aliases_of(names: Iterable[FullName], given: Mapping[str, str]) -> dict[str, str]:
    """The alias by which each module with its version is to be used: that of its import, else a free one."""
    aliases = {reference: alias for alias, reference in given.items()}
    found: dict[str, str] = {}
    taken = {*given, *RESERVED}
    for one in names:
        if one.module not in found:
            name = one.module.partition(":")[0].rpartition("/")[2]
            if name in given and one.module not in aliases:
                found[one.module] = name  # `Orders:1.0.0.f` of an import that is called so
                continue
            short = (name.rpartition(".")[2], name.replace(".", ""))
            free = next((alias for alias in short if alias not in taken), name)
            found[one.module] = aliases.get(one.module, free)
            taken.add(found[one.module])
    return found


def _last(reference: str) -> str:
    return reference.partition(":")[0].rpartition("/")[2]


class Reading:
    """The tokens of one file, read so: ``tokens``, and as ``broken`` declarations the imports of no known module."""

    def __init__(
        self,
        source: SourceFile,
        plain: Plain,
        tables: Tables,
        lines: Sequence[ForeignImport],
        full: Sequence[FullName],
        known: Mapping[str, str],
        told_already: Sequence[Diagnostic],
        imported: frozenset[str],
    ) -> None:
        self._imported = imported
        self._told_already = told_already
        self._edits: list[list[Edit]] = [[] for _ in lines]
        self.broken: list[BrokenDecl] = []
        self.tokens = Tokens()
        tokens = plain.tokens
        self._plain = plain
        self.tokens.unclosed, self.tokens.open_comments = tokens.unclosed, tokens.open_comments
        self._full = {one.first: one for one in full}
        self._known = known
        self._by_full_name: dict[str, list[FullName]] = {}
        self._source = source
        self._before = tokens
        self._kind = tables.kind
        self._lines = lines
        self._whole = [number for number, line in enumerate(lines) if line.whole]
        self._named = {name: number for number, line in enumerate(lines) for name in line.names}
        self._called = {line.called: number for number, line in enumerate(lines) if line.called}
        self._declared = frozenset(self._declarations())
        self._read()
        if len(self._whole) > 1:
            start = lines[self._whole[0]].start
            self.broken.append(BrokenDecl(start, start, "import", Name(start, start, NAMELESS)))

    def problems(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What is wrong with the imports, and what was found in the rest of the file."""
        lines = self._lines
        others = (one for one in found if not any(line.start <= one.primary.span.start < line.end for line in lines))
        problems = [told(self._source, line, edits) for line, edits in zip(lines, self._edits, strict=True)]
        problems += [*self._told_already, *self._plain.problems()]
        for module, names in islice(self._by_full_name.items(), MOST):
            alias = self._known.get(module, "")
            if names[0].versioned:
                imported = module in self._imported
                problems.append(told_versioned(self._source, self._before, names, alias, imported))
            else:
                problems.append(told_once(self._source, self._before, names, alias))
        problems = sorted([*problems, *others], key=lambda one: (one.primary.span.start, one.primary.span.end))
        return tuple(problems[:MOST])

    def _declarations(self) -> Iterator[str]:
        kinds, texts = self._before.kinds, self._before.texts
        declaring = (self._kind["TYPE"], self._kind["FUN"], self._kind["DEF"])
        for at in range(1, len(kinds)):
            if kinds[at - 1] in declaring:
                yield texts[at]

    def _read(self) -> None:
        tokens, context, at = self._before, Context(self._before, self._kind), 0
        for line in self._lines:
            at = self._copy_all(at, line.start, context)
            self._put_import(line, tokens.gaps[at])
            if not line.reference:
                name = Name(line.start, line.end, line.alias)
                self.broken.append(BrokenDecl(line.start, line.end, "import", name))
            for each in line.names:
                if each[:1].isupper() and each not in self._declared:  # several modules, perhaps, of one package
                    self.broken.append(BrokenDecl(line.start, line.end, "import", Name(line.start, line.end, each)))
            while tokens.starts[at] < line.end and at < len(tokens.kinds) - 1:
                at += 1
        self._copy_all(at, len(self._source.text) + 1, context)

    def _copy_all(self, at: int, stop: int, context: Context) -> int:
        """Copy the tokens that start before an offset; the one to go on at."""
        starts, count = self._before.starts, len(self._before.kinds)
        while at < count and starts[at] < stop:
            wanted, name = context.wanted(at), self._full.get(at)
            if name is None:
                self._copy(at, wanted)
                at += 1
                continue
            self._put_full_name(name)
            for at in range(name.first + 1, name.until):
                context.wanted(at)
            at = name.until
        return at

    def _put_full_name(self, name: FullName) -> None:
        tokens, alias = self._before, self._known.get(name.module, name.module)
        start, end = tokens.starts[name.first], tokens.ends[name.until - 1]
        number = self._called.get(name.module)
        if number is not None:
            self._edits[number].append(Edit(self._source.span(start, end), alias))
        elif name.module in self._by_full_name:
            self._by_full_name[name.module].append(name)
        else:
            self._by_full_name[name.module] = [name]
            if not name.versioned and name.module not in self._known:
                # Among the imports: in the middle of a script's expression it would end that.
                self.broken.append(BrokenDecl(0, 0, "import", Name(start, start, alias)))
        if name.versioned and name.module not in self._imported:
            alias = NAMELESS
        self.tokens.put(self._kind["UNAME"], alias, start, end, tokens.gaps[name.first])
        if name.versioned:
            self.tokens.put(self._kind["DOT"], ".", end, end, "")

    def _put_import(self, line: ForeignImport, gap: str) -> None:
        if not line.reference or line.again:
            return
        kind, match = self._kind, line.match
        start, end = match.start("name"), match.end("version")
        self.tokens.put(kind["IMPORT"], "import", line.start, line.start, gap)
        self.tokens.put(kind["REFERENCE"], line.reference, start, end, " ")
        self.tokens.put(kind["AS"], "as", line.end, line.end, " ")
        self.tokens.put(kind["UNAME"], line.alias, line.end, line.end, " ")

    def _copy(self, at: int, wanted: str) -> None:
        """Put a token as it is, or with what is to be written for it."""
        tokens = self._before
        kind, text, gap = tokens.kinds[at], tokens.texts[at], tokens.gaps[at]
        start, end = tokens.starts[at], tokens.ends[at]
        number = self._bringing(text, wanted)
        if number is not None:
            line = self._lines[number]
            there, place = line.names.get(text, text), self._source.span(start, end)
            if wanted == "module":
                kind, text = self._kind["UNAME"], line.alias
                self._edits[number] += [Edit(place, text)] if text != line.called else []
            else:
                self._edits[number].append(Edit(place, f"{line.alias}.{there}"))
                self._put_alias(line.alias, start, gap)
                text, gap = there, ""
        elif len(self._whole) > 1 and self._is_brought_whole(text, wanted):
            self._put_alias(NAMELESS, start, gap)
            gap = ""
        self.tokens.put(kind, text, start, end, gap)

    def _put_alias(self, alias: str, start: int, gap: str) -> None:
        self.tokens.put(self._kind["UNAME"], alias, start, start, gap)
        self.tokens.put(self._kind["DOT"], ".", start, start, "")

    def _bringing(self, text: str, wanted: str) -> int | None:
        """The import that brings what a token names; None for one that needs none."""
        if wanted == "module":
            return self._called.get(text)
        if wanted in ("function", "type") and text in self._named and text not in self._declared:
            return self._named[text]
        return self._whole[0] if len(self._whole) == 1 and self._is_brought_whole(text, wanted) else None

    def _is_brought_whole(self, text: str, wanted: str) -> bool:
        """Whether a name may come from an import that brings all that its module has."""
        if wanted not in ("function", "type") or text in self._declared or text in _BUILT_IN:
            return False
        return any(text not in self._lines[number].hidden for number in self._whole)
