"""The values that a parameter may have, written without quotes or with commas: `mode : fast | slow`, `"a", "b"`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.foreign_names import PARAMETERS_MEANT
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.mistakes import SCALARS
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.syntax import NAMELESS, PARAMETER_TYPES
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import LITERALS, fitting, shown
from nscompiler.source import SourceFile

_MOST = 32
_FAR = 400
_CLOSING = {"[": "]", "(": ")", "{": "}", "": ""}
# What other languages call a type of a few values.
_NAMES = ("Enum", "Literal", "Choice", "OneOf")


def other_types(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``with { lang : str, words : list[str], n : Integer 3 }``: types as other languages write them, and a default
    without its sign, all of one ``with`` at once."""
    brace = _brace_before(tokens.texts, index)
    if brace < 0:
        return
    found = _read_types(source, tokens, trial, brace + 1)
    until = brace + 1 + found.length
    if not found.edits or not brace < index <= until:
        return
    first, place = found.edits[0], found.places[0]
    span = source.span(tokens.starts[place], max(tokens.ends[place], first.span.end))
    if first.text == " =":
        title, code, what = f"An `=` is missing before {shown(tokens.texts[place])}", codes.MISSING_EQUALS, "Insert `=`"
    else:
        written = source.text[first.span.start : first.span.end]
        title = f"A parameter's type is written `{first.text}`"
        title, code = fitting(f"{title}, not {shown(written)}", title), codes.NAME_CASE
        what = f"Write `{first.text}`"
    fix = Fix(what, tuple(found.edits), Applicability.MAYBE_INCORRECT)
    yield Slip(brace + 1, until, tuple(found.meant), code.at(span, title, fixes=(fix,)))


class _Found:
    """What the tokens of a `with` mean, how many these are, and what is to be written at which of them."""

    def __init__(self) -> None:
        self.meant: list[tuple[int, str, int, int]] = []
        self.edits: list[Edit] = []
        self.places: list[int] = []
        self.length = 0


def _read_types(source: SourceFile, tokens: Tokens, trial: Trial, first: int) -> _Found:
    kinds, literals = shared_kinds(trial.tables), [trial.kind[name] for name in LITERALS]
    found, at = _Found(), first
    while at < min(len(tokens.kinds) - 1, first + _FAR) and tokens.texts[at] != "}":
        type = _type_at(tokens, at, trial) if tokens.texts[at - 1] == ":" else None
        if type is None:
            found.meant.append((tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at]))
            at += 1
            continue
        until, meant = type
        span = source.span(tokens.starts[at], tokens.ends[until - 1])
        if source.text[span.start : span.end] != meant:
            found.edits.append(Edit(span, meant))
            found.places.append(at)
        for text in ("[", meant[1:-1], "]") if meant.startswith("[") else (meant,):
            found.meant.append((kinds.get(text, trial.kind["UNAME"]), text, span.start, span.end))
        at = until
        if tokens.kinds[at] in literals:
            found.edits.append(Edit(source.span(span.end, span.end), " ="))
            found.places.append(at)
            found.meant.append((kinds["="], "=", span.end, span.end))
    found.length = at - first
    return found


def _brace_before(texts: list[str], index: int) -> int:
    """The `{` of the `with` in which a token stands; -1 if it stands in none."""
    depth = 0
    for place in range(index - 1, max(0, index - _FAR), -1):
        depth += (texts[place] in ("}", "]", ")")) - (texts[place] in ("{", "[", "("))
        if texts[place] == "{" and texts[place - 1] == "with" and depth < 0:
            return place
    return -1


