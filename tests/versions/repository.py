"""A git repository of a test's own."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import attrs

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@attrs.frozen
class Repo:
    """A working tree under git; nothing of the user's configuration reaches it."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """Run git there; what it prints."""
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env={**os.environ, **_IDENTITY},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files, or remove those that are None."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self, files: Mapping[str, str | bytes | None], tag: str | None = None) -> str:
        """Write files and commit everything; the commit's name."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "state")
        if tag is not None:
            self.git("tag", tag)
        return self.git("rev-parse", "HEAD")


def new_repository(folder: Path) -> Repo:
    """An empty repository."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Repo(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    return made
