"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"class_of": (t.Text, t.Text2), "value": (t.Text2, t.Value)},
    types={"Text'": t.Text2, "Value": t.Value},
    nml="in.nml",
)
