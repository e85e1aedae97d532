"""Any tree is printed as text that gives the tree back; any text gives a tree and never an exception."""

import time

import pytest
from grammar.plain_lark import parse_plainly
from grammar.syntax_trees import same_but_early, shape
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nscompiler.grammar.layout import layout
from nscompiler.grammar.parse import parse
from nscompiler.grammar.syntax import (
    Apply,
    Attribute,
    Binding,
    Both,
    Concat,
    Constraint,
    Constructor,
    DefDecl,
    FieldDecl,
    Filter,
    FunctionType,
    FunDecl,
    Header,
    Hole,
    Import,
    Instantiate,
    ListType,
    Literal,
    LiteralSource,
    Module,
    Name,
    OptionalType,
    ParamDecl,
    ParamTypeEnum,
    ParamTypeList,
    ParamTypeName,
    Pipe,
    RecordType,
    Reference,
    RowTail,
    SizeLiteral,
    SumType,
    TupleType,
    TypeDecl,
    TypeName,
    TypeVariable,
    UnitType,
    Use,
)
from nscompiler.grammar.text import quote
from nscompiler.source import SourceFile
from nscompiler.tools.format import same_program

KEYWORDS = "module import as type fun def optional concat filter with where is true false _".split()  # noqa: SIM905
SMALL, CAPITAL = "abcdefgh_", "ABCDEFGHÄЖ"
REST = "abcXYZ019_'é"


def named(first: str) -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from(first), st.text(REST, max_size=4))


small = named(SMALL).filter(lambda text: text not in KEYWORDS)
# Where only a name can stand a keyword is one too.
free = st.one_of(small, st.sampled_from(KEYWORDS))
capital = named(CAPITAL)


def name(text: st.SearchStrategy[str]) -> st.SearchStrategy[Name]:
    return st.builds(Name, st.just(0), st.just(0), text)


