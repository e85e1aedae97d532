"""A diagnostic as data. Renderers draw it; nobody else does.

A phase returns its result together with its problems. Bad user code never raises.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

import attrs

from nscompiler.source import Span


class Severity(Enum):
    """How bad it is. Only ``error`` fails a check."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Role(Enum):
    """What a related place has to do with the fault."""

    PRIMARY = "primary"
    PRODUCER = "producer"
    CONSUMER = "consumer"
    DECLARATION = "declaration"
    IMPORT = "import"
    PARAMETER = "parameter"
    NOTE = "note"


class Applicability(Enum):
    """How sure a fix is; the three levels that rustfix distinguishes."""

    MACHINE_APPLICABLE = "machine-applicable"
    MAYBE_INCORRECT = "maybe-incorrect"
    HAS_PLACEHOLDERS = "has-placeholders"


@attrs.frozen(slots=True)
class Label:
    """A place and what is to be said about it."""

    span: Span
    text: str = ""
    role: Role = Role.PRIMARY


@attrs.frozen(slots=True)
class Segment:
    """A piece of a printed type; ``role`` is ``same``, ``differs`` or ``name``."""

    text: str
    role: str = "same"


@attrs.frozen(slots=True)
class TypeDiff:
    """Two types side by side, as pieces of text, with only what differs marked."""

    expected: tuple[Segment, ...]
    found: tuple[Segment, ...]


@attrs.frozen(slots=True)
class Hop:
    """One stage of a pipe and the type that flows after it, up to the break."""

    span: Span
    text: str
    type: str


@attrs.frozen(slots=True)
class Edit:
    """Replace what a span covers by ``text``."""

    span: Span
    text: str


@attrs.frozen(slots=True)
class Fix:
    """A change that would mend the fault."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.MAYBE_INCORRECT


@attrs.frozen(slots=True)
class Kind:
    """What a fault is called, how bad it is by itself, and the page that explains it.

    ``wrong`` is a program (or, with ``wrong_files``, several files) that raises the code and ``right`` the same
    program mended; the tests compile both.
    """

    id: str
    name: str
    title: str
    explanation: str
    level: Severity = Severity.ERROR
    since: str = "0.1.0"
    wrong: str = ""
    right: str = ""
    wrong_files: tuple[tuple[str, str], ...] = ()
    right_files: tuple[tuple[str, str], ...] = ()


@attrs.frozen(slots=True)
class Diagnostic:
    """One fault, told once.

    ``title`` is true alone and at most 80 columns. ``expected`` and ``found`` are printed types or values.
    """

    code: Kind
    title: str
    primary: Label
    severity: Severity
    related: tuple[Label, ...] = ()
    expected: str | None = None
    found: str | None = None
    diff: TypeDiff | None = None
    flow: tuple[Hop, ...] = ()
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether this fails a check."""
        return self.severity is Severity.ERROR


class Problems:
    """The diagnostics a phase has found, in the order it found them."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[Diagnostic] = ()) -> None:
        self._items = list(items)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one more."""
        self._items.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several more."""
        self._items.extend(diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def has_errors(self) -> bool:
        """Whether any of them is an error."""
        return any(item.is_error for item in self._items)
