"""Annotations and parameters of Python classes against what the module declares."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

IMPORTS = """\
import datetime as dt
import decimal
import typing as t
import uuid
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import nstack
import numpy as np
from nstack import Plant as Thing

Url = str
Pair = tuple[int, str]


@dataclass
class Plant:
    length: float
    name: str


class Text(str):
    pass

"""
TYPES = "type Plant = { length : Double, name : Text }\ntype Event = Placed Plant | Idle\n"


def names(nml: str, python: str) -> list[str]:
    files = {"module.nml": f"module M:0.1.0\n{TYPES}{nml}\n", "service.py": f"{IMPORTS}\n{python}\n"}
    return [one.code.name for one in check_texts(files).diagnostics]


def method(type: str, signature: str, body: str = "return made(x)") -> list[str]:
    return names(f"fun f : {type}", f"class Module(nstack.Module):\n    def f{signature}:\n        {body}")


TAKES = [
    ("Integer", "int"), ("Integer", "float"), ("Integer", "object"), ("Integer", "Any"), ("Integer", "Unknown"),
    ("Integer", "int | str"), ("Integer", "Union[str, int]"), ("Integer", "Literal[1, 2]"), ("Integer", "'int'"),
    ("Double", "float"), ("Boolean", "bool"), ("Boolean", "int"), ("Text", "str"), ("Text", "Url"), ("Text", "Text"),
    ("Text", "t.Optional[str]"), ("Text", "Annotated[str, 1]"), ("[Byte]", "bytes"), ("[Byte]", "bytearray"),
    ("Json", "str"), ("()", "None"), ("Decimal", "decimal.Decimal"), ("Date", "date"), ("DateTime", "dt.datetime"),
    ("DateTime", "date"), ("Time", "dt.time"), ("Duration", "dt.timedelta"), ("Uuid", "uuid.UUID"),
    ("(Integer, Text)", "tuple[int, str]"), ("(Integer, Text)", "Pair"), ("(Integer, Text)", "tuple"),
    ("(Integer, Integer)", "tuple[int, ...]"), ("[Text]", "list[str]"), ("[Text]", "t.List[str]"), ("[Text]", "list"),
    ("[Text]", "Sequence[str]"), ("[Text]", "Iterable[int]"), ("Vector 3 Double", "list[float]"),
    ("Vector 3 Double", "np.ndarray"), ("Map Integer", "dict[str, int]"), ("Map Integer", "Mapping[str, int]"),
    ("Map Integer", "dict[str, Any]"), ("optional Text", "Optional[str]"), ("optional Text", "str | None"),
    ("optional Text", "Any"), ("optional Text", "Union[None, str, int]"), ("Plant", "Plant"), ("Plant", "nstack.Plant"),
    ("Plant", "Thing"), ("Plant", "dict"), ("Plant", "nstack.Record"), ("Event", "nstack.Event"), ("a", "int"),
    ("{ x : Text | r }", "dict[str, Any]"), ("[Plant]", "list[Plant]"),
]  # fmt: skip
TAKES_NOT = [
    ("Integer", "str"), ("Integer", "bool"), ("Integer", "bytes | str"), ("Integer", "None"), ("Integer", "list[int]"),
    ("Integer", "Literal['a']"), ("Double", "int"), ("Boolean", "str"), ("Text", "int"), ("Text", "'int'"),
    ("Text", "bytes"), ("Text", "list[str]"), ("Text", "dict[str, str]"), ("[Byte]", "str"), ("[Byte]", "list[int]"),
    ("()", "int"), ("Decimal", "float"), ("Decimal", "str"), ("Date", "dt.datetime"), ("Date", "str"),
    ("DateTime", "str"), ("Uuid", "str"), ("(Integer, Text)", "tuple[int]"), ("(Integer, Text)", "tuple[str, int]"),
    ("(Integer, Text)", "list[int]"), ("(Integer, Text)", "tuple[int, ...]"), ("[Text]", "str"),
    ("[Text]", "list[int]"), ("[Text]", "tuple[str, ...]"), ("Map Integer", "dict[int, int]"),
    ("Map Integer", "dict[str, str]"),
    ("Map Integer", "list[int]"), ("optional Text", "str"), ("optional Text", "Optional[int]"), ("Plant", "str"),
    ("Plant", "list[Plant]"), ("Event", "int"), ("[Plant]", "list[str]"), ("[[Text]]", "list[list[int]]"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "annotation"), TAKES)
def test_an_argument_may_be_annotated(type, annotation):
    assert method(f"{type} -> Boolean", f"(self, x: {annotation})") == []


@pytest.mark.parametrize(("type", "annotation"), TAKES_NOT)
def test_an_argument_may_not_be_annotated(type, annotation):
    assert method(f"{type} -> Boolean", f"(self, x: {annotation})") == ["annotation-disagrees"]


GIVES = [
    ("Integer", "int"), ("Double", "int"), ("Double", "float"), ("Text", "str"), ("Text", "Text"),
    ("Date", "date"), ("[Text]", "list[str]"), ("[Text]", "tuple[str, ...]"), ("[Text]", "np.ndarray"),
    ("Plant", "tuple[float, str]"), ("Plant", "dict[str, Any]"), ("Plant", "Plant"), ("Plant", "tuple"),
    ("optional Text", "str | None"), ("optional Text", "str"), ("optional Text", "None"), ("()", "None"),
    ("()", "tuple[()]"), ("Event", "nstack.Event"), ("Event", "Plant"), ("Void", "bool"), ("Void", "None"),
    ("Integer", "Iterator[int]"), ("Integer", "Generator[int, None, None]"), ("Integer", "Annotated[int, 'x']"),
    ("Integer", "t.NoReturn"), ("(Integer, Text)", "list"),
]  # fmt: skip
GIVES_NOT = [
    ("Integer", "float"), ("Integer", "bool"), ("Integer", "str"), ("Integer", "int | None"), ("Integer", "int | str"),
    ("Integer", "list[int]"), ("Integer", "Iterator[str]"), ("Boolean", "int"), ("Text", "None"), ("Text", "bytes"),
    ("[Text]", "str"), ("[Text]", "list[int]"), ("[Byte]", "str"), ("Plant", "tuple[str, float]"), ("Plant", "str"),
    ("Plant", "tuple[float, str, int]"), ("Plant", "list[Any]"), ("Plant", "Plant | None"), ("optional Text", "int"),
    ("optional Text", "int | None"), ("()", "int"), ("Map Text", "list[str]"), ("Event", "str"),
    ("Decimal", "int"), ("Decimal", "str"), ("Date", "str"), ("Date", "dt.datetime"), ("Uuid", "str"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "annotation"), GIVES)
def test_a_result_may_be_annotated(type, annotation):
    assert method(f"Text -> {type}", f"(self, x) -> {annotation}") == []


@pytest.mark.parametrize(("type", "annotation"), GIVES_NOT)
def test_a_result_may_not_be_annotated(type, annotation):
    assert method(f"Text -> {type}", f"(self, x) -> {annotation}") == ["annotation-disagrees"]


@pytest.mark.parametrize(
    ("type", "annotation", "told"),
    [
        ("Text", "Iterator[str]", 0),
        ("Text", "Generator[str, None, int]", 0),
        ("Text", "Iterable[str]", 0),
        ("Text", "Iterator", 0),
        ("[Text]", "Iterator[list[str]]", 0),
        ("Text", "Iterator[int]", 1),
        ("Text", "Iterable[int]", 1),
        ("[Text]", "Iterator[str]", 1),
        ("Text", "'AsyncIterable[str]'", 0),
        ("Text", "'List[str]'", 1),
    ],
)
def test_of_a_generator_what_it_yields_is_compared(type, annotation, told):
    found = method(f"Text -> {type}", f"(self, x) -> {annotation}", "yield made(x)")
    assert found == ["annotation-disagrees"] * told


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        ("async def f(self, x: str) -> int", "return made(x)", 0),
        ("async def f(self, x: str) -> AsyncIterator[int]", "yield made(x)", 0),
        ("def f(self, x: str) -> t.Awaitable[int]", "return made(x)", 0),
        ("async def f(self, x: str) -> str", "return x", 1),
        ("async def f(self, x: str) -> AsyncIterator[str]", "yield x", 1),
        ("def f(self, x: str) -> t.Coroutine[None, None, str]", "return x", 1),
    ],
)
def test_of_a_coroutine_what_it_comes_to_is_compared(head, body, told):
    python = f"class Module(nstack.Module):\n    {head}:\n        {body}"
    assert names("fun f : Text -> Integer", python) == ["annotation-disagrees"] * told


def test_a_name_that_the_file_gives_another_meaning_is_unknown():
    method = "class Module(nstack.Module):\n    def f(self, x: int) -> str: ..."
    python = f"from units import float, int\n\ndef str(): ...\n\n{method}"
    assert names("fun f : Text -> Double", python) == []


def test_a_decorated_method_may_be_anything():
    python = "class Module(nstack.Module):\n    @wrapped\n    def f(self, x: int) -> int: ..."
    assert names("fun f : Text -> Text", python) == []


def test_the_place_of_an_annotation_after_other_alphabets():
    nml, python = "module M:0.1.0\nfun f : Text -> Text\n", "class Module:\n    def f(self, ärger: int): ...\n"
    (one,) = check_texts({"module.nml": nml, "service.py": python}).diagnostics
    assert python[one.primary.span.start : one.primary.span.end] == "int"


# --- parameters

WITH = (
    'fun f : Text -> Text with { unit : Text = "" }\nfun g : Text -> Text with { unit : Text = "", more : Text = "" }'
)


def reads(nml: str, f: str, rest: str = "def g(self, x): return self.args['unit'] + self.args['more']") -> list[str]:
    return names(nml, f"class Module(nstack.Module):\n    def f(self, x):\n        {f}\n\n    {rest}\n")


@pytest.mark.parametrize(
    "body",
    [
        "return self.args['unit']",
        "return self.args.get('more')",
        "return self.args['more'] if 'more' in self.args else ''",
        "try: return self.args['more']\n        except KeyError: return ''",
        "return self.args[x]",
        "return str([self.args[k] for k in self.args])",
        "self.args.setdefault('more', '')\n        return self.args['more']",
        "self.args['more'] = ''\n        return self.args['more']",
        "self.args.update(more='')\n        return self.args['more']",
        "fill(self)\n        return self.args['more']",
    ],
)
def test_parameters_that_are_declared_or_asked_for(body):
    assert reads(WITH, body) == []


@pytest.mark.parametrize(
    "body",
    [
        "return self.args['more']",
        "return (lambda: self.args['more'])()",
        "super(Module, self).f(x)\n        return self.args['more']",
    ],
)
def test_a_parameter_that_this_function_does_not_declare(body):
    assert reads(WITH, body) == ["undeclared-parameter"]


def test_a_method_that_others_call_reads_the_parameters_of_the_caller():
    rest = "def g(self, x): return self.f(x) + self.args['unit']"
    assert reads(WITH, "return self.args['more']", rest) == []
    assert reads(WITH, "return self.args['none'] + self.args['more']", rest) == ["undeclared-parameter"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return self.args.get('unti', 1)", True),
        ("return self.args.get('unti')", True),
        ("return self.args.setdefault('unti', 1)", False),
        ("self.args['unti'] = 1\n        return self.args.get('unti')", False),
        ("return self.args.get('unti') if 'unti' in self.args else '2'", False),
        ("return self.args.get(x)", False),
    ],
)
def test_what_no_function_declares_is_always_the_default(body, told):
    assert reads(WITH, body) == (["undeclared-parameter"] if told else [])
    rest = "def g(self, x): return self.args['unit'] + self.args['more']\n\n    def h(self, x): return {}"
    open_one = f"{WITH}\nfun h : Text -> Text"
    assert reads(open_one, body, rest.format("x")) == (["undeclared-parameter"] if told else [])
    assert reads(open_one, body, rest.format("self.f(x)")) == []


@pytest.mark.parametrize("written", ["self.args.unit", "self.args('unit')", 'self.args("unit")'])
def test_a_parameter_is_read_from_a_dict(written: str) -> None:
    nml = 'fun f : Text -> Text with { unit : Text = "" }'
    python = "import nstack\nclass Module(nstack.Module):\n    def f(self, x):\n        return x + {}"
    right = 'self.args["unit"]'
    assert mended(nml, python.format(written)) == [(f"write `{right}`", nml, python.format(right))]


@pytest.mark.parametrize(
    "body",
    [
        "return self.args.items()",
        "return self.args.other",
        "return self.args('other')",
        "return self.args('unit', 1)",
        "try: return self.args.unit\n        except AttributeError: return ''",
        "self.args = Namespace(**self.args)\n        return self.args.unit",
        "wrap(self)\n        return self.args.unit",
        "return self.more(self.args.unit)\n\n    @property\n    def args(self): return Namespace()",
    ],
)
def test_what_may_be_no_dict_is_left_alone(body: str) -> None:
    assert reads(WITH, body) == []


def test_in_a_text_no_quotes_are_offered() -> None:
    texts = {
        "module.nml": "module M:0.1.0\nfun f : Text -> Text with { unit : Text }\n",
        "service.py": 'class Module:\n    def f(self, x):\n        return f"{x} {self.args.unit}"\n',
    }
    (found,) = check_texts(texts).diagnostics
    assert (found.code.name, found.fixes) == ("parameter-access", ())


def test_what_no_function_declares_is_nowhere():
    rest = "def g(self, x): return self.args['unit'] + self.args['more']\n\n    def startup(self): self.args['path']"
    assert reads(WITH, "return x", rest) == ["undeclared-parameter"]
    assert reads(WITH + "\nfun h : Text -> Text", "return x", rest + "\n\n    def h(self, x): ...") == []


def test_a_declared_parameter_that_nothing_reads():
    assert reads(WITH, "return self.args['unit']", "def g(self, x): return x") == ["unread-parameter"]
    assert reads(WITH, "return helper(self)", "def g(self, x): return x") == []
    assert (
        names(WITH, "from other import Base\nclass Module(Base):\n    def f(self, x): ...\n    def g(self, x): ...")
        == []
    )


# --- sources


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("def f(self):\n        yield 1", 0),
        ("async def f(self):\n        yield 1", 0),
        ("def f(self):\n        return iter([1])", 0),
        ("def f(self):\n        ...", 0),
        ("def f(self):\n        raise NotImplementedError", 0),
        ("@wrapped\n    def f(self):\n        print(1)", 0),
        ("def f(self):\n        for x in range(3):\n            print(x)", 1),
        ("def f(self):\n        print(1)", 1),
        ("def f(self):\n        if self:\n            return", 1),
        ("async def f(self):\n        return [1]", 1),
    ],
)
def test_a_source_that_hands_out_nothing(method, told):
    found = names("fun f : Void -> Integer", f"class Module(nstack.Module):\n    {method}")
    assert found == ["source-without-values"] * told


@pytest.mark.parametrize("name", ["import", "startup", "__call__", "args"])
def test_a_name_that_no_method_can_have_is_one_error(name: str) -> None:
    body = "class Module(nstack.Module):\n    def startup(self):\n        pass"
    assert names(f"fun {name} : Text -> Text", body) == ["method-name"]


def mended(nml: str, python: str) -> list[tuple[str, str, str]]:
    """Each fix of the one warning: its title, and both files after it; the warning is gone then."""
    texts = {"module.nml": f"module M:0.1.0\n{nml}\n", "service.py": f"{python}\n"}
    (found,) = check_texts(texts).diagnostics
    after = []
    for fix in found.fixes:
        changed = dict(texts)
        for path in {edit.span.path for edit in fix.edits}:
            changed[path] = apply_edits(texts[path], [edit for edit in fix.edits if edit.span.path == path])
        assert check_texts(changed).diagnostics == ()
        after.append((fix.title, changed["module.nml"].split("\n", 1)[1].rstrip(), changed["service.py"].rstrip()))
    return after


def test_a_misspelt_method_is_renamed_where_it_is_called_too() -> None:
    nml = "fun classify : Text -> Text\ndef twice = classify | classify"
    python = "class Module:\n    async def clasify(self, x):\n        return x or self.clasify(x)"
    assert mended(nml, python) == [
        ("rename the method `clasify` to `classify`", nml, python.replace("clasify", "classify")),
        ("declare `clasify`", nml.replace("classify", "clasify"), python),
    ]


def test_the_only_method_that_is_left_is_meant_unless_another_calls_it() -> None:
    nml, python = "fun f : Text -> Text", "class Module:\n    def process(self, x):\n        return x"
    assert mended(nml, python)[0] == ("rename the method `process` to `f`", nml, python.replace("process", "f"))
    python += "\n    def _g(self, x):\n        return self.process(x)"
    assert [title for title, _, _ in mended(nml, python)] == ["add a method `f`"]
    found = mended(nml, "class Module:\n    def process(self, x, y):\n        return x")
    assert [title for title, _, _ in found] == ["add a method `f`"]


def test_a_method_with_a_capital_is_renamed_alone() -> None:
    nml, python = "fun get : Text -> Text", "class Module:\n    def Get(self, x):\n        return x"
    assert mended(nml, python) == [("rename the method `Get` to `get`", nml, python.replace("Get", "get"))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class Modul:\n    def g(self, x): ...", None),
        ("class Modul:\n    x = 1\n    g = f", None),
        (
            "class Upper:\n    def f(self, x): ...\n\nupper = Upper()",
            "class Module:\n    def f(self, x): ...\n\nupper = Module()",
        ),
        (
            "from nstack import Module\nclass A(Module):\n    def f(self, x): ...\nclass B: ...",
            "from nstack import Module\nclass Module(Module):\n    def f(self, x): ...\nclass B: ...",
        ),
    ],
)
def test_a_class_of_another_name_is_renamed(before: str, after: str | None) -> None:
    nml = f"fun {'f' if after else 'g'} : Text -> Text"
    after = after or before.replace("Modul", "Module")
    assert [python for _, _, python in mended(nml, before)] == [after]


def test_where_several_classes_could_be_meant_none_is_renamed() -> None:
    method = "\n    def f(self, x): ...\n"
    assert mended("fun f : Text -> Text", f"class A:{method}class B:{method}") == []


@pytest.mark.parametrize(
    ("type", "before", "after"),
    [
        ("Text -> Text", "(self, x: int)", "(self, x: str)"),
        ("Text -> Text", "(self, x: 'int')", "(self, x: str)"),
        ("Text -> Integer", "(self, x) -> str", "(self, x) -> int"),
        ("Text -> [Text]", "(self, x) -> list[\n        int\n    ]", "(self, x) -> list[str]"),
        ("Text -> Plant", "(self, x) -> str", "(self, x) -> Plant"),
        ("Event -> Text", "(self, x : int = 3)", "(self, x = 3)"),
        ("Event -> Text", "(self, x: int)", "(self, x)"),
        ("Text -> Event", "(self, x)  ->  int", "(self, x)"),
        ("Text -> Date", "(self, x) -> int", "(self, x) -> dt.date"),
        ("Text -> Uuid", "(self, x) -> int", "(self, x) -> uuid.UUID"),
        ("Text -> optional Decimal", "(self, x) -> bool", "(self, x) -> decimal.Decimal | None"),
        ("Map Integer -> Text", "(self, x: list)", "(self, x: dict[str, int])"),
        ("(Integer, [Event]) -> Text", "(self, x: str)", "(self, x: tuple[int, list])"),
        ("[Byte] -> Text", "(self, x: str)", "(self, x: bytes)"),
        ("Text -> Integer", "(self, x) -> Iterator[str]", "(self, x) -> Iterator[int]"),
        ("Text -> Integer", "(self, x) -> 'Iterator[str]'", "(self, x) -> 'Iterator[int]'"),
        ("Text -> Integer", "(self, x) -> 'Iterator[Iterator[str]]'", "(self, x) -> 'Iterator[int]'"),
        ("Text -> Event", "(self, x) -> Iterator[str]", "(self, x)"),
    ],
)
def test_an_annotation_that_disagrees_is_mended(type: str, before: str, after: str | None) -> None:
    python = IMPORTS + "\nclass Module:\n    def f{}:\n        return made(x)"
    found = mended(f"{TYPES}fun f : {type}", python.replace("{}", before))
    assert [text for _, _, text in found] == ([] if after is None else [python.replace("{}", after)])


@pytest.mark.parametrize(
    ("type", "before", "after"),
    [
        (
            "(Integer, Text) -> Text",
            "def f(self, a: int, b: str) -> str:\n        return b",
            "def f(self, value) -> str:\n        a, b = value\n        return b",
        ),
        ("(Integer, Text) -> Text", "def f(self, a, b): return b", "def f(self, value): a, b = value; return b"),
        (
            "{ a : Text, b : Text } -> Text",
            'def f(self, b, a):\n        """Doc."""\n        return b',
            'def f(self, value):\n        """Doc."""\n        b, a = value.b, value.a\n        return b',
        ),
        (
            "(Text, Text) -> Text",
            'def f(self, a, value):\n        """Doc."""',
            'def f(self, given):\n        """Doc."""\n        a, value = given',
        ),
        (
            "(Text, Text) -> Text",
            "def f(self,\n      a,\n      b,\n    ):\n        @g\n        def h(): ...",
            "def f(self,\n      value,\n    ):\n        a, b = value\n        @g\n        def h(): ...",
        ),
        ("Text -> Text", "def f(x):\n        return x", "def f(self, x):\n        return x"),
        ("Text -> Text", "def f():\n        return x", "def f(self, x):\n        return x"),
        ("Text -> Text", "def f(self):\n        return x", "def f(self, x):\n        return x"),
        ("Text -> Text", "def f(self):\n        return x + y", "def f(self, value):\n        return x + y"),
        ("Void -> Text", "def f():\n        yield x", "def f(self):\n        yield x"),
        ("Void -> Text", "def f(self, value):\n        yield x", "def f(self):\n        yield x"),
        ("Void -> Text", "def f(self, a, b: int):\n        yield x", "def f(self):\n        yield x"),
        ("Text -> Text", "def f(self, x, other): return x", "def f(self, x): return x"),
        ("Text -> Text", "def f(x, self): return x", "def f(self, x): return x"),
        ("Text -> Text", "def f(self, *, x):\n        return x", "def f(self, x):\n        return x"),
        ("Text -> Text", "def f(self, *, x=1):\n        return x", "def f(self, value, *, x=1):\n        return x"),
        ("Text -> Text", "def f(self, **x):\n        return x['a']", "def f(self, value, **x):\n        return x['a']"),
    ],
)
def test_the_arguments_of_a_method_are_mended(type: str, before: str, after: str) -> None:
    found = mended(f"fun f : {type}", f"class Module:\n    {before}")
    assert [text for _, _, text in found] == [f"class Module:\n    {after}"]


@pytest.mark.parametrize(
    ("type", "method"),
    [
        ("(Integer, Text) -> Text", "def f(self, a, b, c):\n        return b"),
        ("{ a : Text, c : Text } -> Text", "def f(self, a, b):\n        return b"),
        ("{ a : Text, get : Text } -> Text", "def f(self, a, get):\n        return a"),
        ("(Integer, Text) -> Text", "def f(self, a, b):\n        return self.f(a, b)"),
        ("Void -> Text", "def f(self, a, b):\n        yield b"),
        ("Text -> Text", "def f(self, *, a, b):\n        return b"),
        ("Text -> Text", "def f(self, a, b):\n        return b"),
    ],
)
def test_arguments_that_are_something_else_are_left_alone(type: str, method: str) -> None:
    assert mended(f"fun f : {type}", f"class Module:\n    {method}") == []


def test_how_a_tuple_is_unpacked_is_told_where_others_call_the_method_too() -> None:
    texts = {
        "module.nml": "module M:0.1.0\nfun f : (Text, Text) -> Text\n",
        "service.py": "class Module:\n    def f(self, a, b):\n        return self.f(a, b)\n",
    }
    (found,) = check_texts(texts).diagnostics
    assert found.notes == ("take one argument and unpack it: `def f(self, value): a, b = value`",)


def test_parameters_that_are_taken_as_arguments_are_one_fault() -> None:
    nml = 'fun f : Text -> Text with { lang : Text = "a", size : Integer = 1 }'
    python = "import nstack\nclass Module(nstack.Module):\n    def f(self, x{}):\n        {}return x"
    found = mended(nml, python.format(", lang: str, size", ""))
    read = 'lang, size = self.args["lang"], self.args["size"]'
    assert found == [(f"read it: `{read}`", nml, python.format("", f"{read}\n        "))]


def test_the_parameters_of_a_source_are_no_arguments() -> None:
    nml = "fun f : Void -> Text with { limit : Integer = 1 }"
    python = "import nstack\nclass Module(nstack.Module):\n    def f(self{}):\n        {}yield limit"
    assert mended(nml, python.format(", limit", "")) == [
        (
            'read it: `limit = self.args["limit"]`',
            nml,
            python.format("", 'limit = self.args["limit"]\n        '),
        )
    ]


@pytest.mark.parametrize("name", ["startup", "shutdown"])
def test_what_the_runtime_calls_at_the_start_and_the_end_takes_no_value(name: str) -> None:
    python = "class Module:\n    def f(self, x):\n        return x\n    def {}(self{}):\n        pass"
    found = mended("fun f : Text -> Text", python.format(name, ", reason"))
    assert [text for _, _, text in found] == [python.format(name, "")]
    assert names("fun f : Text -> Text", python.format(name, ", reason=''")) == []


@pytest.mark.parametrize("given", ["*values, a=1", "value=1, *, a=2", "value, **rest"])
def test_a_method_that_takes_the_value_by_place_is_right(given: str) -> None:
    assert names("fun f : Text -> Text", f"class Module:\n    def f(self, {given}):\n        return str(1)\n") == []


def test_a_parameter_that_is_taken_by_name_behind_the_value_is_not_read() -> None:
    python = "class Module(nstack.Module):\n    def f(self, value, *, mark=1):\n        return value"
    assert names("fun f : Text -> Text with { mark : Integer = 1 }", python) == ["unread-parameter"]


def test_a_parameter_that_is_taken_by_name_is_no_value() -> None:
    texts = {
        "module.nml": "module M:0.1.0\nfun f : Text -> Text with { lang : Text }\n",
        "service.py": "class Module:\n    def f(self, *, lang):\n        return lang\n",
    }
    (found,) = check_texts(texts).diagnostics
    assert found.title == "the method `f` takes no values after `self`"
    assert (found.notes, found.fixes) == (("parameters are no arguments: read them from `self.args`",), ())


def test_functions_outside_of_a_class_are_told_of() -> None:
    texts = {"module.nml": "module M:0.1.0\nfun f : Text -> Text\n", "service.py": "def f(x):\n    return x\n"}
    (found,) = check_texts(texts).diagnostics
    assert found.notes == ("write `f` into such a class, with `self` before the value",)


def test_a_name_that_python_reads_as_another_is_left_alone() -> None:
    assert mended("fun file : Text -> Text", "class Module:\n    def ﬁle1(self, x):\n        return x") == []
    assert mended("fun f : Text -> Text", "class \\\n  Modul:\n    def f(self, x):\n        return x") == []


@pytest.mark.parametrize(("own", "fixes"), [("Module", []), ("Service", ["rename the class `Other` to `Module`"])])
def test_the_functions_of_another_class_are_told_once(own: str, fixes: list[str]) -> None:
    methods = "    def f(self, x):\n        return 1\n\n    def g(self, x):\n        return 2\n"
    nml, python = (
        "module M:0.1.0\nfun f : Text -> Integer\nfun g : Text -> Integer\n",
        f"class {own}:\n    pass\n\n\nclass Other:\n",
    )
    (found,) = check_texts({"module.nml": nml, "service.py": python + methods}).diagnostics
    assert found.title == f"the class `{own}` has none of the module's functions, and `Other` has"
    assert [fix.title for fix in found.fixes] == fixes


NML = "module M:0.1.0\nfun f : Text -> Integer\n"
PYTHON = "class Module:\n    def f(self, x):\n        return 1\n"


@pytest.mark.parametrize("name", ["services.py", "Service.py", "service.pyi", "code.py"])
def test_a_file_that_is_meant_as_the_python_file_is_told(name: str) -> None:
    (found,) = check_texts({"m/module.nml": NML, f"m/{name}": PYTHON}, ["."]).diagnostics
    assert found.title == f"there is no `service.py` beside this, and `{name}` is not read"
    assert found.notes == (f"rename `{name}` to `service.py`",)
    assert check_texts({"m/module.nml": NML, f"m/{name}": PYTHON, "m/service.py": PYTHON}, ["."]).diagnostics == ()


@pytest.mark.parametrize(
    "files",
    [
        {"services.py": "x = 1\n"},
        {"a.py": PYTHON, "b.py": PYTHON},
        {"etl.nml": "fun f : Text -> Integer\n", "etl.py": PYTHON},
    ],
)
def test_another_file_beside_a_module_is_not_taken_for_its_python_file(files: dict[str, str]) -> None:
    beside = {f"m/{name}": text for name, text in files.items()}
    assert check_texts({"m/module.nml": NML, **beside}, ["."]).diagnostics == ()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('with open(self.args["pat"]) as x: return x.read()', ["undeclared-parameter"]),
        ("with open(self.args.path) as x: return x.read()", ["parameter-access"]),
        ('with open("a") as x: return self.args["pat"]', ["undeclared-parameter"]),
        ('with suppress(self.args["pat"]): return "x"', ["undeclared-parameter"]),
        ('with suppress(KeyError): return self.args["pat"]', []),
        ('with suppress(KeyError), open("x"): return self.args["pat"]', []),
        ('with self.quietly(): return self.args["pat"]', []),
    ],
)
def test_a_with_that_takes_no_error_hides_none(body: str, told: list[str]) -> None:
    python = f"class Module(nstack.Module):\n    def f(self, x):\n        {body}"
    assert names("fun f : Text -> Text with { path : Text }", python) == told
