"""Names with a whole module before the dot, ``Q.A.f``, where its alias belongs: read with that, and told of once."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.wording import ONE_DOT, shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

#: How many further places are pointed to.
_MOST_PLACES = 8
_NO_USE = frozenset(("import", "module", "as", "from", "/", ".", "@"))


#: ``Q.A:0.1.0.f``, ``Q.A@0.1.0.f`` and ``Q.A:0.1.0::f``.
VERSIONED = Pattern(
    r"(?<![\w.])(?P<module>(?:[a-z][\w.]*+/){0,2}[A-Z]\w*+(?:\.[A-Z]\w*+)*+)[:@](?P<version>[0-9]++\.[0-9]++\.[0-9]++"
    r"(?:-SNAPSHOT(?:-[0-9a-f]++)?)?)(?:\.|::)(?=(?P<name>[^\W\d][\w']*+))"
)
_HEAD = Pattern(r"(?m)^[ \t]*+(?P<word>import|module)[ \t][^\n\r{]*+")


class FullName(Record):
    """A module's name before a dot: its tokens from ``first`` to before ``until``, itself, and what is wanted of it.

    One with its version has that in ``module``, and ``until`` is behind the dot.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "module", "name", "versioned")
    __slots__ = __match_args__

    def __init__(self, first: int, until: int, module: str, name: str, versioned: bool = False) -> None:
        self.first = first
        self.until = until
        self.module = module
        self.name = name
        self.versioned = versioned


def versioned_names(text: str, tokens: Tokens) -> Iterator[FullName]:
    """The names of modules with their versions before a dot, in order."""
    for found in VERSIONED.finditer(text):
        first = bisect_left(tokens.starts, found.start())
        until = bisect_left(tokens.starts, found.end())
        inside = first < len(tokens.starts) and tokens.starts[first] == found.start()
        if inside and tokens.starts[until] == found.end() and (first == 0 or tokens.texts[first - 1] not in _NO_USE):
            yield FullName(first, until, f"{found['module']}:{found['version']}", found["name"], versioned=True)


def full_names(tokens: Tokens, capital: int, known: Mapping[str, str], aliases: Sequence[str]) -> Iterator[FullName]:
    """The names of modules before a dot, in order: of those that are ``known``, and of others that begin as no alias
    does. ``capital`` is the kind of a word with a capital letter.
    """
    texts, kinds, at = tokens.texts, tokens.kinds, 0
    while at < len(texts) - 4:
        end = at
        while texts[end + 1] == "." and kinds[end] == capital and not tokens.gaps[end + 1] + tokens.gaps[end + 2]:
            end += 2
            if end >= len(texts) - 2:
                break
        module = "".join(texts[at : end - 1])
        if end >= at + 4 and texts[end].isidentifier() and (module in known or texts[at] not in aliases):
            first = _author(tokens, at)
            if first == 0 or texts[first - 1] not in _NO_USE:
                yield FullName(first, end - 1, module, texts[end])
        at = max(end, at + 1)


def _author(tokens: Tokens, at: int) -> int:
    """Where the author and the registry before the name of a module start, ``acme/Q.A``; its own place without."""
    texts = tokens.texts
    while (
        at >= 2 and texts[at - 1] == "/" and texts[at - 2][:1].islower() and not tokens.gaps[at] + tokens.gaps[at - 1]
    ):
        at -= 2
    return at


def told_versioned(
    source: SourceFile, tokens: Tokens, names: Sequence[FullName], alias: str, imported: bool
) -> Diagnostic:
    """What is wrong with uses of one module by its full name and version; ``alias`` is to stand there."""
    places = [source.span(tokens.starts[one.first], tokens.ends[one.until - 1]) for one in names]
    module = names[0].module
    edits = [Edit(place, f"{alias}.") for place in places]
    right = f"`{alias}.{names[0].name}`"
    what = f"Write {right}"
    if not imported:
        edits.insert(0, _import(source, module, alias))
        what = f"Import {shown(module)} and write {right}"
    related = tuple(Label(place, "and here", Role.NOTE) for place in places[1 : _MOST_PLACES + 1])
    fix = Fix(what, tuple(edits), Applicability.MAYBE_INCORRECT)
    title = "The version of a module stands in its import, not where it is used"
    label = f"its alias is `{alias}`" if imported else ""
    return codes.UNEXPECTED.at(places[0], title, label, related=related, fixes=(fix,))


def _import(source: SourceFile, module: str, alias: str) -> Edit:
    """The import of a module, behind the others."""
    own = module.partition(":")[0].rpartition("/")[2].rpartition(".")[2] == alias
    written = f"import {module}" if own else f"import {module} as {alias}"
    last = max(_HEAD.finditer(source.text), key=lambda found: found.end(), default=None)
    if last is not None:
        at = len(source.text[: last.end()].rstrip())
        return Edit(source.span(at, at), f"\n{written}" if last["word"] == "import" else f"\n\n{written}")
    shebang = source.text.find("\n") + 1 if source.text.startswith("#!") else 0
    return Edit(source.span(shebang, shebang), f"{written}\n")


def told_once(source: SourceFile, tokens: Tokens, names: Sequence[FullName], alias: str) -> Diagnostic:
    """What is wrong with uses of one module by its full name; ``alias`` is that of its import, empty without one."""
    places = [source.span(tokens.starts[one.first], tokens.ends[one.until - 1]) for one in names]
    first, module = names[0], names[0].module
    related = tuple(Label(place, "and here", Role.NOTE) for place in places[1 : _MOST_PLACES + 1])
    right = f"`{alias or module.rpartition('.')[2]}.{first.name}`"
    if not alias:
        return codes.UNEXPECTED.at(places[0], ONE_DOT, f"import `{module}` and write {right}", related=related)
    edits = tuple(Edit(place, alias) for place in places)
    fix = Fix(f"Write {right}", edits, Applicability.MAYBE_INCORRECT)
    return codes.UNEXPECTED.at(places[0], ONE_DOT, f"its alias is `{alias}`", related=related, fixes=(fix,))
