"""Several mistakes in a file: each is told once, and what is right is read all the same."""

import itertools
import random

import pytest
from grammar.syntax_trees import CONSTRUCTS, covered, ids, marked, read, shape
from grammar.test_syntax_errors import MISTAKES

from nscompiler.grammar.syntax import BrokenDecl, DefDecl, FunDecl, TypeDecl
from nscompiler.grammar.trial import Trial

GOOD = ("type Good = { a : Text }", "fun good : Text -> [Good]", "def better : Text -> Good = good* | A.f { a = 1 }")
# Mistakes inside one declaration, which end with it: not those of order, which concern a whole file.
LOCAL = [
    marked(text)[0]
    for text, code, _ in MISTAKES
    if text.startswith(("type", "fun", "def", "@"))
    and not {code} & {"NS0113", "NS0117", "NS0126", "NS0131", "NS0135"}
    and '"""' not in text
    and "\ndef" not in text
    and "\nfun" not in text
]


@pytest.mark.parametrize("seed", range(30))
def test_each_of_several_mistakes_is_told_once(seed):
    chosen = random.Random(seed)
    count = chosen.randint(2, 12)
    wrong = [chosen.choice(LOCAL) for _ in range(count)]
    pieces = list(itertools.chain.from_iterable(zip(wrong, itertools.cycle(GOOD), strict=False)))
    text = "module Demo:1.0.0\n\nimport A:1.0.0 as A\n\n" + "\n\n".join(pieces) + "\n"
    result = read(text)
    alone = [read(f"module Demo:1.0.0\n\n{piece}\n\n{GOOD[0]}\n").problems[0].code.id for piece in wrong]
    assert ids(result.problems) == alone, text
    read_all = [
        item for item in result.module.declarations if getattr(item.name, "text", "") in ("Good", "good", "better")
    ]
    assert len(read_all) == count, text


def test_the_places_are_those_of_the_mistakes():
    text = "type A = \nfun f Text -> A\ndef x = f | | g\ndef y = f\ndef z = (f | g\n"
    problems = read(text).problems
    assert [covered(text, problem.primary.span) for problem in problems] == ["=", "Text", "|", "("]
    kinds = [type(item) for item in read(text).module.declarations]
    assert kinds == [BrokenDecl, BrokenDecl, BrokenDecl, DefDecl, BrokenDecl]


def test_an_unclosed_bracket_does_not_swallow_what_follows():
    text = "type T = { a : Text,\nfun f : T -> T\n@stateless\nfun g : T -> [T\ndef w = f {\n\ndef v = w\n"
    result = read(text)
    assert ids(result.problems) == ["NS0103"] * 3
    assert [type(item) for item in result.module.declarations] == [BrokenDecl, FunDecl, BrokenDecl, BrokenDecl, DefDecl]


def test_a_declaration_whose_keyword_is_misspelt_is_read_all_the_same():
    text = "module X:1.0.0\nimprt A.B:1.0.0 as C\ntpye T = C.U\nfun f : T -> T\n/// Twice.\ndfe g = f | f\n"
    result = read(text)
    assert [covered(text, problem.primary.span) for problem in result.problems] == ["imprt", "tpye", "dfe"]
    assert [one.reference.text for one in result.module.imports] == ["A.B:1.0.0"]
    assert [type(item) for item in result.module.declarations] == [TypeDecl, FunDecl, DefDecl]
    assert result.module.declarations[-1].doc == "Twice."


def test_a_misspelt_keyword_ends_what_is_unfinished_above_it():
    text = "type T = { a : Text\nfucn f : T -> , T\ndef w = f"
    result = read(text)
    assert [covered(text, problem.primary.span) for problem in result.problems] == ["{", "fucn", ","]
    assert [type(item) for item in result.module.declarations] == [BrokenDecl, BrokenDecl, DefDecl]


def test_a_keyword_that_is_a_name_is_no_declaration():
    text = "type T = { type : Text, fun : Text b : Text }\ndef w = f { import = 1, def = 2 c = 3 }\ntype U = T"
    result = read(text)
    assert ids(result.problems) == ["NS0110", "NS0110"]
    assert isinstance(result.module.declarations[-1], TypeDecl)


def test_recovery_inside_the_braces_of_early_syntax():
    text = "module X:1.0.0 { import M:1.0.0 as M; def w = f | ; fun g : A; def v = w; }"
    result = read(text)
    assert ids(result.problems) == ["NS0128", "NS0107"]
    assert shape(result.module.declarations[-1]) == "DefDecl(v, Use(w))"
    assert result.module.header is not None


@pytest.mark.thorough
@pytest.mark.parametrize("text", CONSTRUCTS)
def test_a_truncated_file_has_few_mistakes(text):
    """Wherever a program is cut off, one thing is wrong at most: the last declaration."""
    for end in range(len(text)):
        cut = text[:end]
        problems = read(cut).problems
        assert len(problems) <= 1, (cut, [problem.title for problem in problems])


def test_an_unterminated_text_ends_where_the_line_makes_sense():
    text = 'def w = f { a = "x } | g\ndef v = h\n'
    result = read(text)
    assert ids(result.problems) == ["NS0112"]
    assert shape(result.module.declarations) == (
        "[DefDecl(w, Pipe([Apply(Use(f), [Binding(a, environment:'_')]), Use(g)])), DefDecl(v, Use(h))]"
    )


def test_an_unterminated_comment_is_the_only_mistake():
    for text in ("def w = f | /* g\ndef v = h", "module X:1.0.0 { def w = f /* }", "/*", "def w = (f /* ) /* */"):
        assert ids(read(text).problems) == ["NS0113"], text


@pytest.mark.parametrize("text", ["def = f\n", "f;", "def x = f import A:1.0.0 ", "type T = A B C | D\n"])
def test_very_many_mistakes_are_not_all_told(text):
    assert len(read(text * 3000).problems) == 200


def test_a_name_for_an_expression_is_one_that_is_free():
    names = ["main", *(f"main{number}" for number in range(2, 150))]
    text = "module M:1.0.0\n" + "".join(f"def {name} = f\n" for name in names) + ";f"
    (problem,) = read(text).problems
    assert problem.fixes[0].edits[0].text == "def main150 = "


def test_lines_without_their_keyword_do_not_look_at_the_whole_file_each(monkeypatch):
    asked = []
    is_start = Trial.is_start

    def counted(trial, tokens, index):
        asked.append(index)
        return is_start(trial, tokens, index)

    monkeypatch.setattr(Trial, "is_start", counted)
    counts = []
    for lines in (100, 200):
        asked.clear()
        assert len(read("let a = b\n" * lines).problems) == lines
        counts.append(len(asked))
    assert counts[1] <= 2.5 * counts[0]
