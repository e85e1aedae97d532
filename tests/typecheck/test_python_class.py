"""The Python class of a module: what it derives from, which methods it lacks, which names of ``nstack`` it makes up."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

TYPES = "type R = { name : Text }\ntype E = Place R | Gone\n"
CLASS = "class Module(nstack.Module):\n"
F = "    def f(self, x):\n        return x\n"
G = "    def g(self, x):\n        return x\n"
ONE = "fun f : Text -> Text"
TWO = f"{ONE}\nfun g : Text -> Text"


def check(nml: str, python: str) -> tuple[Diagnostic, ...]:
    return check_texts({"a/module.nml": f"module A:1.0.0\n\n{TYPES}\n{nml}\n", "a/service.py": python}).diagnostics


def told(nml: str, python: str) -> list[tuple[str, str, list[str]]]:
    """The codes, the titles, and the Python file after each fix, of which nothing is said."""
    found = []
    for one in check(nml, python):
        mended = [apply_edits(python, fix.edits) for fix in one.fixes if fix.edits[0].span.path == "a/service.py"]
        assert [each.title for text in mended for each in check(nml, text)] == []
        found.append((one.code.id, one.title, mended))
    return found


# --- what it derives from


def test_a_class_without_a_base_has_no_parameters() -> None:
    nml = "fun f : Text -> Text with { n : Text }"
    python = "import nstack\n\n\nclass Module{}:\n    def f(self, x):\n        return self.args['n']\n"
    title = "the class `Module` derives from nothing, and has no `self.args`"
    for bare in ("", "()"):
        assert told(nml, python.format(bare)) == [("NS0802", title, [python.format("(nstack.Module)")])]
    other = '"""Doc."""\nfrom re import sub\n\nclass Module:\n    def f(self, x):\n        return self.args["n"]\n'
    ((_, _, (after,)),) = told(nml, other)
    assert after.startswith('"""Doc."""\nimport nstack\nfrom re import sub\n\nclass Module(nstack.Module):\n')


@pytest.mark.parametrize(
    "python",
    [
        f"class Module:\n{F}",
        f"class Module:\n    def startup(self):\n        self.args = {{}}\n        self.args['n']\n{F}",
        "class Module:\n    args = {'n': 1}\n    def f(self, x):\n        return str(self.args['n'])\n",
        f"from other import *\n{CLASS}{F}",
        f"try:\n    import nstack\nexcept ImportError:\n    nstack = None\n{CLASS}{F}",
    ],
)
def test_a_class_that_may_have_all_that_it_needs(python: str) -> None:
    assert told(ONE, python) == []


def test_a_name_that_is_not_imported() -> None:
    python = f"import re\n\n\n{CLASS}{F}"
    title = "`service.py` uses `nstack` and does not import it"
    assert told(ONE, python) == [("NS0802", title, [f"import nstack\n{python}"])]
    assert told(ONE, f"{CLASS}{F}") == [("NS0802", title, [f"import nstack\n\n\n{CLASS}{F}"])]


def test_a_base_that_is_misspelt() -> None:
    python = f"import nstack\n\n\n{CLASS}{F}"
    assert told(ONE, python.replace(".Module", ".Modul")) == [("NS0802", "`nstack` has no `Modul`", [python])]


def test_an_import_that_is_misspelt() -> None:
    right = f"import nstack\n\n\n{CLASS}{F}"
    title = "`service.py` uses `nstack` and does not import it"
    assert told(ONE, right.replace("import nstack", "import nstak")) == [("NS0802", title, [right])]
    python = "from nstack import BaseService\n\n\nclass Module(BaseService):\n" + F
    wrong = python.replace("import BaseService", "import BaseServise as BaseService")
    ((code, said, after),) = told(ONE, wrong)
    assert (code, said) == ("NS0802", "`nstack` has no `BaseServise`")
    assert after == [wrong.replace("Servise as", "Service as")]


@pytest.mark.parametrize(
    ("base", "told_of"), [("nstack", "the module `nstack`"), ("Module", "`Module`, which is not there")]
)
def test_a_base_that_is_no_class(base: str, told_of: str) -> None:
    right = f"import nstack\n\n\n{CLASS}{F}"
    title = f"the class `Module` derives from {told_of}"
    assert told(ONE, right.replace("(nstack.Module)", f"({base})")) == [("NS0802", title, [right])]
    assert told(ONE, f"from nstack import Module\n\n\nclass Module(Module):\n{F}") == []


# --- names of `nstack`


@pytest.mark.parametrize(
    ("wrong", "right", "title"),
    [
        ("nstack.Es.Gone()", None, "`nstack` has no `Es`"),
        ("nstack.e.Gone()", "nstack.E.Gone()", "`nstack` has no `e`"),
        ("nstack.Gone()", "nstack.E.Gone()", "`nstack` has no `Gone`"),
        ("nstack.E.gone()", "nstack.E.Gone()", "the sum `E` has no constructor `gone`"),
        ("nstack.E.Gon()", "nstack.E.Gone()", "the sum `E` has no constructor `Gon`"),
    ],
)
def test_a_name_that_there_is_not(wrong: str, right: str | None, title: str) -> None:
    python = f"import nstack\n\n\n{CLASS}    def f(self, x):\n        return {{}}\n"
    ((code, said, after),) = told("fun f : Text -> E", python.format(wrong))
    assert (code, said) == ("NS0811", title)
    assert right is None or after == [python.format(right)]


def test_a_pattern_names_a_constructor() -> None:
    match = "        match x:\n            case {}(r):\n                return r\n"
    python = f"import nstack\n\n\n{CLASS}    def f(self, x):\n{match}"
    nml = "fun f : E -> optional R"
    title = "the sum `E` has no constructor `place`"
    assert told(nml, python.format("nstack.E.place")) == [("NS0811", title, [python.format("nstack.E.Place")])]


@pytest.mark.parametrize(
    "body",
    [
        "return nstack.E.Gone().match(x, x)",
        "return nstack.E.getPlace(x)",
        "return nstack.R(x)",
        "return nstack.At(x, 1)",
        "return nstack.runtime.values",
        "try:\n            return nstack.Other\n        except AttributeError:\n            return made(x)",
        "y: nstack.Other = x\n        return y",
    ],
)
def test_what_nstack_has_is_left_alone(body: str) -> None:
    python = f"from __future__ import annotations\nimport nstack\n\n\n{CLASS}    def f(self, x):\n        {body}\n"
    assert told("fun f : Text -> E", python) == []


# --- methods that it lacks


def lacking(python: str, nml: str = TWO) -> list[str]:
    ((code, title, mended),) = told(nml, f"import nstack\n\n\n{python}")
    assert (code, title) == ("NS0801", "the Python class has no method `g`")
    return [text.removeprefix("import nstack\n\n\n") for text in mended]


def test_a_method_that_is_nowhere_is_added() -> None:
    stub = "\n    def g(self, value):\n        raise NotImplementedError\n"
    assert lacking(f"{CLASS}{F}") == [f"{CLASS}{F}{stub}"]
    assert lacking(f"{CLASS}{F}\n    # more\n\n\nx = 1\n") == [f"{CLASS}{F}\n    # more\n{stub}\n\nx = 1\n"]
    reads = '\n    def g(self):\n        n = self.args["n"]\n        raise NotImplementedError\n'
    assert lacking(f"{CLASS}{F}", f"{ONE}\nfun g : Void -> Text with {{ n : Text }}") == [f"{CLASS}{F}{reads}"]


@pytest.mark.parametrize(
    ("behind", "after"),
    [
        ("\ndef g(self, x):\n    return x\n", f"\n{G}"),
        ("\ndef g(x):\n\n    return x\n", "\n    def g(self, x):\n\n        return x\n"),
        ("\n        def g(self, x):\n            return x\n", f"\n{G}"),
        ('\ndef g(self, x):\n    """A\n    text."""\n', None),
        ("\nx = 1\n\ndef g(self, x):\n    return x\n", None),
    ],
)
def test_a_function_outside_of_the_class_is_moved(behind: str, after: str | None) -> None:
    assert lacking(f"{CLASS}{F}{behind}") == ([] if after is None else [f"{CLASS}{F}{after}"])


def test_a_function_that_others_call_is_called() -> None:
    behind = "\ndef g(x):\n    return x\n\n\ndef other(x):\n    return g(x)\n"
    stub = "\n    def g(self, value):\n        return g(value)\n"
    assert lacking(f"{CLASS}{F}{behind}") == [f"{CLASS}{F}{stub}{behind}"]


def test_a_method_of_another_class_is_none_that_is_meant() -> None:
    other = f"\nclass Other:\n{G}"
    stub = "\n    def g(self, value):\n        raise NotImplementedError\n"
    assert lacking(f"{CLASS}{F}{other}") == [f"{CLASS}{F}{stub}{other}"]


def test_a_method_inside_another_is_moved_out_where_it_is_the_last() -> None:
    inside = "    def f(self, x):\n        y = x\n        def g(self, x):\n            return x\n"
    title, *_ = [fix.title for one in check(TWO, f"import nstack\n{CLASS}{inside}") for fix in one.fixes]
    assert title == "move `g` out of `f`"


def test_a_private_method_is_renamed() -> None:
    assert lacking(f"{CLASS}{F}{G.replace('g', '_g')}") == [f"{CLASS}{F}{G}"]


def test_of_two_methods_of_one_name_one_is_meant_for_another() -> None:
    nml = "fun f : Text -> Text\nfun g : Text -> Integer"
    number = "    def {}(self, x):\n        return 1\n"
    head = f"import nstack\n\n\n{CLASS}"
    title = "`f` stands twice in the Python class, and `g` is missing"
    assert told(nml, head + F + number.format("f")) == [("NS0801", title, [head + F + number.format("g")])]
    title = "`g` stands twice in the Python class, and `f` is missing"
    assert told(nml, head + F.replace(" f", " g") + number.format("g")) == [
        ("NS0801", title, [head + F + number.format("g")])
    ]


def test_functions_without_a_class_are_put_into_one() -> None:
    python = "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n"
    title = "`service.py` defines no class `Module`"
    assert told(TWO, python) == [("NS0802", title, [f"import nstack\n\n\n{CLASS}{F}\n\n{G}"])]
    ((_, _, mended),) = told(TWO, python.replace("\n\n\n", "\n\nx = 1\n"))
    assert mended == []
