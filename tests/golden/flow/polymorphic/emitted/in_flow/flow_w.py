"""Workflow w of in (in.nml:7)."""

from nstack.runtime import Call, Literal, Sink, Workflow, standard

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:7:9", text="[1]")
twice_2 = Call(in_, "twice", input=t.Integer, output=t.PairIntegerInteger, origin="in.nml:6:12", text="twice")
swap_3 = Call(in_, "swap", input=t.PairIntegerInteger, output=t.PairIntegerInteger, origin="in.nml:6:20", text="swap")
to_json_4 = Call(
    standard, "Conv.to_json", input=t.PairIntegerInteger, output=t.Text, origin="in.nml:6:27", text="Conv.to_json"
)
stdout_5 = Sink("Sinks.stdout", t.Text, origin="in.nml:6:42", text="Sinks.stdout")


def from_literal_1(values, token):
    """[1] | in.twice | in.swap | Conv.to_json | Sinks.stdout"""
    for a in values:
        for b in twice_2(a, token):  # in.nml:6:12  in.twice
            for c in swap_3(b, token):  # in.nml:6:20  in.swap
                for d in to_json_4(c, token):  # in.nml:6:27  Conv.to_json
                    stdout_5(d, token)  # in.nml:6:42  Sinks.stdout


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(twice_2, swap_3, to_json_4),
    sinks=(stdout_5,),
    bounded=True,
    origin="in.nml:7:5",
)