def node(kind: type, *parts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.builds(kind, st.just(0), st.just(0), *parts)


def several(items: st.SearchStrategy[object], least: int, most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


lines = st.text("ab `*/é", max_size=6).map(str.strip)
docs = st.none() | st.lists(lines, min_size=1, max_size=2).map("\n".join).filter(bool)

# --- literals

texts = st.text(max_size=8).filter(lambda text: text.isprintable() or not any("\ud800" <= c <= "\udfff" for c in text))
text_literals = texts.map(lambda text: Literal(0, 0, "text", text, quote(text)))
scalars = st.one_of(
    text_literals,
    st.integers(-(10**20), 10**20).map(lambda value: Literal(0, 0, "integer", value, str(value))),
    st.floats(-1e30, 1e30).map(lambda value: Literal(0, 0, "double", value, repr(value))),
    st.booleans().map(lambda value: Literal(0, 0, "boolean", value, str(value).lower())),
    st.sampled_from(["HOME", "a_1"]).map(lambda value: Literal(0, 0, "environment", value, f"${value}")),
)
literals = st.recursive(
    scalars, lambda inner: several(inner, 0).map(lambda items: Literal(0, 0, "list", items, "")), max_leaves=4
)

# --- types

qualifiers = st.none() | name(capital)
plain_types = st.one_of(
    node(TypeName, qualifiers, name(capital), st.just(())), node(TypeVariable, name(small)), node(UnitType)
)


def larger_types(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    labels = name(free) | texts.map(lambda text: Name(0, 0, text, True))
    fields = several(node(FieldDecl, labels, inner, docs), 0)
    tails = st.none() | node(RowTail, st.none() | name(free))
    arguments = several(inner | node(SizeLiteral, st.integers(-3, 99)), 1)
    return st.one_of(
        node(TypeName, qualifiers, name(capital), arguments),
        node(TupleType, several(inner, 2)),
        node(ListType, inner),
        node(OptionalType, inner),
        node(RecordType, fields, tails),
    )


types = st.recursive(plain_types, larger_types, max_leaves=6)
vectors = st.builds(
    lambda size, item: TypeName(0, 0, None, Name(0, 0, "Vector"), (SizeLiteral(0, 0, size), item)),
    st.integers(1, 9),
    types,
)
constructors = node(Constructor, name(capital), st.none() | types | vectors, docs)
constraints = several(node(Constraint, types, name(capital)), 0, 2)
functions = node(FunctionType, types, types, constraints)

# --- expressions

uses = node(Use, qualifiers | name(small), name(free))
alone = node(Use, st.none(), name(small))


def larger_expressions(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    bindings = several(node(Binding, name(free), literals), 0, 2)
    return st.one_of(
        node(Apply, inner, bindings),
        node(Concat, inner, st.booleans()),
        node(Filter, inner, st.booleans()),
        node(Pipe, several(inner, 2)),
        node(Both, several(inner, 2)),
    )


qualified = st.builds(
    lambda qualifier, declared: Use(0, 0, qualifier, declared), name(capital) | name(small), name(free) | name(capital)
)
expressions = st.recursive(
    st.one_of(
        alone,
        qualified,
        node(Instantiate, qualified, several(types | node(Hole) | node(SizeLiteral, st.integers(-3, 99)), 1)),
        node(LiteralSource, literals),
    ),
    larger_expressions,
    max_leaves=6,
)

# --- declarations

attributes = several(node(Attribute, name(free), st.none() | text_literals), 0, 2)
parameter_types = st.one_of(
    node(ParamTypeName, name(capital)),
    node(ParamTypeList, node(ParamTypeName, name(capital))),
    node(ParamTypeEnum, several(text_literals, 1)),
)
parameters = several(node(ParamDecl, name(free), parameter_types, st.none() | literals, docs), 0)
bodies = types | node(SumType, several(constructors, 2))
declarations = st.one_of(
    node(TypeDecl, name(capital), several(name(small), 0), bodies, docs, attributes),
    node(FunDecl, name(free), functions, st.none() | parameters, docs, attributes),
    node(DefDecl, name(free), st.none() | functions, expressions, docs, attributes),
)
references = node(Reference, st.sampled_from(["A.B:1.0.0", "x.y/401/Foo_bar:0.0.1-SNAPSHOT-1f", "nstack/Q:1.2.3"]))
imports = node(Import, references, st.none() | name(capital))
headers = node(Header, references, st.none(), docs)


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """A module or a script of any shape."""
    header = draw(st.none() | headers)
    main = None if header else draw(st.none() | expressions)
    declared = (draw(several(imports, 0, 2)), draw(several(declarations, 0, 4)))
    return Module(0, 0, SourceFile("main.nml", ""), header, *declared, main)  # type: ignore[arg-type]


@pytest.mark.thorough
@settings(max_examples=80, deadline=None)
@given(modules())
def test_text_of_a_tree_gives_the_tree_back(module):
    text = layout(module)
    result = parse(SourceFile("main.nml", text))
    assert result.problems == ()
    assert same_program(result.module, module)
    assert layout(result.module) == text


@settings(max_examples=20, deadline=None)
@given(modules())
def test_plain_lark_reads_the_same_tree(module):
    text = layout(module)
    theirs = parse_plainly(text)
    assert isinstance(theirs, Module)
    assert shape(theirs, spans=True) == shape(parse(SourceFile("main.nml", text)).module, spans=True)


# --- texts that are no programs

WORDS = st.sampled_from(
    [
        *KEYWORDS,
        *(
            "Text",
            "A",
            "a",
            "f",
            "x'",
            "1",
            "-2.5",
            "1__0",
            '"t"',
            '"',
            '"""',
            "'q'",
            "$HOME",
            "$",
            "A:1.0.0",
            "http://x",
        ),
        *(
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "<",
            ">",
            "|",
            "&",
            "*",
            "?",
            ",",
            ";",
            ":",
            "=",
            "->",
            ".",
            "..",
            "@",
            "-",
            "/",
        ),
        *(
            "// c",
            "/// d",
            "/* c */",
            "/*",
            "*/",
            "#",
            "--",
            "\n",
            "\r\n",
            "\t",
            "\x00",
            "\x1b",
            "\ufeff",
            "→",
            "“",
            "é",
        ),
        *("source(http:///demo : Text)", "\\", "\\u{110000}", "\ud800", "\u00a0", "%", "~"),
    ]
)
soup = st.lists(WORDS, max_size=40).flatmap(lambda words: st.sampled_from(["", " "]).map(lambda gap: gap.join(words)))


@settings(max_examples=200, deadline=None)
@given(soup)
@example('"\\u{')
@example("module X:1.0.0 {")
@example("module X:1.0.0 { )")
@example("@")
@example("type T = A |")
@example("def x = a | (/*")
@example("module\\u{110000}true}")
@example("“\ud800“")
@example("module X:1.0.0 { def a = b } }; def c = ; | d")
def test_no_token_soup_raises(text):
    harmless(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120) | st.binary(max_size=120).map(lambda data: data.decode("utf-8", "replace")))
@example("0\xad\U0001239a0")
def test_no_text_raises(text):
    harmless(text)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(modules(), st.data())
def test_no_broken_program_raises(module, data):
    text = layout(module)
    at = data.draw(st.integers(0, len(text)))
    kind = data.draw(st.sampled_from(["cut", "drop", "put"]))
    if kind == "cut":
        harmless(text[:at])
    elif kind == "drop":
        harmless(text[:at] + text[at + data.draw(st.integers(1, 5)) :])
    else:
        harmless(f"{text[:at]} {data.draw(WORDS)} {text[at:]}")


def harmless(text: str) -> None:
    """Parse a text that may be anything: a tree with all places in it, messages of the right form."""
    began = time.process_time()
    result = parse(SourceFile("main.nml", text))
    assert time.process_time() - began < 2
    for problem in result.problems:
        assert 0 <= problem.primary.span.start <= problem.primary.span.end <= len(text)
        assert 0 < len(problem.title) <= 80
        assert "\n" not in problem.title
        for fix in problem.fixes:
            for edit in fix.edits:
                assert 0 <= edit.span.start <= edit.span.end <= len(text)
    layout(result.module)
    assert same_but_early(result.module)
