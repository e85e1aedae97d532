"""The loop in C and the one in Python read the same language, and the one in C loses no memory."""

import gc
import os
import random
import sys
from pathlib import Path

import literate
import native_parser
import pytest
from fuzz.grammar_fuzzer import damaged, derived
from grammar.syntax_trees import CONSTRUCTS, plain_programs
from native_parser import compare, parser

from nscompiler.grammar import native, syntax
from nscompiler.grammar import parse as parsing
from nscompiler.grammar.syntax import Name, Use
from nscompiler.grammar.tables import load
from nscompiler.source import SourceFile

LANG = Path(__file__).parent.parent / "lang"

pytestmark = pytest.mark.skipif(
    native_parser.module() is None and not os.environ.get("CI"), reason="there is no compiler of C here"
)

EARLY = {"a comment in a comment": "/* a /* b */ c */ def f = g\n", "a semicolon": "import A:1.0.0 as A; A.f | A.g\n"}
# Beginnings and ends at which a careless reader would read on, or stop too early.
EDGES = (
    *("", " ", "\n", "//", "// c", "/**/", "/***/", "/*/*/", "/* c", "/", "\x00", "\x0b", "\xa0", "é", "é = 1"),
    *("module", "module A", "module A:1.0.0", "module A:1.0.0-", "module A:1.0.0--- x\ndef f = g", "module :1.0"),
    *("import A:1.0.0-> x", "import A:1.0.0// c", "import A:1.0.0/* c */ as B", "import .a:1", "import a/b/C:1.0.0"),
    *("import A:1.0.0/", "import 1:0.0", "import type:1.0.0", "import A :1.0.0", "import A 1.0.0 as A", "import é:1"),
    *('def f = "', 'def f = ""', 'def f = """', 'def f = """"""', 'def f = "\\', 'def f = "\\"', 'def f = "a\nb"'),
    *('def f = "\\q"', 'def f = "\\n\\u{1F600}"', 'def f = "\\u{D800}"', 'def f = "é\U0001f600"', 'def f = "a\rb"'),
    *('def f = """\n  a\n  b\n"""', 'def f = """\\q"""', 'def f = """a""b"""', 'def f = """a\\""""'),
    *(
        "def f = 1",
        "def f = -1",
        "def f = - 1",
        "def f = 1_0",
        "def f = 1_",
        "def f = 1__0",
        "def f = 1a",
        "def f = 1'",
    ),
    *("def f = 1.5", "def f = 1.", "def f = 1.5.2", "def f = 1e3", "def f = 1e", "def f = 1e+", "def f = 1E-3"),
    *("def f = 1e999", "def f = 1_0.0_1", f"def f = {'9' * 18}", f"def f = {'9' * 19}", f"def f = {'9' * 1001}"),
    *("def f = $A", "def f = $", "def f = $1", "def f = $é", "def f = g<1>", "type T = Vector 3 A", "type T = V -3 A"),
    *(
        "def f = (g)",
        "def f = ((g) | h)*",
        "def f = (g & h) | i",
        "def f = concat (g)",
        "def f = concat g*",
        "def f = g**",
    ),
    *(
        'type T = { "a b" : A }',
        'type T = { "\\q" : A }',
        "type T = { a : A, | r }",
        "type T = { | .. }",
        "type T = {}",
    ),
    *("type T = A | B", "type T = A Map B | C", "type T = A { x : B } | C", "type T = (A) | B", "type T = a | B"),
    *(
        "type T = A Vector 3 B | C",
        "type T = A | B (C)",
        "type T = M.A | B",
        "type T a b = (a, b,)",
        "type T = A optional",
    ),
    *(
        "/// one\ntype T =\n  /// two\n  A |\n  /// three\n  B",
        "/// a\n\n/// b\nfun f : A -> B",
        "def f = g /// no\n| h",
    ),
    *("/*\n/// quirk */\ndef f = g", "///\n@x\n/// below\nfun f : A -> B", "type T = { a : A, /// for b\n b : B }"),
    *(
        "def type = with",
        "def f = is.as",
        "type T = { type : A, is : B }",
        "fun f : A -> B where a is C, with { n : A }",
    ),
    *("fun f : A -> B with { n : [Text] = [1, 2], m : 'a' }", 'fun f : A -> B with { m : "a" | "b" = "a", }'),
    *('@a\n@b("c")\nfun f : A -> B with {} where a is C', "def f : A -> B where a is C = g", "f | g", "true", "[]"),
    *(
        "(" * 199 + "f" + ")" * 199,
        "(" * 200 + "f" + ")" * 200,
        "(" * 201 + "f" + ")" * 201,
        "f" + "*" * 300,
        "f{}" * 150,
    ),
    "def a = b\n" + "type T = " + "[" * 150 + "A" + "]" * 150 + "\n" + "type U = " + "[" * 150 + "A" + "]" * 150,
)


def _programs() -> list[str]:
    return [
        text
        for document in sorted(LANG.glob("*.md"))
        for example in literate.examples(document)
        for path, text in example.files
        if path.endswith(".nml")
    ]


