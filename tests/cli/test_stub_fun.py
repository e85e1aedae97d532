"""``nsc stub --fun``: declarations from annotated Python. Whatever is written checks, against the same Python too."""

from pathlib import Path

import pytest

from nscompiler.cli.main import main
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile
from nscompiler.tools.stub_fun import Declarations, declarations

IMPORTS = """\
import dataclasses
import datetime as dt
import enum
import typing as t
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Literal, NamedTuple, NotRequired, Optional, TypedDict, Union
from uuid import UUID

import attrs
import nstack

"""
CLASSES = '''
@dataclass
class Line:
    """What is bought.

    And more words.
    """

    sku: str
    price: Decimal
    KIND: ClassVar[int] = 1


@dataclasses.dataclass(frozen=True)
class Gift(Line):
    note: str | None = None


@attrs.frozen
class Order:
    Id: int
    lines: list[Line]


class Pair(NamedTuple):
    first: int
    second: "Color"


class Row(TypedDict):
    name: str
    mail: NotRequired[str]


class Loose(TypedDict, total=False):
    name: str
    mail: t.Required[str]


class Color(Enum):
    RED = 1
    green = "g"


class Url(str):
    pass


class Plain:
    x: int


@dataclass
class Tree:
    below: "list[Tree]"


@dataclass
class Text:
    x: int


class One(Enum):
    A = 1


Event = Union[Line, Gift]
MaybeLine = Line | None
Key = str
Words = list[str]
'''
BODY = "class Module(nstack.Module):\n"


def written(methods: str, **more: tuple[str, ...]) -> Declarations:
    body = "".join(f"    {line}\n" for line in methods.splitlines())
    return declarations(SourceFile("service.py", f"{IMPORTS}{CLASSES}\n\n{BODY}{body}"), **more)


def fun(annotation: str) -> tuple[str, list[str]]:
    """The type that an argument's annotation becomes, and why it does not."""
    found = written(f"def f(self, x: {annotation}) -> int: ...")
    text = found.functions[0].removeprefix("fun f : ").removesuffix(" -> Integer") if found.functions else ""
    return text, [problem.title for problem in found.problems]


