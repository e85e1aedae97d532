"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"make": (t.Integer, t.Small), "take": (t.Large, t.Small), "list": (list[t.Large], t.Text)},
    types={"Large": t.Large, "Small": t.Small},
    nml="in.nml",
)
