"""What is offered at a cursor, and in which order."""

from collections.abc import Iterable
from enum import Enum

import attrs

from nscompiler.diagnostics.model import Edit

MOST_OFFERED = 400
"""How many offers an editor gets at once: it asks again as the word grows."""


class OfferKind(Enum):
    """What is offered; named as the editors' protocol names it."""

    FUNCTION = "function"
    SOURCE = "source"
    SINK = "sink"
    TYPE = "type"
    TYPE_VARIABLE = "type variable"
    CONSTRUCTOR = "constructor"
    FIELD = "field"
    PARAMETER = "parameter"
    VALUE = "value"
    ENVIRONMENT = "environment"
    MODULE = "module"
    ATTRIBUTE = "attribute"
    CONSTRAINT = "constraint"
    KEYWORD = "keyword"
    SNIPPET = "snippet"


class Fit(Enum):
    """How well a stage fits what flows, the best first; others than stages have a group of their own."""

    EXACT = 0
    CONVERTED = 1
    SIGN = 2
    POLYMORPHIC = 3
    SINK = 4
    OTHER = 5
    UNFIT = 6
    KEYWORD = 7


@attrs.frozen(slots=True)
class Subject:
    """What an offer is about, for whoever wants its documentation: a module's function or type."""

    module: str
    name: str


@attrs.frozen(slots=True)
class Offer:
    """One thing that may be written.

    ``insert`` is the text, ``snippet`` the same with places to fill in, where there are some. ``detail`` says what it
    is, ``note`` where it comes from or why it does not fit. ``filter`` is what the word is compared with. ``edits`` are
    to be made as well; they never touch the word. ``group`` and ``closeness`` order offers, then ``rank``, then the
    label.
    """

    label: str
    kind: OfferKind
    insert: str
    group: int
    detail: str = ""
    note: str = ""
    filter: str = ""
    snippet: str = ""
    edits: tuple[Edit, ...] = ()
    deprecated: bool = False
    subject: Subject | None = None
    documentation: str = ""
    closeness: int = 0
    rank: int = 0

    @property
    def order(self) -> tuple[int, int, int, str]:
        """What offers are sorted by."""
        return self.group, self.closeness, self.rank, self.label


@attrs.frozen(slots=True)
class Offers:
    """What may stand at a place, the best first; it replaces the text from ``start`` to ``end``. Not ``complete`` if
    there is more than was looked at, so that one has to ask again when the word has grown."""

    start: int
    end: int
    items: tuple[Offer, ...] = ()
    complete: bool = True


def closeness(word: str, name: str) -> int | None:
    """How far a name is from what is written of it: 0 begins with it, 1 but for capitals, 2 a part of it does, 3 it is
    inside, 4 its letters are; None for another name."""
    if name.startswith(word):
        return 0
    small, folded = name.lower(), word.lower()
    if small.startswith(folded):
        return 1
    at = small.find(folded)
    while at > 0:
        if name[at].isupper() or not name[at - 1].isalnum():
            return 2
        at = small.find(folded, at + 1)
    if folded in small:
        return 3
    letters = iter(small)
    return 4 if all(letter in letters for letter in folded) else None


def ranked(word: str, offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """The offers that a word may become, the best first."""
    found = []
    for offer in offers:
        far = closeness(word, offer.filter or offer.label)
        if far is not None:
            found.append(attrs.evolve(offer, closeness=far) if far else offer)
    return tuple(sorted(found, key=lambda offer: offer.order))
