"""Imports as other languages write them, with the names that they bring: one error each, and a fix for all of it."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

MODULES = {
    "shop.nml": "module Demo.Shop:1.0.0\ntype Order = { id : Integer }\nfun f : Text -> Text\nfun g : Text -> Text\n",
    "other.nml": "module Other:1.0.0\nfun h : Text -> Text\n",
}


def problems(text: str) -> tuple[Diagnostic, ...]:
    return check_texts({"main.nml": text, **MODULES}).diagnostics


def mended(text: str, problem: Diagnostic) -> str:
    (fix,) = problem.fixes
    return apply_edits(text, fix.edits)


def told(text: str, problem: Diagnostic) -> str:
    return text[problem.primary.span.start : problem.primary.span.end]


USES = "\ndef w = Sources.stdin | {} | {} | Sinks.log\n"


@pytest.mark.parametrize(
    ("line", "fault", "uses", "written"),
    [
        ("from Demo.Shop:1.0.0 import f, g", "from", ("f", "g"), "Shop"),
        ("from Demo.Shop:1.0.0 import f as x, g", "from", ("x", "g"), "Shop"),
        ("from Demo.Shop:1.0.0 import (f, g)", "from", ("f", "g"), "Shop"),
        ("from Demo.Shop:1.0.0 import *", "from", ("f", "g"), "Shop"),
        ("from Demo.Shop:1.0.0 import", "from", ("Shop.f", "Shop.g"), "Shop"),
        ("import Demo.Shop:1.0.0 exposing (f, g)", "exposing (f, g)", ("f", "g"), "Shop"),
        ("import Demo.Shop:1.0.0 exposing (..)", "exposing (..)", ("f", "g"), "Shop"),
        ("import Demo.Shop:1.0.0 as S exposing (..)", "exposing (..)", ("S.f", "g"), "S"),
        ("import Demo.Shop:1.0.0 hiding (h)", "hiding (h)", ("f", "g"), "Shop"),
        ("import qualified Demo.Shop:1.0.0 as S (Order(..), f)", "(Order(..), f)", ("f", "S.g"), "S"),
        ("import Demo.Shop:1.0.0 show f, g", "show f, g", ("f", "g"), "Shop"),
        ("import Demo.Shop:1.0.0.{f, g}", ".{f, g}", ("f", "g"), "Shop"),
        ("import Demo.Shop:1.0.0.*", "import Demo.Shop:1.0.0.*", ("f", "g"), "Shop"),
        ("import { f, g as x } from 'Demo.Shop:1.0.0'", None, ("f", "x"), "Shop"),
        ("import {\n  f,\n  g,\n} from 'Demo.Shop:1.0.0'", None, ("f", "g"), "Shop"),
        ("import shop, { f } from 'Demo.Shop:1.0.0'", None, ("f", "shop.g"), "Shop"),
        ("import f, g from Demo.Shop:1.0.0", None, ("f", "g"), "Shop"),
        ("import * as shop from 'Demo.Shop:1.0.0'", None, ("shop.f", "shop.g"), "Shop"),
        ('const S = require("Demo.Shop:1.0.0")', "const", ("S.f", "S.g"), "S"),
        ('const { f, g } = require("Demo.Shop:1.0.0")', "const", ("f", "g"), "Shop"),
        ('local shop = require "Demo.Shop:1.0.0"', "local", ("shop.f", "shop.g"), "Shop"),
        ("use Demo.Shop:1.0.0::{f, g}", "use", ("f", "g"), "Shop"),
        ("open Demo.Shop:1.0.0", "open", ("f", "g"), "Shop"),
        ("alias S = Demo.Shop:1.0.0", "alias", ("S.f", "S.g"), "S"),
    ],
)
@pytest.mark.parametrize("head", ["", "module Main:1.0.0\n\n"])
def test_what_it_brings_is_told_with_it(
    head: str, line: str, fault: str | None, uses: tuple[str, str], written: str
) -> None:
    text = head + line + USES.format(*uses)
    (found,) = problems(text)
    assert told(text, found) == (line if fault is None else fault)
    right = mended(text, found)
    assert right.endswith(USES.format(f"{written}.f", f"{written}.g"))
    assert problems(right) == ()


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("from Demo.Shop import f", "write `import Demo.Shop:1.0.0 as Shop` and `Shop.f`"),
        ("import { f } from './shop.nml'", "write `import Shop:1.0.0` and `Shop.f`"),
        ('const { f } = require("./shop")', "write `import Shop:1.0.0` and `Shop.f`"),
        ("use Demo.Shop::f;", "write `import Demo.Shop:1.0.0 as Shop` and `Shop.f`"),
        ("import static Demo.Shop.f;", "write `import Demo.Shop:1.0.0 as Shop` and `Shop.f`"),
        ('#include "shop.nml"', "write `import Shop:1.0.0` and `Shop.f`"),
    ],
)
def test_without_a_version_nothing_that_it_brings_is_told(line: str, label: str) -> None:
    (found,) = problems(f"{line}\n\ndef w = Sources.stdin | f | Sinks.log\n")
    assert (found.primary.text, found.fixes) == (label, ())


def test_types_are_brought_and_fields_constructors_and_parameters_are_not() -> None:
    text = (
        "from Demo.Shop:1.0.0 import Order, f\n\n"
        "type Event = Order Order | Other\ntype Bag = { f : Order, all : [Order] }\nfun k : f -> f\n"
        "def w = f | k | Conv.from_json<Order>\n"
    )
    (found,) = problems(text)
    assert mended(text, found) == (
        "import Demo.Shop:1.0.0 as Shop\n\n"
        "type Event = Order Shop.Order | Other\ntype Bag = { f : Shop.Order, all : [Shop.Order] }\nfun k : f -> f\n"
        "def w = Shop.f | k | Conv.from_json<Shop.Order>\n"
    )


def test_a_name_that_the_file_declares_is_its_own() -> None:
    text = "from Demo.Shop:1.0.0 import f, g\n\nfun f : Text -> Text\ndef w = f | g\n"
    (found,) = problems(text)
    assert mended(text, found).endswith("def w = f | Shop.g\n")


def test_two_imports_of_one_module_become_one() -> None:
    text = "from Demo.Shop:1.0.0 import f\nfrom Demo.Shop:1.0.0 import g\n\ndef w = f | g\n"
    first, second = problems(text)
    right = apply_edits(text, (*first.fixes[0].edits, *second.fixes[0].edits))
    assert right == "import Demo.Shop:1.0.0 as Shop\n\n\ndef w = Shop.f | Shop.g\n"
    assert problems(right) == ()


def test_an_alias_that_is_taken_is_not_given_again() -> None:
    text = "import Other:1.0.0 as Shop\nfrom Demo.Shop:1.0.0 import f\n\ndef w = f | Shop.h\n"
    (found,) = problems(text)
    right = mended(text, found)
    assert right == "import Other:1.0.0 as Shop\nimport Demo.Shop:1.0.0 as DemoShop\n\ndef w = DemoShop.f | Shop.h\n"
    assert problems(right) == ()


def test_which_of_two_modules_brings_a_name_is_not_guessed() -> None:
    text = "from Demo.Shop:1.0.0 import *\nfrom Other:1.0.0 import *\n\ndef w = f | h\n"
    assert [told(text, found) for found in problems(text)] == ["from", "from"]


def test_a_name_that_the_module_does_not_have_is_an_error_of_its_own() -> None:
    text = "from Demo.Shop:1.0.0 import *\n\ndef w = f | ff\n"
    _, unknown = problems(text)
    assert (unknown.code.id, told(text, unknown)) == ("NS0401", "ff")


def test_many_that_the_first_swallows_are_told_of_all_the_same() -> None:
    text = "const { f } = require('Demo.Shop:1.0.0')\nconst { h } = require('Other:1.0.0')\n\ndef w = f | h\n"
    found = problems(text)
    assert [told(text, one) for one in found] == ["const", "const"]
    right = apply_edits(text, [edit for one in found for edit in one.fixes[0].edits])
    assert problems(right) == ()


@pytest.mark.parametrize(
    "text",
    [
        "/*\nfrom Demo.Shop:1.0.0 import f\n*/\ndef w = Sources.stdin | Sinks.log\n",
        'fun form : Text -> Text with { a : Text = "" }\n'
        'def w = form { a = """\nfrom Demo.Shop:1.0.0 import f\n""" }\n',
        "import Demo.Shop:1.0.0\n(Shop.f | Shop.g)\n",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert problems(text) == ()


def test_a_comment_that_looks_like_one_stays_a_comment_beside_a_mistake() -> None:
    text = "/*\nfrom Demo.Shop:1.0.0 import f\n*/\nfrom Other:1.0.0 import h\ndef w = Sources.stdin | h | Sinks.log\n"
    (found,) = problems(text)
    assert mended(text, found).startswith("/*\nfrom Demo.Shop:1.0.0 import f\n*/\nimport Other:1.0.0\ndef w")


@pytest.mark.parametrize(
    ("line", "fault", "use", "alias"),
    [
        ('import Demo.Shop:1.0.0 as "S"', '"S"', "S.f", "S"),
        ("import Demo.Shop:1.0.0 as _", "_", "f", "Shop"),
        ("import Demo.Shop:1.0.0 as S as T", "T", "T.f", "T"),
    ],
)
def test_an_alias_that_is_none_is_told_with_its_uses(line: str, fault: str, use: str, alias: str) -> None:
    text = f"{line}\n\ndef w = Sources.stdin | {use} | Sinks.log\n"
    (found,) = problems(text)
    assert told(text, found) == fault
    right = mended(text, found)
    assert right == f"import Demo.Shop:1.0.0 as {alias}\n\ndef w = Sources.stdin | {alias}.f | Sinks.log\n"
    assert problems(right) == ()


def test_an_alias_with_a_dot_is_told_with_its_uses() -> None:
    text = "import Demo.Shop:1.0.0 as Demo.Shop\n\nfun k : Demo.Shop.Order -> Text\ndef w = Demo.Shop.f | Demo.Shop.g\n"
    (found,) = problems(text)
    assert told(text, found) == "Demo.Shop"
    right = mended(text, found)
    assert right == "import Demo.Shop:1.0.0 as Shop\n\nfun k : Shop.Order -> Text\ndef w = Shop.f | Shop.g\n"
    assert problems(right) == ()


@pytest.mark.parametrize(("alias", "import_"), [("S", " as S"), ("Shop", "")])
def test_the_full_name_of_a_module_is_told_once(alias: str, import_: str) -> None:
    text = f"import Demo.Shop:1.0.0{import_}\n\nfun k : {{}}.Order -> [{{}}.Order]\ndef w = {{}}.f | {{}}.g\n"
    wrong = text.format(*["Demo.Shop"] * 4)
    (found,) = problems(wrong)
    assert (told(wrong, found), len(found.related)) == ("Demo.Shop", 3)
    assert mended(wrong, found) == text.format(*[alias] * 4)
    assert problems(mended(wrong, found)) == ()


def test_the_full_name_of_a_module_that_is_not_imported_is_told_once() -> None:
    text = "fun k : Demo.Shop.Order -> Text\ndef w = Demo.Shop.f | Demo.Shop.g\n"
    (found,) = problems(text)
    assert (found.primary.text, found.fixes) == ("import `Demo.Shop` and write `Shop.Order`", ())


@pytest.mark.parametrize("name", ["Shop.Order.id", "Shop.f.g"])
def test_what_follows_an_alias_is_no_name_of_a_module(name: str) -> None:
    text = f"import Demo.Shop:1.0.0\n\ndef w = {name}\n"
    (found,) = problems(text)
    assert (told(text, found), found.related) == (".", ())
