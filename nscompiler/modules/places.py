"""``places`` in ``nstack-project.yaml``: which modules share an image or a task, and what that may use."""

import re
from collections.abc import Iterable

import attrs

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.config_reader import ConfigReader, Located, instead
from nscompiler.modules.wording import titled
from nscompiler.modules.yaml import Mapping, Scalar, YamlNode
from nscompiler.source import Span

_KEYS = ("modules", "memory", "cpus", "replicas", "runs-on")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}\Z")
_MEMORY = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([kmgt])(?:i?b)?\Z", re.IGNORECASE)
_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


@attrs.frozen(slots=True)
class PlaceConfig:
    """One entry of ``places``. ``modules`` are as written: a module's name, with or without its version. ``memory`` is
    in bytes; what is None has no limit of the project's."""

    name: str
    span: Span
    modules: tuple[Located[str], ...] = ()
    memory: int | None = None
    cpus: float | None = None
    replicas: int | None = None
    runs_on: str | None = None

    def has(self, reference: str) -> bool:
        """Whether the module of a reference runs here."""
        return any(entry.value in names_of(reference) for entry in self.modules)


def names_of(reference: str) -> tuple[str, str]:
    """How an entry may call a module: with its version and without."""
    return reference, reference.rpartition(":")[0]


def read_places(reader: ConfigReader, node: YamlNode | None) -> tuple[PlaceConfig, ...]:
    """The places that make sense; what does not is reported."""
    if node is None or (isinstance(node, Scalar) and node.kind == "nothing"):
        return ()
    if not isinstance(node, Mapping):
        reader.wrong_kind(node, "`places`", "a mapping, such as {scoring: {modules: [Iris.Classify]}}")
        return ()
    spans = {key.text: key.span for key, _ in reversed(node.entries) if isinstance(key, Scalar)}
    found = [
        place
        for name, value in reader.keys(node, None).items()
        if (place := _read_place(reader, name, spans[name], value)) is not None
    ]
    _refuse_two_places(reader, found)
    return tuple(found)


def _read_place(reader: ConfigReader, name: str, span: Span, node: YamlNode) -> PlaceConfig | None:
    if not _NAME.match(name):
        title = titled("`{}` cannot name a place", name)
        label = "lower-case letters, digits, `-` and `_`, and a letter first: images and tasks are called after it"
        reader.problems.append(codes.BAD_PLACE.at(span, title, label))
        return None
    if not isinstance(node, Mapping):
        reader.wrong_kind(node, f"the place `{name}`", "a mapping, such as {modules: [A]}")
        return None
    values = reader.keys(node, _KEYS)
    return PlaceConfig(
        name,
        span,
        reader.texts(values, "modules"),
        _read_memory(reader, values.get("memory")),
        _read_cpus(reader, values.get("cpus")),
        _read_replicas(reader, values.get("replicas")),
        _read_text(reader, values.get("runs-on")),
    )


def _refuse_two_places(reader: ConfigReader, places: Iterable[PlaceConfig]) -> None:
    first: dict[str, Located[str]] = {}
    for entry in (entry for place in places for entry in place.modules):
        held = first.setdefault(entry.value, entry)
        if held is not entry:
            title = titled("`{}` has two places", entry.value)
            related = (Label(held.span, "the first one", Role.DECLARATION),)
            reader.problems.append(codes.BAD_PLACE.at(entry.span, title, "the second one", related=related))


def _read_memory(reader: ConfigReader, node: YamlNode | None) -> int | None:
    if node is None:
        return None
    match = _MEMORY.match(node.text) if isinstance(node, Scalar) else None
    if match is None or not float(match[1]):
        reader.wrong_kind(node, "`memory`", "an amount with its unit, such as 512m or 2g")
        return None
    return int(float(match[1]) * _UNITS[match[2].lower()])


def _read_cpus(reader: ConfigReader, node: YamlNode | None) -> float | None:
    if node is None:
        return None
    text = node.text if isinstance(node, Scalar) else ""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) or not float(text):
        reader.wrong_kind(node, "`cpus`", "a number above 0, such as 0.5 or 2")
        return None
    return float(text)


def _read_replicas(reader: ConfigReader, node: YamlNode | None) -> int | None:
    if node is None:
        return None
    text = node.text if isinstance(node, Scalar) else ""
    if not re.fullmatch(r"\d{1,4}", text) or not int(text):
        reader.wrong_kind(node, "`replicas`", "a whole number above 0")
        return None
    return int(text)


def _read_text(reader: ConfigReader, node: YamlNode | None) -> str | None:
    if node is None:
        return None
    if not isinstance(node, Scalar) or node.kind != "text":
        reader.wrong_kind(node, "`runs-on`", "text: what the engine calls the machines")
        return None
    return node.text


def unknown_modules(places: Iterable[PlaceConfig], known: Iterable[str]) -> tuple[Diagnostic, ...]:
    """Entries that name no module of the project, each with the near names."""
    names = [name for reference in known for name in names_of(reference)]
    problems = []
    for entry in (entry for place in places for entry in place.modules):
        if entry.value not in names:
            title = titled("the project has no module `{}`", entry.value)
            close = near(entry.value, names)
            label = did_you_mean(close) or "so nothing is placed here"
            problems.append(codes.UNKNOWN_PLACED.at(entry.span, title, label, fixes=instead(entry.span, close)))
    return tuple(problems)
