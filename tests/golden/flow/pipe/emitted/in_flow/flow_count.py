"""Workflow count of in (in.nml:2).

Counts what comes in."""

from nstack.runtime import Call, Parameter, Sink, Source, Workflow

from . import types as t
from .modules import in_

stdin_1 = Source(
    "Sources.stdin",
    t.Text,
    parameters=(Parameter("max_line", "Integer", 67108864, default=True),),
    origin="in.nml:2:13",
    text="Sources.stdin",
)
numChars_2 = Call(in_, "numChars", input=t.Text, output=t.Integer, origin="in.nml:2:29", text="numChars")
log_3 = Sink("Sinks.log", t.Integer, origin="in.nml:2:40", text="Sinks.log")


def from_stdin_1(values, token):
    """Sources.stdin | in.numChars | Sinks.log"""
    for a in values:
        for b in numChars_2(a, token):  # in.nml:2:29  in.numChars
            log_3(b, token)  # in.nml:2:40  Sinks.log


workflow = Workflow(
    "count",
    module="in",
    sources=((stdin_1, from_stdin_1),),
    calls=(numChars_2,),
    sinks=(log_3,),
    bounded=True,
    origin="in.nml:2:5",
)
