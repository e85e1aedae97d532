"""What a faulty module reference was probably meant to be: ``demo.types:v1.0``, ``Demo@1.0.0``, ``Demo.Types``."""

from functools import lru_cache
from typing import ClassVar

from nscompiler.modules.reference import SNAPSHOT, ModuleRef, ReferenceFault, parse_reference
from nscompiler.patterns import Pattern
from nscompiler.records import Record

_SLOPPY = Pattern(
    r"(?P<path>[A-Za-z_][\w-]*+(?:\.[A-Za-z_][\w-]*+)*+(?:/[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+){0,2}?)"
    r"(?:[:@/=^~-]+[vV]?(?P<numbers>[0-9]+(?:\.[0-9]+){0,2})?(?P<suffix>[-._]?[A-Za-z][\w-]*)?)?"
)
# `Demo.1.0.0`
_DOTTED = Pattern(r"\.(?=[0-9]+(?:\.[0-9]+){0,2}\Z)(?<![0-9]\.)")


class Meant(Record):
    """A reference as it should be written; ``has_version`` tells whether the version is the author's."""

    __match_args__: ClassVar[tuple[str, ...]] = ("ref", "has_version")
    __slots__ = __match_args__

    def __init__(self, ref: ModuleRef, has_version: bool) -> None:
        self.ref = ref
        self.has_version = has_version


@lru_cache(256)
def meant(text: str) -> Meant | None:
    """The reference that a faulty one stands for; None where that is a guess."""
    match = (
        _SLOPPY.fullmatch(text)
        or _SLOPPY.fullmatch(text.replace("-", ":", 1))
        or _SLOPPY.fullmatch(text.replace("::", "."))
        or _SLOPPY.fullmatch(_DOTTED.sub(":", text))
    )
    if match is None:
        return None
    *places, name = match["path"].split("/")
    parts = ["".join(word[:1].upper() + word[1:] for word in part.split("-")) for part in name.split(".")]
    path = "/".join([*places, ".".join(parts)])
    numbers = (match["numbers"] or "").split(".") if match["numbers"] else []
    version = ".".join([*(number.lstrip("0") or "0" for number in numbers), *["0"] * (3 - len(numbers))])
    snapshot = f"-{SNAPSHOT}" if SNAPSHOT in (match["suffix"] or "").upper() else ""
    ref = parse_reference(f"{path}:{version}{snapshot}")
    return None if isinstance(ref, ReferenceFault) else Meant(ref, bool(numbers))


def repaired(text: str, fault: ReferenceFault) -> bool:
    """Whether the fault's own replacement leaves a sound reference."""
    if fault.replacement is None:
        return False
    mended = text[: fault.start] + fault.replacement + text[fault.end :]
    return not isinstance(parse_reference(mended), ReferenceFault)
