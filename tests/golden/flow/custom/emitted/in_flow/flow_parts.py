"""Workflow parts of in (in.nml:7)."""

from nstack.runtime import Call, Parameter, Sink, Source, Workflow

from . import types as t
from .modules import in_

ticks_1 = Source(
    in_,
    t.Integer,
    function="ticks",
    parameters=(Parameter("upTo", "Integer", 3, default=True),),
    origin="in.nml:7:13",
    text="ticks",
)
pairs_2 = Call(in_, "pairs", input=t.Integer, output=tuple[t.Integer, t.Text], origin="in.nml:7:21", text="pairs")
store_5 = Sink(in_, t.Integer, function="store", origin="in.nml:7:40", text="store")
stdout_7 = Sink("Sinks.stdout", t.Text, origin="in.nml:7:58", text="Sinks.stdout")


def from_ticks_1(values, token):
    """in.ticks | in.pairs | (… & …)"""
    for a in values:
        for b in pairs_2(a, token):  # in.nml:7:21  in.pairs
            c = b[0]  # in.nml:7:30  Std.fst
            store_5(c, token)  # in.nml:7:40  in.store
            c = b[1]  # in.nml:7:48  Std.snd
            stdout_7(c, token)  # in.nml:7:58  Sinks.stdout


workflow = Workflow(
    "parts",
    module="in",
    sources=((ticks_1, from_ticks_1),),
    calls=(pairs_2,),
    sinks=(store_5, stdout_7),
    bounded=True,
    origin="in.nml:7:5",
)
