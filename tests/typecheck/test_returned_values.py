"""Values that methods write out, and other names of ``self.args``: what is told of them, and what is left alone."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

TYPES = (
    "type R = { name : Text, age : Integer, nick : optional Text }\n"
    "type P = { id : Integer }\ntype E = Place P | Gone\n"
)
HEAD = "import nstack\nfrom nstack import E as Event\n\n\nclass Module(nstack.Module):\n"


def told(function: str, methods: str) -> list[tuple[str, str, str, list[str]]]:
    """The codes, what is underlined, the titles, and the methods after each fix, of which nothing is said."""
    module = f"module A:1.0.0\n\n{TYPES}\n{function}\n"
    python = f"{HEAD}{methods}"
    texts = {"a/module.nml": module, "a/service.py": python}
    found = []
    for one in check_texts(texts).diagnostics:
        under = texts[one.primary.span.path][one.primary.span.start : one.primary.span.end]
        mended = [apply_edits(python, fix.edits) for fix in one.fixes]
        assert [each.title for text in mended for each in check_texts(texts | {"a/service.py": text}).diagnostics] == []
        found.append((one.code.id, under, one.title, [text.removeprefix(HEAD) for text in mended]))
    return found


def method(body: str) -> str:
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    return f"    def f(self, value):\n{lines}\n"


@pytest.mark.parametrize(
    ("output", "body", "under", "title", "meant"),
    [
        ("R", "return {'nane': value, 'age': 3}", "nane", "`f` gives `nane`, which is declared as `name`", "name"),
        ("R", "yield {'nane': value, 'age': 3}", "nane", "`f` gives `nane`, which is declared as `name`", "name"),
        ("R", "return dict(nane=value, age=3)", "nane", "`f` gives `nane`, which is declared as `name`", "name"),
        ("[R]", "return [{'nane': v, 'age': 3} for v in value]", "nane", None, "name"),
        ("optional R", "return {'nane': value, 'age': 3} if value else None", "nane", None, "name"),
        ("(Integer, R)", "return 3, {'nane': value, 'age': 3}", "nane", None, "name"),
        ("Map R", "return {'x': {'nane': value, 'age': 3}}", "nane", None, "name"),
        ("{ r : R }", "return {'r': {'nane': value, 'age': 3}}", "nane", None, "name"),
        (
            "R",
            "return {'name': value, 'age': 3, 'nik': ''}",
            "nik",
            "`f` gives `nik`, which is declared as `nick`",
            "nick",
        ),
        ("R", "return {'name': value}", "{'name': value}", "`f` gives no `age`", None),
        ("R", "return {'full': value}", "{'full': value}", "`f` gives neither `name` nor `age`", None),
        ("R", "if value:\n    return {}\nreturn {'name': value, 'age': 3}", "{}", None, None),
        ("E", "return nstack.E.Plac({'id': 3})", "Plac", "the sum `E` has no constructor `Plac`", "Place"),
        ("E", "return Event.Plac({'id': 3})", "Plac", "the sum `E` has no constructor `Plac`", "Place"),
        ("E", "match value:\n    case Event.Gon():\n        return made(value)", "Gon", None, "Gone"),
        ("E", "return 'Gone'", "'Gone'", "`f` gives no value of the sum `E`", "nstack.E.Gone()"),
        ("E", "return {'Place': {'id': 3}}", "{'Place': {'id': 3}}", None, "nstack.E.Place({'id': 3})"),
        ("E", "return f'{value}'", "f'{value}'", "`f` gives no value of the sum `E`", None),
    ],
)
def test_a_value_that_is_refused_is_told_of(
    output: str, body: str, under: str, title: str | None, meant: str | None
) -> None:
    ((code, place, said, mended),) = told(f"fun f : Text -> {output}", method(body))
    assert (code, place) == ("NS0811", under)
    assert title in (None, said)
    assert mended == ([] if meant is None else [method(body.replace(under, meant))])


@pytest.mark.parametrize(
    ("output", "body"),
    [
        ("R", "return {'name': value, 'age': 3}"),
        ("R", "return {'name': value, 'age': 3, 'zip': 3}"),
        ("R", "return {'name': value, 'age': 3, 'nic': 3, 'nick': '4'}"),
        ("R", "return {**value, 'nane': 3}"),
        ("R", "return {value: 3}"),
        ("R", "return dict(value, nane=3)"),
        ("R", "return {'name': value} | {'age': 3}"),
        ("R", "def g():\n    return {'nane': 3}\nreturn {'name': value, 'age': 3}"),
        ("R", "return (value, 3, None)"),
        ("{ a : Integer, x : Double }", "return {'a': 3, 'x': made(value)}"),
        ("Map Text", "return {'nane': value}"),
        ("Json", "return '{}'"),
        ("E", "return nstack.E.Gone"),
        ("E", "return nstack.E.Place(dict(id=3))"),
        ("optional E", "return None"),
    ],
)
def test_a_value_that_may_be_right_is_left_alone(output: str, body: str) -> None:
    assert told(f"fun f : Text -> {output}", method(body)) == []


def test_what_an_open_record_has_besides_is_not_known() -> None:
    assert told("fun f : { a : Text | r } -> { a : Text, b : Text | r }", method("return {'a': '', 'c': ''}")) == []


def test_of_an_annotation_that_is_wrong_the_values_are_not_told_of_too() -> None:
    module = f"module A:1.0.0\n\n{TYPES}\nfun f : Text -> R\n"
    python = f"{HEAD}    def f(self, value) -> str:\n        return {{'nane': value}}\n"
    found = check_texts({"a/module.nml": module, "a/service.py": python}).diagnostics
    assert [one.code.id for one in found] == ["NS0805"]


WITH = "fun f : Text -> Text with { lang : Text }"
INIT = "    def __init__(self):\n        self.options = self.args\n\n"


@pytest.mark.parametrize(
    ("before", "body", "under"),
    [
        ("", "args = self.args\nreturn args['leng']", "args['leng']"),
        ("", "args = self.args\nreturn str([args['leng'] for _ in value])", "args['leng']"),
        ("", "args = self.args\nreturn args.get('leng')", "args.get('leng')"),
        (INIT, "return self.options['leng']", "self.options['leng']"),
        (INIT.replace("__init__", "startup"), "return self.options['leng']", "self.options['leng']"),
    ],
)
def test_self_args_by_another_name(before: str, body: str, under: str) -> None:
    ((code, place, _, mended),) = told(WITH, before + method(body))
    assert (code, place) == ("NS0806", under)
    assert mended == [before + method(body.replace("leng", "lang"))]
    assert told(WITH, before + method(body.replace("leng", "lang"))) == []


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "args = self.args\nargs = {'leng': 1}\nreturn args['leng']"),
        ("", "args = self.args\nfor args in value:\n    pass\nreturn args['leng']"),
        ("", "args = self.args\nfill(args)\nreturn args['leng']"),
        ("", "args = self.args\nreturn (lambda args: args['leng'])(value)"),
        ("", "args = dict(self.args)\nreturn args['leng']"),
        (INIT, "self.options = {'leng': 1}\nreturn self.options['leng']"),
        (INIT, "fill(self.options)\nreturn self.options['leng']"),
        (INIT, "fill(self)\nreturn self.options['leng']"),
    ],
)
def test_what_may_be_another_dict_is_left_alone(before: str, body: str) -> None:
    assert told(WITH, before + method(body)) == []


def test_another_name_that_is_never_read_reads_nothing() -> None:
    found = told(WITH, method("args = self.args\nreturn value"))
    assert [(code, under) for code, under, *_ in found] == [("NS0807", "lang")]
