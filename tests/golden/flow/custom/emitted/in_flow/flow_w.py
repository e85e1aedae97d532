"""Workflow w of in (in.nml:6)."""

from nstack.runtime import Parameter, Sink, Source, Workflow

from . import types as t
from .modules import in_

ticks_1 = Source(
    in_,
    t.Integer,
    function="ticks",
    parameters=(Parameter("upTo", "Integer", 5, origin="in.nml:6:17"),),
    origin="in.nml:6:9",
    text="ticks",
)
store_2 = Sink(in_, t.Integer, function="store", origin="in.nml:6:30", text="store")


def from_ticks_1(values, token):
    """in.ticks | in.store"""
    for a in values:
        store_2(a, token)  # in.nml:6:30  in.store


workflow = Workflow(
    "w", module="in", sources=((ticks_1, from_ticks_1),), sinks=(store_2,), bounded=True, origin="in.nml:6:5"
)
