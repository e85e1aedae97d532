"""Methods that hand out nothing, or one value where several are meant; parameters beside a function without `with`."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

HEAD = "import nstack\n\n\nclass Module(nstack.Module):\n"


def check(nml: str, python: str) -> tuple[Diagnostic, ...]:
    return check_texts({"a/module.nml": f"module A:1.0.0\n\n{nml}\n", "a/service.py": HEAD + python}).diagnostics


def body(text: str, *, head: str = "def f(self, value):") -> str:
    return f"    {head}\n" + "".join(f"        {line}\n" for line in text.split("\n"))


@pytest.mark.parametrize(
    ("output", "written"),
    [
        ("{ a : Text }", "result = {'a': value}"),
        ("Text", "print(value)"),
        ("[Text]", "found = []\nfor one in value:\n    found.append(one)"),
        ("Text", "if value:\n    return\nself.count = 1"),
        ("Text", "self.g(value)\n\ndef g(self, value):\n    return value"),
        ("Text", "def g(value):\n    return value\ng = g(value)"),
    ],
)
def test_a_method_without_a_value_to_return(output: str, written: str) -> None:
    (found,) = check(f"fun f : Text -> {output}", body(written).replace("        def g(self", "    def g(self"))
    assert (found.code.id, found.title) == ("NS0811", "the method `f` returns nothing")
    assert found.primary.text == "what it gives is said with `return`"


@pytest.mark.parametrize(
    ("output", "written"),
    [
        ("Void", "print(value)"),
        ("optional Text", "print(value)"),
        ("a", "print(value)"),
        ("()", "print(value)"),
        ("Text", "..."),
        ("Text", "pass"),
        ("Text", '"""Not yet."""'),
        ("Text", "raise NotImplementedError"),
        ("Text", "print(value)\nraise ValueError"),
        ("Text", "yield value"),
        ("Text", "if value:\n    return value"),
        ("Text", "self.refuse(value)"),
        ("Text", "refuse(value)"),
        ("Text", "sys.exit(1)"),
        ("Text", "while True:\n    value = next(value)"),
        ("Text", "with self.lock:\n    print(value)"),
    ],
)
def test_a_method_that_may_return_gives_nothing_by_right_or_is_not_written(output: str, written: str) -> None:
    declared = "fun f : a -> a" if output == "a" else f"fun f : Text -> {output}"
    assert "NS0811" not in [one.code.id for one in check(declared, body(written))]


def test_a_decorated_method_may_return() -> None:
    assert check("fun f : Text -> Text", "    @wrapped\n" + body("print(value)")) == ()


@pytest.mark.parametrize(
    ("output", "written"),
    [
        ("{ a : Text }", "for row in rows():\n    return {'a': row}"),
        ("{ a : Text }", "if self:\n    return dict(a='x')\nreturn {'a': 'y'}"),
        ("Text", "for row in rows():\n    return f'{row}'"),
        ("Integer", "return 5"),
    ],
)
def test_a_source_that_returns_one_value_is_to_yield_it(output: str, written: str) -> None:
    nml, python = f"fun f : Void -> {output}", body(written, head="def f(self):")
    (found,) = check(nml, python)
    assert (found.code.id, found.title) == ("NS0809", "the source `f` returns one value, which ends it")
    (fix,) = found.fixes
    fixed = apply_edits(HEAD + python, fix.edits)
    assert fixed == HEAD + python.replace("return ", "yield ")
    assert check(nml, fixed.removeprefix(HEAD)) == ()


@pytest.mark.parametrize(
    ("output", "written"),
    [
        ("{ a : Text }", "return [{'a': 'x'}]"),
        ("{ a : Text }", "if self:\n    return []\nreturn {'a': 'x'}"),
        ("{ a : Text }", "return rows()"),
        ("Text", "return 'abc'"),
        ("{ a : Text }", "def one():\n    return {'a': 'x'}\nreturn [one()]"),
    ],
)
def test_a_source_may_return_what_can_be_gone_through(output: str, written: str) -> None:
    assert check(f"fun f : Void -> {output}", body(written, head="def f(self):")) == ()


WITH = "fun f : Text -> Text with { table : Text }\nfun g : Text -> Text"


def test_a_method_is_held_against_its_own_parameters_beside_an_open_function() -> None:
    python = body("return self.args.get('tabel')") + body("return self.args['x']", head="def g(self, value):")
    (found,) = check(WITH, python)
    assert (found.code.id, found.title) == ("NS0806", "`f` reads a parameter that is not declared: `tabel`")
    (fix,) = found.fixes
    assert check(WITH, apply_edits(HEAD + python, fix.edits).removeprefix(HEAD)) == ()


def test_what_an_open_function_reads_is_no_slip_of_what_another_declares() -> None:
    read = body("return self.args['tables']", head="def g(self, value):")
    (found,) = check(WITH, body("return value") + read)
    assert (found.code.id, found.title) == ("NS0807", "the Python class never reads the parameter `table`")
    assert [one.code.id for one in check(WITH, body("return self.g(value)") + read)] == []
