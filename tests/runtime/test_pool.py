"""``--workers N``: the same answers in the same order from several processes, whatever becomes of one of them."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from emitted_package import ROOT, Package

TYPES = """
class Order(Record):
    id: Integer
    text: Text
"""
FLOW = """
module = UserModule("Some.Module:0.1.0", FOLDER / "m", types=vars(t), nml="m/module.nml")
orders = Source(
    "Sources.jsonl", t.Order, origin="w.nml:1:1", text="Sources.jsonl",
    parameters=(Parameter("path", "Text", "in.jsonl"), Parameter("max_line", "Integer", 67108864, default=True),
        Parameter("if_none", "enum", "error", default=True), Parameter("compression", "enum", "auto", default=True)),
)
f = Call(module, "f", input=t.Order, output=t.Order | None, origin="w.nml:2:1", stateless=STATELESS,
    parameters=(Parameter("key", "Text", "none", default=True),), policy=Policy(POLICY))
split = Call(module, "split", input=t.Order, output=list[t.Order], origin="w.nml:2:3", stateless=True)
sink = Sink("Sinks.jsonl", t.Order, origin="w.nml:2:7", text="Sinks.jsonl",
    parameters=(Parameter("path", "Text", "out.jsonl"), Parameter("mode", "enum", "replace", default=True),
        Parameter("compression", "enum", "auto", default=True)))
def run(values, token):
    for a in values:
        for b in f(a, token):
            if b is None:
                continue
            for c in split(b, token):
                for d in c:
                    sink(d, token)
workflow = Workflow("w", sources=((orders, run),), calls=(f, split), sinks=(sink,), bounded=True)
"""
SERVICE = """
import os
import nstack

class Module(nstack.Module):
    def startup(self):
        STARTUP
    def f(self, order):
        BODY
        return order if order.id % 3 else None
    def split(self, order):
        return [order, order]
    def shutdown(self):
        SHUTDOWN
"""


def write(
    package: Package,
    body: str = "pass",
    *,
    values: int = 2000,
    size: int = 5,
    stateless: bool = True,
    policy: str = "",
    startup: str = "pass",
    shutdown: str = "pass",
) -> None:
    """A workflow that drops each third order and doubles the others, and its input."""
    flow = FLOW.replace("STATELESS", str(stateless)).replace("POLICY", policy)
    service = SERVICE.replace("BODY", body).replace("STARTUP", startup).replace("SHUTDOWN", shutdown)
    package.write(flow, types=TYPES, m=service)
    with (package.folder / "in.jsonl").open("w") as file:
        for id in range(values):
            file.write(json.dumps({"id": id, "text": "x" * size}) + "\n")


def written(package: Package, name: str = "out.jsonl") -> list[int]:
    """The orders' numbers in the output."""
    return [json.loads(line)["id"] for line in (package.folder / name).read_text().splitlines()]


def wanted(values: int = 2000) -> list[int]:
    """The numbers that should be there."""
    return [id for id in range(values) for _ in range(2) if id % 3]


@pytest.mark.thorough
def test_several_processes_give_the_same_in_the_same_order(package: Package) -> None:
    write(package, "open(f'pid-{os.getpid()}', 'w').close()")
    done = package.run("--workers", "3")
    assert done.returncode == 0, done.stderr
    assert written(package) == wanted()
    assert len(list(package.folder.glob("**/pid-*"))) == 3
    assert "in=2000" in done.stderr
    assert f"out={len(wanted())}" in done.stderr


@pytest.mark.thorough
def test_what_waits_in_both_directions_goes_on(package: Package) -> None:
    """Input and output of each piece are larger than what a socket holds."""
    write(package, values=30, size=3 << 20)
    done = package.run("--workers", "2")
    assert done.returncode == 0, done.stderr
    assert written(package) == wanted(30)


@pytest.mark.thorough
def test_a_worker_that_dies_is_followed_by_another_which_does_its_piece_again(package: Package) -> None:
    body = "order.id != 700 or os.path.exists('dead') or (open('dead', 'w').close(), os.kill(os.getpid(), 9))"
    write(package, body)
    done = package.run("--workers", "2")
    assert done.returncode == 0, done.stderr
    assert written(package) == wanted()
    assert "has died (SIGKILL) and starts again" in done.stderr
    assert "restarts=1" in done.stderr


@pytest.mark.thorough
def test_a_value_that_kills_every_worker_ends_the_run(package: Package) -> None:
    write(package, "order.id != 700 or os._exit(7)")
    done = package.run("--workers", "2")
    assert done.returncode == 1
    assert "has died 3 times in a row (exit code 7) on in.jsonl:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (package.folder / "out.jsonl").exists()


