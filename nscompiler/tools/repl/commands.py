"""What a cell that starts with a colon asks for."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.source import SourceFile
from nscompiler.tools.format import FormatFailure, format_source
from nscompiler.tools.repl.engine import documented
from nscompiler.tools.repl.items import IMPORT, Item
from nscompiler.tools.repl.reply import Reply, Written, refused
from nscompiler.tools.repl.session import Session
from nscompiler.tools.repl.signatures import function_type, type_body, type_head
from nscompiler.tools.repl.unfinished import is_command
from nscompiler.types.interface import Interface

_WORD = re.compile(r"\s*:(\S*)\s*")


@attrs.frozen(slots=True)
class Asked:
    """A command with what follows it; ``start`` is where that stands in the cell."""

    source: SourceFile
    word: str
    argument: str
    start: int


@attrs.frozen(slots=True, eq=False)
class Command:
    """A command: its name, what it takes (``FILE``, ``EXPRESSION``, …), what it does in a line, and more of it."""

    name: str
    takes: str
    summary: str
    more: str
    answer: Callable[[Session, Asked], Reply]

    @property
    def takes_code(self) -> bool:
        """Whether what follows it is of the language."""
        return self.takes in ("EXPRESSION", "WORKFLOW", "NAME")

    @property
    def usage(self) -> str:
        """``:load FILE``."""
        return f":{self.name} {self.takes}".rstrip()


def answer(session: Session, text: str, name: str | None = None) -> Reply:
    """The reply to any cell; ``name`` is what messages call it."""
    source = session.begin(text, name)
    if not text.strip():
        return Reply()
    return _command(session, source) if is_command(text) else session.enter(source)


def _command(session: Session, source: SourceFile) -> Reply:
    word, start = command_word(source.text)
    asked = Asked(source, word, source.text[start:].strip(), start)
    found = find(word)
    if found is None:
        offer = did_you_mean(tuple(f":{name}" for name in near(word, COMMANDS))) or "`:help` lists them"
        return refused(f"there is no command `:{word}`", offer)
    needed = not found.takes.startswith("[") and found.takes
    if needed and not asked.argument:
        return refused(f"`:{found.name}` wants {found.takes}", f"usage: {found.usage}")
    if not found.takes and asked.argument:
        return refused(f"`:{found.name}` takes nothing", f"usage: {found.usage}")
    return found.answer(session, asked)


def command_word(text: str) -> tuple[str, int]:
    """The word of a command, without its colon, and where in the cell what follows it starts."""
    match = _WORD.match(text)
    return ("", len(text)) if match is None else (match[1], match.end())


def find(word: str) -> Command | None:
    """The command of a name, or the first one that starts with it."""
    if word.endswith("!") and word[:-1] in ("save", "sav", "sa", "s"):
        word = "save"
    started = (command for name, command in COMMANDS.items() if word and name.startswith(word))
    return COMMANDS.get(word) or next(started, None)


# --- expressions


def _type(session: Session, asked: Asked) -> Reply:
    reply = session.look(asked.source, asked.start)
    if reply.value is None:
        return reply
    return attrs.evolve(reply, value=attrs.evolve(reply.value, runs=False))


def _time(session: Session, asked: Asked) -> Reply:
    reply = session.look(asked.source, asked.start)
    if reply.value is None or reply.value.runs:
        return attrs.evolve(reply, timed=True)
    return refused("this does not run by itself", "what runs is a workflow, or a pipe that starts with literals")


def _graph(session: Session, asked: Asked) -> Reply:
    reply = session.look(asked.source, asked.start)
    return attrs.evolve(reply, value=None, picture=reply.value)


def _doc(session: Session, asked: Asked) -> Reply:
    if asked.argument.startswith(":"):
        return _help(session, asked)
    text = documented(session, asked.argument)
    if text is not None:
        return Reply(text=text, form="markdown")
    names = list(known_names(session))
    offer = did_you_mean(near(asked.argument, names))
    return refused(f"nothing is called `{asked.argument}`", *((offer,) if offer else ()))


def _explain(session: Session, asked: Asked) -> Reply:
    if asked.argument:
        return Reply(explained=asked.argument)
    if not session.last_problems:
        return refused("nothing was wrong so far", "usage: :explain NS0301")
    return Reply(explained=session.last_problems[0].code.id)


# --- what there is


def known_names(session: Session) -> Iterator[str]:
    """What can be named in an expression or a type: names of the session, and of what it imports with their alias."""
    state, path = session.state, session.path
    own = state.interface(path)
    if own is not None:
        yield from (*own.functions, *own.types)
    for alias, interface in state.scope(path).items():
        yield alias
        if interface is not None:
            yield from (f"{alias}.{name}" for name in (*interface.functions, *interface.types))


def _list(session: Session, asked: Asked) -> Reply:
    state = session.state
    if asked.argument:
        interface = state.scope(session.path).get(asked.argument)
        if interface is None:
            offer = did_you_mean(near(asked.argument, list(state.scope(session.path))))
            notes = (offer,) if offer else ("`:list` alone shows the session",)
            return refused(f"no module is imported as `{asked.argument}`", *notes)
        return Reply(text="\n".join(_members(interface, session)), form="code")
    own = state.interface(session.path)
    lines = [item.text.strip() for item in session.items if item.kind == IMPORT]
    order = {item.name: number for number, item in enumerate(session.items)}
    lines += [] if own is None else sorted(_members(own, session), key=lambda line: order.get(_name(line), 0))
    lines += [f"// set aside: {_first_line(item)}" for item in session.set_aside]
    return Reply(text="\n".join(lines) or "// nothing yet", form="code")


def _name(line: str) -> str:
    """What a line of a list is about."""
    return line.removeprefix("type ").split(maxsplit=1)[0]


def _first_line(item: Item) -> str:
    return " ".join(item.text.split())


def _members(interface: Interface, session: Session) -> Iterator[str]:
    types = session.state.types
    yield from (f"type {type_head(type)} = {type_body(type, types)}" for type in interface.types.values())
    yield from (f"{function.name} : {function_type(function)}" for function in interface.functions.values())


def _history(_: Session, asked: Asked) -> Reply:
    if asked.argument and not asked.argument.isdecimal():
        return refused(f"`{asked.argument}` is no number of cells", "usage: :history [COUNT]")
    return Reply(history=int(asked.argument or 0))


# --- settings


def _set(session: Session, asked: Asked) -> Reply:
    if not asked.argument:
        return Reply(text="\n".join(_settings(session)))
    text = asked.argument.removeprefix("-p ").lstrip()
    name, equals, value = text.partition("=")
    if equals and name.strip():
        session.parameters[name.strip()] = value.lstrip()
        return Reply()
    word, _, state = text.partition(" ")
    if word not in session.options or state.strip() not in ("on", "off"):
        options = ", ".join(f"`{option} on`" for option in session.options)
        return refused(f"`{text}` is no setting", "a parameter is set by `:set name=value`", f"options: {options}")
    session.options[word] = state.strip() == "on"
    return Reply()


def _settings(session: Session) -> Iterator[str]:
    yield from (f"{name}={value}" for name, value in session.parameters.items())
    yield from (f"{name} {'on' if state else 'off'}" for name, state in session.options.items())


def _unset(session: Session, asked: Asked) -> Reply:
    if asked.argument not in session.parameters:
        offer = did_you_mean(near(asked.argument, session.parameters)) or "`:set` lists what is set"
        return refused(f"no parameter `{asked.argument}` is set", offer)
    del session.parameters[asked.argument]
    return Reply()


# --- files


def _load(session: Session, asked: Asked) -> Reply:
    return session.load(asked.argument)


def _reload(session: Session, _: Asked) -> Reply:
    return session.reload()


def _save(session: Session, asked: Asked) -> Reply:
    given = asked.argument or (session.scripts[0] if session.scripts else "")
    if not given:
        return refused("`:save` wants a file", "usage: :save FILE.nml")
    path = os.path.normpath(os.path.join(session.folder, os.path.expanduser(given)))
    if not path.endswith(".nml"):
        return refused(f"{given} is no `.nml` file", "a script that nsc checks and runs has that ending")
    script = session.whole()
    if not script.items:
        return refused("there is nothing to save yet")
    problems = script.told(session.probe(script).problems)
    replaces = asked.word.endswith("!") or path in session.scripts
    return Reply(written=Written(path, _laid_out(script.text), replaces), problems=problems, sources=script.sources)


def _laid_out(text: str) -> str:
    try:
        return format_source(text).text
    except FormatFailure:
        return text


# --- help


def _help(_: Session, asked: Asked) -> Reply:
    word = asked.argument.lstrip(":")
    if not word:
        return Reply(text="\n".join(_overview(COMMANDS.values())))
    found = find(word)
    if found is None:
        return refused(f"there is no command `:{word}`", "`:help` lists them")
    return Reply(text=f"{found.usage}\n{found.summary}\n\n{found.more}".rstrip())


def _overview(commands: Iterable[Command]) -> Iterator[str]:
    yield "An expression shows its type; a pipe that starts with literals, and a workflow, runs:"
    yield "    [1, 2, 3] | Conv.to_json"
    yield "`import`, `type`, `fun` and `def` stay. A new definition replaces the old one of its name."
    yield ""
    held = list(commands)
    width = max(len(command.usage) for command in held)
    yield from (f"  {command.usage:{width}}  {command.summary}" for command in held)
    yield ""
    yield "A command may be shortened: `:t` is `:type`. `:help COMMAND` tells more."


def _quit(_: Session, __: Asked) -> Reply:
    return Reply(leave=True)


_ALL = (
    Command(
        "type", "EXPRESSION", "the type of an expression, which is not run", "Nothing is added to the session.", _type
    ),
    Command(
        "load",
        "FILE",
        "import a module by its file, or go on with a script",
        "A module is imported under the last part of its name. Of a script the declarations are taken;\n"
        "its `fun`s are implemented by the Python file beside it, as always.",
        _load,
    ),
    Command(
        "reload",
        "",
        "read modules and loaded scripts again",
        "What no longer checks is set aside, and told of. Python code is read anew by every run anyway.",
        _reload,
    ),
    Command(
        "list",
        "[ALIAS]",
        "what the session declares, or a module that it imports",
        f"The standard library is {', '.join(RESERVED_ALIASES)}. What was set aside stands at the end.",
        _list,
    ),
    Command(
        "graph",
        "WORKFLOW",
        "the picture of a workflow",
        "WORKFLOW is a name or an expression, from a source to a sink.",
        _graph,
    ),
    Command(
        "doc",
        "NAME",
        "what is written about a function, a type or a module",
        "NAME is `f`, `T`, `A.f`, `A.T` or an alias `A`.",
        _doc,
    ),
    Command(
        "explain",
        "[CODE]",
        "what a diagnostic means, the last one by default",
        "CODE is an id such as NS0301, or a name such as type-mismatch.",
        _explain,
    ),
    Command(
        "time",
        "EXPRESSION",
        "run an expression and tell how long it took",
        "The time is that of the whole process, its start included.",
        _time,
    ),
    Command(
        "set",
        "[NAME=VALUE | OPTION on|off]",
        "a parameter for all that runs, or an option; alone: what is set",
        "A parameter is handed to those runs that read it, as `nsc run -p` does.\n"
        "Options: `time` tells how long each run took, `types` shows the type of what runs.",
        _set,
    ),
    Command("unset", "NAME", "forget a parameter", "", _unset),
    Command(
        "save",
        "[FILE]",
        "write the session as a script, with the last expression",
        "FILE ends in `.nml`; without it the script that was loaded is written. `:save! FILE` replaces a file.\n"
        "What `nsc check` will say of it is told.",
        _save,
    ),
    Command("history", "[COUNT]", "what was typed, in this session and before", "COUNT shows the last ones.", _history),
    Command("help", "[COMMAND]", "this list, or more about a command", "", _help),
    Command("quit", "", "leave; so does Ctrl-D", "", _quit),
)
COMMANDS: Mapping[str, Command] = {command.name: command for command in _ALL}
