"""Modules of user code: kept apart, in their own folders, one instance each."""

from collections.abc import Callable

import pytest
from emitted_package import FLOW, Package

Lines = Callable[..., str]

SERVICE = """
import os
import nstack
from helpers import NAME

class Module(nstack.Module):
    def plain(self, text):
        import helpers, late                      # again, and for the first time
        from parts.inner import where
        with open("./x") as file:
            return f"{text} {self.args['who']}:{NAME}:{helpers.NAME}:{late.NAME}:{where()}:{file.read().strip()}"

    async def slow(self, text):
        import asyncio, helpers
        await asyncio.sleep(0)
        import lazy
        with open("./x") as file:
            return f"{text} {self.args['who']}:{helpers.NAME}:{lazy.NAME}:{file.read().strip()}"

    def several(self, text):
        import helpers
        yield f"{text} {self.args['who']}"
        with open("./x") as file:
            yield f"{text} {helpers.NAME}:{file.read().strip()}"
"""

TWO_MODULES = """
a = UserModule("A:0.0.1", FOLDER / "a")
b = UserModule("B:0.0.1", FOLDER / "b")
numbers_1 = Literal(tuple(str(n) for n in range(300)), Text, origin="w.nml:1:1", text="[…]")
def node(module, function, who):
    return Call(module, function, input=Text, output=Text, parameters=(Parameter("who", "Text", who, open=True),),
                origin="w.nml:2:1", text=function)
"""


def two_modules(package: Package, flow: str) -> None:
    package.write(TWO_MODULES + flow, a=SERVICE, b=SERVICE)
    for name in ("a", "b"):
        for file in ("helpers", "late", "lazy"):
            package.file(f"{name}/{file}.py", f"NAME = '{file} of {name}'\n")
        package.file(f"{name}/parts/__init__.py", "")
        package.file(f"{name}/parts/inner.py", "from . import deeper\ndef where():\n    return deeper.NAME\n")
        package.file(f"{name}/parts/deeper.py", f"NAME = 'deeper of {name}'\n")
        package.file(f"{name}/x", f"x of {name}\n")


def expected(name: str, who: str) -> str:
    return f"{who}:helpers of {name}:helpers of {name}:late of {name}:deeper of {name}:x of {name}"


