"""Flow graphs made by hand, for tests of what comes after lowering."""

import attrs

from nscompiler.flow.model import Declared, Edge, Function, Graph, ModuleUse, Node, Origin, Policy, TypeDef


def origin(line: int, text: str = "step") -> Origin:
    """A place in a made-up file."""
    return Origin(file="demo/module.nml", line=line, column=5, end_line=line, end_column=9, text=text)


class Sketch:
    """Builds a graph step by step; types are given as definitions and interned."""

    def __init__(self, name: str = "w") -> None:
        self.name = name
        self.types: list[TypeDef] = []
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.modules: list[ModuleUse] = []

    def type(self, kind: str, name: str = "", items: tuple[int | None, ...] = (), **more: object) -> int:
        """The number of a type."""
        shown = str(more.pop("shown", name or kind))
        definition = TypeDef(kind=kind, name=name, items=items, shown=shown, **more)  # type: ignore[arg-type]
        if definition not in self.types:
            self.types.append(definition)
        return self.types.index(definition)

    def scalar(self, name: str) -> int:
        """A scalar type."""
        return self.type("scalar", name)

    def record(self, name: str | None, **fields: int) -> int:
        """A record, declared by ``Demo:0.1.0`` where it has a name."""
        return self.labelled("record", name, dict(fields))

    def labelled(self, kind: str, name: str | None, parts: dict[str, int | None], module: str = "Demo:0.1.0") -> int:
        """A record or sum with any labels."""
        declared = None if name is None else Declared(module=module, name=name, text=name)
        labels, items = tuple(parts), tuple(parts.values())
        return self.type(kind, items=items, labels=labels, declared=declared, shown=name or kind)

    def add(
        self,
        kind: str,
        after: int | tuple[int, int] | None,
        input: int | None,
        output: int | None,
        name: str = "",
        **more: object,
    ) -> int:
        """One more node; ``after`` is its predecessor, or (branch, rank)."""
        number = len(self.nodes) + 1
        standard = bool(name) and name.split(".")[0] in ("Sources", "Sinks", "Conv", "Std")
        function = None
        if name:
            module, _, own = name.rpartition(".")
            function = Function(module=f"{module}:{'1.0.0' if standard else '0.1.0'}", name=own, standard=standard)
        node = Node(
            id=number, kind=kind, input=input, output=output, function=function, origin=origin(number, name or kind)
        )
        self.nodes.append(attrs.evolve(node, **more))
        if after is not None:
            before, order = after if isinstance(after, tuple) else (after, 0)
            self.edges.append(Edge(source=before, target=number, order=order))
        return number

    def join(self, target: int, *sources: int) -> None:
        """Edges into a merge."""
        self.edges += [Edge(source=source, target=target, order=rank) for rank, source in enumerate(sources)]

    def graph(self, **more: object) -> Graph:
        """The graph so far."""
        whole = Graph(
            name=self.name,
            module="Demo:0.1.0",
            doc=None,
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            types=tuple(self.types),
            modules=tuple(self.modules),
            bounded=True,
            environment=(),
            origin=origin(1, self.name),
        )
        return attrs.evolve(whole, **more)


def pipe(length: int) -> Graph:
    """``["a"] | Demo.f | … | Sinks.log`` with so many calls."""
    sketch = Sketch()
    text = sketch.scalar("Text")
    node = sketch.add("literal", None, None, text, values=("a",))
    for _ in range(length):
        node = sketch.add("call", node, text, text, "Demo.f", policy=Policy(on_error="skip"))
    sketch.add("sink", node, text, None, "Sinks.log")
    sketch.modules.append(
        ModuleUse(
            reference="Demo:0.1.0",
            content_hash="c",
            interface_hash="i",
            folder="demo",
            service="service.py",
            files=("service.py",),
            signatures=(("f", text, text),),
        )
    )
    return sketch.graph()
