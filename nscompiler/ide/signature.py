"""What may be written inside the ``{ }`` or ``< >`` that a cursor is in, with the one that it is at."""

import re

import attrs

from nscompiler.ide import explained
from nscompiler.ide.bindings import Braces, Documents, braces_at, row_behind
from nscompiler.ide.cursor import Cursor, cursor_in
from nscompiler.ide.fragments import Fragments
from nscompiler.ide.program import Program
from nscompiler.ide.type_offers import Angles, angles_at
from nscompiler.typecheck.params import POLICY, readers_of, show_type
from nscompiler.types.interface import FunctionInterface, ParameterRow
from nscompiler.types.show import show_scheme

_HEAD = 40


@attrs.frozen(slots=True)
class SignaturePart:
    """One parameter: where it stands in the label, and what its author says of it."""

    start: int
    end: int
    documentation: str = ""


@attrs.frozen(slots=True)
class Signature:
    """What stands in the brackets. ``active`` is the index of the part that is being written; -1 where none is."""

    label: str
    parts: tuple[SignaturePart, ...]
    active: int
    documentation: str = ""


def signature(program: Program, path: str, offset: int) -> Signature | None:
    """The parameters, or type arguments, of what the innermost brackets around an offset belong to."""
    parsed = program.parsed(path)
    if parsed is None or program.linked(path) is None:
        return None
    cursor = cursor_in(parsed.module, offset)
    if cursor.comment is not None:
        return None
    symbols = cursor.stack.symbols()
    braces, angles = braces_at(cursor, symbols), angles_at(cursor, symbols)
    fragments = Fragments(program, path)
    if angles is not None and (braces is None or symbols[angles.at].start > braces.start):
        return _of_types(angles, fragments)
    if braces is None:
        return None
    row = row_behind(braces, fragments)
    return None if row is None else _of_parameters(braces, row, cursor, fragments, program)


def _of_parameters(
    braces: Braces, row: ParameterRow, cursor: Cursor, fragments: Fragments, program: Program
) -> Signature | None:
    readers, documents = readers_of(row), Documents(program)
    names = [*readers] + [name for name in POLICY if name in (cursor.word, braces.value_of) and name not in readers]
    shown, docs = [], []
    for name in names:
        if name not in readers:
            shown.append(f"{name} : {show_type(POLICY[name])}")
            docs.append(explained.POLICY[name])
            continue
        first = readers[name][0]
        types = " or ".join(dict.fromkeys(show_type(one.type) for one in readers[name]))
        shown.append(f"{name} : {types}" + ("" if first.required else f" = {documents.default(first)}"))
        docs.append(documents.of(first))
    if not shown:
        return None
    label, parts = _labelled(f"{_head(braces.function)} {{ ", shown, " }", docs)
    active = _active(names, braces, cursor)
    function = _function(braces.function, fragments)
    return Signature(label, parts, active, "" if function is None else function.doc or "")


def _active(names: list[str], braces: Braces, cursor: Cursor) -> int:
    """The parameter that is being written, else the first that is not set."""
    for wanted in (braces.value_of, cursor.word):
        if wanted in names:
            return names.index(wanted)
    if braces.value_of is not None:
        return -1
    begun = [name for name in names if cursor.word and name.startswith(cursor.word)]
    left = begun or [name for name in names if name not in braces.bound]
    return names.index(left[0]) if left else -1


def _of_types(angles: Angles, fragments: Fragments) -> Signature | None:
    function = _function(angles.use, fragments)
    if function is None:
        return None
    open_ = [var for var in function.scheme.variables if var.kind != "row" or var.name]
    if not open_:
        return None
    kinds = {"row": "the further fields of a record", "size": "a number", "type": "a type"}
    docs = [f"what `{var.name}` stands for: {kinds[var.kind]}" for var in open_]
    scheme = show_scheme(function.scheme)
    label, parts = _labelled(f"{angles.use}<", [var.name or "a" for var in open_], f"> : {scheme}", docs)
    index = len(angles.given)
    return Signature(label, parts, index if index < len(open_) else -1, function.doc or "")


def _labelled(head: str, shown: list[str], tail: str, docs: list[str]) -> tuple[str, tuple[SignaturePart, ...]]:
    parts, at = [], len(head)
    for text, doc in zip(shown, docs, strict=True):
        parts.append(SignaturePart(at, at + len(text), doc))
        at += len(text) + 2
    return head + ", ".join(shown) + tail, tuple(parts)


def _head(function: str) -> str:
    """What the braces are behind, in one short line."""
    line = " ".join(function.split())
    return line if len(line) <= _HEAD else f"{line[: _HEAD - 1]}…"


def _function(text: str, fragments: Fragments) -> FunctionInterface | None:
    """The function that a text names, alone or with types behind it."""
    match = re.fullmatch(r"(?:([\w']+)\.)?([\w']+)(?:<.*)?", text.strip(), re.DOTALL)
    if match is None:
        return None
    if match[1] is None:
        return fragments.scope.functions.get(match[2])
    interface = fragments.scope.imports.get(match[1])
    return None if interface is None else interface.functions.get(match[2])
