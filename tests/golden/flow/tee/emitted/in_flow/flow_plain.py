"""Workflow plain of in (in.nml:11)."""

from nstack.runtime import Literal, Sink, Workflow

from . import types as t

literal_1 = Literal((1, 2), t.Integer, origin="in.nml:11:13", text="[1, 2]")
log_5 = Sink("Sinks.log", t.Integer, origin="in.nml:11:35", text="Sinks.log")
log_8 = Sink("Sinks.log", t.Integer, origin="in.nml:11:61", text="Sinks.log")


def from_literal_1(values, token):
    """[1, 2] | (… & …)"""
    for a in values:
        if a is not None:  # in.nml:11:23  ?
            log_5(a, token)  # in.nml:11:35  Sinks.log
        b = [a]  # in.nml:11:47  Std.single
        for c in b:  # in.nml:11:47  *
            log_8(c, token)  # in.nml:11:61  Sinks.log


workflow = Workflow(
    "plain",
    module="in",
    sources=((literal_1, from_literal_1),),
    sinks=(log_5, log_8),
    bounded=True,
    origin="in.nml:11:5",
)
