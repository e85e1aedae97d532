"""What is written about a name: its signature, its comment, its parameters, where it is declared; as Markdown."""

from collections.abc import Iterator

from nscompiler.state import State
from nscompiler.tools.repl.signatures import function_type, parameter_line, type_body, type_head
from nscompiler.typecheck.params import readers_of
from nscompiler.types.interface import FunctionInterface, Interface, TypeInterface


def documented(state: State, path: str, name: str) -> str | None:
    """The documentation of ``f``, ``T``, ``A.f``, ``A.T`` or the module ``A``, as names stand in a file; None where
    there is no such thing."""
    alias, dot, last = name.partition(".")
    scope = state.scope(path)
    if not dot and alias in scope:
        interface = scope[alias]
        return None if interface is None else "\n".join(_module(state, interface))
    own = scope.get(alias) if dot else state.interface(path)
    if own is None:
        return None
    wanted = last if dot else alias
    if wanted in own.functions:
        return "\n".join(_function(state, own.functions[wanted]))
    return "\n".join(_type(state, own.types[wanted])) if wanted in own.types else None


def _module(state: State, interface: Interface) -> Iterator[str]:
    path = state.path_of(interface.module)
    parsed = None if path is None else state.parsed(path)
    header = None if parsed is None else parsed.module.header
    yield from _code(f"module {interface.module}")
    yield from _comment(None if header is None else header.doc)
    yield ""
    yield ", ".join(f"`{name}`" for name in (*interface.types, *interface.functions)) or "It declares nothing."


def _function(state: State, function: FunctionInterface) -> Iterator[str]:
    yield from _code(f"{function.name} : {function_type(function)}")
    deprecated, instead = function.attribute("deprecated")
    if deprecated:
        yield from ("", f"Deprecated: {instead or ''}".rstrip(": "))
    yield from _comment(function.doc)
    parameters = [readers[0] for readers in readers_of(function.parameters).values()]
    if parameters:
        yield ""
        yield from (f"- `{parameter_line(one)}`, read by `{one.reader}`" for one in parameters)
    yield from _place(state, function.span.path, function.span.start)


def _type(state: State, type: TypeInterface) -> Iterator[str]:
    yield from _code(f"type {type_head(type)} = {type_body(type, state.types)}")
    yield from _comment(type.doc)
    yield from _place(state, type.span.path, type.span.start)


def _code(line: str) -> tuple[str, ...]:
    return ("```nml", line, "```")


def _comment(text: str | None) -> tuple[str, ...]:
    return ("", text.strip()) if text else ()


def _place(state: State, path: str, offset: int) -> Iterator[str]:
    source = state.text(path)
    if source is not None and state.files.is_file(path) and not state.discovery.index.is_standard(path):
        yield ""
        yield f"{path}:{source.lines.position(offset).line}"
