"""Values that are written out and of another type, and fields that are read and not there."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

TYPES = "type R = { name : Text, age : Integer, old : optional Integer }\ntype E = Place R | Gone\n"
HEAD = "from decimal import Decimal\nimport json\nimport nstack\n\n\nclass Module(nstack.Module):\n"


def told(function: str, body: str) -> list[tuple[str, str, list[str]]]:
    """What is underlined, the titles, and what the body is after each fix, of which nothing is said."""
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    python = f"{HEAD}    def f(self, x):\n{lines}\n"
    texts = {"a/module.nml": f"module A:1.0.0\n\n{TYPES}\nfun f : {function}\n", "a/service.py": python}
    found = []
    for one in check_texts(texts).diagnostics:
        assert one.code.id == "NS0811"
        mended = [apply_edits(python, fix.edits) for fix in one.fixes]
        assert [each.title for text in mended for each in check_texts(texts | {"a/service.py": text}).diagnostics] == []
        after = [text.split("def f(self, x):\n")[1].replace("\n        ", "\n").strip() for text in mended]
        found.append((python[one.primary.span.start : one.primary.span.end], one.title, after))
    return found


@pytest.mark.parametrize(
    ("output", "body", "under", "title", "after"),
    [
        ("[Text]", "return 'a'", "'a'", "a text, and [Text]", ["return ['a']"]),
        ("[Text]", "return None", "None", "None, and [Text]", ["return []"]),
        ("[Text]", "return [1, 2]", "1", "a whole number, and Text", ['return ["1", "2"]']),
        ("Text", "return 0", "0", "a whole number, and Text", ['return "0"']),
        ("Text", "return x if x else 1.5", "1.5", "a number, and Text", ['return x if x else "1.5"']),
        ("Text", "if x: return None\nreturn x", "None", "None, and Text", []),
        ("Text", "return [x]", "[x]", "a list, and Text", []),
        ("Integer", "return '12'", "'12'", "a text, and Integer", ["return 12"]),
        ("Integer", "yield 'tick'", "'tick'", "a text, and Integer", []),
        ("Integer", "return 1.0", "1.0", "a number, and Integer", []),
        ("Boolean", "return 1", "1", "a whole number, and Boolean", []),
        ("Decimal", "return '1.5'", "'1.5'", "a text, and Decimal", []),
        ("Map Integer", "return []", "[]", "a list, and Map Integer", []),
        ("(Text, Text)", "return x, x, x", "x, x, x", "a tuple of 3, and (Text, Text)", []),
        ("R", "return (x, 1)", "(x, 1)", "a tuple of 2, and R", []),
        ("R", "return (x, '1', 2)", "'1'", "a text, and Integer", ["return (x, 1, 2)"]),
        ("R", "return 'x'", "'x'", "a text, and R", []),
        ("Text", "return len(x)", "len(x)", "a whole number, and Text", ["return str(len(x))"]),
        ("Integer", "return str(3)", "str(3)", "a text, and Integer", []),
        ("Integer", "return not x", "not x", "a truth value, and Integer", []),
        ("R", "return json.dumps(x)", "json.dumps(x)", "a text, and R", []),
        ("optional R", "return 'x'", "'x'", "a text, and R", []),
    ],
)
def test_what_is_of_another_type_is_told(output: str, body: str, under: str, title: str, after: list[str]) -> None:
    assert told(f"Text -> {output}", body) == [(under, f"`f` gives {title} is declared", after)]


@pytest.mark.parametrize(
    ("output", "body"),
    [
        ("Double", "return 3"),
        ("Double", "return -3.5"),
        ("Text", "return f'{x}'"),
        ("optional Text", "return None"),
        ("optional Text", "return x if x else None"),
        ("[Text]", "return (x, x)"),
        ("[Text]", "return [*x]"),
        ("[Byte]", "return b'x'"),
        ("Json", "return '1'"),
        ("()", "return None"),
        ("(Text, Text)", "return [x, x]"),
        ("(Text, Text)", "return (*x, 1)"),
        ("R", "return (x, 1, None)"),
        ("R", "return (*x,)"),
        ("Decimal", "return Decimal('1')"),
        ("Text", "def inner(): return 3\nreturn inner()"),
        ("Text", "raise ValueError"),
        ("Text", "return ..."),
        ("Text", "return (str(one) for one in x)"),
        ("Text", "yield x"),
        ("Map Double", "return {'x': 1, **{x: 2}}"),
        ("Text", "from other import len\nreturn len(x)"),
        ("Text", "return other.dumps(x)"),
        ("Double", "return int(x)"),
        ("[Text]", "return sorted(x)"),
        ("E", "return nstack.E.Place({'name': x, 'age': 1})"),
    ],
)
def test_what_may_be_of_the_type_is_left_alone(output: str, body: str) -> None:
    assert told(f"Text -> {output}", body) == []


def test_values_that_are_wrong_alike_are_one_fault() -> None:
    assert told("Text -> Text", "if x: return 1\nreturn 2") == [
        ("1", "`f` gives a whole number, and Text is declared", ['if x: return "1"\nreturn "2"'])
    ]
    assert [title for _, title, _ in told("Text -> E", "if x: return 'No'\nreturn 'Nor'")] == [
        "`f` gives no value of the sum `E`"
    ]
    assert len(told("Text -> [Text]", "return [1, 2]")) == 1


def test_what_a_constructor_holds_is_looked_at_too() -> None:
    ((under, title, after),) = told("Text -> E", "return nstack.E.Place({'nmae': x, 'age': 1})")
    assert (under, title) == ("nmae", "`f` gives `nmae`, which is declared as `name`")
    assert after == ["return nstack.E.Place({'name': x, 'age': 1})"]


def test_another_key_is_meant_for_the_one_that_is_missing() -> None:
    assert told("Text -> R", "return {'name': x, 'n': 3}") == [
        ("n", "`f` gives `n`, and no `age`", ["return {'name': x, 'age': 3}"])
    ]
    ((under, _, after),) = told("Text -> R", "age = 3\nreturn {'name': x}")
    assert (under, after) == ("{'name': x}", ["age = 3\nreturn {\"age\": age, 'name': x}"])


@pytest.mark.parametrize(
    ("body", "under", "after"),
    [
        ("return x.nam + x.nam", "x.nam", ["return x.name + x.name"]),
        ("return x['nam']", "x['nam']", ["return x['name']"]),
        ("return x.other", "x.other", []),
    ],
)
def test_a_field_that_is_not_there_is_told(body: str, under: str, after: list[str]) -> None:
    name = under.strip("x.[']")
    assert told("R -> Text", body) == [(under, f"`f` reads `{name}` of a value that has no such field", after)]


def test_an_attribute_that_no_sum_has_is_told() -> None:
    said = "`f` reads `{}` of a value that has no such attribute"
    assert told("E -> Text", "if isinstance(x, nstack.E.Gone):\n    return ''\nreturn x.valeu") == [
        ("x.valeu", said.format("valeu"), ["if isinstance(x, nstack.E.Gone):\n    return ''\nreturn x.value"])
    ]
    assert told("E -> Text", "return x.name") == [("x.name", said.format("name"), [])]
    for right in (
        "x.getPlace().name",
        "x.match(str, str)",
        "x.value.name",
        "x.__class__",
        "getattr(x, 'name', x.name)",
    ):
        assert told("E -> Text", f"return {right}") == []


@pytest.mark.parametrize(
    ("body", "under", "title", "after"),
    [
        (
            "return nstack.E.Gone(1)",
            "nstack.E.Gone(1)",
            "the constructor `Gone` has no value, and is given one",
            "nstack.E.Gone()",
        ),
        (
            "return nstack.E.Place()",
            "nstack.E.Place()",
            "the constructor `Place` holds one value, and is given none",
            None,
        ),
        (
            "return nstack.E.Place(x, 1, None)",
            "nstack.E.Place(x, 1, None)",
            "the constructor `Place` holds one value, and is given 3",
            "nstack.E.Place((x, 1, None))",
        ),
        ("return nstack.E.Place('x')", "nstack.E.Place('x')", "`Place` holds R, and is given a text", None),
        ("return E.Gone()", "E", "the Python file gives the name `E` no meaning", "nstack.E.Gone()"),
        ("return Gone()", "Gone", "the Python file gives the name `Gone` no meaning", "nstack.E.Gone()"),
    ],
)
def test_a_constructor_is_called_as_it_is_declared(body: str, under: str, title: str, after: str | None) -> None:
    assert told("Text -> E", body) == [(under, title, [] if after is None else [f"return {after}"])]


@pytest.mark.parametrize(
    "body",
    [
        "return nstack.E.Place({'name': x, 'age': 1})",
        "return nstack.E.Place((x, 1, None))",
        "return nstack.E.Place(value=x)",
        "return nstack.E.Place(*x)",
        "return nstack.E.Gone",
        "from other import E\nreturn E.Gone(1)",
        "Gone = nstack.E.Gone\nreturn Gone()",
    ],
)
def test_a_constructor_that_is_called_rightly(body: str) -> None:
    assert told("Text -> E", body) == []


@pytest.mark.parametrize(
    ("input", "body", "title", "after"),
    [
        ("R", "name, age = x", "2 of 3 parts of its value", "name, age = x.name, x.age"),
        ("R", "(name, age) = x", "2 of 3 parts of its value", "(name, age) = x.name, x.age"),
        ("R", "a, b, c, d = x", "4 parts of a value that has 3", None),
        (
            "R",
            "age, name, old = x",
            "the fields of its value in another order",
            "age, name, old = x.age, x.name, x.old",
        ),
        ("(Text, Text)", "a, b, c = x", "3 parts of a value that has 2", None),
        ("(Text, Text)", "a, b = x", None, None),
        ("R", "name, years, old = x", None, None),
        ("R", "name, *rest = x", None, None),
        ("[Text]", "name, rest = x", None, None),
    ],
)
def test_a_value_is_unpacked_into_as_many_variables_as_it_has_parts(
    input: str, body: str, title: str | None, after: str | None
) -> None:
    found = told(f"{input} -> Text", f"{body}\nreturn ''")
    mended = [] if after is None else [f"{after}\nreturn ''"]
    assert [(said, fixed) for _, said, fixed in found] == ([] if title is None else [(f"`f` unpacks {title}", mended)])


@pytest.mark.parametrize(
    ("input", "body"),
    [
        ("R", "return x.name + x['name'] + x.get('nam', '')"),
        ("R", "return str(x.keys())"),
        ("R", "x = other(x)\nreturn x.nam"),
        ("R", "return str([x.nam for x in y])"),
        ("R", "try:\n    return x.nam\nexcept AttributeError:\n    return ''"),
        ("R", "return x.nam if hasattr(x, 'nam') else ''"),
        ("{ name : Text | r }", "return x.nam"),
        ("optional R", "return x.nam"),
        ("a", "return x.nam"),
    ],
)
def test_a_value_that_may_have_the_field_is_left_alone(input: str, body: str) -> None:
    assert told(f"{input} -> Text", body) == []


@pytest.mark.parametrize(
    ("body", "under", "after"),
    [
        ("y = x.split()", "y = x.split()", ["return x.split()"]),
        ("y = 1\ny += len(x)", "y += len(x)", ["y = 1\ny += len(x)\nreturn y"]),
        ("print(x.split())", "print(x.split())", ["return x.split()"]),
        ("x.split()", "x.split()", ["return x.split()"]),
        ("x.append('')", "x.append('')", []),
    ],
)
def test_the_return_that_is_forgotten(body: str, under: str, after: list[str]) -> None:
    assert told("Text -> [Text]", body) == [(under, "the method `f` returns nothing", after)]
