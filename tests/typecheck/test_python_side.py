"""Annotations and parameters of Python classes against what the module declares."""

import pytest

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
from nstack import Thing

Url = str
Pair = tuple[int, str]


@dataclass
class Plant:
    length: float


class Text(str):
    pass

"""
TYPES = "type Plant = { length : Double, name : Text }\ntype Event = Placed Plant | Idle\n"


def names(nml: str, python: str) -> list[str]:
    files = {"module.nml": f"module M:0.1.0\n{TYPES}{nml}\n", "service.py": f"{IMPORTS}\n{python}\n"}
    return [one.code.name for one in check_texts(files).diagnostics]


def method(type: str, signature: str, body: str = "return x") -> list[str]:
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
    ("Integer", "int"), ("Double", "int"), ("Double", "float"), ("Text", "str"), ("Text", "Text"), ("Decimal", "int"),
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
    ],
)
def test_of_a_generator_what_it_yields_is_compared(type, annotation, told):
    found = method(f"Text -> {type}", f"(self, x) -> {annotation}", "yield x")
    assert found == ["annotation-disagrees"] * told


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        ("async def f(self, x: str) -> int", "return x", 0),
        ("async def f(self, x: str) -> AsyncIterator[int]", "yield x", 0),
        ("def f(self, x: str) -> t.Awaitable[int]", "return x", 0),
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
        "return [self.args[k] for k in self.args]",
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
