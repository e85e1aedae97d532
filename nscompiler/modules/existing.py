"""Which modules that there are a faulty reference may mean: ``Shop.Or#ers:1.0.0``, ``Shop.Orders:^1.0``."""

import re

from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.meant import meant
from nscompiler.modules.not_found import MOST_COMPARED, declared
from nscompiler.modules.reference import ModuleRef, ReferenceFault, parse_reference
from nscompiler.patterns import Pattern

_VERSION = Pattern(r"(?P<path>[\w./]+?)(?:[:@]|==?|(?=[\^~<>=!]))(?P<sign>[\^~<>=!]*+)[vV]?(?P<rest>[^:@]*+)")


def existing(text: str, index: ModuleIndex, used: frozenset[str], before: str = "") -> tuple[ModuleRef, ...]:
    """The modules that a faulty reference may mean, those first that declare what is ``used``; at most three. What is
    written ``before`` the reference is part of the text, with the slip in it perhaps.
    """
    readings = (meant(text), meant(text.replace("/", ".")), meant(text.rpartition("/")[2]))
    found = next((one for one in readings if one is not None and index.versions(one.ref)), None)
    versions: tuple[ModuleRef, ...]
    if found is not None and found.has_version and found.ref in index.versions(found.ref):
        versions = (found.ref,)
    else:
        versions = index.spelt_like(text, before) or (
            index.versions(found.ref) if found else _versions_meant(text, index)
        )
    versions = versions or _of_last_part(text, index)
    whole = tuple(each for each in versions[:MOST_COMPARED] if not used - declared(each, index))
    return (whole or versions)[:3]


def _of_last_part(text: str, index: ModuleIndex) -> tuple[ModuleRef, ...]:
    """The modules of which only the last part of the name is written, ``Models`` for ``Nlp.Models``."""
    ref = parse_reference(f"{text.partition(':')[0]}:0.0.0")
    if isinstance(ref, ReferenceFault) or "." in ref.name:
        return ()
    return tuple(one for one in index.near(ref) if one.last_part == ref.last_part)


def _versions_meant(text: str, index: ModuleIndex) -> tuple[ModuleRef, ...]:
    """The versions of the module that a faulty reference names; those that fit what it says of one first, else the
    newest first."""
    match = _VERSION.fullmatch("".join(text.split()))
    path, sign, rest = match.group("path", "sign", "rest") if match is not None else (text, "", "")
    ref = parse_reference(f"{path}:0.0.0")
    if isinstance(ref, ReferenceFault):
        return ()
    numbers = tuple(map(int, re.findall(r"(?a)\d{1,9}", rest)))
    numbers = (
        () if "<" in sign or ">" in sign else numbers[:1] if sign == "^" else numbers[:2] if sign == "~" else numbers
    )
    return tuple(sorted(index.versions(ref), key=lambda one: not _starts(one, numbers)))


def _starts(ref: ModuleRef, numbers: tuple[int, ...]) -> bool:
    version = ref.version
    return (version.major, version.minor, version.patch)[: len(numbers)] == numbers
