"""Workflow endless of in (in.nml:5)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow

from . import types as t
from .modules import in_

schedule_1 = Source(
    "Sources.schedule",
    t.Unit,
    parameters=(
        Parameter("cron", "Text", "* * * * *", origin="in.nml:5:34"),
        Parameter("timezone", "Text", "UTC", default=True),
        Parameter("catchup", "Boolean", False, default=True),
    ),
    policy=Policy(on_error="skip"),
    origin="in.nml:5:15",
    text="Sources.schedule",
)
tick_2 = Call(
    in_,
    "tick",
    input=t.Unit,
    output=t.Text,
    policy=Policy(retry=2, on_error="skip", fixed={"retry": "in.nml:5:64"}),
    origin="in.nml:5:57",
    text="tick",
)
log_3 = Sink("Sinks.log", t.Text, policy=Policy(on_error="skip"), origin="in.nml:5:78", text="Sinks.log")


def from_schedule_1(values, token):
    """Sources.schedule | in.tick | Sinks.log"""
    for a in values:
        for b in tick_2(a, token):  # in.nml:5:57  in.tick
            log_3(b, token)  # in.nml:5:78  Sinks.log


workflow = Workflow(
    "endless",
    module="in",
    sources=((schedule_1, from_schedule_1),),
    calls=(tick_2,),
    sinks=(log_3,),
    origin="in.nml:5:5",
)
