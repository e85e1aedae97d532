"""Workflow w of in (in.nml:8)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:8:9", text="[1]")
make_2 = Call(in_, "make", input=t.Integer, output=t.Small, origin="in.nml:8:15", text="make")
take_4 = Call(in_, "take", input=t.Large, output=t.Small, origin="in.nml:8:22", text="take")
log_5 = Sink("Sinks.log", t.Small, origin="in.nml:8:29", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.make | in.take | Sinks.log"""
    for a in values:
        for b in make_2(a, token):  # in.nml:8:15  in.make
            c = t.large_from_small(b)  # in.nml:8:22  convert: widen, inject
            for d in take_4(c, token):  # in.nml:8:22  in.take
                log_5(d, token)  # in.nml:8:29  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(make_2, take_4),
    sinks=(log_5,),
    bounded=True,
    origin="in.nml:8:5",
)
