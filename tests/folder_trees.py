"""Odd folder trees, and what two ways of looking at one see: the disk itself, and the look ahead in C."""

import os
import random
from pathlib import Path
from typing import Any

from nscompiler.cli import read_ahead
from nscompiler.files import WatchedFiles
from nscompiler.modules.tree import walk

NAMES = ("module.nml", "service.py", "a.nml", "größe.nml", "nstack.yaml", "manifest.json", "notes.txt", ".hidden.nml")
FOLDERS = ("A.B", "deep", ".git", "node_modules", "__pycache__", "venv", "straße", "with space")


def plant(folder: Path, rng: random.Random, depth: int = 0) -> None:
    """Fill a folder with files, folders, links of all kinds, a pipe, and what cannot be read."""
    for name in rng.sample(NAMES, rng.randrange(len(NAMES))):
        (folder / name).write_bytes(rng.randbytes(rng.choice((0, 1, 40, 5_000))))
    for name in rng.sample(FOLDERS, rng.randrange(4)) if depth < 4 else ():
        (folder / name).mkdir()
        plant(folder / name, rng, depth + 1)
    if rng.random() < 0.3:
        target = rng.choice(("..", ".", "nowhere", "a.nml", "deep", "itself.nml", str(folder)))
        (folder / rng.choice(("link", "link.nml", "itself.nml"))).symlink_to(target)
    if rng.random() < 0.1:
        os.mkfifo(folder / "pipe.nml")
    if rng.random() < 0.1:
        os.mkdir(os.fsencode(folder) + b"/no\xfftext")
        (folder / os.fsdecode(b"no\xfftext") / "module.nml").write_text("module A:1.0.0\n")


def seen(root: str, files: WatchedFiles) -> dict[str, Any]:
    """What a walk and a reading of all files of a tree come to: with the record of what was asked."""
    found = walk(root, files)
    texts: dict[str, object] = {}
    for path in found.modules:
        try:
            texts[path] = files.read_bytes(path)
        except OSError as error:
            texts[path] = error.errno
    failures = [(path, error.errno) for path, error in found.failures]
    return {"found": (found.modules, found.configured, failures), "texts": texts, "asked": files.record()}


def differences(root: str, native: Any = None) -> list[str]:
    """In what the two ways differ on a tree, which has to be nothing; ``native`` is a library in C other than ours."""
    disk = seen(root, WatchedFiles())
    ahead = read_ahead.read_ahead((root,), native)
    assert ahead is not None, f"{root} is no folder, or the library in C was not built"
    there = seen(root, WatchedFiles(ahead))
    return [name for name, of_disk in disk.items() if of_disk != there[name]]
