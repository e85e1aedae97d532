"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"twice": (t.Integer, t.PairIntegerInteger), "swap": (t.PairIntegerInteger, t.PairIntegerInteger)},
    nml="in.nml",
)
