"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={
        "make": (t.Integer, t.Wide),
        "turned": (t.Turned, t.Turned),
        "narrow": (t.Narrow, t.Text),
        "nest": (t.Integer, t.NestOutput),
        "take": (t.Nested, t.Text),
    },
    types={"Narrow": t.Narrow, "Nested": t.Nested, "Turned": t.Turned, "Wide": t.Wide},
    nml="in.nml",
)
