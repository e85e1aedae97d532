"""What a value of the wrong kind was probably meant to be: in quotes or without, a list, a choice, a duration."""

import re
from collections.abc import Iterator

from nscompiler.diagnostics.codes import params as codes
from nscompiler.diagnostics.model import Applicability, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar import syntax
from nscompiler.grammar.byte_sizes import bytes_meant
from nscompiler.grammar.number_words import number_meant
from nscompiler.grammar.text import quote
from nscompiler.patterns import Pattern
from nscompiler.typecheck.params import parse_duration
from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import ParameterType

# As many choices as these are all offered where none is near.
FEW = 3

_TRUTH = {"true": "true", "yes": "true", "on": "true", "1": "true", "false": "false", "no": "false", "off": "false"}
_TRUTH["0"] = "false"
_UNITS = {
    "ms": "ms",
    "milli": "ms",
    "s": "s",
    "sec": "s",
    "m": "m",
    "min": "m",
    "h": "h",
    "hour": "h",
    "d": "d",
    "day": "d",
}
# What others call a choice, by the name that it may have here.
_CHOICES = {
    "replace": "overwrite truncate w wb create",
    "append": "a ab add",
    "error": "fail raise abort errorifexists",
    "update": "upsert merge replace overwrite",
    "ignore": "skip nothing",
    "earliest": "beginning begin start first oldest",
    "latest": "end last newest now",
    "none": "off no false uncompressed",
}
_SHELL_VARIABLE = Pattern(r"\$\{([A-Z_][A-Z0-9_]*)\}")
_BARE_VARIABLE = Pattern(r"\$([A-Z_][A-Z0-9_]+)(?=/|\"\Z)")
_NUMBER = Pattern(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_WORDS = Pattern(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)[\s,]*(?:and\s+)?")
_AROUND = Pattern(r"[A-Za-z\s.,!]*")
_CLOCK = Pattern(r"(\d{1,3}):([0-5]?\d):([0-5]?\d)")
_TIMES = Pattern(r"(\d+)\s*(?:times|x)\Z")
# As a shell, Windows, Kubernetes and others write a variable.
_VARIABLE = Pattern(r"(?:env[:.])?(?:\$\{|\$\(|\{\{\s*|[$%])?([A-Za-z_][A-Za-z0-9_]*)(?:\s*\}\}|[})%])?\Z")


def value_fixes(scope: Scope, value: syntax.Literal, type: ParameterType) -> tuple[Fix, ...]:
    """Fixes for a literal that does not fit a parameter's type."""
    return tuple(scope.replacement(value, text, title, sure) for text, title, sure in _offers(value, type))


def _offers(value: syntax.Literal, type: ParameterType) -> Iterator[tuple[str, str, Applicability]]:
    maybe, sure = Applicability.MAYBE_INCORRECT, Applicability.MACHINE_APPLICABLE
    variable = variable_in(value)
    if variable is not None:
        yield variable, f"write `{variable}`", maybe
    elif type.kind == "enum":
        inner = value.value if isinstance(value.value, tuple) and len(value.value) == 1 else (value,)
        held = str(inner[0].value)
        for choice in (held,) if held in type.choices else choices(held, type):
            yield f'"{choice}"', f'write "{choice}"', maybe
    elif type.kind == "Text" and value.kind == "boolean":
        yield f'"{value.raw}"', "quote it", sure
    elif type.kind == "list" and value.kind != "list":
        yield _listed(value, type), "make it a list", maybe
    elif type.kind == "Text" and value.kind == "list" and isinstance(value.value, tuple) and len(value.value) > 1:
        if all(one.kind in ("text", "integer") and '"' not in one.raw[1:-1] for one in value.value):
            joined = ",".join(one.raw.strip('"') for one in value.value)
            yield f'"{joined}"', "write one text, with commas", maybe
    elif value.kind == "list" and isinstance(value.value, tuple) and len(value.value) == 1:
        yield value.value[0].raw, f"write `{value.value[0].raw}`", maybe
    elif type.kind == "Integer" and value.kind == "text" and (sizes := bytes_meant(str(value.value))):
        yield from ((size, f"write `{size}`", maybe) for size in sizes)
    else:
        text = _plain(str(value.value), value.kind, type.kind)
        if text is not None:
            yield text, f"write {text}" if text.startswith('"') else f"write `{text}`", maybe


def variable_in(value: syntax.Literal) -> str | None:
    """The variable of the environment, as it is written here, that a text is in another way."""
    text = str(value.value) if value.kind == "text" else ""
    found = _VARIABLE.match(text) if text.startswith(("$", "%", "env", "{{")) else None
    return None if found is None or found[1] == text or "env" in (text, found[1]) else f"${found[1]}"


def _listed(value: syntax.Literal, type: ParameterType) -> str:
    """A value as a list: of its parts, where it is a text of numbers, truth values or durations with commas."""
    items = [part.strip() for part in str(value.value).strip(" []").split(",")]
    if value.kind == "text" and type.item is not None and type.item.kind != "Text":
        parsed = [_plain(item, "text", type.item.kind) or (item if _NUMBER.match(item) else None) for item in items]
        if None not in parsed:
            return f"[{', '.join(filter(None, parsed))}]"
    elif value.kind == "text" and len(items) > 1 and all(items) and value.raw.startswith('"') and "\\" not in value.raw:
        return f"[{', '.join(map(quote, items))}]"
    return f"[{value.raw}]"


def choices(text: str, type: ParameterType) -> tuple[str, ...]:
    """The choices that a text is near to, or short for; where none is and there are few, all of them."""
    called = tuple(one for one in type.choices if text.casefold() in _CHOICES.get(one, "").split())
    if len(called) == 1:
        return called
    meant = near(text, type.choices) or tuple(one for one in type.choices if _is_short_for(text, one))
    return meant or (type.choices if len(type.choices) <= FEW else ())


def _is_short_for(text: str, choice: str) -> bool:
    """Whether a text has some of the letters of a choice, in order and with the first: ``gz`` for ``gzip``."""
    letters = iter(choice)
    return len(text) > 1 and text[0] == choice[:1] and all(letter in letters for letter in text.casefold())


def _plain(text: str, kind: str, wanted: str) -> str | None:
    """How a value is written for a wanted type, going by what it says."""
    if wanted == "Boolean":
        return _TRUTH.get(text.strip().casefold())
    if wanted == "Integer" and kind == "text" and (times := _TIMES.match(text.strip())) is not None:
        return times[1]
    if wanted in ("Integer", "Double") and kind == "text" and (digits := number_meant(text)) is not None:
        return digits
    if wanted == "Integer" and kind in ("double", "text"):
        whole = re.fullmatch(r"\s*([+-]?\d[\d_, ]*?)(?:\.0+)?\s*", text)
        return None if whole is None else re.sub(r"[_, +]", "", whole[1])
    if wanted == "Double" and kind == "text":
        number = re.fullmatch(r"\s*([+-]?\d+)[,.](\d+)\s*", text)
        return None if number is None else f"{number[1].lstrip('+')}.{number[2]}"
    if wanted == "Duration" and kind == "text":
        return _duration(text)
    return None


def _duration(text: str) -> str | None:
    """A duration that is written in words, and perhaps among others that have no number, or as by a clock."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is not None:
        parts = [f"{int(part)}{unit}" for part, unit in zip(clock.groups(), "hms", strict=True) if int(part)]
        return f'"{"".join(parts)}"' if parts else None
    start = _AROUND.match(text)
    written, at = "", 0 if start is None else start.end()
    for match in _WORDS.finditer(text, at):
        unit = match[2].casefold()
        short = _UNITS.get(unit) or next(
            (own for word, own in _UNITS.items() if len(word) > 2 and unit.startswith(word)), None
        )
        if match.start() != at or short is None:
            return None
        written += match[1] + short
        at = match.end()
    is_all = _AROUND.fullmatch(text, at) is not None
    return f'"{written}"' if is_all and parse_duration(written) is not None else None


def report_shell_variable(scope: Scope, value: syntax.Literal, *, anywhere: bool = False, bare: bool = False) -> bool:
    """Whether a value is ``"${NAME}"``, which is no variable; then after a report. ``anywhere`` if among other
    characters too: a function of the author's may replace it there itself. ``bare`` if ``"$NAME"`` counts too, and
    ``"$NAME/…"``.
    """
    if "$" not in value.raw:
        return False
    for text in _texts_in(value):
        found = _SHELL_VARIABLE.search(text.raw)
        if found is None or not (anywhere or found[0] == text.raw[1:-1]):
            found = _BARE_VARIABLE.match(text.raw, 1) if bare else None
        if found is None:
            continue
        whole, name = found[0] == text.raw[1:-1], f"${found[1]}"
        fix = f"write `{name}`" if whole else f"write `{name}`, which then has to hold the whole value"
        title = f"`{found[0]}` is not replaced inside a text"
        scope.report(
            codes.PARAMETER_FORM,
            text,
            title,
            f"a variable of the environment is a whole value: `{name}`, without quotes",
            fixes=(scope.replacement(text, name, fix),),
        )
        return True
    return False


def _texts_in(literal: syntax.Literal) -> Iterator[syntax.Literal]:
    waiting = [literal]
    while waiting:
        one = waiting.pop()
        if isinstance(one.value, tuple):
            waiting += reversed(one.value)
        elif one.kind == "text":
            yield one
