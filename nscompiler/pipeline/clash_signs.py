"""Signs, in the texts of files, that two nodes of a workflow might share a file or an endpoint, or that a sink might
never be complete: only where there are some are workflows laid out to see.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from nscompiler.patterns import Pattern

_SHARED = Pattern(r"\b([Ss]ources|[Ss]inks)\s*\.\s*(?:jsonl|csv|parquet|arrow|http|stdin)\b")
_OF_FILES = Pattern(r"\b([Ss]ources|[Ss]inks)\s*\.\s*(?:jsonl|csv|parquet|arrow)\b")
_WHOLE_AT_END = Pattern(r"\b[Ss]inks\s*\.\s*(?:parquet|arrow|s3)\b")
_FILES = ("jsonl", "csv", "parquet", "arrow")


_READS, _WRITES, _BRANCHES, _SHARES, _COMPLETES = 1, 2, 4, 8, 16


def may_clash(texts: Iterable[str]) -> bool:
    """Whether it is worth laying the workflows of some files out to look for clashes."""
    texts = tuple(texts)
    branching = any("&" in text for text in texts)
    return clash(reduce(or_, (signs(text, branching) for text in texts), 0))


def signs(text: str, branching: bool = True) -> int:
    """The signs of a clash in one file, as bits that those of other files are joined to by ``|``.

    Where no flow is ``branching``, what branches might share is not looked for.
    """
    sides = {side.lower() for side in _OF_FILES.findall(text)} if any(name in text for name in _FILES) else ()
    found = (_READS if "sources" in sides else 0) | (_WRITES if "sinks" in sides else 0)
    found |= _COMPLETES if _may_complete(text) else 0
    return found | (_BRANCHES if "&" in text else 0) | (_SHARES if branching and _SHARED.search(text) else 0)


def clash(found: int) -> bool:
    """Whether signs are worth a closer look; most are not: a file must be both read and written, a flow branch, or a
    sink write what is good only once it is complete."""
    if found & _COMPLETES:
        return True
    return found & (_READS | _WRITES) == _READS | _WRITES or found & (_BRANCHES | _SHARES) == _BRANCHES | _SHARES


def _may_complete(text: str) -> bool:
    return ("parquet" in text or "arrow" in text or "s3" in text) and _WHOLE_AT_END.search(text) is not None


def clash_signs(text: str, shares: frozenset[str] | None = None) -> frozenset[str]:
    """What ``may_clash`` goes by: texts among which there are no other signs clash no more than before.

    ``shares`` is what is said of what branches might share, where that need not be looked for.
    """
    found = {side.lower() for side in _OF_FILES.findall(text)} if any(name in text for name in _FILES) else set()
    if "&" in text:
        found.add("&")
    if _may_complete(text):
        found.add("completes")
    if shares is not None:
        return shares | found
    if _SHARED.search(text):
        found.add("shared")
    return frozenset(found)
