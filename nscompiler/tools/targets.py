"""What a dotted name of a command means: a field of a type, or a parameter of a function."""

import re
from collections.abc import Iterable, Sequence

import attrs

from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.tools.lineage import Path
from nscompiler.types.interface import Interface, TypeInterface
from nscompiler.types.types import App, Record, Sum, Type

_PART = re.compile(r'"((?:[^"])*)"|([^."]+)')
_VERSION = re.compile(r":(\d+\.\d+\.\d+(?:-SNAPSHOT(?:-[0-9a-f]+)?)?)(?:\.|$)")
_QUOTED = re.compile(r'"[^"]*"')
_FORM = "name a field as `Module.Type.field`, a parameter as `Module.function.parameter`"


class NoTarget(Exception):
    """A name means nothing, or several things; the notes say what it may mean."""

    def __init__(self, message: str, *notes: str) -> None:
        super().__init__(message)
        self.notes = notes


@attrs.frozen(slots=True)
class FieldTarget:
    """A part of a declared type: ``path`` leads to it, and is empty for the type itself."""

    module: str
    type: str
    path: Path
    shown: str


@attrs.frozen(slots=True)
class ParameterTarget:
    """A parameter of a declared function."""

    module: str
    function: str
    parameter: str
    shown: str


Target = FieldTarget | ParameterTarget


def target(text: str, interfaces: Iterable[Interface]) -> Target:
    """What ``Module.Type.field`` or ``Module.function.parameter`` means; the module, or parts of it, may be left out
    where the rest is enough, and may have a version. Raises NoTarget."""
    interfaces = tuple(interfaces)
    if ".." in f".{_QUOTED.sub('x', text)}.":
        raise NoTarget(f"a name is missing before or after a dot of `{text}`", _FORM)
    title, version, parts = _split(text)
    found: dict[Target, None] = {}
    faults: list[NoTarget] = []
    for interface in interfaces:
        for at in range(len(parts)):
            if _is_called(interface.module, title, parts[:at], version):
                found.update(dict.fromkeys(_within(interface, parts[at:], faults)))
    if len(found) > 1:
        raise NoTarget(f"`{text}` may mean several things", *(one.shown for one in found))
    if found:
        return next(iter(found))
    if not faults and version:
        _refuse_version(title, version, interfaces)
    raise faults[0] if faults else _unknown(text, parts, interfaces)


def _refuse_version(title: str, version: str, interfaces: Sequence[Interface]) -> None:
    """Raise NoTarget where a module is here in other versions only."""
    there = [one.module.rpartition(":")[2] for one in interfaces if _is_version_of(one.module, title)]
    if there and version not in there:
        raise NoTarget(f"`{title}` is not here in version {version}", f"it is in {', '.join(there)}")


def _is_version_of(module: str, title: str) -> bool:
    return ":" in module and _is_called(module, title, (), module.rpartition(":")[2])


def _split(text: str) -> tuple[str, str, list[str]]:
    """What stands before a version with the version, and the dotted parts of the rest."""
    found = _VERSION.search(text)
    title, version, rest = (text[: found.start()], found[1], text[found.end() :]) if found else ("", "", text)
    author, slash, rest = rest.rpartition("/") if not found else ("", "", rest)
    parts = [quoted or plain for quoted, plain in _PART.findall(rest)]
    return (author if slash else title), version, parts


def _is_called(module: str, title: str, names: Sequence[str], version: str) -> bool:
    own, _, own_version = module.rpartition(":")
    own = own or module
    if version and own_version != version:
        return False
    if version:
        return not names and (own == title or own.endswith(("." + title, "/" + title)))
    wanted = ".".join(names)
    if title:
        return own == f"{title}/{wanted}"
    return not wanted or own == wanted or own.endswith(("." + wanted, "/" + wanted))


