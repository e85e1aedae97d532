"""Open texts over a disk, read piece by piece: in the end the same as all at once."""

import random
from itertools import islice

import pytest
from test_recheck import BASE, Texts, random_edit

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.tools import workspace
from nscompiler.tools.workspace import Workspace

ROOT = "/no/such/folder"


SEEDS = pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.thorough] if seed > 1 else []) for seed in range(12)]
)


class Disk:
    """Files that change."""

    def __init__(self, texts: Texts) -> None:
        self.put(texts)

    def put(self, texts: Texts) -> None:
        self.texts = dict(texts)
        self._now = MemoryFiles({f"{ROOT}/{path}": text for path, text in texts.items()}, DiskFiles())

    def __getattr__(self, name: str) -> object:
        return getattr(self._now, name)


def told(one: Workspace) -> dict[str, tuple[Diagnostic, ...]]:
    assert one.complete
    state = one.state
    found = {path: (*state.problems_in(path), *state.late_problems(path)) for path in state.paths_of_all}
    return {"": state.common_problems(), **found}


def all_at_once(disk: Disk, opened: Texts) -> Workspace:
    made = Workspace([ROOT], files=disk)
    made.change({f"{ROOT}/{path}": text for path, text in opened.items()})
    return made


@SEEDS
def test_random_changes_while_files_are_read(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MANY", 2)
    choice = random.Random(seed)
    disk = Disk(BASE)
    made = Workspace([ROOT], files=disk, piecemeal=True)
    opened: Texts = {}
    loading = made.loading()
    for _ in range(40):
        match choice.randrange(5):
            case 0:  # the disk changes, much or little
                before = disk.texts
                for _ in range(choice.choice((1, 4))):
                    disk.put(random_edit(disk.texts, choice))
                changed = [path for path in {**before, **disk.texts} if before.get(path) != disk.texts.get(path)]
                made.touched(f"{ROOT}/{path}" for path in changed)
            case 1:
                path = choice.choice(sorted(BASE))
                opened[path] = random_edit({path: opened.get(path, BASE[path])}, choice).get(path, "")
                made.open(f"{ROOT}/{path}", opened[path])
            case 2 if opened:
                path = choice.choice(sorted(opened))
                del opened[path]
                made.close(f"{ROOT}/{path}")
            case 3:
                for path in made.state.paths_of_all[: choice.randrange(4)]:
                    made.state.problems_in(path)
            case _:
                for _ in islice(loading, choice.randrange(6)):
                    pass
                continue
        loading = made.loading()
        if choice.random() < 0.15:
            for _ in loading:
                pass
            assert told(made) == told(all_at_once(disk, opened))
    for _ in made.loading():
        pass
    assert told(made) == told(all_at_once(disk, opened))


def test_open_files_are_known_before_the_others_are_read() -> None:
    disk = Disk(BASE)
    made = Workspace([ROOT], files=disk, piecemeal=True)
    made.open(f"{ROOT}/clean/module.nml", BASE["clean/module.nml"])
    assert not made.complete
    known = {path.removeprefix(f"{ROOT}/") for path in made.state.paths_of_all}
    assert known == {"types/module.nml", "clean/module.nml"}
    for read, total in made.loading():
        assert 0 <= read < total
    assert made.complete
    assert len(made.state.paths_of_all) == sum(path.endswith(".nml") for path in BASE)


def test_an_empty_folder_is_a_folder(tmp_path) -> None:
    made = Workspace([str(tmp_path)])
    assert [problem.code.name for problem in made.state.common_problems()] == ["no-modules"]