def test_a_failure_stops_the_run_where_it_is(package: Package) -> None:
    write(package, "1 / (order.id - 500)")
    done = package.run("--workers", "2")
    assert done.returncode == 1
    assert done.stderr.count("ZeroDivisionError") >= 1
    assert "service.py" in done.stderr
    # The other worker may have met the failure before anything else came back.
    partial = package.folder / "out.jsonl.partial"
    so_far = written(package, partial.name) if partial.exists() else []
    assert so_far == wanted(500)[: len(so_far)]


def test_skipped_values_are_counted(package: Package) -> None:
    write(package, "1 / (order.id - 500)", policy="on_error='skip'")
    done = package.run("--workers", "2")
    assert done.returncode == 0
    assert "skipped=1" in done.stderr
    assert written(package) == [id for id in wanted() if id != 500]


def test_a_bad_line_is_named_by_its_number(package: Package) -> None:
    write(package)
    path = package.folder / "in.jsonl"
    lines = path.read_text().splitlines()
    lines[1500] = '{"id": "x"}'
    path.write_text("\n".join(lines))
    done = package.run("--workers", "2")
    assert done.returncode == 1
    assert "in.jsonl:1501: value.id: expected Integer" in done.stderr


def test_functions_that_may_keep_something_are_refused(package: Package) -> None:
    write(package, stateless=False)
    done = package.run("--workers", "2")
    assert done.returncode == 2
    assert "Some.Module.f is neither @stateless nor async" in done.stderr
    assert package.run("--workers", "1").returncode == 0
    assert package.run("--workers", "0").returncode == 2


def test_a_module_that_does_not_start_is_told_of_once(package: Package) -> None:
    write(package, startup="raise OSError('no model here')")
    done = package.run("--workers", "3")
    assert done.returncode == 1
    assert done.stderr.count("startup() of Some.Module:0.1.0 failed") == 1


def test_the_counts_are_those_of_all_workers(package: Package) -> None:
    write(package)
    command = f"exec {sys.executable} -m made --workers 2 --status-fd 3 3>status"
    environment = {**os.environ, "PYTHONPATH": f"{package.folder}:{ROOT / 'stdlib'}"}
    subprocess.run(["bash", "-c", command], cwd=package.folder, env=environment, check=True, timeout=60)
    last = json.loads((package.folder / "status").read_text().splitlines()[-1])
    stages = {stage["name"]: stage for stage in last["stages"]}
    assert (last["workers"], last["restarts"], last["state"]) == (2, 0, "done")
    assert stages["Some.Module.f"]["in"] == stages["Sources.jsonl"]["out"] == 2000
    assert stages["Some.Module.f"]["dropped"] == 2000 - len(wanted()) // 2
    assert stages["Sinks.jsonl"]["in"] == stages["Sinks.jsonl"]["out"] == len(wanted())


def _children(process: subprocess.Popen[str]) -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def test_a_worker_that_dies_as_it_shuts_down_fails_the_run(package: Package) -> None:
    write(package, values=10, shutdown="os.kill(os.getpid(), 9)")
    done = package.run("--workers", "2")
    assert done.returncode == 1
    assert " has died (SIGKILL) while it shut down" in done.stderr
    assert "starts again" not in done.stderr


def test_an_interrupt_does_not_wait_for_workers_that_start(package: Package) -> None:
    begun = package.folder / "begun"
    write(package, startup=f"open({str(begun)!r}, 'w').write('x'); import threading; threading.Event().wait()")
    os.mkfifo(begun)
    reading = os.open(begun, os.O_RDONLY | os.O_NONBLOCK)
    process = package.start("--workers", "2", own_group=True)
    assert select.select([reading], [], [], 30)[0], "no worker was ever started"
    os.close(reading)
    os.killpg(process.pid, signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 130, log
    assert "error:" not in log


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_an_interrupt_drains_and_leaves_nobody_behind(package: Package) -> None:
    begun = package.folder / "begun"
    write(package, f"order.id or open({str(begun)!r}, 'w').write('x')", values=200_000)
    os.mkfifo(begun)
    reading = os.open(begun, os.O_RDONLY | os.O_NONBLOCK)
    process = package.start("--workers", "2", "-p", "key=a-secret", own_group=True)
    assert select.select([reading], [], [], 30)[0], "no value was ever in work"
    os.close(reading)
    children = _children(process)
    assert len(children) == 2
    assert all(b"a-secret" not in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)
    os.killpg(process.pid, signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 130, log
    assert "Traceback" not in log
    so_far = written(package, "out.jsonl.partial")
    assert so_far
    assert so_far == wanted(200_000)[: len(so_far)]
    assert not any(Path(f"/proc/{child}").exists() for child in children)
