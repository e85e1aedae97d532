"""What is called how in Docker: names in plain ASCII, each the same for the same program."""

import hashlib
import re

_PLAIN = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
DIGITS = 8
"""Digits of the hash in a name that could not be kept."""


def docker_name(text: str) -> str:
    """A name for services, containers, images and stages of a Dockerfile, in the letters that all of these may have.

    ``iris-classify`` for ``Iris.Classify``. What has other letters than ASCII's, or none that can be kept, gets a hash
    of the whole name, as others may look the same without them: ``gr--e-0f1c2d3e`` for ``größe``.
    """
    made = re.sub(r"[^a-z0-9]", "-", text.lower()).strip("-")
    if text.isascii() and _PLAIN.fullmatch(made):
        return made
    return f"{made if made[:1].isalpha() else f'n{made}'}-{_digest(text)}"


def channel_name(text: str) -> str:
    """A name for channels, which the broker keeps in capital and small letters of ASCII; a hash as above."""
    made = re.sub(r"[^A-Za-z0-9_-]", "_", text)
    return made if made == text else f"{made}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
