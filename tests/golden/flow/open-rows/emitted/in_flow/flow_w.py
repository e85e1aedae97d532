"""Workflow w of in (in.nml:8)."""

from nstack.runtime import Call, Literal, Sink, Workflow, copy_value

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:8:9", text="[1]")
users_2 = Call(in_, "users", input=t.Integer, output=t.User, origin="in.nml:8:15", text="users")
enrich_4 = Call(in_, "enrich", input=t.EnrichInput, output=t.EnrichOutput, origin="in.nml:7:12", text="enrich")
total_7 = Call(in_, "total", input=t.TotalInput, output=t.Double, origin="in.nml:8:31", text="total")
log_8 = Sink("Sinks.log", t.Double, origin="in.nml:8:39", text="Sinks.log")
log_9 = Sink("Sinks.log", t.TotalInput, origin="in.nml:8:51", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.users | in.enrich | (… & …)"""
    for a in values:
        for b in users_2(a, token):  # in.nml:8:15  in.users
            c = t.enrich_input_from_user(b)  # in.nml:8:23  convert: relayout
            for d in enrich_4(c, token):  # in.nml:7:12  in.enrich
                e = t.total_input_from_enrich_output(d)  # in.nml:8:31  convert: relayout, widen
                f = copy_value(e)  # in.nml:8:31  &
                for g in total_7(f, token):  # in.nml:8:31  in.total
                    log_8(g, token)  # in.nml:8:39  Sinks.log
                log_9(e, token)  # in.nml:8:51  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(users_2, enrich_4, total_7),
    sinks=(log_8, log_9),
    bounded=True,
    origin="in.nml:8:5",
)
