"""What a module consists of: the globs of ``files``, pip requirements, and the hash of it all."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files
from nscompiler.modules.reading import unreadable
from nscompiler.modules.tree import CONFIG_FILE, MODULE_FILE, SUFFIX, folder_of, is_below, join
from nscompiler.patterns import Pattern
from nscompiler.records import Record

SERVICE_FILE = "service.py"
REQUIREMENTS_FILE = "requirements.txt"
SETUP_FILE = "setup.py"

_CLAUSE = r"(?:[<>!=~]=|[<>])\s*[0-9]+(?:\.[0-9]+)*"
_PLAIN_REQUIREMENT = Pattern(rf"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?\Z")

_OWN_FILES = (MODULE_FILE, CONFIG_FILE, SERVICE_FILE, REQUIREMENTS_FILE, SETUP_FILE)


class Outside(Record):
    """Why a pattern may not be followed: it, or what it matched, leads out of the folder."""

    __match_args__: ClassVar[tuple[str, ...]] = ("reason",)
    __slots__ = __match_args__

    def __init__(self, reason: str) -> None:
        self.reason = reason


def expand(pattern: str, folder: str, files: Files) -> tuple[str, ...] | Outside:
    """The files that an entry of ``files`` names, as sorted paths relative to the folder.

    ``*``, ``?`` and ``[…]`` match within one name, ``**`` any folders; a folder stands for all files below it. Names
    that start with a dot and ``__pycache__`` are matched only where a pattern spells that out. Raises OSError where a
    folder cannot be read.
    """
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if pattern.startswith("/"):
        return Outside("it is an absolute path")
    if ".." in parts:
        return Outside("it goes up with `..`")
    plain = [part for at, part in enumerate(parts) if part != "**" or parts[at - 1 : at] != ["**"]]
    matched = sorted(set(_match("", tuple(plain), folder, files))) if pattern else []
    real_folder = files.real_path(folder)
    for name in matched:
        if not is_below(files.real_path(join(folder, name)), real_folder):
            return Outside(f"`{name}` is a link to somewhere else")
    return tuple(matched)


def _match(under: str, parts: tuple[str, ...], folder: str, files: Files) -> Iterator[str]:
    """The files at or below ``under`` (relative, empty for the folder itself) that the rest of a pattern names."""
    path = join(folder, under) if under else folder
    if parts in {(), ("**",)}:
        yield from (under,) if files.is_file(path) else _below(under, folder, files)
        return
    if not files.is_folder(path):
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _match(under, rest, folder, files)
        for inner in _folders(under, folder, files):
            yield from _match(inner, parts, folder, files)
        return
    for name in files.list(path):
        if fnmatchcase(name, first) and (_is_plain(name) or first == name or (first[0] == name[0] == ".")):
            yield from _match(join(under, name) if under else name, rest, folder, files)


def _below(under: str, folder: str, files: Files) -> Iterator[str]:
    """All files below a folder."""
    path = join(folder, under) if under else folder
    if not files.is_folder(path):
        return
    for name in files.list(path):
        if _is_plain(name) and files.is_file(join(path, name)):
            yield join(under, name) if under else name
    for inner in _folders(under, folder, files):
        yield from _below(inner, folder, files)


def _folders(under: str, folder: str, files: Files) -> Iterator[str]:
    """The folders in a folder; not linked ones, which might contain themselves."""
    path = join(folder, under) if under else folder
    for name in files.list(path):
        inner = join(path, name)
        if _is_plain(name) and files.is_folder(inner) and not files.is_link(inner):
            yield join(under, name) if under else name


def _is_plain(name: str) -> bool:
    return not name.startswith(".") and name != "__pycache__"


def read_requirements(folder: str, files: Files) -> tuple[str, ...]:
    """The lines of a folder's ``requirements.txt`` for pip, without comments; none if there is no file.

    Bytes that are no UTF-8 are replaced: pip will say what it thinks of the line.
    """
    path = join(folder, REQUIREMENTS_FILE)
    if not files.is_file(path):
        return ()
    try:
        text = files.read_bytes(path).decode("utf-8-sig", "replace")
    except OSError:
        return ()
    lines = text.replace("\\\r\n", "").replace("\\\n", "").splitlines()
    plain = (_without_comment(line) for line in lines)
    return tuple(line for line in plain if line)


def is_plain_requirement(line: str) -> bool:
    """Whether a line is a package with releases by number, or nothing but that: it needs no further look."""
    return _PLAIN_REQUIREMENT.match(line) is not None


def _without_comment(line: str) -> str:
    """A ``#`` starts a comment at the line's start or after white space; elsewhere it is part of a URL."""
    words = line.split("#")
    kept = words[0]
    for word in words[1:]:
        if not kept or kept[-1].isspace():
            break
        kept += f"#{word}"
    return kept.strip()


def content_files(module_file: str, listed: Iterable[str], files: Files) -> tuple[str, ...]:
    """The names of all files that make up a module, sorted, relative to its folder.

    For a ``module.nml``: it, the service's files that exist, and those that ``files`` lists. For any other ``.nml``: it
    and the Python file of the same name.
    """
    folder, name = folder_of(module_file), module_file.rpartition("/")[2]
    if name != MODULE_FILE:
        own: tuple[str, ...] = (name, f"{name.removesuffix(SUFFIX)}.py")
    else:
        own = _OWN_FILES
    return tuple(sorted({*(each for each in own if files.is_file(join(folder, each))), *listed}))


def content_hash(module_file: str, listed: Iterable[str], files: Files) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The SHA-256 of everything a module consists of, as ``sha256:…``; None where a file cannot be read.

    Names and contents go in with their lengths before them, so that no two sets of files give one stream of bytes.
    """
    from hashlib import sha256  # a check needs no hashes, and OpenSSL takes long to load

    folder = folder_of(module_file)
    digest = sha256(b"nstack module 1\n")
    for name in content_files(module_file, listed, files):
        path = join(folder, name)
        try:
            content = files.read_bytes(path)
        except OSError as error:
            return None, (unreadable(path, error),)
        for piece in (name.encode("utf-8", "surrogateescape"), content):
            digest.update(b"%d:" % len(piece))
            digest.update(piece)
    return f"sha256:{digest.hexdigest()}", ()
