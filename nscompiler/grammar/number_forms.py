"""Numbers and lists of names as values: `0,5`, `1,000`, `1.000.000`, `5 * 100`, `1/2`, `+5`, `50%`, `0x10`, `64kB`,
`10 minutes`, `[id, name]`. Each is read as one value, so that no part of it is taken away.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.byte_sizes import bytes_meant, told
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_THOUSANDS = Pattern(
    r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,3}(?:'[0-9]{3})+"
)
_DECIMAL = Pattern(r"[0-9]+,[0-9]+")
_PRODUCT = Pattern(r"[0-9]+(?:[ \t]*\*[ \t]*[0-9]+)+")
_PERCENT = Pattern(r"([0-9]{1,3})%")
_FRACTION = Pattern(r"([0-9]{1,15})[ \t]*/[ \t]*([1-9][0-9]{0,14})")
_PLUS = Pattern(r"\+[ \t]*([0-9][0-9_]*(?:\.[0-9]+)?)")
_UNITS = "kWh|MWh|Wh|kW|MW|W|kg|mg|g|km|cm|mm|px|pt|Hz|kHz|MHz|EUR|USD"
_UNIT = Pattern(rf"(-?[0-9][0-9_]*(?:\.[0-9]+)?)[ \t]*({_UNITS})")
_BYTES = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_SIZE = Pattern(r"([0-9]{1,6})[ \t]*((?i:[kmgt]i?))(?:[bB]|ytes)")
_TIME_ONE = r"[0-9]{1,9}[ \t]*[a-zA-Z]++\.?"
_TIMES = {
    **dict.fromkeys(("ms", "milli", "millis", "millisecond", "milliseconds"), (1, "ms")),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), (1, "s")),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), (1, "m")),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), (1, "h")),
    **dict.fromkeys(("d", "day", "days"), (24, "h")),
    **dict.fromkeys(("w", "week", "weeks"), (168, "h")),
}
_TIME = Pattern(r"([0-9]{1,9})[ \t]*([a-zA-Z]++)\.?")
_TIME_PARTS = Pattern(rf"{_TIME_ONE}(?:(?:[ \t]*,?[ \t]*|[ \t]+and[ \t]+){_TIME_ONE})*+")
_CLOCK = Pattern(r"([0-9]{1,3}):([0-5]?[0-9]):([0-5]?[0-9])")
_BASE = Pattern(r"0(?:[xX][0-9a-fA-F_]{1,15}|[oO][0-7_]{1,20}|[bB][01_]{1,60})")
_VALUE = Pattern(r"[^{}|;\n]*?(?=[ \t]*(?:,[ \t]*[a-z_]\w*[ \t]*[=:]|\}))")


def number_forms(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token in the value of a parameter may be."""
    yield from _doubled(source, tokens, index)
    first = index
    while first > max(1, index - WINDOW) and tokens.texts[first - 1] not in ("=", "{", "}", "|"):
        first -= 1
    if first < 3 or tokens.texts[first - 1] != "=" or tokens.texts[first - 3] not in ("{", ",", ":"):
        return
    found = _VALUE.match(source.text, tokens.starts[first])
    if found is None or not found[0]:
        return
    until = first
    while until < len(tokens.kinds) - 1 and tokens.ends[until] <= found.end():
        until += 1
    written, span = found[0].rstrip(), source.span(tokens.starts[first], tokens.ends[until - 1])
    names = _names(tokens, trial, first, until)
    if names:
        yield _in_quotes(source, tokens, trial, names, range(first, until))
        return
    offers, title = _offers(written)
    if len(offers) == 1 and offers[0][0] == '"' and _declared(tokens, first) in ("Integer", "Double"):
        return  # what is counted in other units
    if offers:
        fixes = tuple(Fix(f"Write `{one}`", (Edit(span, one),), _MAYBE) for one in offers)
        kind = trial.kind["TEXT" if offers[0][0] == '"' else "DOUBLE" if "." in offers[0] else "INTEGER"]
        title = fitting(f"{title}: {shown(written)}", title)
        yield Slip(
            first, until, ((kind, offers[0], span.start, span.end),), codes.BAD_NUMBER.at(span, title, fixes=fixes)
        )


def _declared(tokens: Tokens, value: int) -> str:
    """The type of the parameter whose value begins at a token, as a function of the file declares it."""
    texts = tokens.texts
    if texts[value - 3] == ":":
        return texts[value - 2]
    name = texts[value - 2]
    places = (at for at in range(1, len(texts) - 2) if texts[at] == name and texts[at + 1] == ":")
    return next((texts[at + 2] for at in places if texts[at - 1] in ("{", ",")), "")


