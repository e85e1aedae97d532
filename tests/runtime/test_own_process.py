"""Modules in a process of their own, which is what a timeout on a synchronous method needs."""

import socket
import threading
from collections.abc import Callable

import pytest
from emitted_package import Package
from nstack.runtime.remote import receive, send

Lines = Callable[..., str]

TIMED = """
import os, threading
import nstack
from helper import NAME

class Module(nstack.Module):
    def startup(self):
        self.seen = 0
        print("startup ran")

    def f(self, text):
        self.seen += 1
        if text == "hang":
            threading.Event().wait()
        if text == "die":
            os._exit(3)
        if text == "raise":
            raise ValueError("wrong")
        with open("./x") as file:
            return t(self, f"{text} {self.seen} {NAME} {file.read()} {self.args['p']}")

    def many(self, text):
        yield text
        if text.startswith("more"):
            threading.Event().wait()
        yield "end"

    def shutdown(self):
        print("shutdown ran")

def t(module, text):
    return nstack.Told(text)
"""


@pytest.mark.thorough
def test_a_synchronous_method_with_a_timeout_runs_in_its_own_process(package: Package, lines: Lines) -> None:
    flow = lines("f; Text; t.Told; timeout=1.0, on_error='skip'", between="v.text")
    flow = flow.replace("policy=", "parameters=(Parameter('p', 'Text', 'q', open=True),), policy=")
    package.write(flow, types="class Told(Record):\n    text: Text\n", m=TIMED)
    package.file("m/helper.py", "NAME = 'helper'\n")
    package.file("m/x", "file")
    done = package.run(input="a\nb\nhang\nc\nraise\ndie\nd\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "a 1 helper file q",
        "b 2 helper file q",
        "c 1 helper file q",
        "d 1 helper file q",
    ]
    assert "Some.Module.f: took longer than 1 s" in done.stderr
    assert "ValueError: wrong" in done.stderr
    assert 'raise ValueError("wrong")' in done.stderr
    assert "the process of Some.Module:0.1.0 has died (exit code 3)" in done.stderr
    assert done.stderr.count("starts again, for it was killed in a call that took longer than 1 s; what its inst") == 1
    assert done.stderr.count("starts again, for it has died (exit code 3); what its instance had learnt is lost") == 2
    assert done.stderr.count("startup ran") == 4
    assert done.stderr.count("shutdown ran") == 1


@pytest.mark.thorough
def test_one_next_may_take_the_timeout(package: Package, lines: Lines) -> None:
    package.write(lines("many; Text; Text; timeout=1.0, on_error='skip'"), m=TIMED)
    package.file("m/helper.py", "NAME = 'helper'\n")
    done = package.run(input="a\nmore\nb\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["a", "end", "more", "b", "end"]
    assert done.stderr.count("many: took longer than 1 s") == 1


@pytest.mark.thorough
def test_everything_in_a_modules_own_process(package: Package, lines: Lines) -> None:
    """``async`` methods, generators of both kinds and hooks work there too."""
    package.write(
        lines("wait; Text; Text; timeout=20.0", "both; Text; Text; timeout=20.0", "each; Text; Text; on_error='skip'"),
        m="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            async def startup(self):
                self.ready = True

            async def wait(self, text):
                await asyncio.sleep(0)
                return text

            def both(self, text):
                assert self.ready
                yield text
                yield 3 if text == "b" else text + text

            async def each(self, text):
                yield text
                if text == "cc":
                    raise ValueError("enough")
                yield text + "!"

            async def shutdown(self):
                print("shutdown ran")

        class Plain:
            pass
        """,
    )
    done = package.run(input="a\nc\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["a", "a!", "aa", "aa!", "c", "c!", "cc"]
    assert "ValueError: enough" in done.stderr
    assert "shutdown ran" in done.stderr
    wrong = package.run(input="b\n")
    assert wrong.returncode == 1
    assert "Some.Module.both: result: expected Text, got 3" in wrong.stderr


def test_what_a_result_lacks_is_told_across_processes(package: Package, lines: Lines) -> None:
    code = "import decimal\nimport nstack\nclass Module(nstack.Module):\n    def f(self, text):\n"
    package.write(
        lines("f; Text; t.Decimal; timeout=5.0").replace("Sinks.stdout", "Sinks.log"),
        m=f"{code}        return decimal.Decimal('NaN')\n",
    )
    done = package.run(input="a\n")
    assert "result: expected Decimal, got Decimal('NaN') (a Decimal): NaN has no place in a Decimal" in done.stderr


def test_a_module_that_cannot_start_in_its_own_process(package: Package, lines: Lines) -> None:
    package.write(lines("f; Text; Text; timeout=5.0"), m="import nstack\n1 / 0\n")
    done = package.run()
    assert done.returncode == 1
    assert "service.py of Some.Module:0.1.0 cannot be imported: ZeroDivisionError" in done.stderr
    assert "nstack/runtime" not in done.stderr


@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 8, 1 << 16, 3_000_000])
def test_messages_of_any_size(size: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        message = bytes(size)
        sender = threading.Thread(target=send, args=(ours, message))
        sender.start()
        assert receive(theirs) == message
        sender.join()
        ours.close()
        with pytest.raises(EOFError):
            receive(theirs)
