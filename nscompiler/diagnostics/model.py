"""A diagnostic as data. Renderers draw it; nobody else does.

A phase returns its result together with its problems. Bad user code never raises.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import ClassVar

from nscompiler.records import Record
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


class Label(Record):
    """A place and what is to be said about it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("span", "text", "role")
    __slots__ = __match_args__

    def __init__(self, span: Span, text: str = "", role: Role = Role.PRIMARY) -> None:
        self.span = span
        self.text = text
        self.role = role


class Segment(Record):
    """A piece of a printed type; ``role`` is ``same``, ``differs`` or ``name``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "role")
    __slots__ = __match_args__

    def __init__(self, text: str, role: str = "same") -> None:
        self.text = text
        self.role = role


class TypeDiff(Record):
    """Two types side by side, as pieces of text, with only what differs marked."""

    __match_args__: ClassVar[tuple[str, ...]] = ("expected", "found")
    __slots__ = __match_args__

    def __init__(self, expected: tuple[Segment, ...], found: tuple[Segment, ...]) -> None:
        self.expected = expected
        self.found = found


class Hop(Record):
    """One stage of a pipe and the type that flows after it, up to the break."""

    __match_args__: ClassVar[tuple[str, ...]] = ("span", "text", "type")
    __slots__ = __match_args__

    def __init__(self, span: Span, text: str, type: str) -> None:
        self.span = span
        self.text = text
        self.type = type


class Edit(Record):
    """Replace what a span covers by ``text``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("span", "text")
    __slots__ = __match_args__

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class Fix(Record):
    """A change that would mend the fault."""

    __match_args__: ClassVar[tuple[str, ...]] = ("title", "edits", "applicability")
    __slots__ = __match_args__

    def __init__(
        self, title: str, edits: tuple[Edit, ...], applicability: Applicability = Applicability.MAYBE_INCORRECT
    ) -> None:
        self.title = title
        self.edits = edits
        self.applicability = applicability


class Kind(Record):
    """What a fault is called, how bad it is by itself, and the page that explains it.

    ``wrong`` is a program (or, with ``wrong_files``, several files) that raises the code and ``right`` the same
    program mended; the tests compile both.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "id",
        "name",
        "title",
        "explanation",
        "level",
        "since",
        "wrong",
        "right",
        "wrong_files",
        "right_files",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        id: str,
        name: str,
        title: str,
        explanation: str,
        level: Severity = Severity.ERROR,
        since: str = "0.1.0",
        wrong: str = "",
        right: str = "",
        wrong_files: tuple[tuple[str, str], ...] = (),
        right_files: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.id = id
        self.name = name
        self.title = title
        self.explanation = explanation
        self.level = level
        self.since = since
        self.wrong = wrong
        self.right = right
        self.wrong_files = wrong_files
        self.right_files = right_files


class Diagnostic(Record):
    """One fault, told once.

    ``title`` is true alone and at most 80 columns. ``expected`` and ``found`` are printed types or values.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "code",
        "title",
        "primary",
        "severity",
        "related",
        "expected",
        "found",
        "diff",
        "flow",
        "notes",
        "fixes",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        code: Kind,
        title: str,
        primary: Label,
        severity: Severity,
        related: tuple[Label, ...] = (),
        expected: str | None = None,
        found: str | None = None,
        diff: TypeDiff | None = None,
        flow: tuple[Hop, ...] = (),
        notes: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        self.code = code
        self.title = title
        self.primary = primary
        self.severity = severity
        self.related = related
        self.expected = expected
        self.found = found
        self.diff = diff
        self.flow = flow
        self.notes = notes
        self.fixes = fixes

    @property
    def is_error(self) -> bool:
        """Whether this fails a check."""
        return self.severity is Severity.ERROR

    @property
    def break_(self) -> Label:
        """The stage that the flow does not reach: the first that follows the last hop, of those that are pointed to."""
        last = self.flow[-1].span if self.flow else None
        places = [self.primary, *(label for label in self.related if label.role is Role.CONSUMER)]
        after = [one for one in places if last and one.span.path == last.path and one.span.start >= last.end]
        return min(after, key=lambda one: one.span.start, default=self.primary)


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

    def put(self, place: int, diagnostic: Diagnostic) -> None:
        """Say something else in the place of one that was found before."""
        self._items[place] = diagnostic

    def tell_as_one(self, several: Iterable[Diagnostic], one: Diagnostic) -> None:
        """Say one thing in the place of several that were found before, of the first of them."""
        gone = set(map(id, several))
        place = next(place for place, item in enumerate(self._items) if id(item) in gone)
        self._items = [item for item in self._items if id(item) not in gone]
        self._items.insert(place, one)

    def since(self, place: int) -> list[Diagnostic]:
        """Those that were found after a number of others."""
        return self._items[place:]

    def __getitem__(self, place: int) -> Diagnostic:
        return self._items[place]

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def has_errors(self) -> bool:
        """Whether any of them is an error."""
        return any(item.is_error for item in self._items)
