"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"orders": (t.Integer, t.Order), "known": (t.Order, t.Order | None), "price": (t.Order, t.Order)},
    types={"Order": t.Order},
    nml="in.nml",
)
