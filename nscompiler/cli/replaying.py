"""Dead letters: read, fed back into their workflow, and put away."""

import json
import os
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from nscompiler.cli import exits, running
from nscompiler.cli.failure import Failure

if TYPE_CHECKING:
    from nscompiler.flow.model import Graph
    from nscompiler.pipeline.compilation import Compilation

MARK = "NSTACK_REPLAY"
"""The variable that tells the run that values are fed back into to put its value into each letter, as ``replay``."""
WORKING, DONE = ".replaying", ".replayed"
"""What is put behind the name of a file whose letters are being fed back, and of one whose letters were."""


@attrs.frozen(slots=True)
class Letter:
    """One line: the function that failed on it, its place, its workflow; the line itself."""

    line: str
    function: str
    at: str
    workflow: str


def read(path: Path) -> list[Letter]:
    """The letters of a file. Ends the command where a line is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a value may hold other ends of lines than this
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise Failure(f"{path} holds no dead letters: its byte {error.start} is no UTF-8") from None
    return [_letter(path, number, f"{line}\n") for number, line in enumerate(lines, 1) if line.strip()]


def _letter(path: Path, number: int, line: str) -> Letter:
    try:
        held: Any = json.loads(line)
    except ValueError:
        held = None
    if not isinstance(held, dict) or "value" not in held or not isinstance(held.get("function"), str):
        raise Failure(
            f"{path}:{number} is no dead letter",
            "a dead letter is a line of JSON with `value` and `function`, as a run writes it",
        )
    return Letter(line, held["function"], str(held.get("at", "")), str(held.get("workflow", "")))


def taken(path: Path) -> Path:
    """The file, moved out of the way of the letters that come meanwhile: what an earlier replay has left comes
    first."""
    if not path.name:
        raise Failure(f"{path} is a folder: say which file of dead letters")
    working = path.with_name(path.name + WORKING)
    if path.name.endswith(WORKING):
        return path
    if working.exists():
        print(f"going on with {working}, which an earlier replay has left", file=sys.stderr)
        return working
    return path


def workflow_of(letters: Sequence[Letter], path: Path, known: Collection[str]) -> str | None:
    """The workflow that letters name, of those ``known``. Ends the command where they name several."""
    named = {_whole(letter.workflow, known) for letter in letters} - {""}
    if len(named) > 1:
        raise Failure(f"{path} has letters of several workflows; say which one", *sorted(named))
    return named.pop() if named else None


def _whole(name: str, known: Collection[str]) -> str:
    """The workflow of a name. Where its stages run apart, a letter names the part behind it: ``Shop.Orders.main.price``
    for ``Shop.Orders.main``."""
    before = name.rpartition(".")[0]
    return before if name not in known and before in known else name


def replay(
    compilation: "Compilation",
    file: str,
    graph: "Graph",
    letters: Sequence[Letter],
    path: Path,
    arguments: Sequence[str],
) -> int:
    """Feed letters back and tell what became of them; the exit code."""
    from nscompiler.flow.replay import Entry, find, replayed

    entries: dict[tuple[str, str], Entry] = {}
    left: list[Letter] = []
    reasons: Counter[str] = Counter()
    for letter in letters:
        node = find(graph, letter.function, letter.at)
        if isinstance(node, str):
            left.append(letter)
            reasons[f"{letter.function}: {node}"] += 1
        else:
            entries[letter.function, letter.at] = Entry(node.id, letter.function, letter.at)
    for reason, count in reasons.items():
        print(f"{count} of {len(letters)} cannot be fed back: {reason}", file=sys.stderr)
    if not entries:
        raise Failure(f"none of the {len(letters)} letters of {path} can be fed back")
    working = path if path.name.endswith(WORKING) else path.with_name(path.name + WORKING)
    given = working.with_name(working.name.removesuffix(WORKING))
    fed = replayed(graph, str(working), entries.values())
    _expect_whole_files(fed)
    if working != path:
        _move(path, working, letters, left)
    before, mark = _sizes(graph), os.urandom(8).hex()
    os.environ[MARK] = mark
    try:
        code = running.run(compilation, file, fed, arguments)
    finally:
        del os.environ[MARK]
    if code != exits.OK:
        print(f"the letters stay in {working}; `nsc replay {given}` goes on with them", file=sys.stderr)
        return code
    again = {name: _count(name, before[name], mark) for name, size in _sizes(graph).items() if size > before[name]}
    with given.with_name(given.name + DONE).open("ab") as kept:
        kept.write(working.read_bytes())
    working.unlink()
    _tell(len(letters) - len(left), again)
    return exits.OK


def _expect_whole_files(graph: "Graph") -> None:
    """Ends the command where a file that values are to be added to is still being written, or to be gone on with: it
    would take the place of what was added."""
    for node in graph.nodes:
        path = next((one.value for one in node.parameters if node.kind == "sink" and one.name == "path"), None)
        if isinstance(path, str) and os.path.exists(f"{path}.partial"):
            raise Failure(
                f"{path} is not whole: its run is under way or did not finish ({path}.partial)",
                "let it finish first; `nsc run` goes on with it",
            )


def _move(path: Path, working: Path, letters: Sequence[Letter], left: Sequence[Letter]) -> None:
    """Out of the way of those letters that come meanwhile; these, and those that cannot be fed back, stay."""
    staying = {id(letter) for letter in left}
    beside, taken = (working.with_name(working.name + end) for end in (".new", ".taken"))
    os.rename(path, taken)  # a run that writes a letter now makes a file of its own
    beside.write_text("".join(letter.line for letter in letters if id(letter) not in staying), encoding="utf-8")
    os.replace(beside, working)
    lines = [f"{line}\n" for line in taken.read_text(encoding="utf-8").split("\n") if line.strip()]
    stay = "".join((*(letter.line for letter in left), *lines[len(letters) :]))
    if stay:
        with path.open("ab") as file:
            file.write(stay.encode())
    taken.unlink()


def _sizes(graph: "Graph") -> dict[str, int]:
    names = {node.policy.dead_letter for node in graph.nodes} - {None}
    names.add(f"dead-letters/{graph.name}.jsonl")
    return {name: os.path.getsize(name) if os.path.exists(name) else 0 for name in names if name is not None}


def _count(name: str, start: int, mark: str) -> int:
    """How many letters behind ``start`` have a mark: a run that works meanwhile writes its own there."""
    with open(name, "rb") as file:
        file.seek(start)
        return sum(b'"replay":"%b"' % mark.encode() in line for line in file)


def _tell(fed: int, again: Mapping[str, int]) -> None:
    failed = sum(again.values())
    where = f" and are in {', '.join(sorted(name for name, count in again.items() if count))}" if failed else ""
    print(f"{fed} fed back, {failed} of them failed again{where}", file=sys.stderr)
