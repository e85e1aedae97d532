"""What a check of a program leaves for the next one: of each file what ``recheck`` and ``edited`` go by."""

import marshal
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from nscompiler import questions
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.stored import mentioned_files, write_diagnostics
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.modules.program import LinkedModule
from nscompiler.modules.python_file import meant_for, python_file
from nscompiler.pipeline.clash_signs import clash_signs
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import shown_reference
from nscompiler.records import parts
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import Interface
from nscompiler.types.stored import Anchors, Data, Declared, write_interface

Memory = Mapping[str, bytes]
"""What is kept of each file, by path: the parts of a ``Kept`` as ``marshal`` writes them. To ask for one may raise
``Spoilt``."""

VERSION = 2  # of marshal: the later ones write equal values in different ways


class Spoilt(Exception):
    """What is kept of a file is not as it was written."""


class Kept:
    """What is kept of one file.

    ``text`` and ``python`` are digests, of the reason where a file cannot be read (None for no file). ``head`` is what
    ``head_of`` makes of header and imports, ``imports`` the aliases and what they stand for. ``said`` and ``places``
    are its interface. ``problems`` are those of Python code and lints where there were no others, None where the file
    has to be checked again in any case; ``consulted`` are the files that lints looked into. ``clean`` if its workflows
    were laid out and nothing clashed.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "text",
        "python",
        "head",
        "imports",
        "said",
        "places",
        "problems",
        "consulted",
        "clean",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        text: bytes | None,
        python: bytes | None,
        head: Data,
        imports: Data,
        said: bytes,
        places: bytes,
        problems: Data | None,
        consulted: tuple[str, ...],
        clean: bool,
    ) -> None:
        self.text = text
        self.python = python
        self.head = head
        self.imports = imports
        self.said = said
        self.places = places
        self.problems = problems
        self.consulted = consulted
        self.clean = clean


def read_kept(written: bytes) -> Kept:
    """What is kept of a file, from how it was written."""
    return Kept(*marshal.loads(written))


def write_kept(kept: Kept) -> bytes:
    """How what is kept of a file is written."""
    return marshal.dumps(parts(kept), VERSION)


class Keeping(Compilation):
    """A compilation of which something is kept. ``_written`` has the interfaces of checked files as data, None where
    one cannot be written, and ``_declared`` and ``_anchors`` what the next ones are written with."""

    def __init__(
        self, files: Files, paths: Iterable[str], search: Sequence[str] = (), standard: str | None = None
    ) -> None:
        super().__init__(files, paths, search, standard)
        self._digests: dict[str, tuple[bytes | None, bytes | None]] = {}
        self._written: dict[str, tuple[Data, Data] | None] = {}
        self._declared: Declared = {}
        self._anchors: Anchors = {}

    def _write(self, path: str, interface: Interface) -> tuple[Data, Data] | None:
        """The interface of a file, those of whose imports are written; None where it cannot be."""
        try:
            written = write_interface(interface, path, self._declared, self._anchors)
        except LookupError:
            written = None
        self._written[path] = written
        return written

    def _digest(self, path: str) -> tuple[bytes | None, bytes | None]:
        held = self._digests.get(path)
        if held is None:
            own, python = self.discovery.sources.source(path), self._python_source(path)
            held = self._digests[path] = _digest_of(own), _digest_of(python)
            if python is None and isinstance(own, SourceFile) and "fun " in own.text:
                meant = meant_for(path, self.files)  # of which a warning tells
                held = self._digests[path] = held[0], None if meant is None else b"meant:" + meant.path.encode()
        return held

    def _kept(
        self,
        item: LinkedModule,
        checked: Checked,
        problems: Iterable[Diagnostic],
        consulted: tuple[str, ...],
        clean: bool,
    ) -> Kept:
        """What is kept of a file that was checked: ``problems`` are all that it has, ``consulted`` what lints saw."""
        text, python = self._digest(item.path)
        written = self._written.get(item.path)
        said, places = (b"", b"") if written is None else (marshal.dumps(part, VERSION) for part in written)
        stands = written is not None and self._may_stand(item.path, checked, problems, consulted)
        return Kept(
            text=text,
            python=python,
            head=head_of(checked.module),
            imports=imports_of(item),
            said=said,
            places=places,
            problems=write_diagnostics(problems) if stands else None,
            consulted=consulted,
            clean=clean,
        )

    def _may_stand(self, path: str, checked: Checked, problems: Iterable[Diagnostic], consulted: Iterable[str]) -> bool:
        """Whether what was found in a file depends on nothing but what is looked at when it is taken over."""
        parsed = self._parsed[path]
        if parsed is None or parsed.problems or checked.problems:
            return False
        near = {name for other in (path, *consulted) for name in (other, python_file(other))}
        return "nsc:" not in parsed.module.source.text and mentioned_files(problems) <= near

    def _summary(self, consulted: Iterable[str]) -> Data | None:
        """What ``edited`` has to know of a program, once all problems were asked for; None where it does not do.

        ``consulted`` are the files that lints of others looked into.
        """
        if self._common_problems or self._load_problems or self.discovery.locks or len(self._required) > 1:
            return None
        if self._may_clash or any(item.imports.claimed for item in self.program.modules):
            return None
        texts = [item.module.source.text for item in self.program.modules]
        # Where no flow branches it does not matter what branches would share, and not to look saves most of the time.
        shares = frozenset(("shared",)) if not any("&" in text for text in texts) else None
        clashing = {sign for text in texts for sign in clash_signs(text, shares)}
        index = self.discovery.index
        python = (read.text for read in self._python.values() if isinstance(read, SourceFile))
        levels = self._levels.by_root.items()
        return (
            (index.roots, index.extra, index.standard),
            tuple((shown_reference(item), item.path) for item in self._known_items()),
            tuple(sorted(consulted)),
            tuple(sorted(clashing)),
            tuple(sorted({found.path for item in self.program.modules for found in item.imports.resolved})),
            any("nsc:" in text for text in (*texts, *python)),
            tuple((root, tuple((id, level and level.value) for id, level in of.items())) for root, of in levels),
        )

    def _known_items(self) -> Iterable[LinkedModule]:
        """The files whose interfaces may be asked for."""
        return self.program.modules


def _digest_of(read: SourceFile | Diagnostic | None) -> bytes | None:
    """A digest of what was read of a file: of its text, or of what is wrong with it, which no text shares."""
    if isinstance(read, Diagnostic):
        return b"unread:" + questions.digest(marshal.dumps(write_diagnostics((read,)), VERSION))
    return None if read is None else questions.digest(read.text.encode())


def head_of(module: syntax.Module) -> Data:
    """A file's header and imports as plain data."""
    header = module.header
    own = None
    if header is not None:
        own = header.start, header.end, _place(header.reference), header.early, header.doc
    imports = [
        (one.start, one.end, _place(one.reference), None if one.alias is None else _place(one.alias))
        for one in module.imports
    ]
    return module.start, module.end, own, tuple(imports)


def _place(node: syntax.Reference | syntax.Name) -> Data:
    return node.start, node.end, node.text


def stub_of(source: SourceFile, head: Data) -> syntax.Module:
    """A file's tree without its declarations."""
    start, end, own, imports = head
    header = None
    if own is not None:
        header = syntax.Header(own[0], own[1], syntax.Reference(*own[2]), own[3], own[4])
    nodes = tuple(
        syntax.Import(one[0], one[1], syntax.Reference(*one[2]), None if one[3] is None else syntax.Name(*one[3]))
        for one in imports
    )
    return syntax.Module(start, end, source, header, nodes, (), None)


def imports_of(item: LinkedModule) -> Data:
    """What a file's aliases stand for."""
    resolved = tuple((found.alias, found.path) for found in item.imports.resolved)
    return resolved, tuple(sorted(item.imports.poisoned))
