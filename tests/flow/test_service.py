"""What a Python file says about its class, from its text."""

import sys

import pytest

from nscompiler.typecheck.service import MethodKind, read_service

HEAD = "import nstack\n\n\nclass Module(nstack.Module):\n"


def test_methods_and_how_they_give_their_results():
    service = read_service(
        HEAD
        + "    def plain(self, x):\n        def inner():\n            yield 1\n        return inner\n"
        + "    def many(self, x):\n        for y in x:\n            yield y\n"
        + "    def also(self, x):\n        z = yield from x\n"
        + "    async def later(self, x):\n        return x\n"
        + "    async def stream(self, x):\n        yield x\n"
    )
    assert (service.class_name, service.complete) == ("Module", True)
    assert {name: method.kind for name, method in service.methods.items()} == {
        "plain": MethodKind.PLAIN,
        "many": MethodKind.GENERATOR,
        "also": MethodKind.GENERATOR,
        "later": MethodKind.COROUTINE,
        "stream": MethodKind.ASYNC_GENERATOR,
    }


def test_lines_and_argument_counts():
    service = read_service(
        HEAD + "    def a(self): ...\n    def b(self, x, y): ...\n    def c(self, *x): ...\n    def d(self, x=1): ...\n"
    )
    assert [(method.line, method.arguments) for method in service.methods.values()] == [
        (5, 0),
        (6, 2),
        (7, None),
        (8, None),
    ]


@pytest.mark.parametrize(
    "base", ["", "(object)", "(Module)", "(BaseService)", "(nstack.BaseService)", "(nstack.Module)"]
)
def test_a_class_of_known_bases_lacks_what_it_does_not_define(base):
    service = read_service(f"class Service{base}:\n    def f(self, x):\n        return x\n")
    assert service.class_name == "Service"
    assert service.lacks("g")
    assert not service.lacks("f")


@pytest.mark.parametrize(
    "text",
    [
        "class Module(Other):\n    pass\n",
        "class Module(other.Thing):\n    pass\n",
        "class Module(make()):\n    pass\n",
        "@decorate\nclass Module:\n    pass\n",
        "class Module(metaclass=M):\n    pass\n",
        "class Module:\n    def __getattr__(self, name):\n        return print\n",
        "class Module:\n    for x in y:\n        pass\n",
        "class Module:\n    a, b = f\n",
        "class Module:\n    register()\n",
        "from other import Module\n",
        "from other import *\n",
        "Module = make()\n",
        "import other as Service\n",
    ],
)
def test_what_something_unseen_may_complete_lacks_nothing(text):
    service = read_service(text)
    assert service.class_name is not None
    assert not service.complete
    assert not service.lacks("f")


def test_bases_in_the_same_file_count():
    service = read_service(
        "class Base:\n    def f(self, x): ...\n    def g(self, x): ...\nclass Module(Base):\n    async def g(self, "
        "x): ...\n"
    )
    assert service.complete
    assert {name: method.kind for name, method in service.methods.items()} == {
        "f": MethodKind.PLAIN,
        "g": MethodKind.COROUTINE,
    }


def test_a_ring_of_bases_ends():
    assert not read_service("class A(B): ...\nclass B(A): ...\nclass Module(A):\n    pass\n").complete


def test_names_assigned_in_the_class_are_methods_of_unknown_kind():
    service = read_service(
        "class Module:\n    f = staticmethod(len)\n    g: object = len\n    h: int\n    @cached\n    def i(self, "
        "x): yield x\n"
    )
    assert {name: (method.kind, method.arguments) for name, method in service.methods.items()} == {
        "f": (MethodKind.PLAIN, None),
        "g": (MethodKind.PLAIN, None),
        "i": (MethodKind.PLAIN, None),
    }


def test_definitions_under_conditions_are_found():
    text = (
        "try:\n    import x\nexcept ImportError:\n    pass\nelse:\n"
        "    class Module:\n        if x:\n            def f(self, y): ...\n"
    )
    assert not read_service(text).lacks("f")
    assert not read_service("with x:\n    class Module:\n        def f(self, y): ...\n").lacks("f")


def test_no_class_tells_the_others():
    service = read_service("class Modul:\n    pass\nclass Other:\n    pass\n")
    assert (service.class_name, service.others) == (None, ("Modul", "Other"))
    assert not service.lacks("f")


@pytest.mark.parametrize(
    ("text", "line"), [("class Module:\n    def f(self:\n", 2), ("x = \0", 1), ("a = (" * 3000, 1)]
)
def test_what_is_no_python_is_told_with_its_line(text, line):
    error = read_service(text).error
    assert error is not None
    assert error[0] == line
    assert error[1]


@pytest.mark.parametrize(
    "line", ["type Sku = str", "def f[T](x: T) -> T: ...", "class Box[T]: ...", "async def f[T](x): ..."]
)
def test_what_a_later_python_has_is_told_as_that(line: str) -> None:
    error = read_service(f"import nstack\n{line}\n").error
    if sys.version_info >= (3, 12):
        assert error is None
    else:
        assert error is not None
        assert error[0] == 2
        assert error[1].endswith("; Python 3.12 has this, and `nsc` runs under 3.11")


@pytest.mark.parametrize("line", ["type = = str", "def f(x", "class Box(: ...", "typed x = 3"])
def test_what_no_python_has_is_not(line: str) -> None:
    error = read_service(f"import nstack\n{line}\n").error
    assert error is not None
    assert "3.12" not in error[1]
