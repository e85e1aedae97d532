"""Values that are given on the command line, as JSON."""

import json
import math
import re
from collections.abc import Callable
from typing import NoReturn

import click

DEEPEST = 200
"""How deeply lists and objects may be nested, as in the language itself."""

_NEGATIVE = re.compile(r"-(\d|Infinity\b)")
_SHOWN = 20


class ValueCommand(click.Command):
    """A command with a value among its arguments: ``-5`` is one, and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take negative numbers as arguments, wherever they stand."""
        numbers = [] if "--" in args else [argument for argument in args if _NEGATIVE.match(argument)]
        if numbers:
            args = [*(argument for argument in args if argument not in numbers), "--", *numbers]
        return super().parse_args(ctx, args)


class _Refused(ValueError):
    """What is wrong with a value, as a whole sentence."""


def json_text(text: str) -> str:
    """The text as given, if it is JSON. Raises a usage error if not."""
    _parsed(text, str, str)  # numbers are for the other side to judge
    return text


def json_value(text: str) -> object:
    """The value that a text holds. Raises a usage error if it is no JSON, or holds what no value of a program can."""
    value = _parsed(text, _integer, _double)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise click.UsageError("the value holds half a surrogate pair, which is no Unicode text") from None
    return value


def _parsed(text: str, integer: Callable[[str], object], double: Callable[[str], object]) -> object:
    try:
        text.encode()
        if _depth(text) > DEEPEST:
            raise _Refused(f"the value is nested more than {DEEPEST} levels deep")
        return json.loads(text, parse_int=integer, parse_float=double, parse_constant=_constant)
    except _Refused as refused:
        raise click.UsageError(str(refused)) from None
    except UnicodeEncodeError:
        raise click.UsageError("the value is no text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise click.UsageError(f"the value is not JSON: {_told(error)}{_hint(text)}") from None


def _told(error: json.JSONDecodeError) -> str:
    place = f"column {error.colno}" if "\n" not in error.doc else f"line {error.lineno}, column {error.colno}"
    if not error.doc.strip():
        return "it is empty"
    return f"{error.msg[:1].lower()}{error.msg[1:].removesuffix(' at')} at {place}"


def _hint(text: str) -> str:
    """The remedy for a bare word: the shell has taken the quotes, or nobody wrote them."""
    bare = text.strip()
    return "; text needs quotes: '\"like this\"'" if bare and bare[0] not in '{["' else ""


def _depth(text: str) -> int:
    """How deeply the brackets of a JSON text are nested, those inside of texts left out."""
    deepest = depth = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"?|[][{}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
        deepest = max(deepest, depth)
    return deepest


def _integer(text: str) -> int:
    _double(text)
    return int(text)


def _double(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text.lstrip('-'))} digits)"
        raise _Refused(f"the value holds a number that is out of the range of Double: {shown}")
    return number


def _constant(word: str) -> NoReturn:
    raise _Refused(f"the value is not JSON: {word} is no value of JSON; its numbers are finite")
