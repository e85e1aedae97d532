"""Reading source files: bytes to text, each way it can fail a diagnostic."""

from collections.abc import Iterable
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files
from nscompiler.modules.header import ScannedHeader, scan_header
from nscompiler.modules.reference import ModuleRef, ReferenceFault, parse_reference
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_source(path: str, files: Files) -> SourceFile | Diagnostic:
    """The text of a file, or why there is none. UTF-8 only; a byte-order mark is not part of the text."""
    try:
        content = files.read_bytes(path)
    except OSError as error:
        return unreadable(path, error)
    return decode_source(path, content)


def decode_source(path: str, content: bytes) -> SourceFile | Diagnostic:
    """The text that bytes spell, or where the first wrong one is. Line ends are left as they are."""
    skipped = len(_MARK) if content.startswith(_MARK) else 0
    nul = content.find(0)
    try:
        text = content[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        bad = error.start + skipped
        return _not_text(path, content, bad if nul < 0 else min(bad, nul))
    return SourceFile(path, text) if nul < 0 else _not_text(path, content, nul)


def unreadable(path: str, error: OSError) -> Diagnostic:
    """A file or folder that the operating system will not open; one that is gone counts as not there."""
    if isinstance(error, FileNotFoundError):
        return codes.NO_SUCH_PATH.at(Span(path, 0, 0), titled("there is no file or folder `{}`", path))
    reason = (error.strerror or type(error).__name__).lower()
    return codes.UNREADABLE.at(Span(path, 0, 0), titled("cannot read `{}`: {}", path, reason))


def _not_text(path: str, content: bytes, offset: int) -> Diagnostic:
    found = "a NUL byte" if content[offset] == 0 else f"the byte 0x{content[offset]:02x}"
    line = content.count(b"\n", 0, offset) + 1
    notes = [f"it stands in line {line}"]
    if content.startswith(_WIDE_MARKS):
        notes.append("the file starts like UTF-16; save it as UTF-8")
    title = titled("`{}` is not UTF-8 text: {} at offset {}", path, found, str(offset))
    return codes.NOT_TEXT.at(Span(path, 0, 0), title, notes=tuple(notes))


def empty_file(path: str) -> Diagnostic:
    """The error for a file that was asked for, or is imported, and has nothing in it."""
    return codes.EMPTY_FILE.at(Span(path, 0, 0), titled("`{}` is empty", path), "nothing but white space here")


def missing_module_file(folder: str, span: Span) -> Diagnostic:
    """The error that a module's folder has no ``module.nml``, at what says that it is one."""
    return codes.MISSING_MODULE_FILE.at(span, titled("`{}` has no `module.nml`", folder))


class Heading(Record):
    """A file's text with its header, as far as finding modules needs it.

    ``ref`` is None for a script, and for a module whose reference is wrong (``scanned`` tells the two apart).
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("source", "scanned", "ref")
    __slots__ = __match_args__

    def __init__(self, source: SourceFile, scanned: ScannedHeader | None, ref: ModuleRef | None) -> None:
        self.source = source
        self.scanned = scanned
        self.ref = ref

    @property
    def span(self) -> Span:
        """The place of the header's reference, or the file's start."""
        if self.scanned is None:
            return self.source.span(0, 0)
        return self.source.span(self.scanned.start, self.scanned.end)


class Sources:
    """The files that one run has read, each once, so that header and text belong to the same moment.

    Also the references that they name, each parsed once: a program names most of its modules many times. ``unread``
    are files that could not be read, of which a report tells: they may hold any module.
    """

    __slots__ = ("_files", "_read", "_references", "unread")

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, Heading | Diagnostic] = {}
        self._references: dict[str, ModuleRef | ReferenceFault] = {}
        self.unread: set[str] = set()

    def heading(self, path: str) -> Heading | Diagnostic:
        """The text and header of a file, or why it cannot be read."""
        held = self._read.get(path)
        if held is None:
            held = self._read[path] = self._load(path)
        return held

    def read(self, path: str) -> Heading | Diagnostic | None:
        """What was read of a file; None where nobody has asked for it so far."""
        return self._read.get(path)

    def source(self, path: str) -> SourceFile | Diagnostic:
        """The text of a file, or why it cannot be read."""
        held = self.heading(path)
        return held.source if isinstance(held, Heading) else held

    def reference(self, text: str) -> ModuleRef | ReferenceFault:
        """The reference that a text spells, or what is wrong with it."""
        parsed = self._references.get(text)
        if parsed is None:
            parsed = self._references[text] = parse_reference(text)
        return parsed

    def without(self, paths: Iterable[str], files: Files) -> "Sources":
        """The same but for some files, which are read again, from ``files``, when they are next asked for."""
        again = Sources(files)
        again._read = dict(self._read)
        again._references = self._references
        again.unread = set(self.unread)
        for path in paths:
            again._read.pop(path, None)
        return again

    def _load(self, path: str) -> Heading | Diagnostic:
        source = read_source(path, self._files)
        if not isinstance(source, SourceFile):
            return source
        scanned = scan_header(source.text)
        ref = self.reference(scanned.text) if scanned is not None else None
        return Heading(source, scanned, ref if isinstance(ref, ModuleRef) else None)
