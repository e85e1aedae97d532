"""Which files a path means: itself, or, where it has ``*``, ``?`` or ``[``, all that it matches.

``**`` stands for any folders below. The files come in the order of their names, folder by folder, compared character by
character. Folders, files whose names begin with a dot (unless the pattern has that dot), files that another run still
writes (``.partial``), and what is reached through a link to a folder by ``**`` are passed over.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from nstack.runtime.connector import Context
from nstack.runtime.errors import ConnectorError, UsageError

MAGIC = r"[*?\[]"
PARTIAL = ".partial"


def matches(context: Context, text: str, if_none: str = "error") -> list[tuple[Path, str]]:
    """Each file with the name to show for it. Raises UsageError for an empty path, ConnectorError where a pattern
    matches nothing, unless ``if_none`` is ``"empty"``."""
    path = named(context, text)
    if not re.search(MAGIC, text) or path.exists():
        return [(path, text)]
    found = sorted(_matching(path), key=lambda file: file.parts)
    if not found and if_none != "empty":
        raise ConnectorError(f'no file matches {text} (if_none = "empty" would take that for an empty source)')
    folder = context.folder
    relative = not Path(text).expanduser().is_absolute()
    return [(file, str(file.relative_to(folder) if relative else file)) for file in found]


def still_to_read(names: Sequence[str], last: str, read: Collection[str] | None) -> list[str]:
    """What a run that goes on in the file ``last`` reads: the rest of that one, then all that was not ``read`` before
    it, also what is new since. Where nobody knows what that is (None), all that comes behind it. Raises ConnectorError
    where it is gone."""
    if last not in names:
        raise ConnectorError(f"{last}, which the last run had come to, is gone; --fresh starts over")
    if read is None:
        return list(names[names.index(last) :])
    past = {last, *read}
    return [last, *(name for name in names if name not in past)]


def named(context: Context, text: str, name: str = "path") -> Path:
    """A path parameter as a path. Raises UsageError when it is empty."""
    if not text.strip():
        raise UsageError(f'{context.node} ({context.origin}): {name} = "{text}" names no file')
    if "\0" in text:
        raise UsageError(f"{context.node} ({context.origin}): {name} has a NUL character, which no path can have")
    return context.path(text)


def _matching(path: Path) -> list[Path]:
    parts = path.parts
    fixed = next(index for index, part in enumerate(parts) if re.search(MAGIC, part))
    base, pattern = Path(*parts[:fixed]), parts[fixed:]
    dots = any(part.startswith(".") for part in pattern)
    found = {}
    try:
        for file in base.glob("/".join(pattern)):
            hidden = any(part.startswith(".") for part in file.relative_to(base).parts)
            unfinished = file.name.endswith(PARTIAL) and not pattern[-1].endswith(PARTIAL)
            if (not hidden or dots) and not unfinished and not file.is_dir():
                found[file] = file
    except ValueError as fault:
        raise UsageError(f"{path} is no pattern: {fault}") from None
    except OSError as fault:
        raise ConnectorError(f"cannot look through {base}: {fault.strerror}") from None
    return list(found)
