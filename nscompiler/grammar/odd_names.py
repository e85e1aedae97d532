"""Names with a character inside that no name may have: ``a`b``, ``User-Id``. The whole word is read as one name."""

from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.contexts import Context
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, sentence, shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

_WORD = Pattern(r"[\w']+")
_DASHED = Pattern(r"-[\w']+")
_MAYBE = Applicability.MAYBE_INCORRECT
_SLIPS = "`´"
"""Signs that are typed by mistake and stand for nothing: the rest of the word is the name."""


def small_type(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Diagnostic | None:
    """Reads ``type order = …`` as the type that it declares, wherever that is used; None if no type begins there."""
    kinds, texts, name = tokens.kinds, tokens.texts, tokens.texts[index]
    if index == 0 or kinds[index] != trial.kind["LNAME"] or kinds[index - 1] != trial.kind["TYPE"]:
        return None
    capital = name[0].upper() + name[1:]
    if capital == name:
        return None
    uses = [at for at in range(1, len(kinds) - 1) if at != index and texts[at] == name and kinds[at] == kinds[index]]
    if any(texts[at - 1] in ("fun", "def") for at in uses):
        context = Context(tokens, trial.kind)
        types = {at for at in range(len(kinds) - 1) if context.wanted(at) == "variable"}
        uses = [at for at in uses if at in types]
        for at in (index, *uses):
            texts[at] = capital  # the function has the other name
    uses = [at for at in uses if texts[at - 1] not in (".", "|") and not _is_label(texts, at)]
    twice = any(texts[at - 1] == "type" for at in uses)
    for at in (index, *uses):
        kinds[at] = trial.kind["UNAME"]
    edits = tuple(Edit(source.span(tokens.starts[at], tokens.ends[at]), capital) for at in (index, *uses))
    used = frozenset(uses)
    taken = texts[index] != capital and any(
        texts[at] == capital and texts[at - 1] == "type" for at in range(1, len(kinds)) if at not in used
    )
    if not taken and capital in texts:
        for at in (index, *uses):
            texts[at] = capital  # it is used so already
    span = source.span(tokens.starts[index], tokens.ends[index])
    title = "The name of a `type` starts with a capital letter"
    if taken:
        return codes.NAME_CASE.at(span, title, f"there is a {shown(capital)} besides: this one needs another name")
    if twice:
        return codes.NAME_CASE.at(span, title, f"{shown(name)} is declared twice: one of them needs another name")
    return codes.NAME_CASE.at(span, title, fixes=(Fix(f"Write {shown(capital)}", edits, _MAYBE),))


def _is_label(texts: list[str], at: int) -> bool:
    """Whether a name is that of a field or of a parameter, and no type before the `=` of a def."""
    return texts[at + 1] == ":" or (texts[at + 1] == "=" and texts[at - 1] in ("{", ","))


def is_small_alias(tokens: Tokens, trial: Trial, index: int) -> bool:
    """Whether the dot at a token stands in ``shop.Order``, a type of an import that is written in small letters."""
    kinds = tokens.kinds
    if tokens.texts[index] != "." or index < 2 or kinds[index - 1] != trial.kind["LNAME"]:
        return False
    declares = tokens.texts[index - 2] in ("fun", "def", "type", "import", "module", ".")
    return not declares and kinds[index + 1] == trial.kind["UNAME"]


class OddName(Record):
    """A word of several tokens without a gap between them, of which some are no part of a name."""

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "end", "text", "stray")
    __slots__ = __match_args__

    def __init__(self, first: int, end: int, text: str, stray: tuple[int, ...]) -> None:
        self.first = first
        self.end = end
        self.text = text
        self.stray = stray


def odd_name(tokens: Tokens, index: int, stray: int) -> OddName | None:
    """The word around a token, where it holds one of the kind ``stray`` or with a dash; None where it is plain, or
    nothing of a name is in it.
    """
    if not _is_part(tokens, index, stray):
        return None
    first, end = index, index + 1
    while first > 0 and not tokens.gaps[first] and _is_part(tokens, first - 1, stray):
        first -= 1
        if index - first > WINDOW:
            return None  # nobody meant that as one name
    while end < len(tokens.kinds) and not tokens.gaps[end] and _is_part(tokens, end, stray):
        end += 1
        if end - first > WINDOW:
            return None
    text = "".join(tokens.texts[first:end])
    if text[0] == text[-1] == "`":  # quotes, as other languages have them
        text = text.strip("`")
    found = tuple(at for at in range(first, end) if _is_odd(tokens, at, stray))
    return OddName(first, end, text, found) if 0 < len(found) < end - first else None


