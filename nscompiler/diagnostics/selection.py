"""Which codes somebody wants to hear of: ``--select`` and ``--ignore``."""

import re
from collections.abc import Iterable
from typing import ClassVar

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.suggest import near
from nscompiler.records import Record

_NUMBER = re.compile(r"(?:[A-Za-z]{0,3}[ -]?)?0*([0-9]{1,4})")
_ID = re.compile(r"[A-Za-z]{1,3}\d+")


class UnknownCode(LookupError):
    """A word is no code, no name of one and no prefix of one; ``near`` are the names that it may have meant. A number
    that is wrong is near to none: codes of neighbouring numbers have nothing to do with each other."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
        self.near = () if _ID.fullmatch(word) else near(word, (code.name for code in codes.all_codes()))


class Selection(Record):
    """The ids of codes to tell of; None are all. What is ignored is ignored even where it is selected."""

    __match_args__: ClassVar[tuple[str, ...]] = ("selected", "ignored")
    __slots__ = __match_args__

    def __init__(self, selected: frozenset[str] | None = None, ignored: frozenset[str] = frozenset()) -> None:
        self.selected = selected
        self.ignored = ignored

    def of(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Those that are wanted, in their order."""
        return tuple(item for item in diagnostics if self.wants(item.code.id))

    def wants(self, code_id: str) -> bool:
        """Whether a code is told of."""
        return code_id not in self.ignored and (self.selected is None or code_id in self.selected)


def matching(word: str) -> frozenset[str]:
    """The ids that an id, a name or a prefix (``NS03``) stands for. Raises UnknownCode where there are none."""
    found = codes.find(word)
    if found is not None:
        return frozenset((found.id,))
    prefix = word.strip().upper()
    if re.fullmatch(r"NS\d*", prefix):
        matched = frozenset(code.id for code in codes.all_codes() if code.id.startswith(prefix))
        if matched:
            return matched
    raise UnknownCode(word.strip())


def numbered(word: str) -> tuple[str, ...]:
    """The id whose number a word is, without the zeros or the letters before it: ``303``, ``NS303``."""
    match = _NUMBER.fullmatch(word.strip())
    found = None if match is None else codes.find(f"NS{int(match[1]):04}")
    return () if found is None else (found.id,)
