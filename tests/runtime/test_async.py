"""``async`` methods: overlapped up to ``parallelism``, in order unless told otherwise, with timeouts and retries."""

import json
from pathlib import Path

import pytest
from emitted_package import Package

FLOW = """
m = UserModule("M:0.0.1", FOLDER / "m")
numbers_1 = Literal(tuple(range({count})), Integer, origin="w.nml:1:1", text="[…]")
f_2 = Call(m, "f", input=Integer, output=Text, policy=Policy({policy}), origin="w.nml:2:1", text="M.f")
out_9 = Sink("Sinks.stdout", Text, origin="w.nml:3:1", text="Sinks.stdout")
def run(values, token):
    {loop}
        out_9(v, token)
workflow = Workflow("w", sources=((numbers_1, run),), calls=(f_2,), sinks=(out_9,), bounded=True)
"""
OVERLAP = "for v in overlap(f_2, values, token):"
PLAIN = "for v in (r for a in values for r in f_2(a, token)):"


def flow(count: int, policy: str = "", loop: str = OVERLAP) -> str:
    return FLOW.format(count=count, policy=policy, loop=loop)


MEET = """
import asyncio
import nstack

class Module(nstack.Module):
    arrived = 0
    most = 0
    met = asyncio.Event()

    async def f(self, number):
        self.arrived += 1
        self.most = max(self.most, self.arrived)
        if self.arrived == 5:
            self.met.set()
        if OVERLAPS:      # the first ones go on when five have come
            await asyncio.wait_for(self.met.wait(), 20)
        for _ in range(20 - number):      # later ones are done earlier
            await asyncio.sleep(0)
        self.arrived -= 1
        return f"{number}"

    def shutdown(self):
        print("most", self.most)
"""


def test_values_overlap_and_stay_in_order(package: Package) -> None:
    package.write(flow(20, "parallelism=5"), m=MEET.replace("OVERLAPS", "True"))
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(n) for n in range(20)]
    assert "most 5" in done.stderr


def test_without_overlap_one_at_a_time(package: Package) -> None:
    package.write(flow(5, loop=PLAIN), m=MEET.replace("OVERLAPS", "False"))
    done = package.run()
    assert done.stdout.split() == [str(n) for n in range(5)]
    assert "most 1" in done.stderr


def test_as_they_come_when_order_does_not_matter(package: Package) -> None:
    """The first waits for the last: in order nothing would come before it."""
    package.write(
        flow(4, "ordered=False"),
        m="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            async def startup(self):
                self.last = asyncio.Event()

            async def f(self, number):
                if number == 0:
                    await self.last.wait()
                if number == 3:
                    asyncio.get_running_loop().call_later(0.05, self.last.set)
                return str(number)
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "0"
    assert sorted(done.stdout.split()) == ["0", "1", "2", "3"]


def test_async_generators_are_pulled_lazily(package: Package) -> None:
    package.write(
        flow(2),
        m="""
        import nstack

        class Module(nstack.Module):
            async def f(self, number):
                yield f"{number}a"
                yield f"{number}b"
        """,
    )
    assert package.run().stdout.split() == ["0a", "0b", "1a", "1b"]


@pytest.mark.parametrize("loop", [OVERLAP, PLAIN])
def test_a_coroutine_that_holds_all_up_past_its_timeout_has_failed(package: Package, loop: str) -> None:
    package.write(
        flow(3, "timeout=0.05, on_error='skip'", loop),
        m="""
        import asyncio
        import time
        import nstack

        class Module(nstack.Module):
            async def f(self, number):
                if number == 1:
                    time.sleep(0.2)
                elif number == 2:      # is waited for longer than its timeout, and held nobody up
                    await asyncio.sleep(0)
                return str(number)
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "2"]
    assert "held up all other coroutines for 0.2" in done.stderr


@pytest.mark.parametrize("loop", [OVERLAP, PLAIN])
def test_a_coroutine_past_its_timeout_is_cancelled(package: Package, loop: str) -> None:
    package.write(
        flow(3, "timeout=0.05, on_error='skip'", loop),
        m="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            async def f(self, number):
                if number == 1:
                    try:
                        await asyncio.Event().wait()
                    finally:
                        print("cancelled", number)
                return str(number)
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "2"]
    assert "cancelled 1" in done.stderr
    assert "M.f: took longer than 0.05 s" in done.stderr


@pytest.mark.parametrize("loop", [OVERLAP, PLAIN])
def test_retries_and_dead_letters(package: Package, loop: str) -> None:
    package.write(
        flow(4, "retry=2, on_error='dead_letter'", loop),
        m="""
        import nstack

        class Module(nstack.Module):
            tries = {}

            async def f(self, number):
                self.tries[number] = self.tries.get(number, 0) + 1
                if number == 1 and self.tries[number] < 3:
                    raise OSError("not yet")
                if number == 2:
                    raise OSError("never")
                return f"{number}:{self.tries[number]}"
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0:1", "1:3", "3:1"]
    letters = [json.loads(line) for line in (package.folder / "dead-letters/w.jsonl").read_text().splitlines()]
    assert [(letter["value"], letter["error"]) for letter in letters] == [(2, "M.f: OSError: never")]
    assert done.stderr.count("OSError: not yet (try ") == 2


@pytest.mark.parametrize("loop", [OVERLAP, PLAIN])
def test_a_wrong_result_stops_the_run(package: Package, loop: str) -> None:
    package.write(
        flow(50, "", loop),
        m="""
        import nstack

        class Module(nstack.Module):
            async def f(self, number):
                return str(number) if number < 3 else number
        """,
    )
    done = package.run()
    assert done.returncode == 1
    assert done.stdout.split() == ["0", "1", "2"]
    assert "M.f: result: expected Text, got 3" in done.stderr


def test_an_async_source_and_sink(package: Package, tmp_path: Path) -> None:
    package.write(
        """
        m = UserModule("M:0.0.1", FOLDER / "m")
        ticks_1 = Source(m, Integer, function="ticks", origin="w.nml:1:1", text="M.ticks")
        keep_2 = Sink(m, Integer, function="keep", origin="w.nml:1:9", text="M.keep")
        def run(values, token):
            for v in values:
                keep_2(v, token)
        workflow = Workflow("w", sources=((ticks_1, run),), sinks=(keep_2,), bounded=True)
        """,
        m="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            kept = ()

            async def ticks(self):
                for number in range(3):
                    await asyncio.sleep(0)
                    yield number

            async def keep(self, number):
                await asyncio.sleep(0)
                self.kept += (number,)

            async def shutdown(self):
                await asyncio.sleep(0)
                print("kept", self.kept)
        """,
    )
    done = package.run()
    assert done.returncode == 0, done.stderr
    assert "kept (0, 1, 2)" in done.stderr
