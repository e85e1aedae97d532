"""Module references: ``[[registry.host/]author/]Name.Part:MAJOR.MINOR.PATCH[-SNAPSHOT[-hex]]``.

A reference is read from left to right by hand, so that each way to get it wrong has its own reason and its own place.
Letters are those of ASCII: parts of a reference become host, folder and Python names.
"""

import re
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.modules.wording import titled
from nscompiler.records import OrderedRecord, Record, parts
from nscompiler.source import Span

DEFAULT_REGISTRY = "registry.nstack.com"
DEFAULT_AUTHOR = "nstack"
SNAPSHOT = "SNAPSHOT"

_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_WORD = _CAPITALS | _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz_")
_HOST = _WORD | {"-"}
_HEX = frozenset("0123456789abcdefABCDEF")
_MOST_DIGITS = 9
# What most references look like; any other is read piece by piece.
_USUAL = re.compile(
    rf"([A-Z][A-Za-z0-9_]*(?:\.[A-Z][A-Za-z0-9_]*)*):{'[.]'.join(['(0|[1-9][0-9]{0,8})'] * 3)}(-SNAPSHOT)?"
)


def _snapshot_rank(snapshot: str | None) -> tuple[int, str]:
    if snapshot is None:
        return (2, "")
    return (0, snapshot) if snapshot else (1, "")


class Version(OrderedRecord):
    """A version. ``snapshot`` is None for a release, empty for ``-SNAPSHOT``, else the hex digits of an exact one.

    Ordered by the numbers, then exact snapshot < floating snapshot < release; exact snapshots by their digits, which
    means nothing but keeps listings the same from run to run.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("major", "minor", "patch", "snapshot")
    __slots__ = __match_args__

    def __init__(self, major: int, minor: int, patch: int, snapshot: str | None = None) -> None:
        self.major = major
        self.minor = minor
        self.patch = patch
        self.snapshot = snapshot

    @property
    def is_release(self) -> bool:
        """Whether it is immutable once built."""
        return self.snapshot is None

    def rank(self) -> tuple[int, int, int, tuple[int, str]]:
        """A release comes after its snapshots."""
        return self.major, self.minor, self.patch, _snapshot_rank(self.snapshot)

    def __str__(self) -> str:
        numbers = f"{self.major}.{self.minor}.{self.patch}"
        if self.snapshot is None:
            return numbers
        return f"{numbers}-{SNAPSHOT}-{self.snapshot}" if self.snapshot else f"{numbers}-{SNAPSHOT}"


class ModuleRef(OrderedRecord):
    """Which module, in which version. ``str`` leaves out the default registry and author."""

    __match_args__: ClassVar[tuple[str, ...]] = ("registry", "author", "name", "version")
    __slots__ = (*__match_args__, "_hash", "_text")

    def __init__(self, registry: str, author: str, name: str, version: Version) -> None:
        self.registry = registry
        self.author = author
        self.name = name
        self.version = version
        self._hash = hash((registry, author, name, version))  # it is made to be a key
        self._text = f"{self.title}:{version}"

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, ModuleRef) and self._hash == other._hash and parts(self) == parts(other)

    @property
    def title(self) -> str:
        """The reference without its version, as it is printed."""
        if self.registry != DEFAULT_REGISTRY:
            return f"{self.registry}/{self.author}/{self.name}"
        return self.name if self.author == DEFAULT_AUTHOR else f"{self.author}/{self.name}"

    @property
    def last_part(self) -> str:
        """The last word of the name, which is the alias where an import gives none."""
        return self.name.rpartition(".")[2]

    def with_version(self, version: Version) -> "ModuleRef":
        """The same module in another version."""
        return ModuleRef(self.registry, self.author, self.name, version)

    def __str__(self) -> str:
        return self._text


class ReferenceFault(Record):
    """Why a text is no reference, and where in that text; ``replacement`` would mend what the place covers."""

    __match_args__: ClassVar[tuple[str, ...]] = ("code", "message", "start", "end", "label", "replacement")
    __slots__ = __match_args__

    def __init__(
        self, code: Code, message: str, start: int, end: int, label: str = "", replacement: str | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.label = label
        self.replacement = replacement

    def diagnostic(self, path: str, offset: int) -> Diagnostic:
        """The fault as a diagnostic, for a text that stands at ``offset`` of a file."""
        span = Span(path, offset + self.start, offset + self.end)
        fixes: tuple[Fix, ...] = ()
        if self.replacement is not None:
            edit = Edit(span, self.replacement)
            fixes = (Fix(f"write `{self.replacement}`", (edit,), Applicability.MAYBE_INCORRECT),)
        return self.code.at(span, self.message, self.label, fixes=fixes)


class _Piece:
    """A part of the text that is being read, and where it starts."""

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "start")
    __slots__ = __match_args__

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def fault(
        self, code: Code, message: str, *names: str, label: str = "", replacement: str | None = None
    ) -> ReferenceFault:
        return ReferenceFault(code, titled(message, *names), self.start, self.end, label, replacement)

    def split(self, separator: str) -> "list[_Piece]":
        pieces, start = [], self.start
        for part in self.text.split(separator):
            pieces.append(_Piece(part, start))
            start += len(part) + 1
        return pieces


def parse_reference(text: str) -> ModuleRef | ReferenceFault:
    """The reference that a text spells, or the first thing wrong with it.

    The rules are those of the original: a registry has two or more words with dots between them, an author is one
    word, each part of a name starts with a capital. A snapshot's hexadecimal digits are made small.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        name, major, minor, patch, snapshot = usual.groups()
        version = Version(int(major), int(minor), int(patch), None if snapshot is None else "")
        return ModuleRef(DEFAULT_REGISTRY, DEFAULT_AUTHOR, name, version)
    return _parse_by_pieces(text)