@pytest.mark.parametrize(
    ("annotation", "type"),
    [
        ("int", "Integer"), ("float", "Double"), ("bool", "Boolean"),
        ("str", "Text"), ("bytes", "[Byte]"), ("None", "()"),
        ("Decimal", "Decimal"), ("UUID", "Uuid"), ("dt.date", "Date"), ("dt.time", "Time"), ("dt.datetime", "DateTime"),
        ("dt.timedelta", "Duration"), ("list[int]", "[Integer]"),
        ("t.List[int]", "[Integer]"), ("Sequence[str]", "[Text]"),
        ("list[bytes]", "[[Byte]]"), ("tuple[int, str]", "(Integer, Text)"),
        ("dict[str, int]", "Map Integer"),
        ("Mapping[str, list[int]]", "Map [Integer]"), ("Optional[int]", "optional Integer"),
        ("int | None", "optional Integer"), ("dict[str, int | None]", "Map (optional Integer)"),
        ("Optional[dict[str, int]]", "optional (Map Integer)"),
        ("Literal['a', 'b']", "Text"), ("Literal[1]", "Integer"),
        ("'Line'", "Line"), ("list['Order']", "[Order]"), ("Event", "Event"), ("list[Event]", "[Event]"),
        ("Event | None", "optional Event"), ("MaybeLine", "MaybeLine"),
        ("Optional[MaybeLine]", "MaybeLine"), ("Key", "Key"),
        ("Words", "Words"), ("Color", "Color"), ("Pair", "Pair"),
        ("Row", "Row"), ("Url", "Url"), ("t.Annotated[int, 1]", "Integer"),
    ],
)  # fmt: skip
def test_an_annotation_becomes_a_type(annotation, type):
    assert fun(annotation) == (type, [])


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ("Any", "`Any` is any type"), ("object", "any type"),
        ("set[int]", "not known"), ("list", "does not say what is in it"),
        ("dict", "does not say"), ("tuple[int]", "does not say"), ("dict[int, str]", "a Map is from texts"),
        ("int | str", "a union has to have a name"),
        ("Line | Gift", "a union has to have a name"), ("Line | Gift | None", "`None` is none of a sum's sides"),
        ("Missing", "not known"),
        ("nstack.Other", "no type `Other` is declared"),
        ("Plain", "no dataclass or the like"), ("Tree", "contains itself"),
        ("tuple[int, ...]", "a list comes, and no tuple"), ("list[tuple[int, ...]]", "a list comes, and no tuple"),
        ("Text", "`Text` is a built-in type"), ("One", "two constructors"), ("'a b'", "not known"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_told(annotation, reason):
    text, problems = fun(annotation)
    assert text == ""
    (problem,) = problems
    assert reason in problem
    assert len(problem) <= 80


def test_the_place_of_what_has_no_counterpart():
    python = f"{IMPORTS}{BODY}    def f(self, x: list[Any]) -> int: ...\n"
    (problem,) = declarations(SourceFile("service.py", python)).problems
    assert problem.code.name == "unmapped-annotation"
    assert python[problem.primary.span.start : problem.primary.span.end] == "Any"


@pytest.mark.parametrize(
    ("annotation", "declared"),
    [
        ("Line", ["/// What is bought.\ntype Line = { sku : Text, price : Decimal }"]),
        ("Gift", ["type Gift = { sku : Text, price : Decimal, note : optional Text }"]),
        ("Pair", ["type Color = RED | Green", "type Pair = { first : Integer, second : Color }"]),
        ("Row", ["type Row = { name : Text, mail : optional Text }"]),
        ("Loose", ["type Loose = { name : optional Text, mail : Text }"]),
        ("Url", ["type Url = Text"]),
        ("Words", ["type Words = [Text]"]),
        (
            "MaybeLine",
            ["/// What is bought.\ntype Line = { sku : Text, price : Decimal }", "type MaybeLine = optional Line"],
        ),
    ],
)
def test_classes_are_declared_before_they_are_used(annotation, declared):
    assert list(written(f"def f(self, x: {annotation}) -> int: ...").types) == declared


def test_a_named_union_of_classes_is_a_sum():
    assert written("def f(self, x: Event) -> int: ...").types[-1] == "type Event = Line Line | Gift Gift"


@pytest.mark.parametrize(
    ("method", "line"),
    [
        ("def f(self, x: int) -> str: ...", "fun f : Integer -> Text"),
        ("async def f(self, x: int) -> str: ...", "fun f : Integer -> Text"),
        ("def f(self, x: int) -> Awaitable[str]: ...", "fun f : Integer -> Text"),
        ("def f(self, x: int) -> Iterator[str]: yield ''", "fun f : Integer -> Text"),
        ("def f(self, x: int) -> Iterable[str]: yield ''", "fun f : Integer -> Text"),
        ("def f(self, x: int) -> Iterable[str]: return []", "fun f : Integer -> [Text]"),
        ("def f(self, x: int) -> Generator[str, None, None]: yield ''", "fun f : Integer -> Text"),
        ("async def f(self, x: int) -> AsyncIterator[str]: yield ''", "fun f : Integer -> Text"),
        ("def f(self) -> Iterator[int]: yield 1", "fun f : Void -> Integer"),
        ("async def f(self) -> AsyncIterator[int]: yield 1", "fun f : Void -> Integer"),
        ("def f(self, x: int) -> None: ...", "fun f : Integer -> () // or Void, if nothing goes on from here"),
        ('def f(self, x: int) -> int:\n    """Twice."""\n    return 2 * x', "/// Twice.\nfun f : Integer -> Integer"),
    ],
)  # fmt: skip
def test_methods_become_functions(method, line):
    found = written(method)
    assert (found.functions, found.problems) == ((line,), ())


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("def f(self, x) -> int: ...", "`x` has no annotation"),
        ("def f(self, x: int): ...", "its result has no annotation"),
        ("def f(self, x: int, y: int) -> int: ...", "it does not take one value"),
        ("def f(self) -> int: ...", "a source yields its values"),
        ("def F(self, x: int) -> int: ...", "a function's name starts small"),
        ("@staticmethod\ndef f(x: int) -> int: ...", "it has no `self`"),
        ("@classmethod\ndef f(cls, x: int) -> int: ...", "it has no `self`"),
        ("def f(self, x: int) -> Iterator: yield x", "it does not say what it gives"),
    ],
)
def test_methods_that_are_no_functions_are_told(method, reason):
    (problem,) = written(method).problems
    assert reason in problem.title


def test_what_is_no_method_of_a_flow_is_left_alone():
    methods = (
        "def startup(self): ...\ndef shutdown(self): ...\ndef _helper(self, x): ...\n@property\ndef size(self): ...\n"
        "@staticmethod\ndef _own(x): ..."
    )
    assert written(methods) == Declarations((), (), ())


def test_what_is_declared_already_is_left_out():
    found = written("def f(self, x: Line) -> int: ...\ndef g(self, x: Line) -> Order: ...", declared=("f", "Line"))
    assert (found.types, found.functions) == (
        ('type Order = { "Id" : Integer, lines : [Line] }',),
        ("fun g : Line -> Order",),
    )
    assert written("def f(self, x: nstack.Event) -> int: ...", types=("Event",)).functions == (
        "fun f : Event -> Integer",
    )


