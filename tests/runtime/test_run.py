"""Whole runs of hand-made packages, as child processes."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package

Lines = Callable[..., str]


def test_values_go_through_in_order(package: Package, lines: Lines) -> None:
    package.write(
        lines("shout; Text; Text;", "words; Text; Text;"),
        m="""
        import nstack

        class Module(nstack.Module):
            def shout(self, text):
                return text.upper()

            def words(self, text):
                yield from text.split()
        """,
    )
    done = package.run(input="a b\nc\n\nd e\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["A", "B", "C", "D", "E"]
    assert "w done" in done.stderr
    assert "in=4 out=5" in done.stderr


def test_a_value_is_out_before_the_next_is_made(package: Package, lines: Lines, tmp_path: Path) -> None:
    """The generator waits between its values for a file that is made only when the first value has been read."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    package.write(
        lines("slowly; Text; Text;"),
        m=f"""
        import nstack

        class Module(nstack.Module):
            def slowly(self, text):
                yield "first"
                with open({str(gate)!r}) as file:
                    yield file.read()
        """,
    )
    process = package.start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "first\n"
    gate.write_text("second")
    assert process.stdout.readline() == "second\n"
    process.stdin.close()
    assert process.wait(30) == 0


def test_one_line_that_waits_is_processed_at_once(package: Package, lines: Lines) -> None:
    package.write(
        lines("echo; Text; Text;"),
        m="""
        import nstack

        class Module(nstack.Module):
            def echo(self, text):
                return text
        """,
    )
    process = package.start()
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(20):
        process.stdin.write(f"{number}\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"{number}\n"
    process.stdin.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_is_printed_is_written_by_the_line(package: Package, lines: Lines, unbuffered: str) -> None:
    package.write(
        lines("noisy; Text; Text;"),
        m="""
        import os, sys
        import nstack

        class Module(nstack.Module):
            def noisy(self, text):
                for stream in (sys.stdout, sys.stderr):
                    print("one", end=" ", file=stream)
                    os.write(2, b"in between\\n")
                    print("line", file=stream)
                return text
        """,
    )
    done = package.run(input="x\n", PYTHONUNBUFFERED=unbuffered)
    assert done.stderr.splitlines()[:4] == ["in between", "one line"] * 2


def test_print_and_children_go_to_the_log(package: Package, lines: Lines) -> None:
    package.write(
        lines("noisy; Text; Text;"),
        m="""
        import os, subprocess, sys
        import nstack

        print("while loading")

        class Module(nstack.Module):
            def noisy(self, text):
                print("from print")
                os.write(1, b"from the descriptor\\n")
                subprocess.run(["echo", "from a child"], check=True)
                return text
        """,
    )
    done = package.run(input="x\n")
    assert done.stdout == "x\n"
    for said in ("while loading", "from print", "from the descriptor", "from a child"):
        assert said in done.stderr


def test_a_wrong_result_stops_with_everything_named(package: Package, lines: Lines) -> None:
    package.write(
        lines("count; Text; t.Counted;", between="v.word"),
        types="class Counted(Record):\n    word: Text\n    n: Integer\n",
        m="""
        import nstack

        class Module(nstack.Module):
            def count(self, text):
                return {"word": text, "n": "three" if text == "b" else 1}
        """,
    )
    done = package.run(input="a\nb\nc\n")
    assert done.returncode == 1
    assert done.stdout == "a\n"
    assert 'Some.Module.count: result.n: expected Integer, got "three"' in done.stderr
    assert "w.nml:2:1 M.count" in done.stderr
    assert "Traceback" not in done.stderr


POISON = """
import nstack

class Module(nstack.Module):
    def even(self, text):
        number = int(text)
        if number % 2:
            raise ValueError(f"{number} is odd")
        return number
"""


def test_stop_shows_the_users_traceback(package: Package, lines: Lines) -> None:
    package.write(lines("even; Text; Integer;", between="str(v)"), m=POISON)
    done = package.run(input="2\n3\n4\n")
    assert done.returncode == 1
    assert done.stdout == "2\n"
    assert "ValueError: 3 is odd" in done.stderr
    assert "nstack/runtime" not in done.stderr
    assert "service.py" in done.stderr


def test_skip_goes_on_and_counts(package: Package, lines: Lines) -> None:
    package.write(lines("even; Text; Integer; on_error='skip'", between="str(v)"), m=POISON)
    done = package.run(input="2\n3\n4\nx\n")
    assert done.returncode == 0
    assert done.stdout == "2\n4\n"
    assert "skipped=2" in done.stderr


def test_dead_letters_hold_the_value(package: Package, lines: Lines) -> None:
    package.write(lines("even; Text; Integer; on_error='dead_letter'", between="str(v)"), m=POISON)
    done = package.run(input="2\n3\n")
    assert done.returncode == 0
    letters = [json.loads(line) for line in (package.folder / "dead-letters/w.jsonl").read_text().splitlines()]
    assert [(letter["value"], letter["function"]) for letter in letters] == [("3", "Some.Module.even")]
    assert "3 is odd" in letters[0]["error"]
    assert letters[0]["time"].endswith("Z")


def test_retry_repeats_with_an_unchanged_copy(package: Package, lines: Lines) -> None:
    package.write(
        lines("twice; t.Box; Text; retry=3", more="from .types import Box").replace(
            "twice_0(a0,", "twice_0(t.Box([a0]),"
        ),
        types="class Box(Record):\n    inside: list[Text]\n",
        m="""
        import nstack

        class Module(nstack.Module):
            tries = 0

            def twice(self, box):
                box.inside.append("changed")
                self.tries += 1
                if self.tries < 3:
                    raise OSError("not yet")
                return f"{self.tries} {len(box.inside)}"
        """,
    )
    done = package.run(input="x\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 2\n"
    assert done.stderr.count("OSError: not yet (try ") == 2


def test_sys_exit_is_an_error_of_the_call(package: Package, lines: Lines) -> None:
    package.write(
        lines("leave; Text; Text; on_error='skip'"),
        m="""
        import sys
        import nstack

        class Module(nstack.Module):
            def leave(self, text):
                if text == "q":
                    sys.exit(7)
                return text
        """,
    )
    done = package.run(input="a\nq\nb\n")
    assert done.returncode == 0
    assert done.stdout == "a\nb\n"
    assert "sys.exit(7) was called" in done.stderr


def test_a_source_that_yields_and_a_sink(package: Package) -> None:
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        ticks_1 = Source(module, Integer, function="ticks", origin="w.nml:1:1", text="M.ticks")
        store_2 = Sink(module, Integer, function="store", origin="w.nml:1:9", text="M.store")
        def run(values, token):
            for a in values:
                store_2(a, token)
        workflow = Workflow("w", sources=((ticks_1, run),), sinks=(store_2,), bounded=True)
        """,
        m="""
        import nstack

        class Service(nstack.BaseService):
            def __init__(self):
                self.kept = []                       # without super().__init__()
                assert self.args == {"unknown": "5"}

            def ticks(self):
                yield 1
                yield nstack.At(2, offset={"at": 2})
                yield 3

            def store(self, number):
                self.kept.append(number)
                return "ignored"

            def shutdown(self):
                with open("./kept.txt", "w") as file:
                    file.write(repr(self.kept))
        """,
    )
    done = package.run("-p", "unknown=5")
    assert done.returncode == 0, done.stderr
    assert (package.made / "user/m/kept.txt").read_text() == "[1, 2, 3]"
    assert "in=3 out=3" in done.stderr


def test_merge_and_tee(package: Package) -> None:
    """``([1, 2] & [10]) | (double | stdout & stdout)``; each branch owns its value."""
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        one = Literal(([1], [2]), list[Integer], origin="w.nml:1:1", text="[1, 2]")
        two = Literal(([10],), list[Integer], origin="w.nml:1:9", text="[10]")
        add_3 = Call(module, "add", input=list[Integer], output=list[Integer], origin="w.nml:2:1", text="M.add")
        out_4 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
        def both(a, token):
            for b in add_3(copy_value(a), token):
                out_4(f"branch {b}", token)
            out_4(f"last {a}", token)
        def from_one(values, token):
            for a in values:
                both(a, token)
        def from_two(values, token):
            for a in values:
                both(a, token)
        both_sources = ((one, from_one), (two, from_two))
        workflow = Workflow("w", sources=both_sources, calls=(add_3,), sinks=(out_4,), bounded=True)
        """,
        m="""
        import nstack

        class Module(nstack.Module):
            def add(self, numbers):
                numbers.append(0)
                return numbers
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(
        ["branch [1, 0]", "last [1]", "branch [2, 0]", "last [2]", "branch [10, 0]", "last [10]"]
    )
    assert done.stdout.index("last [1]") < done.stdout.index("branch [2, 0]")


def test_json_log_lines(package: Package, lines: Lines) -> None:
    package.write(lines("even; Text; Integer; on_error='skip'", between="str(v)"), m=POISON)
    done = package.run("--log-format", "json", input="3\n")
    documents = [json.loads(line) for line in done.stderr.splitlines()]
    assert documents[0]["level"] == "error"
    assert "ValueError: 3 is odd" in documents[0]["message"]
    assert documents[0]["at"] == "w.nml:2:1 M.even"
    assert documents[-1]["errors"] == 1


def test_a_quiet_log_has_what_is_wrong_and_nothing_else(package: Package, lines: Lines) -> None:
    package.write(lines("even; Text; Integer; on_error='skip'", between="str(v)"), m=POISON)
    assert package.run("--quiet", input="2\n").stderr == ""
    done = package.run("--quiet", "--log-format", "json", input="2\n3\n")
    assert [json.loads(line)["level"] for line in done.stderr.splitlines()] == ["error"]


def test_list_and_wrong_usage(package: Package, lines: Lines) -> None:
    package.write(lines("echo; Text; Text;"), m=POISON)
    assert package.run("--list").stdout == "w\n"
    unknown = package.run("nope")
    assert unknown.returncode == 2
    assert "no workflow nope here; there is w" in unknown.stderr
    bad = package.run("-p", "alone")
    assert bad.returncode == 2
    assert "write -p name=value" in bad.stderr


def test_standard_functions_in_a_stage(package: Package) -> None:
    """What a standard function raises meets the policy of its use."""
    package.write(
        """
        texts_1 = Literal(("[1,2]", "x", "[3,4]"), Text, origin="w.nml:1:1", text="[…]")
        PAIR = tuple[Integer, Integer]
        skip = Policy(on_error="skip")
        parse_2 = Call(standard, "Conv.from_json", input=Text, output=PAIR, policy=skip, origin="w.nml:2:1", text="p")
        snd_3 = Call(standard, "Std.snd", input=PAIR, output=Integer, origin="w.nml:3:1", text="Std.snd")
        show_4 = Call(standard, "Conv.to_json", input=Integer, output=Text, origin="w.nml:4:1", text="Conv.to_json")
        out_5 = Sink("Sinks.stdout", Text, origin="w.nml:5:1", text="Sinks.stdout")
        def run(values, token):
            for a in overlap(parse_2, values, token):
                for b in snd_3(a, token):
                    for c in show_4(b, token):
                        out_5(c, token)
        calls = (parse_2, snd_3, show_4)
        workflow = Workflow("w", sources=((texts_1, run),), calls=calls, sinks=(out_5,), bounded=True)
        """
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2\n4\n"
    assert "Conv.from_json: " in done.stderr
    assert "w.nml:2:1 p" in done.stderr


def test_a_sinks_generator_runs_to_its_end(package: Package) -> None:
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        one = Literal((1, 2), Integer, origin="w.nml:1:1", text="[1, 2]")
        keep_1 = Sink(module, Integer, function="keep", origin="w.nml:1:5", text="M.keep")
        def run(values, token):
            for a in values:
                keep_1(a, token)
        workflow = Workflow("w", sources=((one, run),), sinks=(keep_1,), bounded=True)
        """,
        m="""
        import nstack

        class Module(nstack.Module):
            def keep(self, number):
                print("began", number)
                yield
                print("ended", number)
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "ed" in line[:5] or "began" in line] == [
        "began 1",
        "ended 1",
        "began 2",
        "ended 2",
    ]
