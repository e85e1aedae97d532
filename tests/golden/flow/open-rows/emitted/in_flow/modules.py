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
        "users": (t.Integer, t.User),
        "enrich": (t.EnrichInput, t.EnrichOutput),
        "total": (t.TotalInput, t.Double),
    },
    types={"User": t.User},
    nml="in.nml",
)