def test_clean_programs_are_taken_and_read_alike(corpus):
    assert all(map(compare, corpus))
    taken = sum(map(compare, plain_programs()))
    assert taken > 0.8 * len(plain_programs())


def test_every_construct_is_read_alike():
    assert sum(map(compare, CONSTRUCTS)) > len(CONSTRUCTS) / 2


@pytest.mark.parametrize("text", EDGES)
def test_edges_are_read_alike(text):
    compare(text)
    compare(text + "\n")
    compare(f"// é\n{text} ")
    compare(f"// \U0001f600\n{text}\t// end")


def test_programs_of_the_specification_are_read_alike():
    programs = _programs()
    assert sum(map(compare, programs)) > len(programs) / 2


@pytest.mark.parametrize("seed", range(20))
def test_damaged_and_derived_texts_are_read_alike(seed):
    rng = random.Random(seed)
    for _ in range(10):
        compare(damaged(rng.choice(CONSTRUCTS), rng))
    compare(derived(seed, 1_500))


def test_a_cut_program_is_read_alike(corpus):
    text = corpus[20]
    for end in range(0, len(text), 7):
        compare(text[:end])


@pytest.mark.parametrize("text", EARLY.values(), ids=EARLY)
def test_what_is_rare_is_left_to_the_loop_in_python(text):
    assert parsing.parse_with(parser(), SourceFile("main.nml", text), comments=True) is None
    assert parsing.parse(SourceFile("main.nml", text)).problems == ()


def test_names_are_one_text_in_memory():
    text = "def f = some_name | some_name\n"
    result = parsing.parse_with(parser(), SourceFile("main.nml", text), comments=False)
    first, second = result.module.declarations[0].body.stages
    assert isinstance(first, Use)
    assert first.name.text is second.name.text is sys.intern("some_name")


# A class that mypyc made counts each of its objects and never forgets one, whoever made it.
_CLASSES = () if syntax.__file__.endswith((".so", ".pyd")) else (Use, Name)
_KEPT = (None, True, False, "", (), *_CLASSES, *load().kind)
_NOISE = 20


def _lost(run) -> int:
    """The least that forty runs add, in a few attempts: to the blocks of memory in use, or to the references to what
    is always there. The interpreter's own stores fill up at first; what is lost is lost each time."""

    def in_use() -> list[int]:
        gc.collect()
        return [sys.getallocatedblocks(), *(sys.getrefcount(one) for one in _KEPT)]

    added = []
    for _ in range(10):
        before = in_use()
        for _ in range(40):
            run()
        added.append(max(abs(after - count) for after, count in zip(in_use(), before, strict=True)))
        if added[-1] < _NOISE:
            break
    return min(added)


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["def f = g |\n", "def f = (g | \x00", *EDGES[3::16]])
def test_no_memory_is_lost(text, corpus):
    def run() -> None:
        for one in (text, f"{text}\n)", corpus[10], corpus[11][:500]):
            parsing.parse_with(parser(), SourceFile("main.nml", one), comments=True)

    assert _lost(run) < _NOISE


@pytest.mark.thorough
def test_a_parser_and_its_words_are_given_back():
    def run() -> None:
        made = native.make(native_parser.module())
        for number in range(6):
            text = "".join(f"def f{number}_{n} = g{number}_{n}\n" for n in range(700))
            made.parse(text, None, {}, {}, None)

    assert _lost(run) < _NOISE


def test_what_a_called_function_raises_is_passed_on():
    class Wrong(Exception):
        pass

    made = parser()
    with pytest.raises(TypeError):
        made.parse(b"def f = g", None, {}, {}, None)
    with pytest.raises(TypeError):
        made.parse("def f = g // c", None, {}, {}, 7)

    def fails(*_: object) -> None:
        raise Wrong

    broken = _made(plain_text=fails, long_text=fails, sum_type=fails, doc=fails)
    for text in ('def f = "\\n"', 'def f = """x"""', "type T = A | B", "/// doc\ndef f = g", 'type T = { "\\n" : A }'):
        with pytest.raises(Wrong):
            broken.parse(text, None, {}, {}, None)


def _made(**others):
    class Module:
        @staticmethod
        def Parser(**given):  # noqa: N802
            return native_parser.module().Parser(**{**given, **others})

    return native.make(Module)


@pytest.mark.parametrize(
    "others",
    [
        {"rules": [(0, 1, "unheard_of")]},
        {"rules": [(0, 2, None)]},
        {"literals": {"<=>": 3}},
        {"symbols": 300},
        {"rows": b"\x01\x7f" * 200},
    ],
)
def test_a_grammar_that_it_does_not_know_is_refused(others):
    with pytest.raises(ValueError, match=r"foreseen|is none"):
        _made(**others)


def test_without_it_the_loop_in_python_reads_all(monkeypatch, corpus):
    monkeypatch.setattr(parsing, "parser", lambda: None)
    without = parsing.parse(SourceFile("main.nml", corpus[5]))
    monkeypatch.setattr(parsing, "parser", parser)
    assert native_parser.told(parsing.parse(SourceFile("main.nml", corpus[5]))) == native_parser.told(without)
