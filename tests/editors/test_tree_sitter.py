"""The tree-sitter grammar beside the compiler's: what they accept, and where declarations stand."""

import re
import unicodedata
from pathlib import Path

import programs
import pytest
from grammar.plain_lark import parse_plainly
from kept import Golden
from token_classes import tokens_of
from tree_sitter import Node, Query, QueryCursor
from tree_sitter_nml import GRAMMAR, Offsets, Reader, built_in, nodes

from nscompiler.grammar import syntax
from nscompiler.grammar.lexer import scan
from nscompiler.grammar.parse import parse
from nscompiler.grammar.tables import load
from nscompiler.source import SourceFile


def texts() -> dict[str, str]:
    """Every program that there is, and many that nobody wrote."""
    return {**programs.written(), **programs.generated()}


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return built_in(tmp_path_factory.mktemp("tree-sitter"))


def declared(module: syntax.Module) -> list[tuple[str, int, int]]:
    """The items of a module as the compiler reads them: kind, and where they start and end."""
    kinds = {
        syntax.TypeDecl: "type_declaration",
        syntax.FunDecl: "function_declaration",
        syntax.DefDecl: "definition",
        syntax.Import: "import_declaration",
    }
    items = [item for item in (*module.imports, *module.declarations) if type(item) in kinds]
    return sorted(((kinds[type(item)], item.start, item.end) for item in items), key=lambda item: item[1])


def read_items(reader: Reader, text: str) -> list[tuple[str, int, int]]:
    """The same as tree-sitter reads them."""
    offsets = Offsets(text)
    wanted = ("type_declaration", "function_declaration", "definition", "import_declaration")
    return [(node.type, *offsets.span(node)) for node in nodes(reader.parse(text)) if node.type in wanted]


@pytest.mark.thorough
def test_the_same_texts_are_accepted(reader: Reader) -> None:
    wrong, accepted = [], 0
    for name, text in texts().items():
        ours = not isinstance(parse_plainly(text), int)
        theirs = not reader.parse(text).root_node.has_error
        accepted += ours
        if ours != theirs:
            wrong.append((name, "accepted" if ours else "refused"))
    assert wrong == []
    assert 100 < accepted < len(texts())


@pytest.mark.thorough
def test_declarations_are_in_the_same_places(reader: Reader) -> None:
    wrong = []
    for name, text in texts().items():
        if reader.parse(text).root_node.has_error:
            continue
        result = parse(SourceFile("main.nml", text))
        if not result.problems and declared(result.module) != read_items(reader, text):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("type T = type", False),
        ("type T = { type : Text, def : a | fun }", True),
        ("type T = { Type : Text }", False),
        ("def filter = a.filter | B.concat { is = 1 }", True),
        ("def w = is", False),
        ("def w = concat concat", False),
        ("def w = _", False),
        ("def w = f<_, 3>", True),
        ("import type T = A", False),
        ("import types:0.1.0", True),
        ("def a = 12x", False),
        ("def a = 12 x", True),
        ("def a = 1_0.5e3", True),
        ("fun f : (A, B) typeX = C", False),
        ("/* a /* b */ c */ def w = f", True),
        ("/* a /* b */ def w = f", False),
        ("/**/ def w = f /* / */", True),
        ("/*/ def w = f", False),
        ('def w = f { a = "/* no */ // no", b = "" }', True),
        ('def w = f { a = """ /* "" \\""" " """ }', True),
        ('def w = f { a = """" }', False),
        ('def w = f { a = "\n" }', False),
        ("#!/usr/bin/env nsc\ndef w = f", True),
        (" #!/usr/bin/env nsc\ndef w = f", False),
        ("\ufeff#!/usr/bin/env nsc\ndef w = f", True),
        ("type T = A\n(f)", True),
        ("type T = A\n3 | f", True),
        ("type T = (A)\nf", False),
        ("type T = (A);\nf", True),
        ("", True),
        ("module A:1.0.0 { }", True),
        ("a//b", True),
    ],
)
def test_small_programs(reader: Reader, text: str, accepted: bool) -> None:
    assert (not isinstance(parse_plainly(text), int)) is accepted
    assert (not reader.parse(text).root_node.has_error) is accepted


def test_letters_are_the_same(reader: Reader) -> None:
    """Which characters begin a type's name, which any other, and which go on with one."""
    tables, wrong = load(), []
    for point in [*range(0x21, 0x1000), *range(0x4E00, 0x4E20), 0x1F600, 0x20000]:
        one = chr(point)
        if unicodedata.category(one) in ("Cn", "Cs"):
            continue
        kinds = scan(one, tables).kinds, scan(f"a{one}", tables).kinds
        ours = (kinds[0][0] == tables.kind["UNAME"], kinds[0][0] == tables.kind["LNAME"], len(kinds[1]) == 2)
        texts = (f"type {one} = A", f"type A {one} = B", f"type A a{one} = B")
        theirs = tuple(not reader.parse(text).root_node.has_error for text in texts)
        if ours != theirs and one not in "_;'s":
            wrong.append((hex(point), ours, theirs))
    assert wrong == []


# --- kept trees, in the format of `tree-sitter test`

CORPUS = sorted((GRAMMAR / "test/corpus").glob("*.txt"))
_CASE = re.compile(r"^={8,}\n(?P<name>[^\n]+)\n={8,}\n(?P<source>.*?)^---\n(?P<tree>.*?)(?=^={8,}$|\Z)", re.M | re.S)