@pytest.mark.thorough
def test_two_modules_never_meet(package: Package) -> None:
    """Interleaved value by value: plain, async and generator methods, imports inside them, relative files,
    parameters.
    """
    two_modules(
        package,
        """
plain_a, plain_b = node(a, "plain", "1"), node(b, "plain", "2")
slow_a, slow_b = node(a, "slow", "3"), node(b, "slow", "4")
several_a = node(a, "several", "5")
out_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
def run(values, token):
    for v in values:
        for r in plain_a(v, token):
            out_9(r, token)
        for r in plain_b(v, token):
            out_9(r, token)
        for r in slow_a(v, token):
            out_9(r, token)
        for r in slow_b(v, token):
            out_9(r, token)
        for r in several_a(v, token):
            for q in plain_b(r, token):
                out_9(q, token)
calls = (plain_a, plain_b, slow_a, slow_b, several_a)
workflow = Workflow("w", sources=((numbers_1, run),), calls=calls, sinks=(out_9,), bounded=True)
""",
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    wanted = []
    for n in range(300):
        wanted += [
            f"{n} {expected('a', '1')}",
            f"{n} {expected('b', '2')}",
            f"{n} 3:helpers of a:lazy of a:x of a",
            f"{n} 4:helpers of b:lazy of b:x of b",
            f"{n} 5 {expected('b', '2')}",
            f"{n} helpers of a:x of a {expected('b', '2')}",
        ]
    assert done.stdout.splitlines() == wanted


def test_two_threads_and_overlapping_coroutines(package: Package) -> None:
    """Two sources, each on its thread, through both modules at the same time; the coroutines of both interleave."""
    two_modules(
        package,
        """
numbers_2 = Literal(tuple(str(n) for n in range(300)), Text, origin="w.nml:1:9", text="[…]")
slow_a, slow_b = node(a, "slow", "1"), node(b, "slow", "2")
plain_a, plain_b = node(a, "plain", "3"), node(b, "plain", "4")
out_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
def one(values, token):
    for v in overlap(slow_a, values, token):
        for r in plain_b(v, token):
            out_9(r, token)
def two(values, token):
    for v in overlap(slow_b, values, token):
        for r in plain_a(v, token):
            out_9(r, token)
workflow = Workflow("w", sources=((numbers_1, one), (numbers_2, two)), calls=(slow_a, slow_b, plain_a, plain_b),
                    sinks=(out_9,), bounded=True)
""",
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first = [f"{n} 1:helpers of a:lazy of a:x of a {expected('b', '4')}" for n in range(300)]
    second = [f"{n} 2:helpers of b:lazy of b:x of b {expected('a', '3')}" for n in range(300)]
    assert [line for line in lines if " 1:" in line] == first
    assert [line for line in lines if " 2:" in line] == second
    assert len(lines) == 600


def test_a_missing_module_is_named_as_the_user_wrote_it(package: Package, lines: Lines) -> None:
    package.write(lines("f; Text; Text;"), m="import nstack\nimport helpers.missing\n")
    package.file("m/helpers/__init__.py", "")
    done = package.run()
    assert done.returncode == 1
    assert "No module named 'helpers.missing'" in done.stderr
    assert "_nstack_user" not in done.stderr.split("Traceback")[0]


def test_a_data_folder_may_be_called_like_a_library(package: Package, lines: Lines) -> None:
    package.write(
        lines("f; Text; Text;"),
        m="""
        import json, decimal
        import nstack
        from constants import *

        class Module(nstack.Module):
            def f(self, text):
                return json.dumps([decimal.__name__, ONE])
        """,
    )
    package.file("m/json/data.txt", "no Python here")
    package.file("m/decimal.py", "")
    package.file("m/constants.py", "ONE = 1\n")
    done = package.run(input="x\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith('.decimal", 1]\n')


def test_types_are_found_from_anywhere_in_the_module(package: Package, lines: Lines) -> None:
    package.write(
        lines("make; Text; t.Event;", between="str(v)"),
        types="class Event(Sum):\n    Click = constructor(Text)\n    Closed = constructor()\n",
        m="""
        import nstack
        from nstack import Event
        import making

        class Module(nstack.Module):
            def make(self, text):
                yield making.click(text)
                yield from sorted([Event.Closed()], key=lambda event: nstack.Event.Closed is type(event))
                try:
                    nstack.Nothing
                except AttributeError as error:
                    yield Event.Click(str(error))
        """,
    )
    package.file("m/making.py", "import nstack\n\ndef click(text):\n    return nstack.Event.Click(text)\n")
    done = package.run(input="x\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Event.Click('x')",
        "Event.Closed()",
        "Event.Click(\"module 'nstack' has no attribute 'Nothing' and Some.Module:0.1.0 declares no such type\")",
    ]


def test_one_instance_keeps_its_state_across_uses_and_errors(package: Package, lines: Lines) -> None:
    package.write(
        lines("count; Text; Text; on_error='skip'", "again; Text; Text;"),
        m="""
        import nstack

        class Module(nstack.Module):
            def __init__(self):
                self.seen = []

            async def startup(self):
                self.started = True

            def count(self, text):
                assert self.started
                self.seen.append(text)
                if text == "bad":
                    raise ValueError(text)
                return text

            def again(self, text):
                return f"{text} {len(self.seen)}"
        """,
    )
    done = package.run(input="a\nbad\nb\n")
    assert done.stdout == "a 1\nb 3\n"


def test_parameters_are_typed_where_declared(package: Package) -> None:
    flow = """
    declared = (Parameter("n", "Integer", 3, default=True), Parameter("wait", "Duration", 1.5, default=True),
                Parameter("names", "[Text]", ["a"], default=True), Parameter("secret_key", environment="KEY"))
    m = UserModule("M:0.0.1", FOLDER / "m", parameters={"f": declared})
    one = Literal(("x",), Text, origin="w.nml:1:1", text='"x"')
    f_1 = Call(m, "f", input=Text, output=Text, parameters=declared, origin="w.nml:2:1", text="M.f")
    open_ones = (Parameter("n", "Text", "5", open=True),)
    g_2 = Call(m, "g", input=Text, output=Text, parameters=open_ones, origin="w.nml:2:5", text="M.g")
    out_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
    def run(values, token):
        for v in values:
            for a in f_1(v, token):
                for b in g_2(a, token):
                    out_9(b, token)
    workflow = Workflow("w", sources=((one, run),), calls=(f_1, g_2), sinks=(out_9,), bounded=True)
    """
    package.write(
        flow,
        m="""
        import nstack

        class Module(nstack.Module):
            def __init__(self):
                assert self.args == {}      # the two uses agree on nothing

            def f(self, text):
                assert self.args["secret_key"] == "geheim!"
                print("the key is geheim!")
                return f"{self.args['n']!r} {self.args['wait']!r} {self.args['names']!r}"

            def g(self, text):
                return f"{text} {self.args['n']!r} {self.args.get('other')!r}"
        """,
    )
    missing = package.run()
    assert missing.returncode == 2
    assert "$KEY is not set: M.f needs it for secret_key (w.nml:2:1)" in missing.stderr
    done = package.run("-p", "wait=2m", "-p", "names=b,c", "-p", "other=o", KEY="geheim!")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 datetime.timedelta(seconds=120) ['b', 'c'] '5' 'o'\n"


def test_folders_shared_under_a_lock() -> None:
    """Where a thread cannot have a folder of its own, a lock is held while another folder is in force."""
    import os
    import threading
    from pathlib import Path

    from nstack.runtime.folders import Folders

    folders = Folders(own_per_thread=False)
    home, other = os.getcwd(), Path("/")
    inside, free = threading.Event(), threading.Event()
    seen: list[str] = []

    def first() -> None:
        assert folders.prepare() is False
        folders.enter(other)
        inside.set()
        free.wait(10)
        seen.append(os.getcwd())
        folders.leave()

    def second() -> None:
        folders.prepare()
        inside.wait(10)
        free.set()
        folders.enter(Path(home))
        seen.append(os.getcwd())
        folders.leave()

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == ["/", home]
    assert os.getcwd() == home


def test_the_flow_header_names_only_what_is_exported() -> None:
    import nstack.runtime

    assert set(nstack.runtime.EXPORTED) == set(nstack.runtime.__all__) - {"EXPORTED"}
    assert "from nstack.runtime import *" in FLOW


PICKLING = """
import importlib, pickle
import nstack
import shapes_of

class Module(nstack.Module):
    def f(self, text):
        loaded = pickle.loads(b"cshapes_of\\nBox\\n)R.")
        assert type(loaded) is shapes_of.Box, "a class must exist once"
        assert pickle.loads(pickle.dumps(loaded)) == loaded
        return importlib.import_module("shapes_of.inner").NAME + text
"""


def test_libraries_may_import_on_a_modules_behalf(package: Package, lines: Lines) -> None:
    package.write(lines("f; Text; Text;"), m=PICKLING)
    package.file("m/shapes_of/__init__.py", "class Box:\n    def __eq__(self, other):\n        return True\n")
    package.file("m/shapes_of/inner.py", "NAME = 'inner '\n")
    done = package.run(input="x\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "inner x\n"


def test_what_one_module_lent_another_does_not_see(package: Package) -> None:
    package.write(
        TWO_MODULES
        + """
f_2, g_3 = node(a, "f", "1"), node(b, "g", "2")
out_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
def run(values, token):
    for v in ("x",):
        for r in f_2(v, token):
            for q in g_3(r, token):
                out_9(q, token)
workflow = Workflow("w", sources=((numbers_1, run),), calls=(f_2, g_3), sinks=(out_9,), bounded=True)
""",
        a=PICKLING,
        b="""
        import nstack

        class Module(nstack.Module):
            def g(self, text):
                try:
                    import shapes_of
                except ModuleNotFoundError as error:
                    return f"{text}: {error}"
        """,
    )
    package.file("a/shapes_of/__init__.py", "class Box:\n    def __eq__(self, other):\n        return True\n")
    package.file("a/shapes_of/inner.py", "NAME = 'inner '\n")
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout == "inner x: No module named 'shapes_of'\n"
