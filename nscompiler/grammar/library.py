"""The parser in C as a module: the one that an installation carries, or the one that a working tree has built.

A working tree's lies beside this file under a name that tells what it was made from, so that one made from other
sources is never loaded, nor one for another version of Python. This module stands alone (it imports nothing of ours),
because what builds the library (``native/build.py``) loads it by its path.
"""

import os
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from typing import Any

NAME = "nscompiler.grammar._native"
_HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(os.path.dirname(_HERE)), "native")
FOLDER = os.path.join(_HERE, "_library")


def load() -> Any:
    """The module; None where there is none that can be loaded, or ``NSC_NO_NATIVE`` is set."""
    if os.environ.get("NSC_NO_NATIVE"):
        return None
    try:
        return import_module(NAME)
    except ImportError:
        return _load_built()


def _load_built() -> Any:
    if not os.path.isdir(FOLDER):  # as wherever no working tree is
        return None
    try:
        return load_from(file_of(SOURCES))
    except (ImportError, OSError):
        return None


def load_from(path: str) -> Any:
    """The library at a path as a module that nobody else sees. Raises ImportError."""
    loader = ExtensionFileLoader(NAME, path)
    module = loader.create_module(ModuleSpec(NAME, loader, origin=path))
    loader.exec_module(module)
    return module


def file_of(sources: str, folder: str = FOLDER) -> str:
    """The path of the library made of the C files in ``sources``. Raises OSError where they are not there."""
    try:  # the module behind hashlib, which loads OpenSSL as well
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    made_from = blake2b(digest_size=16)
    for name in sorted(os.listdir(sources)):
        if name.endswith((".c", ".h")):
            with open(os.path.join(sources, name), "rb") as file:
                made_from.update(file.read())
    return os.path.join(folder, f"native-{made_from.hexdigest()}{EXTENSION_SUFFIXES[0]}")
