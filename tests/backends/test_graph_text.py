"""Pictures as text: Mermaid and DOT."""

from backends.compiled import compile_texts, service

from nscompiler import backends
from nscompiler.backends.base import Backend, Build, Unsupported

FILES = {
    "main.nml": "type Order = { item : Text, count : Integer }\nfun f : Text -> Order\n"
    'def w = (["a"] & Sources.stdin) | f | (Sinks.log & Conv.to_json | Sinks.stdout)\n',
    "main.py": service("f"),
}


def drawn(name: str) -> str:
    """One of the two pictures of the program."""
    return str(dict(compile_texts(FILES).emit("graph").files)[name])


def test_mermaid():
    assert drawn("w.mmd") == (
        "---\ntitle: w of main\n---\nflowchart LR\n"
        '    n1(["[#quot;a#quot;]"])\n    n2(["Sources.stdin"])\n    n3{{"&"}}\n    n4["main.f"]\n    n5{{"&"}}\n'
        '    n6[/"Sinks.log"/]\n    n7["Conv.to_json"]\n    n8[/"Sinks.stdout"/]\n'
        '    n1 -->|"Text"| n3\n    n2 -->|"Text"| n3\n    n3 -->|"Text"| n4\n    n4 -->|"Order"| n5\n'
        '    n5 -->|"Order"| n6\n    n5 -->|"Order"| n7\n    n7 -->|"Text"| n8\n'
    )


def test_dot():
    text = drawn("w.dot")
    assert text.startswith('digraph "w" {\n    rankdir=LR;\n    label="w of main";\n')
    assert '    n1 [label="[\\"a\\"]", shape=oval];\n' in text
    assert '    n4 -> n5 [label="Order"];\n' in text
    assert text.endswith("}\n")
    assert text.count("{") == text.count("}") == 1


def test_long_types_are_cut():
    fields = ", ".join(f"field{n} : Integer" for n in range(20))
    files = {"main.nml": f'fun f : Text -> {{ {fields} }}\ndef w = ["a"] | f | Sinks.log\n', "main.py": service("f")}
    lines = dict(compile_texts(files).emit("graph").files)["w.mmd"]
    assert "field0 : Integer, field1" in lines
    assert max(map(len, str(lines).splitlines())) < 80


def test_backends_are_found_by_looking():
    assert {"local", "graph"} <= set(backends.names())
    assert backends.find("nothing") is None
    for name in backends.names():
        backend = backends.find(name)
        assert backend is not None
        assert backend.name == name


def test_a_foreign_backend_joins_by_entry_point(monkeypatch):
    monkeypatch.setattr(backends, "_foreign", lambda: {"far": f"{__name__}:FAR", "local": "nowhere:X"})
    assert "far" in backends.names()
    found = backends.find("far")
    assert found is FAR
    own = backends.find("local")
    assert own is not None
    assert own.name == "local"


class Far:
    """A backend from another wheel."""

    name = "far"
    about = "nothing"
    runs = False
    settings = ()

    def unsupported(self, build):
        """Nothing is."""
        return ()

    def emit(self, build: Build):
        """Emits nothing."""
        raise NotImplementedError


FAR: Backend = Far()


class Refusing(Far):
    """A backend that cannot run sources that do not end."""

    name = "refusing"

    def unsupported(self, build):
        """Every unbounded source."""
        return tuple(
            Unsupported(title="a batch does not end", remedy="use a bounded source", origin=node.origin)
            for graph in build.graphs
            for node in graph.nodes
            if node.kind == "source" and node.function is not None and not node.function.bounded
        )


REFUSING: Backend = Refusing()


def test_what_a_target_cannot_do_is_a_diagnostic_at_its_place(monkeypatch):
    monkeypatch.setattr(backends, "_foreign", lambda: {"refusing": f"{__name__}:REFUSING"})
    text = 'def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n'
    compiled = compile_texts({"main.nml": text})
    emitted, (problem,) = compiled.checked.compilation.build("main.nml", [compiled.graphs["w"]], "refusing")
    assert emitted is None
    assert problem.code.name == "unsupported-by-target"
    assert (problem.title, problem.notes) == ("a batch does not end", ("use a bounded source",))
    assert text[problem.primary.span.start : problem.primary.span.end] == "Sources.http<Text>"
