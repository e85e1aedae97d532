"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import Parameter, UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

in_ = UserModule(
    "in",
    FOLDER / "in",
    service="in.py",
    functions={"x": (t.Text, t.Text), "free": (t.Text, t.Text)},
    parameters={
        "x": (
            Parameter("foo", "Text", "none", default=True),
            Parameter("n", "Integer", 10, default=True),
            Parameter("wait", "Duration", 90.0, default=True),
            Parameter("how", "enum", "a", choices=("a", "b"), default=True),
            Parameter("tags", "[Text]", [], default=True),
            Parameter("share", "Double", 0.5, default=True),
            Parameter("on", "Boolean", False, default=True),
        ),
    },
    nml="in.nml",
)
