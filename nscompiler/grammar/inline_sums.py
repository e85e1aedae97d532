"""Sums where only the name of one can stand: ``fun f : Text -> Ok Text | Err Text``, ``{ state : Open | Closed }``."""

from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.records import Record

_OPENERS, _CLOSERS = ("(", "[", "{"), (")", "]", "}")
#: Built-in types without arguments: an alternative of that name alone can only have been meant as that type.
SCALARS = frozenset(
    ("Integer", "Double", "Boolean", "Text", "Byte", "Json", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")
)
APPLIED = ("Map", "Vector", "Matrix")
"""Those with arguments."""
TITLE = "A sum stands only after the `=` of a `type`: its name stands here"
"""What is told of one elsewhere."""
_NO_CONSTRUCTORS = "each alternative has a constructor, as in `type Id = Number Integer | Word Text`"


class Written(Record):
    """The tokens of a sum, from ``first`` to before ``end``, and where its alternatives start."""

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "end", "starts")
    __slots__ = __match_args__

    def __init__(self, first: int, end: int, starts: list[int]) -> None:
        self.first = first
        self.end = end
        self.starts = starts

    def alternatives(self) -> list[range]:
        """The positions of each alternative's tokens."""
        ends = [*(start - 1 for start in self.starts[1:]), self.end]
        return [range(start, end) for start, end in zip(self.starts, ends, strict=True)]


def inline_sum(around: Surroundings) -> Diagnostic | None:
    """A sum without a name, in the type of a function, a field or an item."""
    segment, at = around.segment, around.segment.at
    bar = at if segment.text(at) == "|" else at - 1
    if around.keyword not in ("type", "fun", "def") or segment.text(bar) != "|" or not bar:
        return None
    written = _written(segment, bar)
    if written is None or not is_type_place(around, written.first):
        return None
    if bar < at and not _is_no_row(segment, written, bar):
        return None
    if not segment.whole_with(written.first, written.end - written.first, [segment.trial.kind["UNAME"]]):
        return None
    where = segment.span(written.first, written.end - 1)
    named = all(_has_constructor(segment, alternative) for alternative in written.alternatives())
    if not named:
        return codes.NAMELESS_SUM.at(where, TITLE, notes=(_NO_CONSTRUCTORS,))
    fix = _fix(around, written)
    return codes.NAMELESS_SUM.at(where, TITLE, fixes=() if fix is None else (fix,))


def _written(segment: Segment, bar: int) -> Written | None:
    """The types around a `|`, up to what cannot be part of one."""
    first = bar
    while first > 0 and (_is_part(segment, first - 1) or segment.text(first - 1) in _CLOSERS):
        first = _opener(segment, first - 1)
    end, starts = first, [first]
    while end < len(segment.kinds) and (_is_part(segment, end) or segment.text(end) in _OPENERS):
        if segment.text(end) == "|":
            starts.append(end + 1)
        end = segment.behind_bracket(end) if segment.text(end) in _OPENERS else end + 1
    found = Written(first, end, starts)
    return found if len(starts) > 1 and all(map(len, found.alternatives())) else None


def _is_part(segment: Segment, position: int) -> bool:
    """Whether a token outside brackets goes on with a type, or with the next alternative."""
    text = segment.text(position)
    word = segment.is_word(position) and text not in ("with", "where", "is")
    return word or text in ("|", ".") or text.isdecimal()


def _opener(segment: Segment, position: int) -> int:
    """Where the brackets begin that end at a position; the position itself for any other token."""
    start, depth = position, 0
    while start >= 0:
        depth += (segment.text(start) in _CLOSERS) - (segment.text(start) in _OPENERS)
        if not depth:
            return start
        start -= 1
    return position


def is_type_place(around: Surroundings, first: int) -> bool:
    """Whether a type stands there, and it is no parameter's, which may have texts with `|`."""
    segment = around.segment
    before = segment.text(first - 1)
    if before not in (":", "->", "(", "[", ",", "<"):
        return False
    texts = [segment.text(position) for position in range(first)]
    if "with" in texts or (around.keyword == "def" and ("=" in texts or ":" not in texts)):
        return False
    return before != "," or bool(segment.open_brackets())


