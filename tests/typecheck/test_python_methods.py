"""Methods that no call can be right about, and files that are no Python: one report, and its fix."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

HEAD = "import nstack\nfrom functools import cached_property\n\n\nclass Module(nstack.Module):\n"


def check(nml: str, python: str) -> tuple[Diagnostic, ...]:
    return check_texts({"a/module.nml": f"module A:1.0.0\n\n{nml}\n", "a/service.py": python}).diagnostics


def told(nml: str, python: str) -> list[tuple[str, str, list[str]]]:
    """The codes, what is underlined, and what the fixes write, which leaves nothing to say."""
    found = []
    for one in check(nml, python):
        texts = {"a/service.py": python, "a/module.nml": f"module A:1.0.0\n\n{nml}\n"}
        under = texts[one.primary.span.path][one.primary.span.start : one.primary.span.end]
        mended = [apply_edits(python, fix.edits) for fix in one.fixes]
        assert [each.title for text in mended for each in check(nml, text)] == []
        found.append((one.code.id, under, mended))
    return found


F = "fun f : Text -> Text"


@pytest.mark.parametrize(
    ("method", "code", "under", "mended"),
    [
        (
            "@property\n    def f(self):\n        return 'x'",
            "NS0801",
            "@property",
            "def f(self, value):\n        return 'x'",
        ),
        (
            "@property\n    def f(self, value):\n        return value",
            "NS0801",
            "@property",
            "def f(self, value):\n        return value",
        ),
        (
            "@cached_property\n    def f(self):\n        pass",
            "NS0801",
            "@cached_property",
            "def f(self, value):\n        pass",
        ),
        ("@property  # all\n    def f(self):\n        return 'x'", "NS0801", "@property", None),
        (
            "@staticmethod\n    def f(self, value):\n        return value",
            "NS0804",
            "def f(self, value):",
            "def f(self, value):\n        return value",
        ),
        ("@staticmethod\n    def f():\n        return ''", "NS0804", "def f():", None),
        (
            "@classmethod\n    def f(value):\n        return value",
            "NS0804",
            "def f(value):",
            "@classmethod\n    def f(cls, value):\n        return value",
        ),
    ],
)
def test_a_decorator_that_leaves_no_method_is_told_of(method: str, code: str, under: str, mended: str | None) -> None:
    fixed = [] if mended is None else [f"{HEAD}    {mended}\n"]
    assert told(F, f"{HEAD}    {method}\n") == [(code, under, fixed)]


@pytest.mark.parametrize(
    "method",
    [
        "@staticmethod\n    def f(value):\n        return value",
        "@classmethod\n    def f(cls, value):\n        return value",
        "@staticmethod\n    def f(*values):\n        return values[0]",
        "@property\n    def f(self):\n        return lambda value: value",
        "@property\n    def f(self):\n        return self._made",
        "@property\n    def f(self):\n        return make(self)",
        "@other\n    def f(self):\n        return ''",
    ],
)
def test_what_can_be_called_with_a_value_is_right(method: str) -> None:
    assert told(F, f"{HEAD}    {method}\n") == []


def test_a_property_beside_the_functions_is_nobodys_business() -> None:
    python = (
        f"{HEAD}    @property\n    def g(self):\n        return 'x'\n\n    def f(self, value):\n        return self.g\n"
    )
    assert told(F, python) == []


WITH = f"{F} with {{ mark : Text, n : Integer = 1 }}"


@pytest.mark.parametrize(
    ("method", "mended"),
    [
        (
            "def f(self, value, *, mark, n):\n        return value + mark * n",
            'def f(self, value):\n        mark, n = self.args["mark"], self.args["n"]\n        return value + mark * n',
        ),
        ("def f(self, value, *, other):\n        return value + self.args['mark'] * self.args['n']", None),
        ("def f(self, value, /, *, mark, n):\n        return value + mark * n", None),
        ("def f(self, value, *, mark, n, **more):\n        return value + mark * n", None),
    ],
)
def test_what_is_wanted_by_name_is_one_fault(method: str, mended: str | None) -> None:
    under = method.partition("\n")[0]
    fixed = [] if mended is None else [f"{HEAD}    {mended}\n"]
    assert told(WITH, f"{HEAD}    {method}\n") == [("NS0804", under, fixed)]


def test_what_is_wanted_by_name_and_has_a_default_is_right() -> None:
    assert told(F, f"{HEAD}    def f(self, value, *, mark=''):\n        return value + mark\n") == []


@pytest.mark.parametrize(
    ("before", "under", "after"),
    [
        (
            "    def f(self, value)\n        return value\n",
            "def f(self, value)",
            "    def f(self, value):\n        return value\n",
        ),
        (
            "    def f(self, value)  # it\n        return value\n",
            None,
            "    def f(self, value):  # it\n        return value\n",
        ),
        (
            "    def f(self, value):\n        if value = 'é':\n            return ''\n        return value\n",
            "value = 'é'",
            "    def f(self, value):\n        if value == 'é':\n            return ''\n        return value\n",
        ),
        (
            "    def f(self, value):\n        return ‘é’\n",
            "return ‘é’",
            "    def f(self, value):\n        return 'é'\n",
        ),
        (
            "    def f(self, value):\n        return (value\n",
            "return (value",
            "    def f(self, value):\n        return (value)\n",
        ),
        (
            "    asnyc def f(self, value):\n        return value\n",
            "def",
            "    async def f(self, value):\n        return value\n",
        ),
        (
            "    def f(self, value):\n        return value\n     def g(self): ...\n",
            "def g(self): ...",
            "    def f(self, value):\n        return value\n    def g(self): ...\n",
        ),
        ("    def f(self, value):\n        return ((value\n", "return ((value", None),
        ("    def f(self, value):\n        return ‘it’s’\n", "return ‘it’s’", None),
    ],
)
def test_a_slip_in_one_sign_of_python_is_mended(before: str, under: str | None, after: str | None) -> None:
    ((code, place, mended),) = told(F, HEAD + before)
    assert (code, mended) == ("NS0803", [] if after is None else [HEAD + after])
    assert under in (None, place)