def _in_quotes(source: SourceFile, tokens: Tokens, trial: Trial, names: list[int], places: range) -> Slip:
    edits, meant = [], []
    for at in places:
        kind, text, start, end = tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at]
        if at in names:
            kind, text = trial.kind["TEXT"], quote(text)
            edits.append(Edit(source.span(start, end), text))
        meant.append((kind, text, start, end))
    fix = Fix("Put each in quotes" if len(names) > 1 else "Put it in quotes", tuple(edits), _MAYBE)
    title = f"A value is a literal, not a name: {shown(tokens.texts[names[0]])}"
    problem = codes.NOT_A_LITERAL.at(edits[0].span, title, fixes=(fix,))
    return Slip(places.start, places.stop, tuple(meant), problem)


def _names(tokens: Tokens, trial: Trial, first: int, until: int) -> list[int]:
    """The names in a list, where it holds one."""
    if tokens.texts[first] != "[" or tokens.texts[until - 1] != "]":
        return []
    inside = range(first + 1, until - 1)
    plain = all(
        tokens.texts[at] == ","
        if (at - first) % 2 == 0
        else tokens.kinds[at] in trial.words or tokens.kinds[at] == trial.kind["TEXT"]
        for at in inside
    )
    return [at for at in inside if tokens.kinds[at] in trial.words] if plain and len(inside) % 2 else []


def _offers(written: str) -> tuple[tuple[str, ...], str]:
    """The numbers that a text may stand for, and what is wrong with it."""
    if _THOUSANDS.fullmatch(written):
        sign = next(one for one in written if not one.isdigit())
        named = {",": "comma", ".": "second point", " ": "space"}.get(sign, f"`{sign}`")
        return (written.replace(sign, "_"),), f"A number has no {named} inside"
    if _DECIMAL.fullmatch(written):
        return (written.replace(",", "."),), "A number has a point, and no comma, before its fraction"
    if _PRODUCT.fullmatch(written):
        product = 1
        for factor in written.split("*"):
            product *= int(factor.strip()[:18])
        return (str(product),), "A value is a literal, not something to be worked out"
    fraction = _FRACTION.fullmatch(written)
    if fraction is not None:
        whole, rest = divmod(int(fraction[1]), int(fraction[2]))
        worked = str(int(fraction[1]) / int(fraction[2]))
        plain = "e" not in worked
        return ((str(whole) if not rest else worked,) if plain else ()), "A value is a literal, not to be worked out"
    plus, unit = _PLUS.fullmatch(written), _UNIT.fullmatch(written)
    if plus is not None:
        return (plus[1],), "A number stands without `+`"
    sizes = bytes_meant(written)
    if sizes:
        return sizes, told(written).partition(":")[0]
    if unit is not None:
        return (unit[1],), f"A number stands without its unit `{unit[2]}`"
    if _BASE.fullmatch(written):
        return (str(int(written.replace("_", ""), 0)),), "A number is written with the digits of ten"
    size = _SIZE.fullmatch(written)
    if size is not None:
        return (str(int(size[1]) * _BYTES[size[2].lower()]),), "A number of bytes stands without a unit"
    duration = _duration(written)
    if duration:
        return (duration,), "A duration stands in quotes"
    percent = _PERCENT.fullmatch(written)
    if percent is not None:
        part = int(percent[1]) / 100
        return (str(part), percent[1]), "A number stands without `%`"
    return (), ""


def _duration(written: str) -> str:
    """``"10m"`` for ``10 minutes``; nothing where a word is no unit of time."""
    clock = _CLOCK.fullmatch(written)
    if clock is not None:
        numbers = [f"{int(part)}{unit}" for part, unit in zip(clock.groups(), "hms", strict=True) if int(part)]
        return quote("".join(numbers)) if numbers else ""
    if not _TIME_PARTS.fullmatch(written):
        return ""
    parts = [(int(number), _TIMES.get(word.lower())) for number, word in _TIME.findall(written)]
    units = [f"{number * unit[0]}{unit[1]}" for number, unit in parts if unit is not None]
    return quote("".join(units)) if len(units) == len(parts) else ""


def _doubled(source: SourceFile, tokens: Tokens, index: int) -> Iterator[Slip]:
    """``{ path == "x" }``."""
    texts = tokens.texts
    is_doubled = texts[index] == "=" and texts[index - 1] == "=" and not tokens.gaps[index]
    if not is_doubled or texts[index - 3 : index - 2] not in (["{"], [","]):
        return
    span = source.span(tokens.starts[index - 1], tokens.ends[index])
    fix = Fix("Write `=`", (Edit(span, "="),), _MAYBE)
    title = "`==` is not written here: `=` alone is"
    meant = (tokens.kinds[index], "=", span.start, span.end)
    yield Slip(index - 1, index + 1, (meant,), codes.COLON_AND_EQUALS.at(span, title, fixes=(fix,)))
