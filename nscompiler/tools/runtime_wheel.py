"""The wheel of the run time, made from the installed package ``nstack`` without building anything.

The package is located, not imported. The wheel is the same, byte for byte, wherever and whenever it is made from the
same files: its entries are sorted, stored without compression, and carry the earliest time a zip file knows. What it
declares (dependencies, extras) comes from the metadata of the installed distribution. See the binary distribution
format, PEP 427, and for RECORD PEP 376.
"""

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

import attrs

DISTRIBUTION = "nstack-runtime"
PACKAGE = "nstack"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_KEPT = ("Name", "Version", "Summary", "License-Expression", "Requires-Python", "Requires-Dist", "Provides-Extra")
_SKIPPED = ("__pycache__",)


class RuntimeMissing(Exception):
    """The run time is not installed beside the compiler."""


@attrs.frozen(slots=True)
class RuntimeWheel:
    """A wheel: its file name, its bytes and the extras that it declares."""

    name: str
    content: bytes
    extras: tuple[str, ...]


def runtime_wheel() -> RuntimeWheel:
    """The wheel of the installed run time. Raises RuntimeMissing where there is none."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeMissing(f"the package {DISTRIBUTION} is not installed")
    try:
        metadata = HeaderParser().parsestr(distribution(DISTRIBUTION).read_text("METADATA") or "")
    except PackageNotFoundError as error:
        raise RuntimeMissing(f"the metadata of {DISTRIBUTION} are not installed") from error
    return pack(next(iter(spec.submodule_search_locations)), metadata)


def pack(folder: str, metadata: Message) -> RuntimeWheel:
    """The wheel of a package folder with the metadata of its distribution. Raises OSError where a file cannot be
    read."""
    stem = f"{DISTRIBUTION.replace('-', '_')}-{metadata['Version']}"
    entries = {f"{PACKAGE}/{path}": _read(os.path.join(folder, path)) for path in _files(folder)}
    entries[f"{stem}.dist-info/METADATA"] = _metadata(metadata)
    entries[f"{stem}.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: nscompiler\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = f"{stem}.dist-info/RECORD"
    entries[record] = _record(entries, record)
    extras = tuple(sorted(metadata.get_all("Provides-Extra") or ()))
    return RuntimeWheel(f"{stem}-py3-none-any.whl", _zipped(entries, record), extras)


def _files(folder: str) -> Iterator[str]:
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        inside = os.path.relpath(base, folder).replace(os.sep, "/")
        for name in sorted(files):
            if not name.endswith((".pyc", ".pyo")):
                yield name if inside == "." else f"{inside}/{name}"


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _metadata(metadata: Message) -> bytes:
    """The fields that an installer reads; an editable installation's own would do as well, but hold the readme."""
    lines = ["Metadata-Version: 2.4"]
    lines += [f"{key}: {value}" for key in _KEPT for value in sorted(metadata.get_all(key) or ())]
    return ("\n".join(lines) + "\n").encode()


def _record(entries: dict[str, bytes], own: str) -> bytes:
    lines = []
    for path in sorted(entries):
        digest = base64.urlsafe_b64encode(hashlib.sha256(entries[path]).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(entries[path])}\n")
    return "".join([*lines, f"{own},,\n"]).encode()


def _zipped(entries: dict[str, bytes], last: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in (*sorted(entries.keys() - {last}), last):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, entries[path])
    return buffer.getvalue()