def _is_no_row(segment: Segment, written: Written, bar: int) -> bool:
    """Whether what stands behind the last field's `|` is no name for the rest of the record, in capitals by mistake."""
    if len(written.starts) > 2 or written.end > bar + 2 or segment.text(bar + 1) in SCALARS:
        return True
    word = segment.text(written.first)
    named = word[:1].isupper() and segment.text(written.first + 1) != "."
    return named and word not in SCALARS and word not in APPLIED and not is_declared(segment, written.first)


def is_declared(segment: Segment, position: int) -> bool:
    """Whether the file declares a type of a token's name."""
    texts, name = segment.tokens.texts, segment.text(position)
    return any(texts[at] == "type" and texts[at + 1] == name for at in range(len(texts) - 1))


def _has_constructor(segment: Segment, alternative: range) -> bool:
    first = alternative[0]
    capital = segment.text(first)[:1].isupper() and segment.text(first + 1) != "."
    return capital and not (len(alternative) == 1 and segment.text(first) in SCALARS)


def _fix(around: Surroundings, written: Written) -> Fix | None:
    segment, text = around.segment, around.segment.source.text
    if not all(_is_plain(segment, alternative) for alternative in written.alternatives()):
        return None
    body = text[segment.start(written.first) : segment.end(written.end - 1)]
    return declared_below(around, written, " ".join(body.split()))


def declared_below(around: Surroundings, written: Written, body: str) -> Fix | None:
    """The sum as a type of its own below, its name here; None where that needs thought."""
    segment, text = around.segment, around.segment.source.text
    name = _name(around, written)
    tokens = segment.tokens
    last = next((at for at in range(written.end, len(segment.kinds)) if segment.text(at) == ";"), None)
    stop = segment.stop if last is None else segment.indexes[last] + 1
    alone = not tokens.texts[stop] or segment.trial.begins_line(tokens, stop)
    if segment.is_cut or not name or name in tokens.texts or not alone:
        return None
    line = text.find("\n", segment.end(len(segment.kinds) - 1 if last is None else last))
    place = line if line >= 0 else len(text)
    begins = segment.trial.is_start(tokens, stop) or not tokens.texts[stop]
    declared = f"\ntype {name} = {body}{'' if begins else ';'}"
    edits = (
        Edit(segment.span(written.first, written.end - 1), name),
        Edit(segment.source.span(place, place), declared),
    )
    return Fix(f"Declare it as `{name}`", edits, Applicability.MAYBE_INCORRECT)


def _is_plain(segment: Segment, alternative: range) -> bool:
    """Whether an alternative is a constructor and at most one name or bracket, without a variable."""
    first, rest = alternative[0], range(alternative[0] + 1, alternative[-1] + 1)
    if rest and segment.text(rest[0]) not in _OPENERS and len(rest) not in (1, 3):
        return False
    if len(rest) == 3 and segment.text(rest[0]) not in _OPENERS and segment.text(rest[1]) != ".":
        return False
    variables = (at for at in rest if segment.text(at)[:1].islower() and segment.text(at + 1) != ":")
    return segment.is_word(first) and all(segment.text(at) == "optional" for at in variables)


def _name(around: Surroundings, written: Written) -> str:
    """What the sum may be called: after the field that holds it, or after the function."""
    segment, before = around.segment, written.first - 1
    if segment.text(before) == ":" and before > around.head + 2:
        said = segment.text(before - 1).strip('"')
        return said[:1].upper() + said[1:] if said.isidentifier() else ""
    own = around.name()
    if own is None or around.keyword == "type" or not own.text.isidentifier():
        return ""
    taken = not any(segment.text(position) == "->" for position in range(written.first))
    return own.text[:1].upper() + own.text[1:] + ("Input" if taken else "Result")
