"""What all tests share.

A test that leaves a process or a thread behind fails. ``pytest --rewrite-golden`` is the one switch that rewrites every
kept output. With ``CI=true`` a skipped test fails the run: what a machine lacks is installed there, not left out.
"""

import atexit
import difflib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import leftovers
import pytest
from built_wheels import Wheels, build_all
from kept import Golden

# Before any test module is imported: some of them copy the environment that they will give to their children.
STARTED = leftovers.Started()
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # with it every child would compile all of our files anew
# A shell has what it starts in the background ignore interrupts, and so would every child of a test.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
# Not the user's: a test must not find what an earlier run of it has left.
os.environ["NSC_CACHE_DIR"] = tempfile.mkdtemp(prefix="nsc-tests-")
atexit.register(shutil.rmtree, os.environ["NSC_CACHE_DIR"], ignore_errors=True)
LONG = (
    "test_compose_run.py",
    "test_airflow_conformance.py",
    "test_killed.py",
    "test_wheel.py",
    "test_connector_tls.py",
    "test_docs.py",
    "test_cmd_check.py",
    "test_cmd_fix.py",
    "test_cmd_run.py",
    "test_connector_kafka.py",
    "test_own_environment.py",
    "test_compat.py",
    "test_examples.py",
    "test_library.py",
    "test_walk.py",
    "test_connector_amqp.py",
)
"""Files whose tests take longest together: last of all, one would keep one worker waiting for the other."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the switch."""
    parser.addoption("--rewrite-golden", action="store_true", help="write kept outputs anew instead of comparing")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Let tests that share something expensive run on one worker."""
    from sharing import Scheduling  # not needed, nor there, where nothing is distributed

    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest files."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with the file that keeps it, or writes the file where the switch is given."""
    rewrite = bool(request.config.getoption("--rewrite-golden"))

    def check(kept: Path, text: str) -> None:
        if rewrite:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(text.encode())
            return
        assert kept.is_file(), f"{kept} is missing; look at the output and keep it with --rewrite-golden:\n{text}"
        before = kept.read_bytes().decode()
        if before != text:
            lines = difflib.unified_diff(before.splitlines(), text.splitlines(), "kept", "now", lineterm="")
            pytest.fail(f"{kept} differs (--rewrite-golden keeps the new text):\n" + "\n".join(lines), pytrace=False)

    return check


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """The wheels, built once for all tests of the group ``wheel``, which one worker runs."""
    return build_all(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """Fail a test that leaves processes or threads behind, and end the processes.

    What fixtures of a wider scope have started is there before the test, and may stay.
    """
    known, threads = STARTED.known(), leftovers.threads()
    yield
    stuck = leftovers.still_running(leftovers.threads() - threads)
    left = leftovers.still_there(STARTED.known() - known)
    leftovers.end(set(left))
    if left or stuck:
        pytest.fail(f"left behind: {[*left.values(), *stuck]}", pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run on the build machine in which tests were skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None or not reporter.stats.get("skipped"):
        return
    reporter.write_line("CI=true: no test may be skipped", red=True)
    if session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
