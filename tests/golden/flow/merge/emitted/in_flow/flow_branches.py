"""Workflow branches of in (in.nml:5)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:5:16", text="[1]")
left_3 = Call(in_, "left", input=t.Integer, output=t.Integer, origin="in.nml:5:23", text="left")
right_6 = Call(in_, "right", input=t.Double, output=t.Double, origin="in.nml:5:30", text="right")
right_8 = Call(in_, "right", input=t.Double, output=t.Double, origin="in.nml:5:39", text="right")
log_9 = Sink("Sinks.log", t.Double, origin="in.nml:5:47", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | (… & …)"""
    for a in values:
        for b in left_3(a, token):  # in.nml:5:23  in.left
            c = float(b)  # in.nml:5:23  convert: widen
            after_merge_7(c, token)
        b = float(a)  # in.nml:5:30  convert: widen
        for c in right_6(b, token):  # in.nml:5:30  in.right
            after_merge_7(c, token)


def after_merge_7(a, token):
    """in.right | Sinks.log"""
    for b in right_8(a, token):  # in.nml:5:39  in.right
        log_9(b, token)  # in.nml:5:47  Sinks.log


workflow = Workflow(
    "branches",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(left_3, right_6, right_8),
    sinks=(log_9,),
    bounded=True,
    origin="in.nml:5:5",
)
