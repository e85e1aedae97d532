"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import Parameter, UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"ticks": (None, t.Integer), "store": (t.Integer, None), "pairs": (t.Integer, tuple[t.Integer, t.Text])},
    parameters={"ticks": (Parameter("upTo", "Integer", 3, default=True),)},
    nml="in.nml",
)