def _is_odd(tokens: Tokens, index: int, stray: int) -> bool:
    return tokens.kinds[index] == stray or bool(_DASHED.fullmatch(tokens.texts[index]))


def is_word(tokens: Tokens, index: int) -> bool:
    """Whether a token is made of what names are made of."""
    return bool(_WORD.fullmatch(tokens.texts[index]))


def _is_part(tokens: Tokens, index: int, stray: int) -> bool:
    return is_word(tokens, index) or _is_odd(tokens, index, stray)


def can_be_quoted(name: OddName, tokens: Tokens, trial: Trial, states: list[int]) -> bool:
    """Whether it is a field's name and needs quotes; ``states`` are those before the word."""
    colon = trial.tables.literals[":"]
    fits = tokens.kinds[name.end] == colon and trial.feed(states.copy(), [trial.kind["TEXT"], colon]) == 2
    return fits and quote(name.text)[1:-1] == name.text and not _WORD.fullmatch(name.text)


def quoted(source: SourceFile, name: OddName, tokens: Tokens) -> Diagnostic:
    """Reads the word as the same name in quotes."""
    start, end, right = tokens.starts[name.first], tokens.ends[name.end - 1], quote(name.text)
    tokens.kinds[name.first + 1 : name.end] = [SWALLOWED] * (name.end - name.first - 1)
    stray = name.stray[0]
    odd = "-" if _DASHED.fullmatch(tokens.texts[stray]) else tokens.texts[stray]
    span = source.span(tokens.starts[stray], tokens.starts[stray] + len(odd))
    title = f"A name with {shown(odd)} inside needs quotes"
    tokens.texts[name.first], tokens.ends[name.first] = right, end
    fix = Fix("Write the name in quotes", (Edit(source.span(start, end), right),), Applicability.MACHINE_APPLICABLE)
    return codes.STRAY_CHARACTER.at(span, title, "letters, digits, `_` and `'` need none", fixes=(fix,))


def numbered(source: SourceFile, tokens: Tokens, index: int, text: int) -> Diagnostic | None:
    """Reads ``1st`` in ``{ 1st : Text }`` as the same name in quotes; None where no field's name stands there."""
    if tokens.texts[index + 1] != ":" or index == 0 or tokens.texts[index - 1] not in ("{", ","):
        return None
    span = source.span(tokens.starts[index], tokens.ends[index])
    right = quote(tokens.texts[index])
    tokens.kinds[index], tokens.texts[index] = text, right
    fix = Fix("Write the name in quotes", (Edit(span, right),), Applicability.MACHINE_APPLICABLE)
    title = "A name that starts with a digit needs quotes"
    return codes.BAD_NUMBER.at(span, title, fixes=(fix,))


