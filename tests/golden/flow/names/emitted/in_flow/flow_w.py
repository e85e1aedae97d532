"""Workflow w' of in (in.nml:6)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal(("it's", 'a "quoted" text'), t.Text, origin="in.nml:6:10", text='["it\'s", "a \\"quoted\\" text"]')
class_of_2 = Call(in_, "class_of", input=t.Text, output=t.Text2, origin="in.nml:6:42", text="class_of")
value_3 = Call(in_, "value", input=t.Text2, output=t.Value, origin="in.nml:6:53", text="value")
log_4 = Sink("Sinks.log", t.Value, origin="in.nml:6:61", text="Sinks.log")


def from_literal_1(values, token):
    """["it's", "a \\"quoted\\" text"] | in.class_of | in.value | Sinks.log"""
    for a in values:
        for b in class_of_2(a, token):  # in.nml:6:42  in.class_of
            for c in value_3(b, token):  # in.nml:6:53  in.value
                log_4(c, token)  # in.nml:6:61  Sinks.log


workflow = Workflow(
    "w'",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(class_of_2, value_3),
    sinks=(log_4,),
    bounded=True,
    origin="in.nml:6:5",
)
