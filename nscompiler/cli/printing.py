"""Text on standard output, in the characters that it takes."""

import json
import re
import sys

from nscompiler.cli.report import only_ascii


def put(text: str) -> None:
    """Write a text; where only ASCII may go, an arrow is ``->`` and any other character its number."""
    encoding = sys.stdout.encoding or "utf-8"
    if only_ascii(sys.stdout):
        text = text.replace("→", "->").replace("…", "...")
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def put_json(text: str) -> None:
    """Write a JSON text; what cannot go as it is goes as JSON's own escapes."""
    if only_ascii(sys.stdout):
        text = re.sub(r"[^\x00-\x7f]", _escaped, text)
    sys.stdout.write(re.sub(r"[\ud800-\udfff]", _escaped, text))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
