"""Python source text: names, literals and the layout of long calls, as ``ruff format`` would lay them out."""

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Union

import attrs

LINE = 120
"""The longest line that is written where there is a choice."""
DEEPEST = 100
"""How deeply brackets are nested at most; Python itself reads 200."""

_NOT_IN_NAME = re.compile(r"\W", re.ASCII)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


def identifier(text: str) -> str:
    """A Python name as near to a text as can be: ``User-Id`` is ``User_Id``, ``class`` is ``class_``."""
    name = _NOT_IN_NAME.sub("_", text) or "_"
    if name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name


def snake(text: str) -> str:
    """``PlantInfo`` as ``plant_info``."""
    return "_".join(word.lower() for word in _WORD.findall(text)) or "value"


def pascal(text: str) -> str:
    """``pg_query`` as ``PgQuery``."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", text, flags=re.ASCII) if word)


class Names:
    """Names that are given once each."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def fresh(self, wanted: str, separator: str = "") -> str:
        """The wanted name, or the same with the first number that makes it new."""
        name, count = wanted, 1
        while name in self._taken:
            count += 1
            name = f"{wanted}{separator}{count}"
        self._taken.add(name)
        return name


Code = Union[str, "Group"]


@attrs.frozen(slots=True)
class Group:
    """Something in brackets: a call (``open`` is ``f(``) or a collection. Each part is a prefix (``name=``) and
    code."""

    open: str
    parts: tuple[tuple[str, Code], ...]
    close: str

    @property
    def is_call(self) -> bool:
        """Whether it is a call: its arguments may share a line of their own; a collection's items may not."""
        return self.close == ")" and self.open != "("


def call(callee: str, /, *positional: Code, **named: Code | None) -> Group:
    """A call; named arguments that are None are left out."""
    parts = [("", part) for part in positional]
    parts += [(f"{name}=", part) for name, part in named.items() if part is not None]
    return Group(f"{callee}(", tuple(parts), ")")


def tuple_of(parts: Iterable[Code]) -> Code:
    """A tuple."""
    return Group("(", tuple(("", part) for part in parts), ")")


def dict_of(entries: Mapping[str, Code]) -> Code:
    """A dictionary with texts as keys."""
    return Group("{", tuple((f"{quoted(key)}: ", value) for key, value in entries.items()), "}")


def depth(code: Code) -> int:
    """How deeply its brackets are nested."""
    return 0 if isinstance(code, str) else 1 + max((depth(part) for _, part in code.parts), default=0)


def flat(code: Code) -> str:
    """The code on one line."""
    if isinstance(code, str):
        return code
    inside = ", ".join(prefix + flat(part) for prefix, part in code.parts)
    comma = "," if code.open == "(" and len(code.parts) == 1 else ""
    return f"{code.open}{inside}{comma}{code.close}"


def layout(code: Code, lead: int = 0, indent: int = 0, trail: int = 0) -> str:
    """The code, over several lines if it has to. ``lead`` characters stand before it on its line, which is indented
    by ``indent``, and ``trail`` after it."""
    line = flat(code)
    if isinstance(code, str) or not code.parts or lead + len(line) + trail <= LINE:
        return line
    deeper = indent + 4
    inside = ", ".join(prefix + flat(part) for prefix, part in code.parts)
    margin = " " * deeper
    if code.is_call and deeper + len(inside) <= LINE:
        return f"{code.open}\n{margin}{inside}\n{' ' * indent}{code.close}"
    lines = [f"{margin}{prefix}{layout(part, deeper + len(prefix), deeper, 1)}," for prefix, part in code.parts]
    return "\n".join([code.open, *lines, f"{' ' * indent}{code.close}"])


def quoted(text: str) -> str:
    """A text literal, in double quotes where that needs no more escapes."""
    body = repr(text)
    if body[0] == '"':
        return body
    if '"' not in text:
        return f'"{body[1:-1]}"'
    if text.count('"') > text.count("'"):
        return body
    return '"' + body[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


def value(held: object) -> Code:
    """A JSON value as Python."""
    match held:
        case str():
            return quoted(held)
        case list() | tuple():
            return Group("[", tuple(("", value(item)) for item in held), "]")
        case dict():
            return dict_of({str(key): value(item) for key, item in held.items()})
        case float() if held != held or held in (float("inf"), float("-inf")):
            return f'float("{held}")'
    return repr(held)


def docstring(text: str) -> str:
    """What stands between the three quotes."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').strip()
    return safe[:-1] + '\\"' if safe.endswith('"') else safe


class Writer:
    """Lines of Python, indented by depth."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str, depth: int = 0) -> None:
        """One line; an empty one has no margin."""
        self.lines.append(f"{'    ' * depth}{text}" if text else "")

    def code(self, head: str, code: Code, depth: int = 0) -> None:
        """A statement that ends in code, over several lines if it has to."""
        indent = 4 * depth
        text = head + layout(code, indent + len(head), indent)
        self.lines += f"{' ' * indent}{text}".split("\n")
