"""Workflow both of in (in.nml:6).

From one environment into the other and back."""

from nstack.runtime import Call, Parameter, Sink, Source, Workflow

from . import types as t
from .modules import base_0_1_0, new_1_0_0

readings_1 = Source(new_1_0_0, t.Reading, function="readings", origin="in.nml:6:12", text="N.readings")
scale_2 = Call(
    base_0_1_0,
    "scale",
    input=t.Reading,
    output=t.Reading,
    parameters=(Parameter("factor", "Integer", 2, origin="in.nml:6:38"),),
    origin="in.nml:6:25",
    text="Base.scale",
)
split_3 = Call(new_1_0_0, "split", input=t.Reading, output=list[t.Double], origin="in.nml:6:53", text="N.split")
log_6 = Sink("Sinks.log", t.Double, origin="in.nml:6:65", text="Sinks.log")
keep_7 = Sink(new_1_0_0, t.Double, function="keep", origin="in.nml:6:77", text="N.keep")


def from_readings_1(values, token):
    """New.readings | Base.scale | New.split* | (… & …)"""
    for a in values:
        for b in scale_2(a, token):  # in.nml:6:25  Base.scale
            for c in split_3(b, token):  # in.nml:6:53  New.split
                for d in c:  # in.nml:6:53  *
                    log_6(d, token)  # in.nml:6:65  Sinks.log
                    keep_7(d, token)  # in.nml:6:77  New.keep


workflow = Workflow(
    "both",
    module="in",
    sources=((readings_1, from_readings_1),),
    calls=(scale_2, split_3),
    sinks=(log_6, keep_7),
    bounded=True,
    origin="in.nml:6:5",
)
