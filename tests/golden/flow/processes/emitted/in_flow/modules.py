"""The Python modules of in."""

from pathlib import Path

from nstack.runtime import Parameter, Process, UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

base_0_1_0 = UserModule(
    "Base:0.1.0",
    FOLDER / "Base-0.1.0",
    functions={"scale": (t.Reading, t.Reading)},
    types={"Reading": t.Reading},
    parameters={"scale": (Parameter("factor", "Integer", required=True),)},
    nml="modules/base/module.nml",
)
new_1_0_0 = UserModule(
    "New:1.0.0",
    FOLDER / "New-1.0.0",
    functions={"readings": (None, t.Reading), "split": (t.Reading, list[t.Double]), "keep": (t.Double, None)},
    types={"Reading": t.Reading},
    nml="modules/new/module.nml",
    process=Process("new-1.0.0", FOLDER.parents[1], "it requires left>=2, and Base:0.1.0 requires left==1.0"),
)
