"""How much of a workflow is typed."""

import pytest

from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.named import workflows
from nscompiler.tools.typed_edges import edges_of, typed_edges

TYPES = "type Blob = { name : Text, data : [Byte] }\ntype Plain = { name : Text }\n"


def counted(body: str) -> tuple[int, int, int]:
    """The typed, partly typed and untyped edges of a workflow."""
    text = f"module M:0.1.0\n{TYPES}{body}\n"
    python = "import nstack\n\n\nclass Module(nstack.Module):\n    def __getattr__(self, name): ...\n"
    compilation = check_texts({"module.nml": text, "service.py": python}).compilation
    assert not compilation.has_errors
    (found,) = edges_of(compilation)
    assert (found.module, found.workflow, found.total) == (
        "M:0.1.0",
        "w",
        sum((found.typed, found.partly, found.untyped)),
    )
    return found.typed, found.partly, found.untyped


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def w = Sources.stdin | Sinks.stdout", (1, 0, 0)),
        ("fun f : Text -> Json\ndef w = Sources.stdin | f | Sinks.log", (1, 0, 1)),
        ("fun f : Text -> [Byte]\nfun g : [Byte] -> Text\ndef w = Sources.stdin | f | g | Sinks.log", (2, 0, 1)),
        ("fun f : Text -> [[Byte]]\ndef w = Sources.stdin | f* | Sinks.log", (1, 0, 1)),
        ("fun f : Text -> [optional [Byte]]\ndef w = Sources.stdin | f | Sinks.log", (1, 0, 1)),
        ("fun f : Text -> Map Json\ndef w = Sources.stdin | f | Sinks.log", (1, 0, 1)),
        ("fun f : Text -> Blob\ndef w = Sources.stdin | f | Sinks.log", (1, 1, 0)),
        ("fun f : Text -> [Blob]\ndef w = Sources.stdin | f | Sinks.log", (1, 1, 0)),
        ("fun f : Text -> (Integer, Json)\ndef w = Sources.stdin | f | Sinks.log", (1, 1, 0)),
        # What is dropped on the way is carried by no edge.
        ("fun f : Text -> Blob\nfun g : Plain -> Text\ndef w = Sources.stdin | f | g | Sinks.log", (3, 0, 0)),
        ("fun f : Text -> Json\ndef w = Sources.stdin | f | (Sinks.log & Sinks.log)", (1, 0, 2)),
        ("def inner = Std.single | Std.single\nfun f : Text -> Json\n"
         "def w = Sources.stdin | f | inner | Sinks.log", (1, 0, 3)),
    ],
)  # fmt: skip
def test_edges_by_what_they_carry(body: str, expected: tuple[int, int, int]) -> None:
    assert counted(body) == expected


def test_a_program_with_errors_has_no_numbers() -> None:
    compilation = check_texts({"m.nml": "def w = Sources.stdin | Sinks.stdout\ndef v = x\n"}).compilation
    assert edges_of(compilation) == ()


def test_the_numbers_as_values() -> None:
    compilation = check_texts({"m.nml": "def w = Sources.stdin | Sinks.stdout\n"}).compilation
    (workflow,) = workflows(compilation.checked["m.nml"])
    graph, _ = compilation.lower("m.nml", workflow)
    assert graph is not None
    assert typed_edges(graph).values() == {"module": "m", "workflow": "w", "typed": 1, "partly": 0, "untyped": 0}