def indented(node: Node, depth: int = 0, field: str | None = None) -> str:
    """A tree of named nodes as that format has it."""
    name = node.type
    if node.is_missing:
        name = "MISSING " + (name if node.is_named else f'"{name}"')
    lines = "  " * depth + (f"{field}: " if field else "") + f"({name}"
    for index, child in enumerate(node.children):
        if child.is_named or child.is_missing:
            lines += "\n" + indented(child, depth + 1, node.field_name_for_child(index))
    return lines + ")"


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_corpus(path: Path, reader: Reader, golden: Golden) -> None:
    cases = []
    for case in _CASE.finditer(path.read_text("utf-8")):
        tree = reader.parse(case["source"].removesuffix("\n"))
        rule = "=" * 80
        cases.append(f"{rule}\n{case['name']}\n{rule}\n{case['source']}---\n\n{indented(tree.root_node)}\n")
    assert cases
    golden(path, "\n".join(cases))


# --- queries

# Our class → what a query for colours may call it.
CAPTURES = {
    "keyword": ("keyword", "variable.builtin"),
    "constant": ("boolean",),
    "type": ("type", "type.definition"),
    "builtin": ("type.builtin",),
    "constructor": ("constructor",),
    "function": ("function", "function.call"),
    "field": ("property",),
    "variable": ("variable.parameter",),
    "namespace": ("module",),
    "reference": ("module",),
    "attribute": ("attribute",),
    "text": ("string", "string.escape"),
    "number": ("number", "number.float"),
    "environment": ("constant",),
    "sign": ("operator", "punctuation.delimiter", "punctuation.special", "punctuation.bracket", "attribute"),
    "comment": ("comment",),
    "doc": ("comment.documentation",),
    "hashbang": ("keyword.directive",),
}


def query(reader: Reader, name: str) -> Query:
    return Query(reader.language, (GRAMMAR / "queries" / name).read_text("utf-8"))


def coloured(reader: Reader, colours: Query, text: str) -> list[str]:
    """The colour of each character: what is inside wins, and of two for one node the one further down."""
    offsets, found = Offsets(text), []
    for pattern, captures in QueryCursor(colours).matches(reader.parse(text).root_node):
        found += [(*offsets.span(node), pattern, name) for name, all_of in captures.items() for node in all_of]
    colour = [""] * len(text)
    for start, end, _, name in sorted(found, key=lambda one: (one[0] - one[1], one[2])):
        colour[start:end] = [name] * (end - start)
    return colour


@pytest.mark.thorough
def test_colours_are_what_the_compiler_takes_each_token_for(reader: Reader) -> None:
    colours, wrong, checked = query(reader, "highlights.scm"), [], 0
    for name, text in texts().items():
        expected = tokens_of(text)
        if expected is None:
            continue
        found = coloured(reader, colours, text)
        for token in expected:
            kinds = set(found[token.start : token.end])
            right = CAPTURES[token.kind]
            if token.kind == "keyword":
                kinds = {"keyword" if kind.startswith("keyword") else kind for kind in kinds}
            checked += 1
            if not kinds <= set(right):
                wrong.append((name, token.text, token.kind, kinds))
    assert wrong == []
    assert checked > 5000


def captured(reader: Reader, name: str, text: str) -> dict[str, list[str]]:
    """What a query captures, by name."""
    places: dict[str, list[tuple[int, int]]] = {}
    tree = reader.parse(text)
    for _, captures in QueryCursor(query(reader, name)).matches(tree.root_node):
        for key, all_of in captures.items():
            places.setdefault(key, []).extend((node.start_byte, -node.end_byte) for node in all_of)
    data = text.encode()
    return {key: [data[start:-end].decode() for start, end in sorted(found)] for key, found in places.items()}


def test_sql_is_injected_into_queries(reader: Reader) -> None:
    text = 'def w = a { pg_query = """\n  select 1\n  """, other = "no" } | b { pg_query = "select 2" }'
    assert captured(reader, "injections.scm", text)["injection.content"] == ["\n  select 1\n  ", "select 2"]


def test_what_folds(reader: Reader) -> None:
    text = "import A:1.0.0\nimport B:1.0.0\n\ntype T = {\n  a : Text\n}\n"
    assert captured(reader, "folds.scm", text)["fold"] == [
        "import A:1.0.0",
        "import B:1.0.0",
        "type T = {\n  a : Text\n}",
        "{\n  a : Text\n}",
    ]


def test_text_objects(reader: Reader) -> None:
    found = captured(reader, "textobjects.scm", "def w = f { n = 1 }")
    assert found["function.outer"] == ["def w = f { n = 1 }"]
    assert found["function.inner"] == ["f { n = 1 }"]
    assert found["parameter.outer"] == ["n = 1"]


def test_definitions_and_references(reader: Reader) -> None:
    found = captured(reader, "locals.scm", "type P a = (a, T)\nfun f : T -> T\ndef w = f | M.g")
    assert found["local.definition.function"] == ["f", "w"]
    assert found["local.definition.parameter"] == ["a"]
    assert found["local.reference"] == ["P", "a", "a", "T", "T", "T", "f", "M", "g"]


def test_indentation_query_is_valid(reader: Reader) -> None:
    assert captured(reader, "indents.scm", "type T = { a : Text }")["indent.begin"][0] == "type T = { a : Text }"


def test_an_edit_gives_the_tree_of_the_new_text(reader: Reader) -> None:
    """The scanner keeps no state, so that an editor may go on from any place."""
    before = 'def a = f /* x */ | g { n = "t" }\ndef b = h\n'
    for at in range(len(before)):
        for inserted in ('"', "/*", "*/", "|", "type "):
            after = before[:at] + inserted + before[at:]
            old = reader.parse(before)
            row = before.count("\n", 0, at)
            column = at - (before.rfind("\n", 0, at) + 1)
            old.edit(at, at, at + len(inserted), (row, column), (row, column), (row, column + len(inserted)))
            assert str(reader.parse(after, old).root_node) == str(reader.parse(after).root_node), after
