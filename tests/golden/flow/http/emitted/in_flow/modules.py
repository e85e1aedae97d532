"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"answer": (t.Question, list[t.Text]), "later": (t.Question, t.Text)},
    types={"Question": t.Question},
    nml="in.nml",
)
