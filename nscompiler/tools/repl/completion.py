"""What could be written at a place of the cell that is being typed."""

import os
from collections.abc import Callable, Iterable, Iterator

from nscompiler.diagnostics import codes
from nscompiler.tools.repl.commands import COMMANDS, command_word, find
from nscompiler.tools.repl.engine import Offer, in_code
from nscompiler.tools.repl.items import IMPORT
from nscompiler.tools.repl.session import Session
from nscompiler.tools.repl.unfinished import is_command
from nscompiler.typecheck.params import POLICY, readers_of


def offers(session: Session, cell: str, offset: int) -> tuple[Offer, ...]:
    """What a cell may have at an offset, best first."""
    if is_command(cell):
        return tuple(_in_command(session, cell, offset))
    return tuple(in_code(session, cell, offset))


# --- commands


def _in_command(session: Session, cell: str, offset: int) -> Iterator[Offer]:
    begin = cell.index(":")
    name, start = command_word(cell)
    behind = begin + 1 + len(name)
    if offset <= behind:
        written = cell[begin + 1 : offset]
        for one in COMMANDS.values():
            if one.name.startswith(written):
                yield Offer(begin, behind, f":{one.name}", f":{one.name}", one.summary, "command")
        return
    command = find(name)
    if command is None:
        return
    start = min(start, offset)
    arguments = _ARGUMENTS.get(command.name)
    if arguments is None:
        if command.takes_code:
            code = " " * start + cell[start:]
            yield from in_code(session, code, offset)
        return
    written = cell[start:offset]
    yield from (Offer(start, len(cell), text, text, detail) for text, detail in arguments(session, written))


Argument = tuple[str, str]


def _starting(arguments: Iterable[Argument], written: str) -> Iterator[Argument]:
    return (one for one in arguments if one[0].casefold().startswith(written.casefold()))


def _codes(_: Session, written: str) -> Iterator[Argument]:
    words = ((word, code.title) for code in codes.all_codes() for word in (code.id, code.name))
    return _starting(words, written)


def _commands(_: Session, written: str) -> Iterator[Argument]:
    return _starting(((command.name, command.summary) for command in COMMANDS.values()), written)


def _settings(session: Session, written: str) -> Iterator[Argument]:
    """Options, and the parameters that something in the session reads."""
    yield from _starting(
        ((f"{name} {'off' if on else 'on'}", "option") for name, on in session.options.items()), written
    )
    own = session.state.interface(session.path)
    rows = [] if own is None else [function.parameters for function in own.functions.values()]
    scope = session.state.scope(session.path)
    for alias in (item.name for item in session.items if item.kind == IMPORT):
        interface = scope.get(alias)
        rows += [] if interface is None else [function.parameters for function in interface.functions.values()]
    names = {name: readers[0].reader for row in rows for name, readers in readers_of(row).items()}
    names |= dict.fromkeys(POLICY, "every function")
    yield from _starting(((f"{name}=", f"read by {reader}") for name, reader in names.items()), written)


def _set_names(session: Session, written: str) -> Iterator[Argument]:
    return _starting(((name, value) for name, value in session.parameters.items()), written)


def _aliases(session: Session, written: str) -> Iterator[Argument]:
    known = session.state.scope(session.path).items()
    return _starting(((alias, one.module) for alias, one in known if one is not None), written)


def _files(session: Session, written: str) -> Iterator[Argument]:
    """Folders, and the files of the language in them."""
    typed, _, begun = written.rpartition("/")
    folder = os.path.join(session.folder, os.path.expanduser(f"{typed}/" if "/" in written else ""))
    try:
        names = sorted(session.files.list(folder))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if name.startswith(begun) and (begun or not name.startswith(".")):
            if session.files.is_folder(path):
                yield f"{written[: len(written) - len(begun)]}{name}/", "folder"
            elif name.endswith(".nml"):
                yield f"{written[: len(written) - len(begun)]}{name}", "file"


_ARGUMENTS: dict[str, Callable[[Session, str], Iterator[Argument]]] = {
    "load": _files,
    "save": _files,
    "explain": _codes,
    "help": _commands,
    "set": _settings,
    "unset": _set_names,
    "list": _aliases,
}
