"""Workflow w of in (in.nml:12)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:12:9", text="[1]")
make_2 = Call(in_, "make", input=t.Integer, output=t.Wide, origin="in.nml:12:15", text="make")
turned_4 = Call(in_, "turned", input=t.Turned, output=t.Turned, origin="in.nml:12:22", text="turned")
narrow_6 = Call(in_, "narrow", input=t.Narrow, output=t.Text, origin="in.nml:12:31", text="narrow")
log_7 = Sink("Sinks.log", t.Text, origin="in.nml:12:40", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.make | in.turned | in.narrow | Sinks.log"""
    for a in values:
        for b in make_2(a, token):  # in.nml:12:15  in.make
            c = t.turned_from_wide(b)  # in.nml:12:22  convert: relayout
            for d in turned_4(c, token):  # in.nml:12:22  in.turned
                e = t.narrow_from_turned(d)  # in.nml:12:31  convert: drop, widen
                for f in narrow_6(e, token):  # in.nml:12:31  in.narrow
                    log_7(f, token)  # in.nml:12:40  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(make_2, turned_4, narrow_6),
    sinks=(log_7,),
    bounded=True,
    origin="in.nml:12:5",
)