def numbered_declaration(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Diagnostic | None:
    """Reads ``2fa``, which the file declares so, as ``fa2`` wherever it stands; None if it does not."""
    written = tokens.texts[index]
    keyword = next((one for one in ("fun", "def", "type") if f"{one} {written}" in source.text), "")
    digits = written[: len(written) - len(written.lstrip("0123456789"))]
    bare = written[len(digits) :]
    is_used = bare in tokens.texts  # what is declared is used without the digits
    name, wanted = bare if is_used else bare + digits, "UNAME" if keyword == "type" else "LNAME"
    if not keyword or not digits or not name.isidentifier() or name[0].isupper() != (keyword == "type"):
        return None
    places = [at for at, text in enumerate(tokens.texts) if text == written]
    edits = tuple(Edit(source.span(tokens.starts[at], tokens.ends[at]), name) for at in places)
    for at in places:
        tokens.kinds[at], tokens.texts[at] = trial.kind[wanted], name
    declared = next((at for at in places if tokens.texts[at - 1] == keyword), index)
    span = source.span(tokens.starts[declared], tokens.ends[declared])
    fix = Fix(fitting(f"Write {shown(name)}", "Write another name"), edits, _MAYBE)
    return codes.BAD_NUMBER.at(span, f"A name starts with a letter: {shown(written)}", fixes=(fix,))


def dashed_parameter(source: SourceFile, name: OddName, tokens: Tokens) -> Diagnostic | None:
    """Reads ``pg-query`` in ``{ pg-query = "…" }`` as ``pg_query``; None where no parameter's name stands there."""
    before, written = tokens.texts[name.first - 1], name.text.replace("-", "_")
    if tokens.texts[name.end] != "=" or before not in ("{", ",") or not written.isidentifier():
        return None
    span = source.span(tokens.starts[name.first], tokens.ends[name.end - 1])
    dash = source.span(tokens.starts[name.first + 1], tokens.starts[name.first + 1] + 1)
    tokens.kinds[name.first + 1 : name.end] = [SWALLOWED] * (name.end - name.first - 1)
    tokens.texts[name.first], tokens.ends[name.first] = written, span.end
    fix = Fix(fitting(f"Write {shown(written)}", "Write `_`"), (Edit(span, written),), _MAYBE)
    title = "A name has no `-` inside: letters, digits, `_` and `'` alone"
    return codes.STRAY_CHARACTER.at(dash, title, fixes=(fix,))


def is_slip(name: OddName, tokens: Tokens, index: int) -> bool:
    """Whether the word is a name without its odd characters, of which one stands at ``index``."""
    first = next(at for at in range(name.first, name.end) if at not in name.stray)
    slips = all(tokens.texts[at].strip(_SLIPS) == "" for at in name.stray)
    return slips and index in name.stray and not tokens.texts[first][0].isdecimal()


def mended(source: SourceFile, name: OddName, tokens: Tokens) -> Diagnostic:
    """Reads the word as the name without its odd characters."""
    strays = [source.span(tokens.starts[at], tokens.ends[at]) for at in name.stray]
    told = shown(tokens.texts[name.stray[0]])
    end = tokens.ends[name.end - 1]
    words = [at for at in range(name.first, name.end) if at not in name.stray]
    tokens.texts[words[0]] = "".join(tokens.texts[at] for at in words)
    for at in range(name.first, name.end):
        if at != words[0]:
            tokens.kinds[at] = SWALLOWED
    tokens.ends[words[0]] = end
    several = len(strays) > 1
    what = f"the backtick{'s' if several else ''}" if told == "backticks" or "backtick" in told else told
    if several and what == told and len({source.text[span.start : span.end] for span in strays}) > 1:
        what = "what is no part of the name"
    fix = Fix(f"Remove {what}", tuple(Edit(span, "") for span in strays), _MAYBE)
    verb = "mean" if told == "backticks" else "means"
    return codes.STRAY_CHARACTER.at(strays[0], sentence(f"{told} {verb} nothing here"), fixes=(fix,))


def dashed(source: SourceFile, name: OddName, tokens: Tokens, trial: Trial) -> Diagnostic | None:
    """Reads ``load-users``, which the file declares so, as ``load_users`` wherever it stands; None if it does not."""
    if not any(f"{keyword} {name.text}" in source.text for keyword in ("fun", "def")):
        return None
    count = name.end - name.first
    places = [at for at in range(1, len(tokens.kinds) - count) if _is_same(tokens, at, name)]
    declared = next((at for at in places if tokens.texts[at - 1] in ("fun", "def")), 0)
    if not declared or tokens.kinds[declared] != trial.kind["LNAME"]:
        return None
    parts = tokens.texts[declared : declared + count]
    written = "".join(parts).replace("-", "_")
    if not written.isidentifier() or written in tokens.texts:
        return None
    dash = tokens.starts[declared + 1]
    edits = tuple(Edit(source.span(tokens.starts[at], tokens.ends[at + count - 1]), written) for at in places)
    for at in places:
        tokens.texts[at], tokens.ends[at] = written, tokens.ends[at + count - 1]
        tokens.kinds[at + 1 : at + count] = [SWALLOWED] * (count - 1)
    fix = Fix(fitting(f"Write {shown(written)}", "Write `_`"), edits, _MAYBE)
    title = "A name has no `-` inside: letters, digits, `_` and `'` alone"
    return codes.STRAY_CHARACTER.at(source.span(dash, dash + 1), title, fixes=(fix,))


def _is_same(tokens: Tokens, at: int, name: OddName) -> bool:
    """Whether the same word as some odd name stands at a token."""
    count = name.end - name.first
    if (
        tokens.texts[at] != tokens.texts[name.first]
        or tokens.texts[at : at + count] != tokens.texts[name.first : name.end]
    ):
        return False
    apart = tokens.gaps[at] or tokens.texts[at - 1] in ("|", "&", "(", "=", "{")
    follows = at + count < len(tokens.texts) and not tokens.gaps[at + count] and tokens.texts[at + count][:1] == "-"
    return bool(apart) and not follows and not any(tokens.gaps[at + 1 : at + count])
