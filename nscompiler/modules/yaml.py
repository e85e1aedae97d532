"""YAML with places: a document as scalars, sequences and mappings, each with its span.

ruamel.yaml composes the nodes; importing it takes longer than checking a small program, so it is imported when the
first document is read.
"""

from typing import Any

import attrs

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span

_DEPTH = 50
_STR = "tag:yaml.org,2002:str"
_INT = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"


@attrs.frozen(slots=True)
class Scalar:
    """A single value, as text. ``kind`` is ``text``, ``number`` (a whole one), ``nothing`` or ``other``."""

    span: Span
    text: str
    kind: str


@attrs.frozen(slots=True)
class Sequence:
    """A list; ``flow`` for one in square brackets."""

    span: Span
    items: "tuple[YamlNode, ...]"
    flow: bool


@attrs.frozen(slots=True)
class Mapping:
    """Keys and values in the order written, duplicates included."""

    span: Span
    entries: "tuple[tuple[YamlNode, YamlNode], ...]"


YamlNode = Scalar | Sequence | Mapping


def describe(node: YamlNode) -> str:
    """What a node is, in plain words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return {"text": "text", "number": "a number", "nothing": "nothing"}.get(node.kind, f"`{node.text}`")


def parse_yaml(source: SourceFile) -> YamlNode | Diagnostic | None:
    """The one document of a text, None for an empty one, or where it stops being YAML."""
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        node = _compose(source.text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = str(error.problem or error.context or "not YAML").splitlines()[0]
        return bad_yaml(source, mark.index if mark is not None else 0, reason)
    except ReaderError as error:
        return bad_yaml(source, error.position, f"the character {error.character!r} is not allowed")
    except _TooDeep as error:
        return bad_yaml(source, error.at, "nested too deep")
    except Exception as error:  # ruamel fails in its own ways too: `%YAML 9.9` is a KeyError
        return bad_yaml(source, 0, f"it cannot be read ({type(error).__name__})")
    try:
        return None if node is None else _Converter(source).node(node, 0)
    except _TooDeep as error:
        return bad_yaml(source, error.at, "nested too deep")


def _compose(text: str) -> Any:
    """ruamel's nodes of a text, given up at a depth where its time would grow with the square of the text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer

    class ShallowComposer(Composer):
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > _DEPTH:
                raise _TooDeep(self.parser.peek_event().start_mark.index)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    yaml = YAML()
    yaml.allow_duplicate_keys = True
    yaml.Composer = ShallowComposer
    return yaml.compose(text)


def bad_yaml(source: SourceFile, at: int, reason: str) -> Diagnostic:
    """The error for a text that is not YAML, at the character where reading stopped."""
    at = min(max(at, 0), len(source.text))
    title = titled("`{}` is not valid YAML: {}", source.path.rpartition("/")[2], reason)
    return codes.BAD_YAML.at(source.span(at, min(at + 1, len(source.text))), title, reason)


class _TooDeep(Exception):
    """A document is nested deeper than any of ours, or contains itself by way of an alias; ``at`` is where."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Converter:
    """ruamel's nodes to ours. A node met again through an alias is converted once: aliases of aliases stay small."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._done: dict[int, YamlNode] = {}

    def node(self, node: Any, depth: int) -> YamlNode:
        if depth > _DEPTH:
            raise _TooDeep(node.start_mark.index)
        held = self._done.get(id(node))
        if held is None:
            held = self._done[id(node)] = self._convert(node, depth)
        return held

    def _convert(self, node: Any, depth: int) -> YamlNode:
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node.value, str):
            return Scalar(self._trimmed(start, end), node.value, _kind(node.tag))
        if node.id == "mapping":
            entries = tuple(self._entry(key, value, depth + 1) for key, value in node.value)
            last = entries[-1][1].span.end if entries and not node.flow_style else end
            return Mapping(self._trimmed(start, last if last >= start else end), entries)
        items = tuple(self.node(item, depth + 1) for item in node.value)
        last = items[-1].span.end if items and not node.flow_style else end
        return Sequence(self._trimmed(start, last if last >= start else end), items, bool(node.flow_style))

    def _entry(self, key: Any, value: Any, depth: int) -> tuple[YamlNode, YamlNode]:
        """A key and its value; one that is not there is placed where its key is, which is what a reader looks for."""
        name, held = self.node(key, depth), self.node(value, depth)
        if isinstance(held, Scalar) and held.kind == "nothing" and held.span.start == held.span.end:
            held = attrs.evolve(held, span=name.span)
        return name, held

    def _trimmed(self, start: int, end: int) -> Span:
        """A block's end mark lies at the next token: white space before it is not part of the value."""
        return self._source.span(start, start + len(self._source.text[start:end].rstrip()))


def _kind(tag: str) -> str:
    return {_STR: "text", _INT: "number", _NULL: "nothing"}.get(tag, "other")
