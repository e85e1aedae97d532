"""What changed in an interface, as data: one record a change, whom it concerns, and how much of a version it takes."""

from collections.abc import Iterable
from enum import Enum

import attrs


class Level(Enum):
    """How much a change asks of the next version. ``none`` < ``patch`` < ``minor`` < ``major``; major is a change that
    breaks somebody's program."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return _ORDER.index(self)


_ORDER = tuple(Level)

# For whom a change matters.
IMPORTERS = "who imports the module"
CALLERS = "who calls it"
READERS = "who reads what it gives"
SETTERS = "who sets the parameter"
RUNNERS = "who runs it"
INSTANTIATORS = "who gives types in `<…>`"
INFERRERS = "who leaves the type before it to be inferred"
MAKERS_OF_TYPE = "who makes values of the type"
READERS_OF_TYPE = "who reads values of the type"
USERS_OF_TYPE = "who makes or reads values of the type"
NAMERS_OF_TYPE = "who names the type"
UNPACKERS = "who unpacks it or writes it as columns"
PARALLEL = "who runs it several times at once"
REPLIERS = "who answers requests behind it"


@attrs.frozen(slots=True)
class Change:
    """One change.

    ``kind`` is a fixed word (``output-narrowed``); the table in ``docs/versions.md`` lists all. ``name`` is the
    function or type, ``path`` the place inside it (``input.x``, ``parameter limit``), ``before`` and ``after`` what
    stands there, printed, None where there is nothing. ``audience`` says who has to look at it, ``remark`` what else
    there is to know.
    """

    kind: str
    name: str
    level: Level
    path: str = ""
    before: str | None = None
    after: str | None = None
    audience: str = ""
    remark: str = ""

    @property
    def breaking(self) -> bool:
        """Whether a program that was right before may be wrong after it."""
        return self.level is Level.MAJOR


def highest(changes: Iterable[Change]) -> Level:
    """The greatest level of some changes."""
    return max((change.level for change in changes), key=lambda level: level.rank, default=Level.NONE)


_WORDS = {
    "function-added": "new {place}, {after}",
    "function-removed": "the {place} is gone: {before}",
    "type-added": "new type, {after}",
    "type-removed": "the type is gone: {before}",
    "field-added": "new field, {after}",
    "field-removed": "the field is gone: {before}",
    "field-renamed": "the field is called {after} now",
    "constructor-added": "new constructor",
    "constructor-renamed": "the constructor is called {after} now",
    "constructor-removed": "the constructor is gone",
    "opened": "further fields may stand there now",
    "closed": "no further fields travel on",
    "order": "the order was {before}; it is {after}",
    "name": "the type's name: {before} → {after}",
    "label-forbidden": "no further field may be called {after}",
    "constraint-added": "{after} is required now",
    "constraint-removed": "{before} is not required any more",
    "parameter-added": "new, {after}",
    "parameter-removed": "it is gone: {before}",
    "parameter-fixed": "nothing from outside reaches it any more",
    "parameter-freed": "it can be set from outside now",
    "parameter-required": "required; the default was {before}",
    "parameter-optional": "it has a default now: {after}",
    "parameter-undeclared": "it is not declared any more: {before}",
    "default-changed": "the default: {before} → {after}",
    "choice-added": "{after} may be chosen now",
    "choice-removed": "{before} may not be chosen any more",
    "deprecated-added": "deprecated: {after}",
    "stateless-added": "it is stateless now",
    "stateless-removed": "it is not stateless any more",
    "other-sources": "values come from other sources than requests now",
    "more-ways": "a value goes through it more than one way now",
    "docs": "the text is another one",
    "files": "{after}",
}
_SIDES = ("input-", "output-", "type-")


def described(change: Change) -> str:
    """What a change is, in a few words: ``Double → optional Double``."""
    kind = change.kind
    if kind not in _WORDS and kind.startswith(_SIDES):
        kind = kind.partition("-")[2]
    form = _WORDS.get(kind)
    if form is not None:
        return form.format(place=change.path, before=change.before, after=change.after)
    word = kind.rpartition("-")[2] if kind.startswith(("deprecated", "experimental")) else kind
    if change.before is None and change.after is None:
        return word
    return f"{change.before or 'nothing'} → {change.after or 'nothing'}"


def placed(change: Change) -> str:
    """Where a change is: ``predict output.score``."""
    if not change.path or change.kind in ("function-added", "function-removed", "type-added", "type-removed"):
        return change.name
    if change.path == "type" or change.path.startswith(("type.", "type[", "type{")):
        return change.name + change.path[len("type") :]
    return f"{change.name} {change.path}".strip()