def _parse_by_pieces(text: str) -> ModuleRef | ReferenceFault:
    before, colon, version_text = text.rpartition(":")
    if colon and not version_text and _USUAL.fullmatch(before) is not None:
        end = _Piece(text, 0)
        return end.fault(codes.MODULE_NAME, "no `:` stands behind the version of `{}`", before, replacement=before)
    path = _Piece(before if colon else text, 0)
    place = _parse_path(path)
    if isinstance(place, ReferenceFault):
        return place
    if not version_text or not colon:
        return _Piece(text, 0).fault(
            codes.MISSING_VERSION,
            "`{}` has no version",
            path.text,
            label="a version such as `:0.0.1-SNAPSHOT` is missing here",
            replacement=f"{path.text}:0.0.1-SNAPSHOT",
        )
    version = _parse_version(_Piece(version_text, len(before) + 1))
    if isinstance(version, ReferenceFault):
        return version
    return ModuleRef(*place, version)


def parse_version(text: str) -> Version | ReferenceFault:
    """The version that a text spells (``0.1.0-SNAPSHOT``), or the first thing wrong with it."""
    if not text:
        return ReferenceFault(codes.MISSING_VERSION, "the version is empty", 0, 0)
    return _parse_version(_Piece(text, 0))


def _parse_path(path: _Piece) -> tuple[str, str, str] | ReferenceFault:
    """Registry, author and name, from what stands before the colon."""
    segments = path.split("/")
    if len(segments) > 3:
        return path.fault(
            codes.TOO_MANY_PARTS, "`{}` has more than two slashes", path.text, label="at most registry/author/Name"
        )
    for segment in segments:
        if not segment.text:
            return (
                path.fault(codes.MALFORMED_REFERENCE, "`{}` has an empty part", path.text)
                if path.text
                else (path.fault(codes.MALFORMED_REFERENCE, "a module reference starts with the module's name"))
            )
    registry, author = DEFAULT_REGISTRY, DEFAULT_AUTHOR
    fault = None
    if len(segments) == 3:
        registry, author = segments[0].text, segments[1].text
        fault = _registry_fault(segments[0]) or _author_fault(segments[1])
    elif len(segments) == 2:
        author = segments[0].text
        fault = _missing_author(segments[0], segments[1]) or _author_fault(segments[0])
    return fault or _name_fault(segments[-1]) or (registry, author, segments[-1].text)


def _registry_fault(registry: _Piece) -> ReferenceFault | None:
    words = registry.split(".")
    for word in words:
        stray = _stray(word, _HOST)
        if stray is not None:
            return stray.fault(codes.MALFORMED_REFERENCE, "`{}` has no place in a registry's name", stray.text)
        if not word.text:
            return registry.fault(codes.MALFORMED_REFERENCE, "the registry `{}` has an empty word", registry.text)
    if len(words) == 1:
        return registry.fault(
            codes.ONE_WORD_REGISTRY,
            "the registry `{}` has only one word",
            registry.text,
            label="a registry is a host name, such as `registry.example.com`",
        )
    return None


def _missing_author(before: _Piece, name: _Piece) -> ReferenceFault | None:
    if "." not in before.text:
        return None
    return before.fault(
        codes.REGISTRY_WITHOUT_AUTHOR,
        "there is no author between the registry `{}` and `{}`",
        before.text,
        name.text,
        label="with dots this is a registry; an author is one word",
        replacement=f"{before.text}/{DEFAULT_AUTHOR}",
    )


def _author_fault(author: _Piece) -> ReferenceFault | None:
    stray = _stray(author, _WORD)
    if stray is None:
        return None
    return author.fault(
        codes.BAD_AUTHOR,
        "the author `{}` is not one plain word",
        author.text,
        label=f"an author has letters, digits and `_`, no `{stray.text}`",
    )