def _within(interface: Interface, parts: Sequence[str], faults: list[NoTarget]) -> Iterable[Target]:
    name, *rest = parts
    if name in interface.types:
        type = interface.types[name]
        path = _path(type.body, rest)
        if isinstance(path, tuple):
            yield FieldTarget(interface.module, name, path, ".".join([interface.module, *parts]))
        else:
            faults.append(_no_part(type, rest, path))
    function = interface.functions.get(name)
    if function is not None:
        row = function.parameters
        declared = list(dict.fromkeys((*(one.name for one in row.settable), *(one.name for one in row.fixed))))
        if len(rest) == 1 and (rest[0] in declared or row.open):
            yield ParameterTarget(interface.module, name, rest[0], ".".join([interface.module, *parts]))
        else:
            faults.append(_no_parameter(name, rest, declared, bool(row.open)))


def _no_parameter(name: str, rest: Sequence[str], declared: Sequence[str], open: bool) -> NoTarget:
    """Why what follows a function's name is none of its parameters; ``open`` functions have any."""
    listed = f"it has {', '.join(declared)}" if declared else "it has no parameters"
    if open:
        listed = f"{listed}, and reads others by any name" if declared else "it reads parameters by any name"
    if not rest:
        return NoTarget(f"`{name}` is a function; name a parameter of it, `{name}.parameter`", listed)
    if rest[0] in declared or open:
        return NoTarget(f"`{name}.{rest[0]}` is a parameter; nothing follows its name")
    return NoTarget(f"`{name}` has no parameter `{rest[0]}`", did_you_mean(near(rest[0], declared)) or listed)


def _path(type: Type, parts: Sequence[str]) -> Path | int:
    """The path that names lead along, through lists and optionals as they come; else how many names were good."""
    path: list[str] = []
    for count, part in enumerate(parts):
        while isinstance(type, App) and type.constructor != "tuple":
            if type.constructor != "optional":
                path.append("{}" if type.constructor == "map" else "[]")
            type = type.items[-1]
        inner = _inside(type).get(part)
        if inner is None:
            return count
        step, type = inner
        path.append(step)
    return tuple(path)


def _inside(type: Type) -> dict[str, tuple[str, Type]]:
    match type:
        case Record():
            return {label: ("." + label, part) for label, part in type.fields}
        case Sum():
            return {name: ("|" + name, part or type) for name, part in type.constructors}
        case App():
            return {str(place): (f"#{place}", part) for place, part in enumerate(type.items)}
    return {}


def _no_part(type: TypeInterface, parts: Sequence[str], good: int) -> NoTarget:
    body = type.body
    for part in parts[:good]:
        while isinstance(body, App) and body.constructor != "tuple":
            body = body.items[-1]
        body = _inside(body)[part][1]
    while isinstance(body, App) and body.constructor != "tuple":
        body = body.items[-1]
    names = list(_inside(body))
    where = ".".join([type.name, *parts[:good]])
    offer = did_you_mean(near(parts[good], names)) or (f"it has {', '.join(names)}" if names else "it has no parts")
    return NoTarget(f"`{where}` has no part `{parts[good]}`", offer)


def _unknown(text: str, parts: Sequence[str], interfaces: Sequence[Interface]) -> NoTarget:
    for one in interfaces:
        if text == one.module or ".".join(parts) == _unversioned(one):
            declared = ", ".join((*one.types, *one.functions)) or "nothing"
            return NoTarget(f"`{text}` is a module; name a type or function of it", f"it declares {declared}")
    note = did_you_mean(_meant(parts, interfaces)[:3])
    return NoTarget(f"there is no type or function that `{text}` could mean", note or _FORM)


def _meant(parts: Sequence[str], interfaces: Sequence[Interface]) -> tuple[str, ...]:
    """What is called like the names given in another module; else nearly like them, with its module or alone."""
    for at in range(1, len(parts)):
        elsewhere = [one for one in interfaces if parts[at] in one.types or parts[at] in one.functions]
        if elsewhere:
            return tuple(".".join([_unversioned(one), *parts[at:]]) for one in elsewhere)
    whole = [f"{_unversioned(one)}.{name}" for one in interfaces for name in (*one.types, *one.functions)]
    for count in range(len(parts), 1, -1):
        if found := near(".".join(parts[:count]), whole):
            return found
    names = {name for one in interfaces for name in (*one.types, *one.functions)}
    return tuple(dict.fromkeys(found for part in parts for found in near(part, names)))


def _unversioned(interface: Interface) -> str:
    return interface.module.partition(":")[0]
