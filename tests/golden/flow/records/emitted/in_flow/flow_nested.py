"""Workflow nested of in (in.nml:13)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:13:14", text="[1]")
nest_2 = Call(in_, "nest", input=t.Integer, output=t.NestOutput, origin="in.nml:13:20", text="nest")
take_4 = Call(in_, "take", input=t.Nested, output=t.Text, origin="in.nml:13:27", text="take")
log_5 = Sink("Sinks.log", t.Text, origin="in.nml:13:34", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.nest | in.take | Sinks.log"""
    for a in values:
        for b in nest_2(a, token):  # in.nml:13:20  in.nest
            c = t.nested_from_nest_output(b)  # in.nml:13:27  convert: relayout, drop, widen, list, tuple, map
            for d in take_4(c, token):  # in.nml:13:27  in.take
                log_5(d, token)  # in.nml:13:34  Sinks.log


workflow = Workflow(
    "nested",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(nest_2, take_4),
    sinks=(log_5,),
    bounded=True,
    origin="in.nml:13:5",
)
