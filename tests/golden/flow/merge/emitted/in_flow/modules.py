"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"right": (t.Double, t.Double), "left": (t.Integer, t.Integer)},
    nml="in.nml",
)
