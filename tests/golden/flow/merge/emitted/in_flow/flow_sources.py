"""Workflow sources of in (in.nml:4)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1, 2), t.Integer, origin="in.nml:4:16", text="[1, 2]")
literal_3 = Literal((0.5,), t.Double, origin="in.nml:4:25", text="[0.5]")
right_5 = Call(in_, "right", input=t.Double, output=t.Double, origin="in.nml:4:34", text="right")
log_6 = Sink("Sinks.log", t.Double, origin="in.nml:4:42", text="Sinks.log")


def from_literal_1(values, token):
    """[1, 2]"""
    for a in values:
        b = float(a)  # in.nml:4:16  convert: widen
        after_merge_4(b, token)


def from_literal_3(values, token):
    """[0.5] | in.right | Sinks.log"""
    for a in values:
        after_merge_4(a, token)


def after_merge_4(a, token):
    """in.right | Sinks.log"""
    for b in right_5(a, token):  # in.nml:4:34  in.right
        log_6(b, token)  # in.nml:4:42  Sinks.log


workflow = Workflow(
    "sources",
    module="in",
    sources=((literal_1, from_literal_1), (literal_3, from_literal_3)),
    calls=(right_5,),
    sinks=(log_6,),
    bounded=True,
    origin="in.nml:4:5",
)
