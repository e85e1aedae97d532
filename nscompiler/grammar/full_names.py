"""Names with a whole module before the dot, ``Q.A.f``, where its alias belongs: read with that, and told of once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.wording import ONE_DOT
from nscompiler.records import Record
from nscompiler.source import SourceFile

#: How many further places are pointed to.
_MOST_PLACES = 8
_NO_USE = frozenset(("import", "module", "as", "from", "/", ".", "@"))


class FullName(Record):
    """A module's name before a dot: its tokens from ``first`` to before ``until``, itself, and what is wanted of it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "module", "name")
    __slots__ = __match_args__

    def __init__(self, first: int, until: int, module: str, name: str) -> None:
        self.first = first
        self.until = until
        self.module = module
        self.name = name


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
        is_use = end >= at + 4 and (at == 0 or texts[at - 1] not in _NO_USE) and texts[end].isidentifier()
        if is_use and (module in known or texts[at] not in aliases):
            yield FullName(at, end - 1, module, texts[end])
        at = max(end, at + 1)


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
