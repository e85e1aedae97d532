"""Workflow w of in (in.nml:7)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal(("x",), t.Text, origin="in.nml:7:9", text='["x"]')
class_of_2 = Call(in_, "class_of", input=t.Text, output=t.Text2, origin="in.nml:7:17", text="class_of")
log_3 = Sink("Sinks.log", t.Text2, origin="in.nml:7:28", text="Sinks.log")


def from_literal_1(values, token):
    """["x"] | in.class_of | Sinks.log"""
    for a in values:
        for b in class_of_2(a, token):  # in.nml:7:17  in.class_of
            log_3(b, token)  # in.nml:7:28  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(class_of_2,),
    sinks=(log_3,),
    bounded=True,
    origin="in.nml:7:5",
)
