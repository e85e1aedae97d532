"""The loops over the columns of a row, unrolled: a function is written for each row type when its connector opens.

Columns of a fixed size that stand together are, with their sizes, one ``struct``. What is unusual (a size that is not
the type's, a value that cannot be) is left to the plain loop, which knows how to tell of it.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, NamedTuple

from nstack.connectors.pgtypes import EPOCH, EPOCH_DATE, Dump, Load


class Fixed(NamedTuple):
    """A type of a fixed size: the size, ``struct``'s code, and how a value comes from that, and goes there."""

    size: int
    code: str
    load: str = "{}"
    dump: str = "{}"


FIXED = {
    "int8": Fixed(8, "q"),
    "int4": Fixed(4, "i"),
    "int2": Fixed(2, "h"),
    "float8": Fixed(8, "d"),
    "bool": Fixed(1, "?"),
    "date": Fixed(4, "i", f"fromordinal({{}} + {EPOCH_DATE})", f"{{}}.toordinal() - {EPOCH_DATE}"),
    "timestamptz": Fixed(8, "q", "EPOCH + timedelta(0, 0, {})", "micros({})"),
    "uuid": Fixed(16, "16s", "UUID(bytes={})", "{}.bytes"),
}


def micros(value: datetime.datetime) -> int:
    """Microseconds since 2000-01-01 UTC; raises TypeError for a time without an offset."""
    since = value - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


_NAMES = {
    "EPOCH": EPOCH,
    "timedelta": datetime.timedelta,
    "fromordinal": datetime.date.fromordinal,
    "UUID": uuid.UUID,
    "micros": micros,
}


class Part(NamedTuple):
    """A column that is read: the name of its type, how it is read (None: it is passed over), whether it may be NULL and
    what stands for that."""

    type: str
    load: Load | None
    may_lack: bool
    null: Any


def decoder(parts: Sequence[Part], order: Sequence[int], build: Any, slow: Any) -> Callable[[bytes], Any]:
    """A function from the bytes of a row to its value: ``build`` is given the columns that ``order`` tells. ``slow`` is
    the plain loop."""
    names: dict[str, Any] = {**_NAMES, "build": build, "slow": slow}
    lines: list[str] = []
    base, width, code, targets, checks = "2", 0, "!", [], []  # type: str, int, str, list[str], list[str]

    def unpack() -> None:
        if targets:
            names[f"unpack{len(lines)}"] = Struct(code).unpack_from
            lines.append(f"{', '.join(targets)}, = unpack{len(lines)}(data, {base})")
        if checks:
            lines.append(f"if {' or '.join(checks)}: return slow(data)")

    for at, part in enumerate(parts):
        code, width = code + "i", width + 4
        targets.append(f"n{at}")
        fixed = FIXED.get(part.type)
        if fixed is not None and not part.may_lack and part.load is not None:
            code, width = code + fixed.code, width + fixed.size
            targets.append(f"v{at}")
            checks.append(f"n{at} != {fixed.size}")
            continue
        if not part.may_lack:
            checks.append(f"n{at} < 0")
        unpack()
        names |= {f"load{at}": part.load, f"null{at}": part.null}
        lines.append(f"s = {base} + {width}")
        lines.append(f"e{at} = s + n{at} if n{at} > 0 else s")
        if part.load is not None:
            read = f"load{at}(data[s:e{at}])"
            lines.append(f"v{at} = null{at} if n{at} < 0 else {read}" if part.may_lack else f"v{at} = {read}")
        base, width, code, targets, checks = f"e{at}", 0, "!", [], []
    unpack()
    values = [_loaded(parts[at]).format(f"v{at}") for at in order]
    lines.append(f"return build({', '.join(values)})")
    body = "".join(f"\n        {line}" for line in lines)
    text = f"def made(data):\n    try:{body}\n    except Exception:\n        return slow(data)"
    made: Callable[[bytes], Any] = _made(text, names)
    return made


def _loaded(part: Part) -> str:
    return FIXED[part.type].load if part.type in FIXED and not part.may_lack else "{}"


def encoder(types: Sequence[str | None], dumps: Sequence[Dump], take: Any) -> Callable[[Sequence[Any]], bytes]:
    """A function from values to the bytes of their rows; it raises whatever goes wrong. A type is None where the
    column's own ``dump`` has to write it, with its size."""
    names: dict[str, Any] = {**_NAMES, "take": take}
    terms: list[str] = []
    code, given = "!h", [str(len(types))]  # type: str, list[str]

    def pack() -> None:
        if given:
            names[f"pack{len(terms)}"] = Struct(code).pack
            terms.append(f"pack{len(terms)}({', '.join(given)})")

    for at, type in enumerate(types):
        if type is None:
            pack()
            names[f"dump{at}"] = dumps[at]
            terms.append(f"dump{at}(v{at})")
            code, given = "!", []
        else:
            fixed = FIXED[type]
            code += "i" + fixed.code
            given += [str(fixed.size), fixed.dump.format(f"v{at}")]
    pack()
    values = "".join(f"v{at}, " for at in range(len(types)))
    row = f"{values}= take(value)\n        add({' + '.join(terms)})"
    text = f"def made(values):\n    rows = []\n    add = rows.append\n    for value in values:\n        {row}\n"
    write: Callable[[Sequence[Any]], bytes] = _made(f"{text}    return b''.join(rows)", names)
    return write


def _made(text: str, names: dict[str, Any]) -> Any:
    exec(compile(text, "<columns of a row>", "exec"), names)
    return names["made"]