def _name_fault(name: _Piece) -> ReferenceFault | None:
    for part in name.split("."):
        if not part.text:
            return name.fault(codes.MALFORMED_REFERENCE, "the name `{}` has an empty part", name.text)
        stray = _stray(part, _WORD)
        if stray is not None:
            return stray.fault(codes.MODULE_NAME, "`{}` has no place in a module's name", stray.text)
        if part.text[0] not in _CAPITALS:
            capital = part.text[0].upper() + part.text[1:]
            return part.fault(
                codes.MODULE_NAME,
                "`{}` does not start with a capital letter",
                part.text,
                label="each part of a module's name does",
                replacement=capital if capital[0] in _CAPITALS else None,
            )
    return None


def _stray(piece: _Piece, allowed: frozenset[str]) -> _Piece | None:
    """The first character that is not allowed."""
    for at, character in enumerate(piece.text):
        if character not in allowed:
            return _Piece(character, piece.start + at)
    return None


def _parse_version(version: _Piece) -> Version | ReferenceFault:
    numbers, dash, suffix = version.text.partition("-")
    parts = _Piece(numbers, version.start).split(".")
    fault = _count_fault(_Piece(numbers, version.start), parts)
    for part in parts:
        fault = fault or _number_fault(part)
    if fault is not None:
        return fault
    major, minor, patch = (int(part.text) for part in parts)
    if not dash:
        return Version(major, minor, patch)
    snapshot = _parse_suffix(_Piece(dash + suffix, version.start + len(numbers)))
    return snapshot if isinstance(snapshot, ReferenceFault) else Version(major, minor, patch, snapshot)


def _count_fault(numbers: _Piece, parts: list[_Piece]) -> ReferenceFault | None:
    if len(parts) == 3:
        return None
    filled = None
    if len(parts) < 3 and all(_number_fault(part) is None for part in parts):
        filled = ".".join([part.text for part in parts] + ["0"] * (3 - len(parts)))
    whole = all(_DIGITS.issuperset(part.text) for part in parts)
    return numbers.fault(
        codes.INCOMPLETE_VERSION,
        "the version `{}` has not exactly three numbers" if whole else "a version is written in full, and `{}` is none",
        numbers.text,
        label="MAJOR.MINOR.PATCH",
        replacement=filled,
    )


def _number_fault(part: _Piece) -> ReferenceFault | None:
    text = part.text
    if not text or not _DIGITS.issuperset(text):
        return part.fault(codes.VERSION_NUMBER, "`{}` is no number of a version", text, label="digits only")
    if len(text) > 1 and text[0] == "0":
        plain = text.lstrip("0") or "0"
        return part.fault(
            codes.VERSION_NUMBER, "the version number `{}` starts with a zero", text, replacement=plain[:_MOST_DIGITS]
        )
    if len(text) > _MOST_DIGITS:
        message = "the version number `{}` is too large"
        return part.fault(codes.VERSION_NUMBER, message, text, label="nine digits at most")
    return None


def _parse_suffix(suffix: _Piece) -> str | ReferenceFault:
    """What follows the numbers, with its dash: the snapshot's digits, empty for a floating one."""
    word, dash, digits = suffix.text[1:].partition("-")
    if word != SNAPSHOT:
        meant = f"-{SNAPSHOT}" if word.upper() == SNAPSHOT and not dash else None
        return suffix.fault(
            codes.VERSION_SUFFIX,
            "`{}` is no ending of a version",
            suffix.text,
            label=f"only `-{SNAPSHOT}` may follow the numbers",
            replacement=meant,
        )
    if dash and (not digits or not _HEX.issuperset(digits)):
        return suffix.fault(
            codes.VERSION_SUFFIX,
            "`{}` names no snapshot",
            suffix.text,
            label=f"after `-{SNAPSHOT}-` come hexadecimal digits",
            replacement=None if digits else f"-{SNAPSHOT}",
        )
    return digits.lower()


def slug(ref: ModuleRef) -> str:
    """A Python identifier for a module, to name its folder: ``Movies.Types:0.1.0`` is ``Movies_Types_0_1_0``.

    Different references have different slugs: a ``_`` of the name is doubled, and where registry or author have to be
    told, whose signs are lost, eight hexadecimal digits of the whole reference's SHA-256 follow.
    """
    name = ref.name.replace("_", "__").replace(".", "_")
    version = str(ref.version).replace(".", "_").replace("-", "_")
    if ref.title == ref.name:
        return f"{name}_{version}"
    from hashlib import sha256  # most programs have no author in a reference, and OpenSSL takes long to load

    owner = "".join(letter if letter in _WORD else "_" for letter in ref.title[: -len(ref.name) - 1])
    return f"by_{owner}_{name}_{version}_{sha256(str(ref).encode()).hexdigest()[:8]}"
