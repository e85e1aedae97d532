"""``nstack.lock``."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.files import MemoryFiles
from nscompiler.modules.lock import Lock, Locked, changed_release, lock_text, parse_lock, read_lock
from nscompiler.modules.reference import ModuleRef, parse_reference
from nscompiler.source import SourceFile, Span

SPAN = Span("a.nml", 7, 14)


def ref(text: str) -> ModuleRef:
    parsed = parse_reference(text)
    assert isinstance(parsed, ModuleRef)
    return parsed


def test_written_and_read():
    lock = Lock().with_releases(
        {ref("B:1.0.0"): Locked("sha256:1", "sha256:2"), ref("me/A:2.0.0"): Locked("sha256:3", "sha256:4")}
    )
    text = lock_text(lock)
    assert text == (
        '{\n  "modules": {\n    "me/A:2.0.0": {\n      "interface": "sha256:3",\n      "content": "sha256:4"\n    },\n'
        '    "B:1.0.0": {\n      "interface": "sha256:1",\n      "content": "sha256:2"\n    }\n  },\n'
        '  "schema_version": 1\n}\n'
    )
    assert parse_lock(SourceFile("nstack.lock", text)) == (lock, ())
    assert lock_text(Lock(dict(reversed(lock.modules.items())))) == text


def test_snapshots_are_not_locked():
    lock = Lock().with_releases(
        {ref("A:1.0.0-SNAPSHOT"): Locked("i", "c"), ref("A:1.0.0-SNAPSHOT-ab"): Locked("i", "c")}
    )
    assert lock.modules == {}


def test_no_file_is_an_empty_lock():
    assert read_lock("p", MemoryFiles({})) == (Lock(), ())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{\n<<<<<<< ours\n", (2, 3)),
        ("", (0, 0)),
        ("[]", (0, 1)),
        ('{"schema_version": 2, "modules": {}}', (0, 1)),
        ('{"schema_version": 1, "modules": {"a": {}}}', (34, 35)),
        ('{"schema_version": 1, "modules": {"A:1.0.0": {"interface": 3}}}', (34, 35)),
        ("[" * 100_000, (0, 1)),
    ],
)
def test_damaged_files(text, place):
    lock, (problem,) = read_lock(".", MemoryFiles({"nstack.lock": text}))
    assert lock == Lock()
    assert (problem.code.id, problem.primary.span) == ("NS0252", Span("nstack.lock", *place))
    assert len(problem.title) <= 80


@pytest.mark.thorough
@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_text_is_a_lock_or_a_problem(text):
    lock, problems = parse_lock(SourceFile("nstack.lock", text))
    assert lock == Lock()
    assert len(problems) == 1


def test_a_release_is_immutable():
    lock = Lock({ref("A:1.0.0"): Locked("i", "c")})
    assert changed_release(ref("A:1.0.0"), Locked("i", "c"), lock, SPAN) is None
    assert changed_release(ref("A:1.0.1"), Locked("x", "y"), lock, SPAN) is None
    files = changed_release(ref("A:1.0.0"), Locked("i", "y"), lock, SPAN)
    interface = changed_release(ref("A:1.0.0"), Locked("x", "y"), lock, SPAN)
    assert files is not None
    assert interface is not None
    assert (files.code.id, files.primary.span, files.title) == (
        "NS0251",
        SPAN,
        "`A:1.0.0` has changed since it was built",
    )
    assert files.notes == ("its files, not its interface, changed; the next version would be 1.0.1",)
    assert interface.notes == ("its interface changed; the next version would be 1.0.1",)
    assert (files.expected, files.found) == ("c", "y")
