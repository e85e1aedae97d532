"""Workflow listed of in (in.nml:9)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:9:14", text="[1]")
make_2 = Call(in_, "make", input=t.Integer, output=t.Small, origin="in.nml:9:20", text="make")
list_5 = Call(in_, "list", input=list[t.Large], output=t.Text, origin="in.nml:9:40", text="list")
log_6 = Sink("Sinks.log", t.Text, origin="in.nml:9:47", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.make | Std.single | in.list | Sinks.log"""
    for a in values:
        for b in make_2(a, token):  # in.nml:9:20  in.make
            c = [b]  # in.nml:9:27  Std.single
            d = [t.large_from_small(item) for item in c]  # in.nml:9:40  convert: widen, inject, list
            for e in list_5(d, token):  # in.nml:9:40  in.list
                log_6(e, token)  # in.nml:9:47  Sinks.log


workflow = Workflow(
    "listed",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(make_2, list_5),
    sinks=(log_6,),
    bounded=True,
    origin="in.nml:9:5",
)
