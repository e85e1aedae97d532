"""Going through a tree, and printing one."""

import pytest
from grammar.syntax_trees import CONSTRUCTS, EARLY, clean, covered

from nscompiler.grammar.layout import layout
from nscompiler.grammar.syntax import Name, Use
from nscompiler.grammar.walk import children, node_at, walk
from nscompiler.tools.format import same_program


def test_walk_goes_in_the_order_of_the_text():
    text = '@x("y") fun f : a -> B with { n : Integer = 1 } where a is C\ndef g = (f | h)* & A.k { p = [1] }'
    nodes = list(walk(clean(text)))
    names = [node.text for node in nodes if isinstance(node, Name)]
    assert names == ["x", "f", "n", "Integer", "a", "B", "a", "C", "g", "f", "h", "A", "k", "p"] or names == [
        *("x", "f", "a", "B", "a", "C", "n", "Integer", "g", "f", "h", "A", "k", "p"),
    ]
    assert len(nodes) == len({id(node) for node in nodes})


def test_children_are_nodes_only():
    (declared,) = clean("type T a = { x : a }").declarations
    assert [type(child).__name__ for child in children(declared)] == ["Name", "Name", "RecordType"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("def x = f | ‸gg", "Module DefDecl Pipe Use Name"),
        ("def x = f | gg‸", "Module DefDecl Pipe Use Name"),
        ("def x = f ‸| gg", "Module DefDecl Pipe"),
        ("def x = f‸", "Module DefDecl Use Name"),
        ("def x = A‸.f", "Module DefDecl Use Name"),
        ("‸def x = f", "Module DefDecl"),
        ("fun f : A -> B with { n‸ : Text } where a is C", "Module FunDecl ParamDecl Name"),
        ("fun f : A -> B with { n : Text } where a is ‸C", "Module FunDecl FunctionType Constraint Name"),
        ("def x = f { a = [1, ‸2] }", "Module DefDecl Apply Binding Literal Literal"),
        ("import A:1.0‸.0", "Module Import Reference"),
        ("‸", "Module"),
    ],
)
def test_node_at_gives_the_path(text, path):
    offset = text.index("‸")
    module = clean(text.replace("‸", ""))
    assert " ".join(type(node).__name__ for node in node_at(module, offset)) == path


def test_node_at_every_place_holds_it():
    text = CONSTRUCTS[12] + CONSTRUCTS[14]
    module = clean(text)
    for offset in range(len(text) + 1):
        for outer, inner in zip(node_at(module, offset), node_at(module, offset)[1:], strict=False):
            assert inner in children(outer)
            assert inner.start <= offset <= inner.end


def test_a_use_spans_its_qualifier():
    text = "def x = A.f"
    (use,) = (node for node in walk(clean(text)) if isinstance(node, Use))
    assert covered(text, clean(text).span(use)) == "A.f"


@pytest.mark.parametrize("text", [*CONSTRUCTS, *EARLY])
def test_layout_keeps_the_tree(text):
    module = clean(text)
    printed = layout(module)
    assert same_program(clean(printed), module)
    assert layout(clean(printed)) == printed


def test_layout_of_a_corpus(corpus):
    for text in corpus:
        assert same_program(clean(layout(clean(text))), clean(text))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("type T=A  B|C", "type T = A B | C\n"),
        ("def x=(f|g)|h&(i&j)", "def x = (f | g) | h & (i & j)\n"),
        ("def x=((f))*", "def x = f*\n"),
        ("def x=concat(f*)", "def x = f**\n"),
        ("def x=(concat f)*", "def x = f**\n"),
        ("def x=filter f{a=1}", "def x = f { a = 1 }?\n"),
        ("type T=Text optional", "type T = optional Text\n"),
        ("module X:1.0.0{import A:1.0.0;def x=f{a=1,}}", "module X:1.0.0\n\nimport A:1.0.0\n\ndef x = f { a = 1 }\n"),
        ("fun f:A->B;f", "fun f : A -> B;\n\nf\n"),
        ("type T={ /// a\n /// b\n x:A,y:B|r}", "type T = {\n  /// b\n  x : A,\n  y : B\n  | r\n}\n"),
        ("", ""),
    ],
)
def test_layout_is_canonical(text, printed):
    assert layout(clean(text)) == printed