def _type_at(tokens: Tokens, at: int, trial: Trial) -> tuple[int, str] | None:
    """Where a written type ends, and what it means, where it is one of other languages or stands before a literal."""
    kinds, word = tokens.kinds, tokens.texts[at]
    behind = [*tokens.texts[at + 1 : at + 4], "", "", ""]
    if word == "[" and behind[1] == "]":
        inner = _meant(behind[0])
        return (at + 3, f"[{inner}]") if inner else None
    if kinds[at] not in trial.words:
        return None
    if word.lower() in ("list", "array") and kinds[at + 1] in trial.words:
        inner = _meant(behind[0])
        return (at + 2, f"[{inner}]") if inner else None
    if word.lower() in ("list", "array") and (behind[0], behind[2]) in (("[", "]"), ("<", ">")):
        inner = _meant(behind[1])
        return (at + 4, f"[{inner}]") if inner else None
    meant = _meant(word)
    literal = kinds[at + 1] in (trial.kind[name] for name in LITERALS)
    return (at + 1, meant) if meant and (meant != word or literal) else None


def _meant(word: str) -> str:
    return word if word in PARAMETER_TYPES else PARAMETERS_MEANT.get(word.lower(), "")


def choices(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token inside of a parameter's type may be."""
    texts, words, text = tokens.texts, trial.words, trial.kind["TEXT"]
    first = index
    while first > max(0, index - _MOST) and texts[first - 1] not in (":", "=", "->", "}"):
        first -= 1
    if first < 3 or texts[first - 1] != ":" or tokens.kinds[first - 2] not in words:
        return
    if not _is_parameter(texts, first - 3):
        return
    named = texts[first] in _NAMES and texts[first + 1] in ("[", "(")
    at = first + named
    opened = texts[at] if texts[at] in ("[", "(", "{") else ""
    at += bool(opened)
    values: list[int] = []
    while tokens.kinds[at] in words or tokens.kinds[at] == text:
        if tokens.kinds[at] != text and texts[at + 1] == ":":
            break  # the next parameter
        values.append(at)
        at += 1
        if texts[at] not in ("|", ",", "or") or len(values) > _MOST:
            break
        at += 1
    until = at + 1 if opened else values[-1] + 1 if values else at
    plain = all(tokens.kinds[value] == text for value in values)
    bars = all(texts[value + 1] == "|" for value in values[:-1])
    types = SCALARS.intersection(texts[value] for value in values)
    if types or (opened and not named and any(texts[value][:1].isupper() for value in values)):
        return  # `(A, B)` is a tuple of types
    if len(values) < 2 or (opened and texts[at] != _CLOSING[opened]) or not (opened or bars or plain):
        return
    quoted = [texts[value] if tokens.kinds[value] == text else quote(texts[value]) for value in values]
    written = " | ".join(quoted)
    # Read as a type that nothing is known of: whatever is given to the parameter is right.
    meant = [(trial.kind["UNAME"], NAMELESS, tokens.starts[first], tokens.ends[until - 1])]
    edits = [Edit(source.span(tokens.starts[first], tokens.ends[until - 1]), written)]
    if texts[until] == "=" and tokens.kinds[until + 1] in words and texts[until + 1] in [texts[one] for one in values]:
        # The default is written as the values are.
        place = source.span(tokens.starts[until + 1], tokens.ends[until + 1])
        edits.append(Edit(place, quote(texts[until + 1])))
        sign, default = ((tokens.kinds[until], "=", tokens.starts[until], tokens.ends[until]), place)
        meant += [sign, (text, quote(texts[until + 1]), default.start, default.end)]
        until += 2
    span = edits[0].span
    title = "The values of a parameter stand in quotes, with `|` between them"
    fix = Fix(fitting(f"Write `{written}`", "Write them so"), tuple(edits), Applicability.MAYBE_INCORRECT)
    yield Slip(first, until, tuple(meant), codes.NOT_A_LITERAL.at(span, title, fixes=(fix,)))


def _is_parameter(texts: list[str], at: int) -> bool:
    """Whether what stands before a name is the `{` behind a `with`, or a comma in these."""
    depth = 0
    for place in range(at, max(0, at - _FAR), -1):
        text = texts[place]
        depth += (text in ("}", "]", ")")) - (text in ("{", "[", "("))
        if depth < 0:
            return text == "{" and texts[place - 1] == "with"
    return False
