"""What is written in a picture: in its nodes, on its arrows, and about its types."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from nscompiler.backends.graph.letters import fitted, printable
from nscompiler.flow.model import MAIN, Graph, Node, Origin, TypeDef, TypeId

SIGNS = ("flatten", "drop_missing", "convert", "branch", "merge")
"""The kinds of nodes that are drawn as small marks: they are signs in the program, or not written at all."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_']*\Z")
_CARRIERS = ("relayout", "list", "tuple", "map")
_LONGEST = 4000


@attrs.frozen(slots=True, kw_only=True)
class Notes:
    """What a picture may tell beyond its graph.

    ``functions`` are doc comments by (module, function), ``parameters`` by (module, function, parameter); ``files``
    are paths on disk by the names that origins give them.
    """

    functions: Mapping[tuple[str, str], str] = attrs.field(factory=dict)
    parameters: Mapping[tuple[str, str, str], str] = attrs.field(factory=dict)
    files: Mapping[str, str] = attrs.field(factory=dict)

    def doc(self, node: Node) -> str:
        """The doc comment of the function that a node calls, or nothing."""
        function = node.function
        return "" if function is None else self.functions.get((function.module, function.name), "")

    def parameter_doc(self, node: Node, name: str) -> str:
        """The doc comment of a parameter of the function that a node calls, or nothing."""
        function = node.function
        return "" if function is None else self.parameters.get((function.module, function.name, name), "")


# --- nodes


def module_name(node: Node) -> str:
    """The module of the function that a node calls, without vendor and version."""
    return "" if node.function is None else node.function.module.split("/")[-1].split(":")[0]


def mark(graph: Graph, node: Node) -> str:
    """What a small mark says."""
    match node.kind:
        case "flatten":
            return "*"
        case "drop_missing":
            return "?"
        case "convert":
            return printable(_conversion(graph, node))
    return "&"


def full_name(graph: Graph, node: Node) -> str:
    """What a node is called where there is room: its function with its module, the literal, or the sign."""
    if node.kind in SIGNS:
        return mark(graph, node)
    return printable(node.origin.text if node.function is None else f"{module_name(node)}.{node.function.name}")


def _conversion(graph: Graph, node: Node) -> str:
    """What a conversion does; what only leads to the place where something happens is left out."""
    kinds = [kind for kind in node.conversions if kind not in _CARRIERS] or list(node.conversions)
    lost = list(_dropped(graph.types, node.input, node.output)) if "drop" in kinds else []
    return ", ".join(f"drop {', '.join(lost)}" if kind == "drop" and lost else kind for kind in kinds)


def _dropped(types: Sequence[TypeDef], given: TypeId | None, needed: TypeId | None) -> Iterator[str]:
    """The fields that a conversion leaves out, with the path to each."""
    waiting = [(given, needed, "")]
    seen: set[tuple[TypeId, TypeId]] = set()
    while waiting:
        left, right, path = waiting.pop()
        if left is None or right is None or left == right or (left, right) in seen:
            continue
        seen.add((left, right))
        one, other = types[left], types[right]
        if other.kind == "optional" and one.kind != "optional":
            waiting.append((left, other.items[0], path))  # a value that is there is its own optional
        if one.kind == other.kind == "record":
            yield from (path + label for label in one.labels if label not in other.labels)
        parts = _paired(one, other)
        waiting += [(mine, its, f"{path}{label}." if label else path) for mine, its, label in reversed(parts)]


def _paired(one: TypeDef, other: TypeDef) -> list[tuple[TypeId | None, TypeId | None, str]]:
    """What of two types becomes each other: fields and constructors by name, else items by place."""
    if one.kind in ("record", "sum"):
        its = dict(zip(other.labels, other.items, strict=False))
        named = zip(one.labels, one.items, strict=True)
        return [(item, its[label], label) for label, item in named if label in its]
    return [(mine, its, "") for mine, its in zip(one.items, other.items, strict=False)]


def settings(node: Node) -> tuple[str, ...]:
    """The parameters that the program sets, or that must still be set, as they are written; not those that keep
    their defaults."""
    shown = [f"{own.name} = {own.written}" for own in node.parameters if own.fixed or own.required]
    values = {"retry": node.policy.retry, "timeout": node.policy.timeout, "on_error": node.policy.on_error}
    values |= {"dead_letter": node.policy.dead_letter, "parallelism": node.policy.parallelism}
    values |= {"ordered": node.policy.ordered}
    shown += [f"{name} = {_json(values[name])}" for name, _ in node.policy.fixed if name in values]
    return tuple(printable(text) for text in shown)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def process(node: Node) -> str:
    """The process of its own in which a node runs, or nothing."""
    return "" if node.placement in (None, MAIN) else str(node.placement)


def place(origin: Origin) -> str:
    """``file:line``."""
    return printable(f"{origin.file}:{origin.line}")


# --- types


def type_name(graph: Graph, type: TypeId | None) -> str:
    """A type as its author named it; Void where there is none."""
    return "Void" if type is None else printable(graph.types[type].shown)


class TypeTexts:
    """The types of one graph as texts, each written once."""

    def __init__(self, graph: Graph) -> None:
        self._types = graph.types
        self._bodies: dict[TypeId, str] = {}
        self._found: dict[TypeId, tuple[str, ...]] = {}

    def definitions(self, type: TypeId | None) -> tuple[str, ...]:
        """The declared types of which a type is made, each written out once: ``Order = { id : Integer, … }``.

        Written out in one, a type could be as long as two to the power of its depth.
        """
        if type is None:
            return ()
        held = self._found.get(type)
        if held is None:
            reached = (one for one in self._reached(type) if self._types[one].declared is not None)
            held = self._found[type] = tuple(map(self._definition, reached))
        return held

    def _reached(self, type: TypeId) -> list[TypeId]:
        found, waiting = dict.fromkeys([type]), [type]
        while waiting:
            items = [item for item in self._types[waiting.pop()].items if item is not None and item not in found]
            found |= dict.fromkeys(items)
            waiting += reversed(items)
        return list(found)

    def _definition(self, type: TypeId) -> str:
        held = self._bodies.get(type)
        if held is None:
            own = self._types[type]
            name = own.shown if own.declared is None else own.declared.text
            held = self._bodies[type] = fitted(printable(f"{name} = {_body(self._types, own)}"), _LONGEST)
        return held


def _body(types: Sequence[TypeDef], type: TypeDef) -> str:
    """One level of a type; its parts are written as their authors named them."""
    parts = ["" if item is None else types[item].shown for item in type.items]
    match type.kind:
        case "record":
            fields = (f"{_label(name)} : {part}" for name, part in zip(type.labels, parts, strict=True))
            return f"{{ {', '.join(fields)} }}" if parts else "{}"
        case "sum":
            return " | ".join(
                f"{name} {_bracketed(part)}".rstrip() for name, part in zip(type.labels, parts, strict=True)
            )
        case "list":
            return f"[{parts[0]}]"
        case "tuple":
            return f"({', '.join(parts)})"
        case "optional" | "map":
            return f"{'optional' if type.kind == 'optional' else 'Map'} {_bracketed(parts[0])}"
        case "vector":
            return f"Vector {type.size} {_bracketed(parts[0])}"
    return type.name or "()"


def _label(name: str) -> str:
    return name if _PLAIN.match(name) else _json(name)


def _bracketed(text: str) -> str:
    """A type where only one word may stand."""
    return f"({text})" if " " in text and text[0] not in "{[(" else text