def test_everything_written_is_a_module_and_fits_its_python():
    methods = [
        f"def f{at}(self, x: {one}) -> {one}: ..."
        for at, one in enumerate(
            ("Line", "Gift", "Order", "Pair", "Row", "Loose", "Url", "Event", "MaybeLine", "Words", "Color",
             "dict[str, Line | None]")
        )
    ]  # fmt: skip
    found = written("\n".join(methods))
    python = f"{IMPORTS}{CLASSES}\n\n{BODY}" + "".join(f"    {method}\n" for method in methods)
    assert found.problems == ()
    nml = f"module M:0.1.0\n\n{found.text}"
    assert check_texts({"module.nml": nml, "service.py": python}).diagnostics == ()


# --- the command

PYTHON = (
    "import nstack\n\n\nclass Module(nstack.Module):\n    def shout(self, text: str) -> str:\n        return text\n"
)


def test_a_folder_without_a_module_gets_a_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "loud"
    folder.mkdir()
    (folder / "service.py").write_text(PYTHON)
    assert main(["stub", str(folder)]) == 0
    assert capsys.readouterr().out == "module Loud:0.0.1-SNAPSHOT\n\nfun shout : Text -> Text\n"
    assert main(["stub", str(folder), "-o", str(folder / "module.nml")]) == 0
    assert main(["check", str(folder)]) == 0
    capsys.readouterr()
    assert main(["stub", str(folder)]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"{folder}/module.nml declares all that {folder}/service.py has\n")


def test_a_tuple_of_any_length_is_a_list_where_it_is_given_back() -> None:
    assert written("def f(self, x: int) -> tuple[int, ...]: ...").functions == ("fun f : Integer -> [Integer]",)


def test_what_is_written_is_laid_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = "".join(f"    a_rather_long_field_{number}: str\n" for number in range(5))
    record = f"import dataclasses\n\n@dataclasses.dataclass\nclass Wide:\n{fields}\n"
    (tmp_path / "etl.py").write_text(record + PYTHON.replace("str", "Wide"))
    assert main(["stub", str(tmp_path / "etl.py"), "-o", str(tmp_path / "etl.nml")]) == 0
    text = (tmp_path / "etl.nml").read_text()
    assert text.startswith("type Wide = {\n  a_rather_long_field_0 : Text,\n")
    assert main(["fmt", "--check", str(tmp_path / "etl.nml")]) == 0
    assert main(["check", str(tmp_path / "etl.nml")]) == 0
    capsys.readouterr()


def test_what_cannot_be_written_fails_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "etl.py").write_text(PYTHON + "\n    def other(self, x): ...\n")
    assert main(["stub", str(tmp_path / "etl.py")]) == 1
    out, err = capsys.readouterr()
    assert out == "fun shout : Text -> Text\n"
    assert "etl.py:8:21: error[NS0808] `other` has no counterpart: `x` has no annotation" in err


def test_what_an_import_of_everything_brings_is_known() -> None:
    python = (
        "from typing import *\nfrom datetime import *\nimport nstack\n\n"
        "class Module(nstack.Module):\n    def f(self, x: Optional[List[int]]) -> Iterator[date]:\n        yield x\n"
    )
    assert declarations(SourceFile("service.py", python)).functions == ("fun f : optional [Integer] -> Date",)


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere"
    assert main(["stub", str(missing)]) == 1
    assert capsys.readouterr().err.startswith(f"error: there is no file or folder {missing}\n")


@pytest.mark.parametrize(
    ("files", "arguments", "told"),
    [
        ({}, [], "service.py is not there"),
        ({"service.py": "x = (\n"}, [], "not valid Python"),
        ({"service.py": "x = 1\n"}, [], "defines no class"),
        ({"service.py": PYTHON}, ["--pyi"], "there is no"),
        ({"module.nml": "module M:0.1.0\nfun f : Txt -> Text\n"}, ["--pyi"], "NS0402"),
        ({"module.nml": "module M:0.1.0\n"}, ["--pyi", "-o", "/nowhere/x.pyi"], "cannot write /nowhere/x.pyi"),
    ],
)
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], arguments: list[str], told: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert main(["stub", str(tmp_path), *arguments]) == 1
    assert told in capsys.readouterr().err


def test_a_module_without_python_is_told_what_there_is_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "module.nml").write_text("module Shop:1.0.0\nfun f : Text -> Text\n")
    assert main(["stub", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: there is no {tmp_path}/service.py to write declarations from\n")
    assert f"`nsc stub --pyi {tmp_path}` writes the types" in captured.err
